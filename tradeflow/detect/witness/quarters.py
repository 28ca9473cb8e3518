"""Three-month sums before and after a date, so that a shipment's delay matters little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MONTHS: Final = 3
"""Months of a block."""

PER_YEAR: Final = 12 // MONTHS


@dataclass(frozen=True, slots=True, eq=False)
class Quarters:
    """Blocks of three months, counted backwards and forwards from the month of the shift.

    Attributes
    ----------
    before
        Shape (n, n0): sums of the blocks that end before the shift; NaN where a month is missing.
    after
        Shape (n, n1): sums from the shift on; the last may hold fewer months.
    months_after
        Shape (n1,): months in each block of `after`, 1 to 3.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    months_after: NDArray[np.intp]


def quarters(values: NDArray[np.float64], start: int, end: int) -> Quarters:
    """Add up months in blocks of three.

    Parameters
    ----------
    values
        Shape (n, T); NaN where a month is missing.
    start
        Column of the first month of the first block after.
    end
        Column behind the last month to use.

    Examples
    --------
    >>> made = quarters(np.arange(8.0)[None], 4, 8)
    >>> made.before.tolist(), made.after.tolist(), made.months_after.tolist()
    ([[6.0]], [[15.0, 7.0]], [3, 1])
    """
    n0 = start // MONTHS
    before = values[:, start - MONTHS * n0 : start].reshape(len(values), n0, MONTHS).sum(axis=2)
    edges = np.arange(start, max(end, start), MONTHS)
    after = (
        np.stack([values[:, e : min(e + MONTHS, end)].sum(axis=1) for e in edges], axis=1)
        if edges.size
        else np.zeros((len(values), 0))
    )
    return Quarters(before, after, np.minimum(MONTHS, end - edges))
