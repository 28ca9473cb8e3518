"""What a category's figure by month says in words: the finding first, no louder than it is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.intervals import percent
from tradeflow.charts.monthly.value import watch_of
from tradeflow.charts.names import exporters, place_name
from tradeflow.charts.phrases import NBSP, relative
from tradeflow.charts.style import millions, money
from tradeflow.nomenclature.categories import category
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.answers import MonthlyAnswers

_REACH: Final = 1.6448536269514722  # of a 90 % interval, in standard errors
_YEAR: Final = 12
_DOUBTFUL: Final = math.log(1.5)  # a larger change without a shift needs a word of explanation
_FEW: Final = 0.015  # of what was: less is printed with a decimal
_EXPLAINED: Final = (
    "Forecast: from months that end three before the first one watched; its interval holds 90"
    f"{NBSP}% of the errors of such forecasts made earlier. An alarm: months that together lie "
    "farther from their forecast than chance explains, false for a promised share of alarms."
)
_DESCRIBED: Final = (
    "A level shift describes; without a forecast there is no alarm. The latest months cannot date "
    "one, and a fall or rise in several steps may show none."
)


def said(answers: MonthlyAnswers, row: int) -> Said:
    """State the finding for one category, how much, how sure, and how to read the figure.

    Parameters
    ----------
    answers, row
        The answers, and which category.
    """
    name = answers.names()[row]
    how = _EXPLAINED if watch_of(answers, row) else _DESCRIBED
    notes = (f"What this cannot show: {category(name).cannot_show} {COMPATIBLE}", how)
    return Said(headline(answers, row), subtitle(answers, row), notes)


def headline(answers: MonthlyAnswers, row: int) -> str:
    """State the finding in a sentence."""
    title = category(answers.names()[row]).title
    if found := _against_forecast(answers, row):
        return f"{title}: {found}"
    return f"{title}: {_described(answers, row)}"


def _against_forecast(answers: MonthlyAnswers, row: int) -> str:
    """The change over the longest span with an interval; empty if there is none."""
    told = watch_of(answers, row)
    if told is None or not told.calibrated[row].any():
        return ""
    at = int(told.longest[row])
    span = told.spans[at]
    actual = float(told.actual[row, :span].sum())
    low, high = (actual - x[row, at] for x in (told.excess_high, told.excess_low))
    logs = told.change[row, at], _log(actual, high), _log(actual, low)
    what = f"its forecast in the {span} months from {answers.since:%b %Y}"
    found = changed(*logs, what)
    return f"{found}, an alarm" if told.alarm[row] else f"no alarm; {found}"


def _log(actual: float, forecast: float) -> float:
    with np.errstate(divide="ignore"):
        return float(np.log(actual) - np.log(max(forecast, 0.0)))


def changed(log: float, low: float, high: float, what: str) -> str:
    r"""Put a change in log points and its 90 % interval into words.

    >>> changed(0.7, 0.1, 1.2, "its forecast").replace(NBSP, " ")
    '2.0 times its forecast (90 % interval 1.1 to 3.3)'
    >>> changed(-3.0, -3.9, -1.9, "its level").replace(NBSP, " ")
    '95 % below its level (90 % interval 85 % to 98 % below)'
    """
    ratio = math.exp(log)
    if ratio >= 1.5:  # noqa: PLR2004  as in `relative`
        return f"{relative(ratio, what)} (90{NBSP}% interval {_factor(low)} to {_factor(high)})"
    said = f"{_below(log)} below {what}" if ratio < _FEW else relative(ratio, what)
    if high < 0:
        return f"{said} (90{NBSP}% interval {_below(high)} to {_below(low)} below)"
    return f"{said} (90{NBSP}% interval {percent(low)} to {percent(high)})"


def _factor(log: float) -> str:
    return f"{math.exp(log):.1f}" if math.isfinite(log) else "any number"


def _below(log: float) -> str:
    """How far below, in per cent; never 100 where anything is left."""
    part = -100 * math.expm1(log)
    places = 0 if part < 98.5 else 1  # noqa: PLR2004  whole per cent as far as they tell
    return f"{min(part, 99.9):.{places}f}{NBSP}%" if part < 99.95 else f"over{NBSP}99.9{NBSP}%"  # noqa: PLR2004  rounds to all


def _described(answers: MonthlyAnswers, row: int) -> str:
    """The level shift, or why none can be seen."""
    told = answers.described
    if told is None:
        return "too few months to describe or to forecast"
    if told.rule[row]:
        if (answers.panel.state[row] == State.BREAK).any():
            return "no series that can be compared across the change of the classification"
        return f"not judged, {told.rule[row]}"
    if not (told.shifted[row] or told.sudden[row]):
        return f"no lasting shift of the level shown{_all_the_same(answers, row)}"
    size, half = told.size[row], _REACH * told.se[row]
    month = answers.panel.periods[told.date[row]]
    what = f"its earlier level from {month:%b %Y} on"
    lasts = "" if told.shifted[row] else ", not shown to last"
    return changed(size, size - half, size + half, what) + lasts


def _all_the_same(answers: MonthlyAnswers, row: int) -> str:
    """How far the mean moved where no shift can be dated; empty if it moved little."""
    before, after = (float(np.nanmean(x)) if _known(x) else math.nan for x in _sides(answers, row))
    if not (before > 0 and abs(math.log(max(after, 1.0) / before)) > _DOUBTFUL):
        return ""
    return f"; the mean since {answers.since:%b %Y} is {relative(after / before, 'that before')}"


def subtitle(answers: MonthlyAnswers, row: int) -> str:
    """Say whose trade it is, how much, and what else is known."""
    parts = [
        f"{_whose(answers)}. {_means(answers, row)}",
        _shift_too(answers, row),
        _why(answers, row),
    ]
    return " ".join(part for part in parts if part)


def _whose(answers: MonthlyAnswers) -> str:
    first, last = answers.panel.periods[0], answers.panel.periods[-1]
    span = f"{first:%b %Y} to {last:%b %Y}"
    who = exporters(answers.reporters, answers.provenance)
    return f"Exports of {who} to {place_name(answers.partner)} by month, {span}"


def _means(answers: MonthlyAnswers, row: int) -> str:
    before, after = _sides(answers, row)
    span = f"the {len(before)} months before {answers.since:%b %Y}"
    return f"{_mean(before)} in {span}, {_mean(after)} since."


def _sides(answers: MonthlyAnswers, row: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values of the year before the date, and since."""
    values, start = answers.panel.values[row], answers.start
    return values[max(start - _YEAR, 0) : start], values[start:]


