"""Single months that stick out from both neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit, prange

from tradeflow.detect.monthly.left_out import filled, missing, without

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Flags = NDArray[np.bool_]

FARTHEST: Final = 3.5
"""Robust scales beyond which a month is an outlier."""

MOST: Final = 12
"""Months found in one series at most; more are not outliers but its nature."""

_TO_SIGMA: Final = 1.4826


def outlying(y: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark months that stick out from both neighbours, given the regressors.

    Parameters
    ----------
    y
        Shape (n, T), logs without their level shift; NaN where missing.
    columns
        Shape (T, p): season, trend, holidays.

    Returns
    -------
    ndarray
        Shape (n, T). The farthest month is found first and levelled before the next is looked
        for, so that it does not make its neighbours stick out the other way.
    """
    basis, sizes, _ = np.linalg.svd(columns, full_matrices=False)
    basis = basis[:, sizes > sizes[0] * 1e-10]
    found = np.zeros(y.shape, dtype=np.bool_)
    _all(np.ascontiguousarray(y), np.eye(len(columns)) - basis @ basis.T, found)
    return found


@njit(cache=True, parallel=True, nogil=True)
def _all(y: Matrix, maker: Matrix, found: NDArray[np.bool_]) -> None:
    for i in prange(len(y)):
        gone = np.empty(y.shape[1], dtype=np.int64)
        count = missing(y[i], gone)
        mark(without(maker @ filled(y[i]), maker, gone, count), y[i], found[i])


@njit(cache=True, nogil=True)
def mark(residual: Vector, y: Vector, found: Flags) -> int:
    """Mark the outlying months of one series; return how many. `residual` is levelled."""
    bump = _bumps(residual, y)
    limit = FARTHEST * _TO_SIGMA * np.median(np.abs(bump[~np.isnan(bump)]))
    for count in range(MOST):
        at, size = _farthest(bump)
        if not abs(size) > limit:
            return count
        found[at] = True
        residual[at] -= size
        bump = _bumps(residual, y)
    return MOST


@njit(cache=True, nogil=True)
def _bumps(residual: Vector, y: Vector) -> Vector:
    """Each month less the mean of its neighbours; NaN where one of them is missing."""
    last = len(y) - 1
    out = np.empty(len(y))
    for t in range(len(y)):
        before, behind = (t - 1 if t else 1), (t + 1 if t < last else last - 1)
        if np.isnan(y[t] + y[before] + y[behind]):
            out[t] = np.nan
        else:
            out[t] = residual[t] - (residual[before] + residual[behind]) / 2
    return out


@njit(cache=True, nogil=True)
def _farthest(bump: Vector) -> tuple[int, float]:
    at, size = 0, 0.0
    for t in range(len(bump)):
        if abs(bump[t]) > abs(size):
            at, size = t, bump[t]
    return at, size
