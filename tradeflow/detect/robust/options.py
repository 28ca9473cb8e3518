"""Options of the robust fit: what is allowed, and what follows from the data."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.robust.stages import Data
from tradeflow.errors import TooShortError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from tradeflow.detect.robust.model import Form
    from tradeflow.detect.robust.series import Label, Series

_MOST_POWERS: Final = 3
_PER_COEFFICIENT: Final = 3
_SPREAD_SHARE: Final = 0.7  # a half of equal values, as before a first trade, has no spread
_YEAR: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Centred and scaled data, and how to get back.

    Attributes
    ----------
    data
        The observed periods.
    centre, unit
        Values are ``centre + unit * data.y``.
    """

    data: Data
    centre: float
    unit: float


def check_options(
    form: Form, *, coverage: float, conflev: float | None, max_shifts: int, seed: int
) -> None:
    """Raise a :class:`UsageError` that says what is allowed."""
    _within("trend", form.trend, 0, _MOST_POWERS)
    _within("amplitude", form.amplitude, 0, _MOST_POWERS)
    _within("period", form.period, 1, 366)
    _within("harmonics", form.harmonics, 0, form.period // 2)
    _within("max_shifts", max_shifts, 0, 10)
    _within("seed", seed, 0, 2**32 - 1)
    if not 0.5 < coverage <= 1:  # noqa: PLR2004  the breakdown point is at most one half
        raise UsageError(f"coverage is {coverage}; it must be above 0.5 and at most 1.")
    if conflev is not None and not 0 < conflev < 1:
        raise UsageError(f"conflev is {conflev}; it must lie between 0 and 1, such as 0.975.")


def _within(name: str, value: int, low: int, high: int) -> None:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not low <= value <= high:
        raise UsageError(f"{name} is {value!r}; it must be a whole number from {low} to {high}.")


def prepare(series: Series, form: Form, coverage: float) -> Prepared:
    """Centre and scale the values observed.

    Raises
    ------
    TooShortError
        If there are fewer than three observations per coefficient, counting one shift.
    UsageError
        If the season asked for does not fit the dates.
    """
    if form.waves and series.months and series.months * form.period != _YEAR:
        raise UsageError(
            f"The series has a value every {series.months} months, so that period={form.period} "
            f"is not a year. Use period={_YEAR // series.months if series.months < _YEAR else 1}"
            f"{', harmonics=0' if series.months >= _YEAR else ''}."
        )
    t = series.observed
    need = _PER_COEFFICIENT * (form.n_coefficients + 1)
    if len(t) < need:
        raise TooShortError(
            f"{len(t)} values are too few: {form.n_coefficients + 1} coefficients (one shift "
            f"included) need {need}, three for each. Use fewer harmonics, or amplitude=0."
        )
    values = series.values[t - 1]
    centre = float(np.median(values))
    share = min(_SPREAD_SHARE, coverage - 0.05)
    spread = float(np.quantile(np.abs(values - centre), share))
    unit = spread or float(np.std(values))
    h = round(coverage * len(t))
    return Prepared(Data(t, (values - centre) / unit, h, len(series.labels)), centre, unit)


def least_apart(form: Form) -> int:
    """Periods between two shifts at least: half a season, or four."""
    return max(4, form.period // 2 if form.waves else 0)


def candidate_dates(
    series: Series, form: Form, candidates: Iterable[Label] | None
) -> NDArray[np.int64]:
    """Return the positions at which a new level may begin; each has a value.

    A candidate whose value is missing stands for the next period that has one: the data cannot
    tell the two apart.

    Raises
    ------
    TooShortError
        If no date leaves enough periods on both sides.
    UsageError
        If a candidate is not within the series.
    """
    t = series.observed
    if candidates is None:
        edge = max(ceil(0.1 * len(t)), form.period + 1 if form.waves else form.trend + 4)
        if len(t) < 2 * edge + 1:
            raise TooShortError(
                f"{len(t)} values leave no candidate date with {edge} on both sides. Give "
                "candidates, or use harmonics=0."
            )
        return t[edge : len(t) - edge + 1]
    asked = np.array(sorted({series.position(label) for label in candidates}), dtype=np.int64)
    place = np.searchsorted(t, asked)
    found = np.unique(t[place[(place > 1) & (place < len(t) - 1)]])
    if len(found) < len(asked[np.isin(asked, t)]) or not len(found):
        raise UsageError(
            "Candidates must leave at least two values before them and two from them on. "
            f"The values run from {series.labels[t[0] - 1]} to {series.labels[t[-1] - 1]}."
        )
    return found
