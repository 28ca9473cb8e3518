"""All findings on one figure: how large, how sure, and what each witness says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tradeflow.charts.canvas import Box, drawing_on, lay_out
from tradeflow.charts.page import figure_of, height_of, width_of
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import BODY, FAINT, INK, NOTE, RULE, SMALL
from tradeflow.charts.witness.findings_sizes import blocks_of, draw_sizes, size_words
from tradeflow.charts.witness.findings_words import counted, said
from tradeflow.charts.wrap import shorten, width, wrap
from tradeflow.detect.findings.findings import CARRIED, WITNESSES
from tradeflow.detect.findings.stance import AGREES, DISAGREES, UNDECIDED
from tradeflow.detect.findings.tables import told
from tradeflow.detect.findings.verdict import DESCRIBED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from tradeflow.charts.witness.findings_sizes import Block
    from tradeflow.detect.findings.result import FindingsResult

MOST: Final = 20
"""Rows that the figure shows."""

_ROW: Final = 0.40  # inches, and so are the next four
_COLUMN, _COLUMN_NARROW = 0.46, 0.26
_NARROW: Final = 5.0  # below, sizes are told in figures alone
_GAP: Final = 0.2
_HEAD, _TICKS, _FOOT = 1.15, 0.9, 0.7  # rows
_TITLES: Final = 0.52  # part of what the witnesses leave


class _Mark(NamedTuple):
    """How a stance is drawn: by shape, so that grey paper and every eye can tell."""

    marker: str
    size: float
    face: str
    edge: str


_NOT_HEARD: Final = "not heard"
_MARKS: Final = {
    AGREES: _Mark("o", 6.5, INK, INK),
    DISAGREES: _Mark("x", 6.5, INK, INK),
    UNDECIDED: _Mark("o", 6.5, "white", INK),
    _NOT_HEARD: _Mark(".", 2.5, FAINT, FAINT),
}


@dataclass(frozen=True, slots=True)
class _Sheet:
    """Axes whose x runs over 0 to 1 and whose y counts rows from the top."""

    ax: Axes
    inches: float

    @property
    def narrow(self) -> bool:
        """Whether there is no room for a panel of sizes."""
        return self.inches < _NARROW

    @property
    def column(self) -> float:
        """Inches that a witness takes."""
        return _COLUMN_NARROW if self.narrow else _COLUMN

    @property
    def witnesses(self) -> list[float]:
        """Where the columns of the witnesses stand."""
        right = [(i + 0.5) * self.column / self.inches for i in range(len(WITNESSES))]
        return [1 - x for x in reversed(right)]

    @property
    def room(self) -> float:
        """Inches for a title."""
        left = self.inches - len(WITNESSES) * self.column - _GAP
        return left if self.narrow else _TITLES * (left - _GAP)

    @property
    def middle(self) -> tuple[float, float]:
        """Where the panel of sizes begins and ends."""
        last = self.inches - len(WITNESSES) * self.column - _GAP
        return (self.room + _GAP) / self.inches, last / self.inches


def plot_findings(result: FindingsResult, *, ax: Axes | None = None) -> Axes:
    """Draw verdict, size and the stance of every witness for the series that changed.

    Parameters
    ----------
    result
        From :func:`tradeflow.findings`.
    ax
        Axes to draw on; below 5 inches of width, sizes are told in figures alone, and of many
        series as many are drawn as there is room for. A new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    Sizes are what trade was above or below its forecast, in US dollars; where no alarm could be
    heard, the change of the level, on a scale on which equal lengths are equal factors. Bars are
    90 % intervals; an arrow is an end outside the panel.
    """
    most = MOST if ax is None else _most_on(ax)
    blocks = blocks_of(told(result).head(most).to_dicts(), result.freq)
    height = sum(_HEAD + len(block.rows) + _TICKS for block in blocks) + _FOOT
    words = said(result, most)
    box = Box(height=_ROW * height, left=0.0, right=0.0, above=0.0, below=0.0)
    with drawing_on(ax, words, provenance_of(result), box) as target:
        target.set(xlim=(0, 1), ylim=(height, 0))
        target.axis("off")
        sheet = _Sheet(target, width_of(target))
        _body(sheet, blocks, height)
        if blocks:
            _legend(sheet, height, "" if ax is None else words.notes[0])
        else:
            none = f"No row to draw: {counted(result.table['verdict'].to_list())}."
            target.text(0.5, height / 2, none, ha="center", va="center", color=FAINT)
    return target


def _most_on(ax: Axes) -> int:
    """Rows that a caller's axes have room for, once they are laid out."""
    figure_of(ax)  # which says what is no axes
    ax.axis("off")
    lay_out(ax)
    return min(MOST, max(int(height_of(ax) / _ROW - _HEAD - _TICKS - _FOOT), 1))


