"""Seasons of simulated goods, and the Lunar New Year."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.simulate.series import normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.simulate.draws import Draw

LUNAR_NEW_YEAR: Final[dict[int, date]] = {
    day.year: day
    for day in map(
        date.fromisoformat,
        (
            *("2012-01-23", "2013-02-10", "2014-01-31", "2015-02-19", "2016-02-08", "2017-01-28"),
            *("2018-02-16", "2019-02-05", "2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22"),
            *("2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13"),
            *("2030-02-03", "2031-01-23", "2032-02-11", "2033-01-31", "2034-02-19", "2035-02-08"),
        ),
    )
}
"""First day of the Lunar New Year; the feast lasts fifteen days."""

FEAST_DAYS: Final = 15
MONTHS: Final = 12


def lunar_share(periods: Sequence[date]) -> NDArray[np.float64]:
    """Share of the fifteen days of the feast that falls in each month, shape (n_periods,).

    Years outside 2012 to 2035 have none.
    """
    held = dict.fromkeys(periods, 0.0)
    for first in LUNAR_NEW_YEAR.values():
        for day in (first + timedelta(days=i) for i in range(FEAST_DAYS)):
            if day.replace(day=1) in held:
                held[day.replace(day=1)] += 1 / FEAST_DAYS
    return np.array([held[period] for period in periods])


def pattern(draw: Draw, strength: float, spread: float) -> NDArray[np.float64]:
    """Draw twelve log effects for each series, adding up to 0, shape (n_series, 12)."""
    drawn = normal(draw("season", MONTHS))
    size = strength * np.exp(spread * normal(draw("season strength", 1)))
    centred: NDArray[np.float64] = size * (drawn - drawn.mean(axis=1, keepdims=True))
    return centred


def over(periods: Sequence[date], effects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Lay twelve monthly effects over the periods, shape (n_series, n_periods)."""
    return np.asarray(effects[:, [period.month - 1 for period in periods]])
