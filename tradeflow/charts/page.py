"""A sheet whose height follows its text, laid out in inches from the top."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tradeflow.charts.credit import give_credit
from tradeflow.charts.metadata import savefig_options
from tradeflow.charts.style import FAINT, HEADLINE, INK, NOTE, SUBTITLE, styled
from tradeflow.charts.wrap import hold_units, wrap
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from tradeflow.charts.provenance import Provenance

WIDTH: Final = 8.0
MARGIN: Final = 0.25
_ROOM: Final = WIDTH - 2 * MARGIN
_SPACING: Final = 1.25
_GAP: Final = 0.08
_TITLE_LINES: Final = 2
_NARROWER: Final = (0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55)

HEADLINE_ID: Final = "headline"
SOURCE_ID: Final = "source"
SIMULATED_DATA: Final = "SIMULATED DATA, no real trade."


class Sheet(Figure):
    """A figure that writes its provenance into its files, and that notebooks show by themselves."""

    def savefig(self, fname: str | os.PathLike[str] | IO[bytes], **options: Any) -> None:  # noqa: ANN401  matplotlib's own options
        """Save as matplotlib does, with title and provenance in the metadata.

        Parameters
        ----------
        fname
            A path, or a file open for writing.
        **options
            Of :meth:`matplotlib.figure.Figure.savefig`; they win over what is written by itself.
        """
        ending = options.get("format") or _ending(fname) or mpl.rcParams["savefig.format"]
        with styled():
            super().savefig(fname, **{**savefig_options(self, ending.lower()), **options})

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        self.savefig(buffer, format="png")
        return buffer.getvalue()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Wrapped text: its lines, size in points, colour, weight and name in the file."""

    lines: tuple[str, ...]
    size: float
    color: str
    bold: bool = False
    gid: str | None = None

    @property
    def height(self) -> float:
        """Height in inches."""
        return len(self.lines) * self.size * _SPACING / 72


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet, and where its drawing begins and ends, in inches from the top."""

    figure: Sheet
    height: float
    top: float

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Add axes; left from the sheet's edge, top from the top of the drawing, in inches."""
        bottom = self.height - self.top - top - height
        box = (left / WIDTH, bottom / self.height, width / WIDTH, height / self.height)
        return self.figure.add_axes(box)

    def text(self, left: float, top: float, text: str, *, size: float, color: str = INK) -> None:
        """Write a line, top left corner given as for axes."""
        y = 1 - (self.top + top) / self.height
        self.figure.text(left / WIDTH, y, text, fontsize=size, color=color, ha="left", va="top")


def new_page(
    headline: str,
    subtitle: str,
    notes: Sequence[str],
    *,
    drawing: float,
    provenance: Provenance,
) -> Page:
    """Make a sheet with its words, and leave room for a drawing.

    Parameters
    ----------
    headline
        The finding.
    subtitle
        How much, how sure; simulated data are named before it.
    notes
        Paragraphs under the drawing; the provenance follows them.
    drawing
        Height of the drawing in inches.
    provenance
        Where the numbers come from.
    """
    warned = f"{SIMULATED_DATA} {subtitle}" if provenance.simulated else subtitle
    head = [_title(hold_units(headline)), _paragraph(hold_units(warned), SUBTITLE, INK)]
    foot = [_paragraph(hold_units(note), NOTE, FAINT) for note in notes]
    foot.append(_paragraph(provenance.footer(), NOTE, FAINT, gid=SOURCE_ID))
    top = MARGIN + sum(p.height + _GAP for p in head)
    below = top + drawing
    height = below + sum(p.height + _GAP for p in foot) + MARGIN - _GAP
    figure = Sheet(figsize=(WIDTH, height), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    give_credit(figure, headline, provenance)
    page = Page(figure, height, top)
    _write(page, head, MARGIN)
    _write(page, foot, below)
    return page


def figure_of(ax: Axes) -> Figure:
    """The whole figure that axes stand in.

    Raises
    ------
    UsageError
        These are no axes, or they were removed from their figure.
    """
    if not isinstance(ax, Axes):
        raise UsageError(
            f"ax is of type {type(ax).__name__}: give one matplotlib.axes.Axes; of plt.subplots(2) "
            "take axes[0]."
        )
    figure = ax.get_figure(root=True)
    if figure is None:
        raise UsageError("These axes were removed from their figure. Make new ones.")
    return figure


def width_of(ax: Axes) -> float:
    """Width of axes in inches."""
    figure = figure_of(ax)
    return float(ax.get_window_extent().width / figure.dpi)


def height_of(ax: Axes) -> float:
    """Height of axes in inches."""
    figure = figure_of(ax)
    return float(ax.get_window_extent().height / figure.dpi)


def _ending(fname: object) -> str:
    """Ending of a path; empty of anything else."""
    return Path(fname).suffix[1:] if isinstance(fname, (str, Path)) else ""


def _title(text: str) -> Paragraph:
    """Set a title as large as two lines allow."""
    sizes = (HEADLINE - step / 2 for step in range(6))
    tries = (_paragraph(text, size, INK, bold=True, gid=HEADLINE_ID) for size in sizes)
    last = _paragraph(text, HEADLINE - 3, INK, bold=True, gid=HEADLINE_ID)
    return _balanced(next((one for one in tries if len(one.lines) <= _TITLE_LINES), last))


def _balanced(paragraph: Paragraph) -> Paragraph:
    """Make the lines of a title about equally long, so that no word stands alone."""
    text = " ".join(paragraph.lines)
    tries = (wrap(text, inches=_ROOM * part, size=paragraph.size, bold=True) for part in _NARROWER)
    fitting = [lines for lines in tries if len(lines) == len(paragraph.lines)]
    return replace(paragraph, lines=tuple([paragraph.lines, *fitting][-1]))


def _paragraph(
    text: str, size: float, color: str, *, bold: bool = False, gid: str | None = None
) -> Paragraph:
    lines = wrap(text, inches=_ROOM, size=size, bold=bold)
    return Paragraph(tuple(lines), size, color, bold=bold, gid=gid)


def _write(page: Page, paragraphs: Sequence[Paragraph], top: float) -> None:
    for one in paragraphs:
        page.figure.text(
            MARGIN / WIDTH,
            1 - top / page.height,
            "\n".join(one.lines),
            fontsize=one.size,
            fontweight="bold" if one.bold else "normal",
            color=one.color,
            linespacing=_SPACING,
            gid=one.gid,
            ha="left",
            va="top",
        )
        top += one.height + _GAP
