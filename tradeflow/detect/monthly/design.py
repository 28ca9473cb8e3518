"""The regressors that every series of a panel shares: trend, season, holiday."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.panel.calendar import new_year_share

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

DUMMIES_FROM: Final = 60  # months; with fewer, three harmonics
HARMONICS_FROM: Final = 30  # months; with fewer, no season
HARMONICS: Final = 3
FEBRUARY: Final = 2


def regressors(
    periods: Sequence[date], *, lunar: bool = False, known_steps: Sequence[date] = ()
) -> NDArray[np.float64]:
    """Build the columns: constant, trend, season, and what is known to have happened.

    Parameters
    ----------
    periods
        First day of each month.
    lunar
        Whether to add a Lunar-New-Year column.
    known_steps
        Months from which on a nuisance step is fitted, such as a change of the classification.

    Returns
    -------
    ndarray
        Shape (T, p).
    """
    n = len(periods)
    columns = [np.ones(n), np.arange(n) / n, *_season(periods)]
    if lunar:
        columns.append(new_year_share(periods))
    columns += [np.array([p >= step for p in periods], dtype=float) for step in known_steps]
    return np.column_stack(columns)


def _season(periods: Sequence[date]) -> list[NDArray[np.float64]]:
    month = np.array([p.month for p in periods])
    if len(periods) >= DUMMIES_FROM:
        return [(month == m).astype(float) for m in range(2, 13)]
    if len(periods) < HARMONICS_FROM:
        return []
    angle = 2 * np.pi * month / 12
    return [f(k * angle) for k in range(1, HARMONICS + 1) for f in (np.cos, np.sin)]


def candidate_dates(
    periods: Sequence[date], *, margin: int, excluded: Sequence[date] = ()
) -> NDArray[np.intp]:
    """Months at which a shift may begin: not too near the ends, never a February.

    Parameters
    ----------
    periods
        First day of each month.
    margin
        Months kept on either side.
    excluded
        Months at which the classification changed.
    """
    barred = set(excluded)
    return np.array(
        [
            i
            for i, p in enumerate(periods)
            if margin <= i <= len(periods) - margin and p.month != FEBRUARY and p not in barred
        ],
        dtype=np.intp,
    )
