"""The main panel of a category by month: value, forecast, alarm, and level shift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.monthly.axis import HALF_MONTH, days_of, set_amounts, set_months
from tradeflow.charts.monthly.marks import Months, draw_months, months_of
from tradeflow.charts.style import BAND, INK, PALETTE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.answers import MonthlyAnswers
    from tradeflow.detect.monthly.monitor import MonitorResult

    Floats = NDArray[np.float64]

_WINE, _TEAL, _AMBER = PALETTE[1], PALETTE[2], PALETTE[3]
_TALLEST: Final = 2.2  # times what was traded or forecast: a taller interval is cut
_HEAD: Final = 1.1  # room above the highest mark


def draw_value(ax: Axes, answers: MonthlyAnswers, row: int) -> None:
    """Draw value by month with forecast, alarm and date set.

    Parameters
    ----------
    ax, answers, row
        Where, what, and which category.
    """
    months = value_months(answers, row)
    ax.axhline(0, color=INK, linewidth=0.6)
    draw_months(ax, months)
    top = float(np.nanmax([*months.drawn, 1e-9]))
    if told := watch_of(answers, row):
        x = days_of(answers.panel.periods[answers.start :])
        top = _forecast(ax, told, row, x, top)
        _outside(ax, told, row, x, months.drawn[answers.start :])
        _alarm(ax, told, row, x)
    set_months(ax, months.periods, since=answers.since)
    set_amounts(ax, 0.0, top * _HEAD, ticks=5)
    _shift(ax, answers, row)


def value_months(answers: MonthlyAnswers, row: int) -> Months:
    """The category's value, million US dollars a month."""
    panel = answers.panel
    return months_of(
        panel.periods, panel.values[row] / 1e6, panel.state[row], answers.provisional[row]
    )


def watch_of(answers: MonthlyAnswers, row: int) -> MonitorResult | None:
    """The watch, if the category has a forecast in it."""
    told = answers.watched
    return None if told is None or told.rule[row] else told


def _forecast(ax: Axes, told: MonitorResult, row: int, x: Floats, top: float) -> float:
    """Draw the forecast and its interval; return the top of what is to be seen, m USD."""
    low, mean, high = (y[row] / 1e6 for y in (told.low, told.expected, told.high))
    sure = np.isfinite(high)
    top = max(top, float(np.nanmax(mean)))
    most = _TALLEST * top
    cut = bool((high[sure] > most).any())
    if sure.any():
        label = f"90\xa0% interval{' (cut at the top)' if cut else ''}"
        shade: dict[str, Any] = {"color": BAND, "alpha": 0.4, "linewidth": 0, "label": label}
        ax.fill_between(x, low, np.where(sure, high, 0), where=sure.tolist(), **shade)
        ax.plot(x, np.where(sure, mean, np.nan), color=_TEAL, lw=1.4, ls="--", label="forecast")
    if not sure.all():
        beyond = np.where(sure, np.nan, mean)
        label = "forecast, too far ahead for an interval"
        ax.plot(x, beyond, color=_TEAL, lw=1.2, ls=":", label=label)
    return max(top, min(float(high[sure].max(initial=0.0)), most))


def _outside(ax: Axes, told: MonitorResult, row: int, x: Floats, y: Floats) -> None:
    beyond = (told.actual[row] > told.high[row]) | (told.actual[row] < told.low[row])
    if (beyond & np.isfinite(y)).any():
        look: dict[str, Any] = {"marker": "o", "ms": 6.5, "mfc": "none", "mec": _WINE, "mew": 1.3}
        ax.plot(x[beyond], y[beyond], ls="none", label="outside the interval", zorder=5, **look)


def _alarm(ax: Axes, told: MonitorResult, row: int, x: Floats) -> None:
    if not told.alarm[row]:
        return
    span = told.spans[told.longest[row]]
    ax.plot(
        [x[0] - HALF_MONTH, x[span - 1] + HALF_MONTH],
        [0.985, 0.985],
        transform=ax.get_xaxis_transform(),
        color=_WINE,
        linewidth=3.0,
        solid_capstyle="butt",
        label=f"alarm over {span} months",
        zorder=5,
    )


def _shift(ax: Axes, answers: MonthlyAnswers, row: int) -> None:
    """Mark the month of a level shift, and the months that it may be, at the foot."""
    told = answers.described
    if told is None or not (told.shifted[row] or told.sudden[row]):
        return
    first, best, last = days_of(answers.panel.periods)[
        [told.first[row], told.date[row], told.last[row]]
    ]
    word = "level shift" if told.shifted[row] else "sudden change"
    foot = ax.get_xaxis_transform()
    ax.plot(
        [first - HALF_MONTH, last + HALF_MONTH],
        [0.018, 0.018],
        transform=foot,
        color=_AMBER,
        linewidth=4.0,
        solid_capstyle="butt",
        label=f"months in which the {word} may begin (90\xa0%)",
        zorder=4.5,
    )
    ax.plot(
        [best],
        [0.03],
        transform=foot,
        marker="^",
        markersize=6.5,
        color=_AMBER,
        markeredgecolor=INK,
        markeredgewidth=0.6,
        linestyle="none",
        label=f"likeliest month of the {word}",
        zorder=5,
    )
