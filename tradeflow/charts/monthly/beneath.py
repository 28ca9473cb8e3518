"""The panels under a category's value by month: weight, unit value, cumulative excess."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.frame import caption
from tradeflow.charts.monthly.axis import days_of, set_amounts, set_months
from tradeflow.charts.monthly.marks import NO_NUMBER, Months, draw_months, months_of
from tradeflow.charts.style import BAND, FAINT, INK, PALETTE
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.answers import MonthlyAnswers

_SMALL: Final = 2.8  # points, of marks
_ROOM: Final = 1.12
_TALLEST: Final = 3.0  # times the sum itself: a wider interval is cut


def weighed(answers: MonthlyAnswers, row: int) -> bool:
    """Whether a month of the category has a weight, without which there is no unit value."""
    return bool((answers.panel.net_kg[row] > 0).any())


def draw_weight(ax: Axes, answers: MonthlyAnswers, row: int) -> None:
    """Draw tonnes by month."""
    _measure(ax, answers, row, weight_months(answers, row), "Weight, tonnes a month")


def draw_unit_value(ax: Axes, answers: MonthlyAnswers, row: int) -> None:
    """Draw US dollars per kilogram by month."""
    value, weight = answers.panel.values[row], answers.panel.net_kg[row]
    ratio = np.divide(value, weight, out=np.full_like(value, np.nan), where=weight > 0)
    months = _as_stated(answers, row, ratio)
    _measure(ax, answers, row, months, "Unit value, USD per kg")


def weight_months(answers: MonthlyAnswers, row: int) -> Months:
    """The category's weight, tonnes a month."""
    return _as_stated(answers, row, answers.panel.net_kg[row] / 1e3)


def _measure(ax: Axes, answers: MonthlyAnswers, row: int, months: Months, title: str) -> None:
    drawn = months.drawn
    draw_months(ax, months, size=_SMALL, width=1.0)
    guessed = answers.weight_estimated[row].any()
    caption(ax, title + ("; some weights are estimates" if guessed else ""))
    set_months(ax, months.periods, since=answers.since)
    set_amounts(ax, 0.0, float(np.nanmax(drawn)) * _ROOM, ticks=3)


def _as_stated(answers: MonthlyAnswers, row: int, values: NDArray[np.float64]) -> Months:
    """The months of a measure of which the value's state holds, too, but numbers may be missing."""
    panel = answers.panel
    months = months_of(panel.periods, values, panel.state[row], answers.provisional[row])
    lost = ~np.isfinite(values) & np.isfinite(panel.values[row]) & (panel.values[row] > 0)
    lost &= panel.state[row] != State.BREAK
    return Months(months.periods, values, np.where(lost, NO_NUMBER, months.known))


def draw_cumulative(ax: Axes, answers: MonthlyAnswers, row: int) -> None:
    """Draw what was more or less than forecast, added up since the watch began."""
    paths = answers.paths
    if paths is None:
        return
    x = days_of(answers.panel.periods[answers.start :])
    low, mean, high = (y[row] / 1e6 for y in (paths.low, paths.excess, paths.high))
    sure = np.isfinite(low) & np.isfinite(high)
    most = _TALLEST * max(float(np.nanmax(np.abs(mean), initial=0.0)), 1e-9)
    ends = np.clip(
        np.concatenate([[0.0], mean[np.isfinite(mean)], low[sure], high[sure]]), -most, most
    )
    if sure.any():
        ax.fill_between(
            x,
            np.where(sure, low, 0),
            np.where(sure, high, 0),
            where=sure,
            color=BAND,
            alpha=0.4,
            lw=0,
        )
    ax.plot(x, mean, color=PALETTE[2], linewidth=1.4)
    ax.axhline(0, color=INK, linewidth=0.8)
    ends_early = not np.isfinite(mean).all()
    until = ", until a month without a number" if ends_early else ""
    caption(ax, f"Cumulative excess over the forecast, m USD (90\xa0% interval){until}")
    set_months(ax, answers.panel.periods, since=answers.since)
    set_amounts(ax, float(ends.min()) * _ROOM - 1e-12, float(ends.max()) * _ROOM + 1e-12, ticks=3)
    if ends_early:
        stop = int(np.flatnonzero(~np.isfinite(mean))[0])
        _stopped(ax, float(x[stop]))


def _stopped(ax: Axes, x: float) -> None:
    """Say that the sum ends at a month without a number."""
    ax.axvspan(x, ax.get_xlim()[1], facecolor="none", edgecolor=BAND, hatch="....", linewidth=0)
    ax.axvline(x, color=FAINT, linewidth=0.6)
