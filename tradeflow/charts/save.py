"""Figures into files: the same bytes every time, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from tradeflow.charts.annual.category import draw_category
from tradeflow.charts.credit import give_credit
from tradeflow.charts.metadata import savefig_options
from tradeflow.charts.overview import plot_overview
from tradeflow.charts.page import figure_of
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import styled
from tradeflow.errors import UsageError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradeflow.charts.provenance import HasProvenance
    from tradeflow.detect.annual.result import ShiftTable

DPI: Final = 150
FORMATS: Final = ("png", "svg", "pdf")
"""Formats that hold a provenance."""


def save_figure(
    figure: Figure | Axes,
    path: str | Path,
    *,
    source: HasProvenance | Iterable[str] | None = None,
) -> Path:
    """Write a figure with its title and provenance in the metadata; same bytes every time.

    Parameters
    ----------
    figure
        What a ``plot`` returned: a figure, or axes, whose whole figure is written. A figure of
        your own that several plots were drawn on carries the provenance of all.
    path
        Where to; its ending, .png, .svg or .pdf, says the format. Folders are made.
    source
        Results or sources that the figure rests on beside those that were drawn by ``plot``.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    UsageError
        The ending names no format, or `figure` is none.
    OutputError
        The file cannot be written.

    Examples
    --------
    >>> import tradeflow as tf
    >>> shifts = tf.detect_shifts(tf.panel(tf.load_sample()), baskets=500)
    >>> tf.save_figure(shifts.plot(), "overview.png").name
    'overview.png'
    """
    target = Path(path)
    ending = chart_format(target)
    whole = figure_of(figure) if isinstance(figure, Axes) else figure
    if not isinstance(whole, Figure):
        raise UsageError(
            f"{type(figure).__name__} is no figure: give what its plot() returned, as in "
            "save_figure(result.plot(), 'figure.png')."
        )
    if source is not None:
        give_credit(whole, "", provenance_of(source))
    buffer = io.BytesIO()
    with styled():
        whole.savefig(buffer, format=ending, dpi=DPI, **savefig_options(whole, ending))
    write_whole(target, buffer.getvalue())
    return target


def chart_format(path: Path) -> str:
    """Return the format that a file's ending names.

    Raises
    ------
    UsageError
        No figure can be written so.
    """
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS:
        allowed = ", ".join(f".{name}" for name in FORMATS)
        raise UsageError(f"{path}: a figure needs a name that ends in one of {allowed}.")
    return ending


def draw_gallery(shifts: ShiftTable, folder: Path, *, only: Sequence[str] = ()) -> list[Path]:
    """Draw the overview and every category, and write them to a folder.

    Parameters
    ----------
    shifts
        Answers by category.
    folder
        Where to; made if it is not there.
    only
        Categories to draw, without the overview; empty for all, and the overview.

    Returns
    -------
    list of Path
        The files written: the overview first, then the categories in the table's order.

    Raises
    ------
    UnknownNameError
        The answers hold no such category.
    """
    written = [] if only else _both(plot_overview(shifts), folder, "overview")
    for name in only or [row.name for row in shifts.rows]:
        written += _both(draw_category(shifts, name), folder, name)
    return written


def _both(figure: Figure | Axes, folder: Path, stem: str) -> list[Path]:
    """For a screen, and for print."""
    return [save_figure(figure, folder / f"{stem}.{ending}") for ending in ("png", "svg")]
