"""Before and after in the same calendar months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Window:
    """One comparison of some periods with the same calendar months before.

    Attributes
    ----------
    origin
        Index of the first period after.
    length
        Number of periods after.
    years
        Years before the origin that serve as the baseline.
    season
        Periods in a year: 12 or 1.
    """

    origin: int
    length: int
    years: int
    season: int

    def months(self) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
        """Indices after and before, calendar month by calendar month."""
        after = np.arange(self.origin, self.origin + self.length)
        before = np.arange(self.origin - self.years * self.season, self.origin)
        for month in np.unique(after % self.season):
            yield after[after % self.season == month], before[before % self.season == month]


def placebo_windows(window: Window) -> tuple[Window, ...]:
    """List the same comparison at earlier dates, all of whose periods lie before the date itself.

    One year before the baseline is kept for the scale.
    """
    earliest = (window.years + 1) * window.season
    origins = range(window.origin - window.length, earliest - 1, -1)
    return tuple(Window(o, window.length, window.years, window.season) for o in origins)


def totals(
    amount: NDArray[np.float64], window: Window
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Amount after, and what the baseline would make of the same calendar months.

    Parameters
    ----------
    amount
        Shape (n, T); NaN where missing.

    Returns
    -------
    before, after : ndarray
        Shape (n,): sums over the months that have a number on both sides, each month's mean times
        its number of occurrences after; NaN if there is no such month.
    """
    before, after = np.zeros(len(amount)), np.zeros(len(amount))
    seen = np.zeros(len(amount), dtype=bool)
    for late, early in window.months():
        new, old = _mean(amount[:, late]), _mean(amount[:, early])
        both = ~np.isnan(new) & ~np.isnan(old)
        after += np.where(both, new * len(late), 0.0)
        before += np.where(both, old * len(late), 0.0)
        seen |= both
    return np.where(seen, before, np.nan), np.where(seen, after, np.nan)


def _mean(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(cells)
    count = known.sum(axis=1)
    total = np.where(known, cells, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)
