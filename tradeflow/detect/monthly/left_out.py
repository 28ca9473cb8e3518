"""Months left out of a regression, at the price of a small Cholesky factor.

Leaving month t out is the same as giving it a dummy of its own. With P the matrix that whitens and
takes the regressors out, dummies for the months G change the residual sum of squares y'Py by
(Py)_G' (P_GG)^{-1} (Py)_G and the determinant of the restricted likelihood by |P_GG|. So one P
serves every series, whichever months it lacks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Months = NDArray[np.int64]

TINY: Final = 1e-9
"""Squared length below which the regressors can mimic a column."""


@njit(cache=True, nogil=True)
def factor(table: Matrix, gone: Months, count: int, root: Matrix) -> tuple[int, float]:
    """Cholesky factor of ``table[gone, gone]``, written to `root`; its rank and log determinant.

    The diagonal of `root` holds reciprocals. A month that regressors and earlier months can mimic
    already is dropped from `gone`, in place.
    """
    rank, det = 0, 1.0
    for u in range(count):
        month = gone[u]
        pivot = table[month, month]
        for v in range(rank):
            left = table[month, gone[v]]
            for w in range(v):
                left -= root[rank, w] * root[v, w]
            root[rank, v] = left * root[v, v]
            pivot -= root[rank, v] ** 2
        if pivot > TINY:
            gone[rank] = month
            root[rank, rank] = 1 / np.sqrt(pivot)
            det *= pivot
            rank += 1
    return rank, np.log(det)


@njit(cache=True, nogil=True)
def whitened(root: Matrix, rank: int, full: Vector, gone: Months, out: Vector) -> float:
    """Solve ``root @ out = full[gone]``; return the squared length of `out`."""
    total = 0.0
    for u in range(rank):
        left = full[gone[u]]
        for w in range(u):
            left -= root[u, w] * out[w]
        out[u] = left * root[u, u]
        total += out[u] * out[u]
    return total


@njit(cache=True, nogil=True)
def without(residual: Vector, table: Matrix, gone: Months, count: int) -> Vector:
    """Residuals of the regression that leaves the months out; theirs are zero."""
    out = residual.copy()
    if count == 0:
        return out
    root, c = np.empty((count, count)), np.empty(count)
    rank, _ = factor(table, gone, count, root)
    whitened(root, rank, residual, gone, c)
    for u in range(rank - 1, -1, -1):
        for w in range(u + 1, rank):
            c[u] -= root[w, u] * c[w]
        c[u] *= root[u, u]
        for t in range(len(out)):
            out[t] -= table[gone[u], t] * c[u]
    return out


@njit(cache=True, nogil=True)
def missing(y: Vector, gone: Months) -> int:
    """List the months without a number in `gone`; return how many."""
    count = 0
    for t in range(len(y)):
        if np.isnan(y[t]):
            gone[count] = t
            count += 1
    return count


@njit(cache=True, nogil=True)
def filled(y: Vector) -> Vector:
    """Values less their mean, zero where there is none: what is left out may have any value."""
    total, known = 0.0, 0
    for t in range(len(y)):
        if not np.isnan(y[t]):
            total += y[t]
            known += 1
    mean = total / max(known, 1)
    out = np.zeros(len(y))
    for t in range(len(y)):
        if not np.isnan(y[t]):
            out[t] = y[t] - mean
    return out
