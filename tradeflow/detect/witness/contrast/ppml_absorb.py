"""Take fixed effects out of columns, and rows that fixed effects fit perfectly out of the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SWEEPS: Final = 100_000
_CONVERGED: Final = 1e-11  # largest change of a sweep, relative to the column's weighted spread
_STUCK: Final = 50  # sweeps without a smaller change: rounding errors are all that is left


def absorb(
    columns: NDArray[np.float64], weight: NDArray[np.float64], levels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Residuals of weighted regressions of columns on sets of fixed effects.

    Parameters
    ----------
    columns
        Shape (rows, c).
    weight
        Shape (rows,), positive.
    levels
        Shape (sets, rows): group of each row, counted from 0 without gaps.

    Returns
    -------
    ndarray
        Shape (rows, c).

    References
    ----------
    Guimaraes, P. and Portugal, P. (2010), A simple feasible procedure to fit models with
    high-dimensional fixed effects, Stata Journal 10(4).
    """
    sizes = levels.max(axis=1) + 1
    out = np.empty_like(columns)
    for i, column in enumerate(columns.T):
        centred = column - np.average(column, weights=weight)  # a constant is a fixed effect
        spread = float(np.sqrt(np.average(centred**2, weights=weight)))
        scale = max(spread, np.finfo(float).tiny)
        out[:, i] = _project(centred / scale, weight, levels, sizes) * scale
    return out


@njit(cache=True, nogil=True)
def _project(
    column: NDArray[np.float64],
    weight: NDArray[np.float64],
    levels: NDArray[np.int64],
    sizes: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Subtract weighted group means, set after set, until nothing changes."""
    rows, sets = len(column), len(levels)
    out = column.copy()
    mass = np.zeros((sets, sizes.max()))
    for s in range(sets):
        for i in range(rows):
            mass[s, levels[s, i]] += weight[i]
    total = np.empty(sizes.max())
    least, stuck = np.inf, 0
    for _ in range(_SWEEPS):
        largest = 0.0
        for s in range(sets):
            total[: sizes[s]] = 0.0
            for i in range(rows):
                total[levels[s, i]] += weight[i] * out[i]
            for g in range(sizes[s]):
                total[g] /= mass[s, g]
                largest = max(largest, abs(total[g]))
            for i in range(rows):
                out[i] -= total[levels[s, i]]
        stuck = 0 if largest < least else stuck + 1
        least = min(least, largest)
        if largest < _CONVERGED or stuck > _STUCK or sets == 1:
            break
    return out


def absorbable(y: NDArray[np.float64], groups: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Rows that are not fitted perfectly by a fixed effect.

    Parameters
    ----------
    y
        Shape (rows,), at least 0.
    groups
        Shape (rows, sets).

    Returns
    -------
    ndarray
        Shape (rows,): False for rows of groups that have no positive y, or no other row; again
        after these are gone, until none is left.

    References
    ----------
    Correia, S., Guimaraes, P. and Zylkin, T. (2020), section 3.1. Correia, S. (2015), Singletons,
    cluster-robust standard errors and fixed effects, Duke University.
    """
    kept = np.ones(len(y), dtype=bool)
    while True:
        before = kept.sum()
        for column in groups.T:
            _, level = np.unique(column, return_inverse=True)
            total = np.bincount(level[kept], weights=y[kept], minlength=level.max() + 1)
            count = np.bincount(level[kept], minlength=level.max() + 1)
            kept &= (total[level] > 0) & (count[level] > 1)
        if kept.sum() == before:
            return kept


def as_levels(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the groups of each set from 0 without gaps; shape (sets, rows)."""
    return np.stack([np.unique(column, return_inverse=True)[1] for column in groups.T])
