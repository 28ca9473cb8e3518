"""Dollars per euro, for months and for whole years."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from statistics import fmean
from typing import Final

from tradeflow.nomenclature.units import rate_months, usd_per_unit

_MONTHS: Final = 12


@cache
def held_periods(freq: str) -> tuple[str, ...]:
    """Months (``"M"``, as 2022-01) or years (``"A"``) whose rates are all held, oldest first."""
    if freq == "M":
        return rate_months()
    years = Counter(month[:4] for month in rate_months())
    return tuple(sorted(year for year, months in years.items() if months == _MONTHS))


@cache
def usd_per_euro(period: date, freq: str) -> float:
    """Dollars per euro: the ECB's mean of the month, or the mean of the year's twelve means.

    Trade is not weighed by month within a year, because an annual figure does not say when
    in the year the goods moved.
    """
    if freq == "M":
        return usd_per_unit("EUR", period)
    months = (date(period.year, month, 1) for month in range(1, _MONTHS + 1))
    return fmean(usd_per_unit("EUR", month) for month in months)