def _body(sheet: _Sheet, blocks: Sequence[Block], height: float) -> None:
    top = 0.0
    for block in blocks:
        _draw(sheet, block, top, height)
        top += _HEAD + len(block.rows) + _TICKS


def _draw(sheet: _Sheet, block: Block, top: float, height: float) -> None:
    """One block: headings, then a line for each series, then ticks."""
    ax, first, n = sheet.ax, top + _HEAD, len(block.rows)
    left, right = (0.0, 0.0) if sheet.narrow else sheet.middle
    look: dict[str, Any] = {"va": "bottom", "fontsize": SMALL, "color": FAINT}
    ax.text(left, first - 0.2, block.heading, ha="left", **look)
    for x, name in _names(sheet):
        ax.text(x, first - 0.2, name, ha="center", rotation=90 * sheet.narrow, **look)
    for y, row in enumerate(block.rows):
        ax.axhline(first + y, color=RULE, lw=0.4, zorder=0)
        _series(sheet, block, row, first + y + 0.5)
    if not sheet.narrow:
        inner = ax.inset_axes((left, 1 - (first + n) / height, right - left, n / height))
        draw_sizes(inner, block)


def _names(sheet: _Sheet) -> list[tuple[float, str]]:
    return list(zip(sheet.witnesses, WITNESSES, strict=True))


def _series(sheet: _Sheet, block: Block, row: dict[str, Any], y: float) -> None:
    """Title and verdict on the left, the witnesses on the right."""
    when = f", {row['month']:%Y-%m}" if row["verdict"] == DESCRIBED else ""
    words = f"{row['verdict']}{when}"
    if sheet.narrow and block.relative:
        words = f"{size_words(block, row, sheet.room)}, {words}"
    elif sheet.narrow:
        rest = sheet.room - width(f"{words}: ", size=SMALL)
        words = f"{words}: {size_words(block, row, rest)}"
    for text, lift, size, color, va in (
        (row["title"], -0.04, BODY, INK, "bottom"),
        (words, 0.06, SMALL, FAINT, "top"),
    ):
        said = shorten(text, inches=sheet.room, size=size)
        sheet.ax.text(0, y + lift, said, va=va, fontsize=size, color=color)
    for x, name in _names(sheet):
        _mark(sheet.ax, x, y, _mark_of(row[name]))


def _mark_of(said: str) -> _Mark:
    """Mark of a stance, or of what the routes say of a fall."""
    stance = next((stance for stance, words in CARRIED.items() if words == said), said)
    return _MARKS.get(stance, _MARKS[_NOT_HEARD])


def _mark(ax: Axes, x: float, y: float, mark: _Mark) -> None:
    ax.plot(
        x, y, mark.marker, ms=mark.size, mfc=mark.face, mec=mark.edge, mew=1.2, clip_on=False
    )  # fmt: skip


def _legend(sheet: _Sheet, height: float, note: str) -> None:
    """What the marks mean; on a caller's axes also what a sheet says in its notes."""
    x, y = 0.08 / sheet.inches, height - _FOOT + 0.3
    for word, mark in _MARKS.items():
        _mark(sheet.ax, x, y, mark)
        sheet.ax.text(x + 0.1 / sheet.inches, y, word, va="center", fontsize=SMALL)
        x += (width(word, size=SMALL) + 0.35) / sheet.inches
    lines = "\n".join(wrap(note, inches=sheet.inches, size=NOTE))
    sheet.ax.text(0, y + 0.35, lines, va="top", fontsize=NOTE, color=FAINT)
