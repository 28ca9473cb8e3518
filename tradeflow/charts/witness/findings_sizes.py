"""The middle of the figure of findings: sizes with intervals, as bars and in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tradeflow.charts.intervals import draw_interval, percent, percent_axis, reach, reach_of_logs
from tradeflow.charts.page import width_of
from tradeflow.charts.style import INK, SMALL, millions, plain
from tradeflow.charts.wrap import width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_ENDS: Final = ("", "_low", "_high")
_TICK: Final = 0.6  # inches
_PAD: Final = 0.05  # inches
_BAR: Final = 0.38  # rows, from the lower edge: figures stand above


class Block(NamedTuple):
    """One block of rows, the column that its axis shows, and in which unit."""

    rows: list[dict[str, Any]]
    column: str
    unit: float
    heading: str
    relative: bool


def blocks_of(rows: list[dict[str, Any]], freq: str) -> list[Block]:
    """Rows with an alarm, and rows with no more than a description: they have no unit in common."""
    alarmed = [row for row in rows if row["excess_usd"] is not None]
    described = [row for row in rows if row["excess_usd"] is None and row["size_log"] is not None]
    spans = {row["span"] for row in alarmed} or {0}
    periods = "months" if freq == "M" else "years"
    over = f"over {'up to ' if len(spans) > 1 else ''}{max(spans)} {periods}"
    measure = "forecast" if freq == "M" else "comparable goods"
    made = (
        Block(alarmed, "excess_usd", 1e6, f"m USD {over}\nbeyond {measure}", relative=False),
        Block(described, "size_log", 1.0, "change of the level\n(no alarm heard)", relative=True),
    )
    return [block for block in made if block.rows]


def draw_sizes(ax: Axes, block: Block) -> None:
    """Points with intervals, one line each."""
    sizes = np.array([_ends(block, row) for row in block.rows])
    low, high = reach_of_logs(sizes) if block.relative else reach(sizes)
    ax.set(xlim=(low, high), ylim=(len(sizes), 0))
    ax.axvline(0, color=INK, lw=0.8)
    for y, figures in enumerate(sizes, 1):
        draw_interval(ax, y - _BAR, figures[1:], (low, high), color=INK)
        ax.plot(np.clip(figures[0], low, high), y - _BAR, "o", color=INK, ms=4)
        _number(ax, figures, y - _BAR, relative=block.relative)
    ax.set(yticks=[], facecolor="none")
    ax.spines["left"].set_visible(False)
    if block.relative:
        percent_axis(ax)
    else:
        ax.xaxis.set_major_locator(MaxNLocator(max(int(width_of(ax) / _TICK), 1)))
        ax.xaxis.set_major_formatter(FuncFormatter(plain))


def _number(ax: Axes, figures: NDArray[np.float64], y: float, *, relative: bool) -> None:
    """Size and interval in figures, on the wider side of zero, as far as there is room."""
    low, high = ax.get_xlim()
    side = 1 if high > -low else -1
    room = width_of(ax) * max(high, -low) / (high - low)
    said = _in_figures(figures, room - _PAD, relative=relative)
    x, ha = side * _PAD * max(high, -low) / room, "left" if side > 0 else "right"
    ax.text(x, y - 0.12, said, ha=ha, va="bottom", fontsize=SMALL)


def _ends(block: Block, row: dict[str, Any]) -> NDArray[np.float64]:
    """Size and ends of its interval, shape (3,); NaN where there is none."""
    ends = [row[block.column + end] for end in _ENDS]
    return np.array(ends, dtype=np.float64) / block.unit


def _in_figures(figures: NDArray[np.float64], inches: float, *, relative: bool) -> str:
    at, *ends = (percent(x) if relative else millions(x * 1e6, sign=True) for x in figures)
    full = f"{at} ({ends[0]} to {ends[1]})" if np.isfinite(figures).all() else at
    return full if width(full, size=SMALL) < inches else at


def size_words(block: Block, row: dict[str, Any], inches: float) -> str:
    """Size of a row in figures, with its interval where there is room."""
    return _in_figures(_ends(block, row), inches, relative=block.relative)
