"""Figures into files: the same bytes every time, whole or not at all."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from tradeflow.charts.category import draw_category
from tradeflow.charts.footer import software
from tradeflow.charts.overview import plot_overview
from tradeflow.charts.page import HEADLINE_ID, SOURCE_ID, figure_of
from tradeflow.charts.style import styled
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.figure import Figure

    from tradeflow.detect.annual.result import ShiftTable

DPI: Final = 150
_ONE_LINE: Final = str.maketrans({"\n": " ", "\N{NO-BREAK SPACE}": " "})
_COMPRESSION: Final = 2  # zlib; more takes longer and gains nothing on drawings


def save_figure(fig: Figure, folder: Path, stem: str) -> list[Path]:
    """Write a figure as PNG and as SVG, with its title and source in the metadata.

    Parameters
    ----------
    fig
        A figure.
    folder
        Where to; made if it is not there.
    stem
        Name of the files without their ending.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        They cannot be written.
    """
    title, source = _said(fig, HEADLINE_ID), _said(fig, SOURCE_ID)
    common = {"Title": title, "Source": source}
    drawn = {
        "png": _render(fig, "png", {**common, "Software": software()}),
        "svg": _render(fig, "svg", {**common, "Creator": software(), "Date": None}),
    }
    for ending, content in drawn.items():
        write_whole(folder / f"{stem}.{ending}", content)
    return [folder / f"{stem}.{ending}" for ending in drawn]


def _said(fig: Figure, gid: str) -> str:
    """Read a paragraph of the figure back as one line."""
    return " ".join(t.get_text() for t in fig.texts if t.get_gid() == gid).translate(_ONE_LINE)


def _render(fig: Figure, ending: str, metadata: dict[str, str | None]) -> bytes:
    buffer = io.BytesIO()
    options: dict[str, Any] = (
        {"pil_kwargs": {"compress_level": _COMPRESSION}} if ending == "png" else {}
    )
    with styled():
        fig.savefig(buffer, format=ending, dpi=DPI, metadata=metadata, **options)
    return buffer.getvalue()


def draw_gallery(shifts: ShiftTable, folder: Path) -> list[Path]:
    """Draw the overview and every category, and write them to a folder.

    Parameters
    ----------
    shifts
        Answers by category.
    folder
        Where to; made if it is not there.

    Returns
    -------
    list of Path
        The files written: the overview first, then the categories in the table's order.
    """
    written = save_figure(figure_of(plot_overview(shifts)), folder, "overview")
    for name in (row.name for row in shifts.rows):
        written += save_figure(draw_category(shifts, name), folder, name)
    return written
