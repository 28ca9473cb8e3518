"""The axis of months, and what all panels over it share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from matplotlib.dates import date2num
from matplotlib.ticker import FixedFormatter, FixedLocator, FuncFormatter, MaxNLocator

from tradeflow.charts.frame import dress
from tradeflow.charts.page import width_of
from tradeflow.charts.style import DASHES, INK, RULE, plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

HALF_MONTH: Final = 15.2
"""Days from a month's mark to where the month begins and ends on the axis."""

_YEAR: Final = 0.4  # inches that a year's number takes
_JULY: Final = 7
_day: Any = date2num  # matplotlib does not type it


def days_of(periods: Sequence[date]) -> NDArray[np.float64]:
    """Places of months on the axis, shape (T,): days as matplotlib counts them."""
    return np.array([_day(day) for day in periods], dtype=np.float64)


def set_months(ax: Axes, periods: Sequence[date], *, since: date | None = None) -> None:
    """Lay out the axis: years at their Januaries, and a line where the time after begins."""
    dress(ax)
    x = days_of(periods)
    ax.xaxis.axis_date()
    ax.set_xlim(x[0] - HALF_MONTH, x[-1] + HALF_MONTH)
    at, words = ticks_of(periods, inches=width_of(ax))
    ax.xaxis.set_major_locator(FixedLocator(x[at].tolist()))
    ax.xaxis.set_major_formatter(FixedFormatter(words))
    if since is not None:
        line = days_of([since])[0] - HALF_MONTH
        label = f"from {since:%b %Y} on"
        ax.axvline(line, color=INK, linewidth=0.9, linestyle=DASHES, zorder=2.5, label=label)


def ticks_of(periods: Sequence[date], *, inches: float) -> tuple[list[int], list[str]]:
    """Months to name, and their names: as many years as there is room for, else half years."""
    room = max(int(inches / _YEAR), 1)
    years = [i for i, p in enumerate(periods) if p.month == 1]
    halves = [i for i, p in enumerate(periods) if p.month in {1, _JULY}]
    if len(halves) <= room:
        return halves, [_name(periods[i]) for i in halves]
    every = -(-len(years) // room)
    return years[::every], [str(periods[i].year) for i in years[::every]]


def _name(month: date) -> str:
    return str(month.year) if month.month == 1 else f"{month:%b}"


def set_amounts(ax: Axes, low: float, high: float, *, ticks: int) -> None:
    """Lay out the upright axis in round amounts."""
    ax.set_ylim(low, high)
    levels = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    ax.yaxis.set_major_locator(FixedLocator([v for v in levels if low <= v <= high]))
    ax.yaxis.set_major_formatter(FuncFormatter(plain))
    ax.grid(axis="y", color=RULE, linewidth=0.4)


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of True.

    >>> runs(np.array([True, True, False, True]))
    [(0, 1), (3, 3)]
    """
    edge = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in edge.reshape(-1, 2)]
