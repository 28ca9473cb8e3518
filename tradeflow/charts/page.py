"""A sheet whose height follows its text, laid out in inches from the top."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tradeflow.charts.style import FAINT, HEADLINE, INK, NOTE, SUBTITLE, styled
from tradeflow.charts.wrap import wrap
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

WIDTH: Final = 8.0
MARGIN: Final = 0.25
_ROOM: Final = WIDTH - 2 * MARGIN
_SPACING: Final = 1.25
_GAP: Final = 0.08
_TITLE_LINES: Final = 2

HEADLINE_ID: Final = "headline"
SOURCE_ID: Final = "source"


class Sheet(Figure):
    """A figure that notebooks show by themselves, without pyplot."""

    def _repr_png_(self) -> bytes:
        buffer = io.BytesIO()
        with styled():
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


def new_page(headline: str, subtitle: str, notes: Sequence[str], *, drawing: float) -> Page:
    """Make a sheet with its words, and leave room for a drawing of some height in inches."""
    head = [
        _title(headline),
        _paragraph(subtitle, SUBTITLE, INK),
    ]
    foot = [_paragraph(note, NOTE, FAINT) for note in notes[:-1]]
    foot.append(_paragraph(notes[-1], NOTE, FAINT, gid=SOURCE_ID))
    top = MARGIN + sum(p.height + _GAP for p in head)
    below = top + drawing
    height = below + sum(p.height + _GAP for p in foot) + MARGIN - _GAP
    figure = Sheet(figsize=(WIDTH, height), dpi=100, facecolor="white")
    FigureCanvasAgg(figure)
    page = Page(figure, height, top)
    _write(page, head, MARGIN)
    _write(page, foot, below)
    return page


def figure_of(ax: Axes) -> Figure:
    """The whole figure that axes stand in."""
    figure = ax.get_figure(root=True)
    if figure is None:
        raise UsageError("These axes were removed from their figure. Make new ones.")
    return figure


def width_of(ax: Axes) -> float:
    """Width of axes in inches."""
    return ax.get_window_extent().width / figure_of(ax).dpi


def _title(text: str) -> Paragraph:
    """Set a title as large as two lines allow."""
    sizes = (HEADLINE - step / 2 for step in range(6))
    tries = (_paragraph(text, size, INK, bold=True, gid=HEADLINE_ID) for size in sizes)
    last = _paragraph(text, HEADLINE - 3, INK, bold=True, gid=HEADLINE_ID)
    return next((one for one in tries if len(one.lines) <= _TITLE_LINES), last)


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
