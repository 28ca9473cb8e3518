"""The months that a moving holiday distorts.

The Lunar New Year falls in January or February, so that these two months of China's trade swing
against each other from year to year; many offices publish them together. February alone never
dates a shift.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

LUNAR_NEW_YEAR: Final = {
    2010: date(2010, 2, 14),
    2011: date(2011, 2, 3),
    2012: date(2012, 1, 23),
    2013: date(2013, 2, 10),
    2014: date(2014, 1, 31),
    2015: date(2015, 2, 19),
    2016: date(2016, 2, 8),
    2017: date(2017, 1, 28),
    2018: date(2018, 2, 16),
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
"""First day of the Chinese year in each Gregorian year."""


def merge_january_february(
    values: NDArray[np.float64], periods: Sequence[date]
) -> NDArray[np.float64]:
    """Give January and February of each year their mean.

    Parameters
    ----------
    values
        Shape (n, T); NaN where there is no number.
    periods
        First day of each month.

    Returns
    -------
    ndarray
        Shape (n, T). Where one of the two months is missing, both are NaN: half a pair cannot
        be compared with whole ones.
    """
    out = values.copy()
    place = {(p.year, p.month): i for i, p in enumerate(periods)}
    for year in {p.year for p in periods}:
        pair = [place[year, month] for month in (1, 2) if (year, month) in place]
        whole = len(pair) == 2  # noqa: PLR2004  January and February
        out[:, pair] = values[:, pair].mean(axis=1, keepdims=True) if whole else np.nan
    return out


def new_year_share(periods: Sequence[date], *, days: int = 30) -> NDArray[np.float64]:
    """Share of the days from the Lunar New Year on that fall into each month.

    Parameters
    ----------
    periods
        First day of each month, 2010 to 2030.
    days
        Length of the window.

    Returns
    -------
    ndarray
        Shape (T,), less its mean over the same month of other years, so that it is no season.

    References
    ----------
    Lin, J.-L. and Liu, T.-S. (2002), Modeling lunar calendar holiday effects in Taiwan, Taiwan
    Economic Forecast and Policy 33(1).
    """
    share = np.zeros(len(periods))
    for i, period in enumerate(periods):
        start = LUNAR_NEW_YEAR.get(period.year)
        if start is not None:
            window = [start.toordinal() + d for d in range(days)]
            inside = [date.fromordinal(o) for o in window]
            share[i] = sum((d.year, d.month) == (period.year, period.month) for d in inside) / days
    month = np.array([p.month for p in periods])
    for m in range(1, 13):
        share[month == m] -= share[month == m].mean() if (month == m).any() else 0.0
    return share
