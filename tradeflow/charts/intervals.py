"""Points with their intervals along an axis: its reach, its ticks, and arrows beyond it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from tradeflow.charts.page import height_of, width_of
from tradeflow.charts.style import MINUS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_WIDEST: Final = 3.0  # interval ends beyond so many times the largest size get an arrow instead
_USUAL: Final = 1.3  # unless this many times the usual end is farther
_FARTHEST: Final = 7.0  # log points: a thousandth left, or a thousand times as much
_TINY: Final = 1e-9
_MARGIN: Final = 0.06  # of the axis, on both sides
_ROUND: Final = (
    *(0, -99, 10_000, -90, 1_000, -99.9, 100_000, -50, 100, -20, 20, -75, 300, -10, 10, -5, 5),
    *(-30, 40, -2, 2, -1, 1),
)
"""Percentages to write at an axis, the most telling first."""

_TICK: Final = 0.45  # inches
_TWO_FIGURES, _NEARLY_ALL = 9.95, -99.05  # per cent between which no decimal is printed
_MOST: Final = 1_000_000  # per cent
_NEARLY: Final = -99.95  # per cent: more than this would be printed as everything


def reach(
    sizes: NDArray[np.float64], *, farthest: float = float("inf"), widest: float = _WIDEST
) -> tuple[float, float]:
    """Ends of an axis: zero and all intervals, unless one is many times as wide as any size.

    Parameters
    ----------
    sizes
        Shape (n, 3): sizes and their ends; NaN and infinite ends are allowed.
    farthest
        No end lies beyond.
    widest
        How many times the largest size an interval's end may lie away.
    """
    known = sizes[np.isfinite(sizes[:, 0])]
    ends = np.abs(known[:, 1:][np.isfinite(known[:, 1:])])
    usual = _USUAL * float(np.median(ends)) if ends.size else 0.0
    most = max(widest * float(np.abs(known[:, 0]).max(initial=0.0)), usual, _TINY)
    most = min(most, farthest)
    inside = np.clip(np.nan_to_num(known, posinf=most, neginf=-most), -most, most)
    low, high = float(inside.min(initial=0.0)), float(inside.max(initial=0.0))
    margin = _MARGIN * (high - low) or 1.0
    return low - margin, high + margin


def reach_of_logs(sizes: NDArray[np.float64]) -> tuple[float, float]:
    """Ends of an axis of changes in log points."""
    return reach(sizes, farthest=_FARTHEST)


def draw_interval(
    ax: Axes,
    y: float,
    ends: NDArray[np.float64],
    limits: tuple[float, float],
    *,
    color: str,
    width: float = 1.3,
) -> None:
    """Draw a bar, with an arrow where it goes on outside; nothing if an end is not known."""
    if np.isnan(ends).any():
        return
    ax.plot(np.clip(ends, *limits), [y, y], color=color, lw=width, solid_capstyle="butt")
    outside = (ends[0] < limits[0], ends[1] > limits[1])
    for beyond, limit, arrow in zip(outside, limits, "<>", strict=True):
        if beyond:
            ax.plot(limit, y, arrow, color=color, ms=4, clip_on=False)


def percent_axis(ax: Axes) -> None:
    """Write changes in log points as per cent; equal lengths are equal factors."""
    ticks = _round(*ax.get_xlim(), width_of(ax))
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda log, _: percent(log)))


def percent_ticks(ax: Axes) -> None:
    """Write changes in log points as per cent on an upright axis."""
    ticks = _round(*ax.get_ylim(), 1.5 * height_of(ax))
    ax.set_yticks(ticks, [percent(tick) for tick in ticks])


def _round(low: float, high: float, inches: float) -> list[float]:
    """Round percentages with room for what stands under each, in log points."""
    room = (high - low) * _TICK / inches
    taken: list[float] = []
    for log in np.log1p(np.array(_ROUND) / 100):
        if low <= log <= high and all(abs(log - other) >= room for other in taken):
            taken.append(float(log))
    return sorted(taken)


def percent(log: float) -> str:
    r"""Print a change in log points as per cent, with two or three figures.

    >>> [percent(x).replace(MINUS, "-") for x in (0.0, 0.0488, -0.6931, 4.0, -9.0)]
    ['0 %', '+5.0 %', '-50 %', '+5,360 %', 'below -99.9 %']
    """
    value = float(100 * np.expm1(log))
    if value < _NEARLY:
        return f"below {MINUS}99.9 %"
    if value > _MOST:
        return f"over +{_MOST:,} %"
    places = 0 if abs(value) >= _TWO_FIGURES and value > _NEARLY_ALL else 1
    text = f"{value:+,.{places}f} %".replace("-", MINUS)
    return "0 %" if float(np.round(value, 1)) == 0 else text
