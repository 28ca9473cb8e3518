"""The middle of the figure of findings: sizes with intervals, as bars and in figures."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator

from tradeflow.charts.page import width_of
from tradeflow.charts.style import INK, MINUS, SMALL, millions, plain
from tradeflow.charts.wrap import width

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_ENDS: Final = ("", "_low", "_high")
_WIDEST: Final = 3.0  # interval ends beyond so many times the largest size get an arrow instead
_FARTHEST: Final = 7.0  # log points: a thousandth left, or a thousand times as much
_TINY: Final = 1e-9
_MARGIN: Final = 0.06  # of the axis, on both sides
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
    ends = [[row[block.column + end] for end in _ENDS] for row in block.rows]
    sizes = np.array(ends, dtype=np.float64) / block.unit
    low, high = _reach(sizes, relative=block.relative)
    ax.set(xlim=(low, high), ylim=(len(sizes), 0))
    ax.axvline(0, color=INK, lw=0.8)
    for y, figures in enumerate(sizes, 1):
        _interval(ax, y - _BAR, figures[1:], (low, high))
        ax.plot(np.clip(figures[0], low, high), y - _BAR, "o", color=INK, ms=4)
        _number(ax, figures, y - _BAR, relative=block.relative)
    ax.set(yticks=[], facecolor="none")
    ax.spines["left"].set_visible(False)
    if block.relative:
        ticks = _factors(low, high, width_of(ax))
        ax.set_xticks(ticks, [_percent(tick) for tick in ticks])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(max(int(width_of(ax) / _TICK), 1)))
        ax.xaxis.set_major_formatter(FuncFormatter(plain))


def _reach(sizes: NDArray[np.float64], *, relative: bool) -> tuple[float, float]:
    """Ends of the axis: all intervals, unless one is many times as wide as any size."""
    most = max(float(np.abs(sizes[:, 0]).max()), _TINY) * _WIDEST
    most = min(most, _FARTHEST) if relative else most
    inside = np.clip(np.nan_to_num(sizes, posinf=most, neginf=-most), -most, most)
    low, high = min(float(inside.min()), 0.0), max(float(inside.max()), 0.0)
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def _interval(ax: Axes, y: float, ends: NDArray[np.float64], limits: tuple[float, float]) -> None:
    """A bar; an arrow where it goes on outside."""
    if np.isnan(ends).any():
        return
    ax.plot(np.clip(ends, *limits), [y, y], color=INK, lw=1.3, solid_capstyle="butt")
    for outside, limit, arrow in zip(_outside(ends, limits), limits, "<>", strict=True):
        if outside:
            ax.plot(limit, y, arrow, color=INK, ms=4, clip_on=False)


def _outside(ends: NDArray[np.float64], limits: tuple[float, float]) -> tuple[bool, bool]:
    return bool(ends[0] < limits[0]), bool(ends[1] > limits[1])


def _number(ax: Axes, figures: NDArray[np.float64], y: float, *, relative: bool) -> None:
    """Size and interval in figures, on the wider side of zero, as far as there is room."""
    low, high = ax.get_xlim()
    side = 1 if high > -low else -1
    room = width_of(ax) * max(high, -low) / (high - low)
    at, *ends = (_percent(x) if relative else millions(x * 1e6, sign=True) for x in figures)
    full = f"{at} ({ends[0]} to {ends[1]})" if np.isfinite(figures).all() else at
    said = full if width(full, size=SMALL) + _PAD < room else at
    x, ha = side * _PAD * max(high, -low) / room, "left" if side > 0 else "right"
    ax.text(x, y - 0.12, said, ha=ha, va="bottom", fontsize=SMALL)


def _factors(low: float, high: float, inches: float) -> list[float]:
    """Ticks at equal factors, with room for what stands under each."""
    room = (high - low) * _TICK / inches
    base = next((np.log(x) for x in (1.2, 2.0, 10.0, 100.0) if np.log(x) >= room), np.log(1e3))
    return [float(step * base) for step in range(ceil(low / base), floor(high / base) + 1)]


def _percent(log: float) -> str:
    """Print a change of the level; a thousand per cent and more without decimals."""
    value = 100 * np.expm1(log)
    text = f"{value:+,.0f}" if abs(value) >= 1_000 else f"{value:+,.3g}"  # noqa: PLR2004  digits
    return f"{text} %".replace("-", MINUS) if value else "0 %"
