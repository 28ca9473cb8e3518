"""Which series can be watched and how, and by which rule the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from numbers import Integral
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.engines import COUNTS, HURDLE, LOGS, Engine
from tradeflow.detect.monthly.series import COUNTS as COUNTED
from tradeflow.detect.monthly.series import TESTED, TOO_MANY_ZEROS, rules
from tradeflow.errors import TooShortError, UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

FEWEST_BASELINE: Final = 30
"""Months of baseline that a series needs."""

FEWEST_PLAN: Final = 3
"""Shortest plan: e-values rest on at least three months in a row."""

ENGINES: Final = (LOGS, COUNTS, HURDLE)
"""In the order of the share of months without trade: up to 10 %, up to 60 %, beyond."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Shape (n,) each: the engine's name or empty; empty or why the series is not watched."""

    engine: NDArray[np.str_]
    rule: NDArray[np.str_]

    def rows(self, engine: Engine) -> NDArray[np.intp]:
        """Series that `engine` watches."""
        return np.flatnonzero(self.engine == engine.name)


def first_watched(panel: Panel, since: date | str, guard: int, plan: int, rate: float) -> int:
    """Check the arguments of a watch and return the index of its first month.

    Raises
    ------
    UsageError
        `since`, `guard`, `plan` or `rate` has a value that cannot be meant.
    TooShortError
        No month lies before the guard band, or none is under watch.
    """
    if not isinstance(guard, Integral) or guard < 0:
        raise UsageError(f"guard is {guard}; give a whole number of months, 0 or more.")
    if not isinstance(plan, Integral) or plan < FEWEST_PLAN:
        raise UsageError(f"plan is {plan}; give a whole number of months, {FEWEST_PLAN} or more.")
    if not 0 < rate < 1:
        raise UsageError(f"q is {rate}; a false-discovery rate lies between 0 and 1.")
    day = first_day(since)
    month = date(day.year, day.month, 1)
    start = sum(p < month for p in panel.periods)
    held = f"the panel holds {panel.periods[0]:%Y-%m} to {panel.periods[-1]:%Y-%m}"
    if start == len(panel.periods):
        raise TooShortError(
            f"No month to watch since {month:%Y-%m}: {held}. Choose an earlier one."
        )
    if start <= guard:
        raise TooShortError(
            f"No baseline before {month:%Y-%m} less the guard band of {guard} months: {held}. "
            "Choose a later month."
        )
    return start


def faulty(panel: Panel) -> NDArray[np.bool_]:
    """Series with a value that no trade can have; shape (n,)."""
    return np.asarray((np.isinf(panel.values) | (panel.values < 0)).any(axis=1))


def admit(
    values: NDArray[np.float64], panel: Panel, faults: NDArray[np.bool_], start: int, end: int
) -> Admission:
    """Choose the engine of every series, or say why it has none.

    Parameters
    ----------
    values
        Shape (n, T), at least 0; NaN where there is no number.
    panel
        For the states of the cells.
    faults
        Shape (n,), from :func:`faulty`.
    start, end
        Index of the first month under watch, and of the first one after the baseline.
    """
    baseline, watched = values[:, :end], values[:, start:]
    known, total = (~np.isnan(baseline)).sum(axis=1), np.nansum(baseline, axis=1)
    rare = (baseline > 0).sum(axis=1) < (1 - TOO_MANY_ZEROS) * known
    broken = (panel.state[:, end:] == State.BREAK).any(axis=1)
    broken &= ~(panel.state[:, :end] == State.BREAK).all(axis=1)
    because = (
        (faults, "a value is negative or infinite"),
        (np.isnan(values).all(axis=1), "all months are missing"),
        (broken, "not comparable across a change of the classification"),
        (known < FEWEST_BASELINE, f"fewer than {FEWEST_BASELINE} months in the baseline"),
        (
            (total == 0) & (np.nansum(watched, axis=1) > 0),
            "no trade in the baseline, but under watch",
        ),
        (total == 0, "no trade in the baseline"),
        (np.isnan(watched).all(axis=1), "no month under watch has a number"),
        (rare, ""),
    )
    frozen = rules(baseline)
    words = ["", *(word for _, word in because), *np.unique(frozen)]
    rule = np.full(len(values), "", dtype=f"U{max(map(len, words))}")
    rule[:] = np.where(frozen == COUNTED, TESTED, frozen)
    for bad, word in reversed(because):
        rule[bad] = word
    engine = np.select([rare, frozen == COUNTED], [HURDLE.name, COUNTS.name], default=LOGS.name)
    return Admission(np.where(rule == "", engine, ""), rule)