def _known(values: NDArray[np.float64]) -> int:
    return int(np.isfinite(values).sum())


def _mean(values: NDArray[np.float64]) -> str:
    """Mean of the months with a number, and how many these are unless all have one."""
    known = _known(values)
    if not known:
        return "no number"
    some = "" if known == len(values) else f" ({known} of {len(values)} months known)"
    return f"{money(float(np.nanmean(values)))} a month{some}"


def _shift_too(answers: MonthlyAnswers, row: int) -> str:
    """The excess in money, and the description beside the alarm."""
    told = watch_of(answers, row)
    if told is None or not told.calibrated[row].any():
        return ""
    at = int(told.longest[row])
    low, high = (millions(x[row, at], sign=True) for x in (told.excess_low, told.excess_high))
    excess = (
        f"Excess over the forecast {money(told.excess[row, at], sign=True)} "
        f"(90{NBSP}% interval {low} to {high}{NBSP}m) in {told.spans[at]} months; "
        f"q{NBSP}{q_words(told.q[row, at])}."
    )
    return f"{excess} Description: {_described(answers, row)}."


def q_words(value: float) -> str:
    r"""Print a q-value behind its letter.

    >>> q_words(0.0004), q_words(0.123)
    ('<\xa00.01', '=\xa00.12')
    """
    return f"={NBSP}{value:.2f}" if value >= 0.01 else f"<{NBSP}0.01"  # noqa: PLR2004  two places


def _why(answers: MonthlyAnswers, row: int) -> str:
    """Why there is no forecast, in words; empty if there is one."""
    if watch_of(answers, row):
        return ""
    if (answers.panel.state[row] == State.BREAK).any():
        return "No forecast: what the codes hold changed with the classification."
    if answers.watched is None:
        held = sum(period < answers.since for period in answers.panel.periods)
        return (
            f"No forecast: {held} months before {answers.since:%b %Y}, less a guard of three, are "
            "fewer than the 30 that it needs."
        )
    return f"No forecast: {answers.watched.rule[row]}."
