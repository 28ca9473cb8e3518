"""Least squares on cross-products, compiled: what one concentration step needs.

The design is *expanded*: its columns are the linear part (trend, known steps, and the step under
search last), then the seasonal waves, then the waves times each power of time. A seasonal pattern
of varying amplitude is the constraint that wave ``k`` times power ``g`` has the coefficient
``beta_k gamma_g``. The cross-products of the expanded columns over a subset hold all that least
squares needs, so that the alternation between ``beta`` and ``gamma`` never goes back to the
observations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

SINGULAR = 1e-10
compiled = njit(
    cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"}
)


class Sizes(NamedTuple):
    """How many columns of each kind: linear, waves, and powers of time that scale the waves."""

    linear: int
    waves: int
    powers: int


class Work(NamedTuple):
    """Scratch memory of one search, so that nothing is allocated in its loops."""

    packed: NDArray[np.float64]
    full: NDArray[np.float64]
    reduced: NDArray[np.float64]
    image: NDArray[np.float64]
    solution: NDArray[np.float64]
    squared: NDArray[np.float64]
    dropped: NDArray[np.int64]
    order: NDArray[np.int64]


@compiled
def new_work(m: int, n: int) -> Work:
    """Allocate scratch memory for `m` columns and `n` observations."""
    size = (m + 1) * (m + 2) // 2
    return Work(
        np.empty(size),
        np.empty((m + 1, m + 1)),
        np.empty(size),
        np.empty((m + 1, m + 1)),
        np.empty(m + 1),
        np.empty(n),
        np.empty(n, np.int64),
        np.arange(n),
    )


@compiled
def cross_products(design: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Multiply all pairs of columns, the response as the last one.

    Parameters
    ----------
    design
        Shape (m, n).
    y
        Shape (n,).

    Returns
    -------
    array
        Shape (n, (m + 1)(m + 2) / 2): per observation the upper triangle, row by row.
    """
    m, n = design.shape
    out = np.empty((n, (m + 1) * (m + 2) // 2))
    for t in range(n):
        at = 0
        for j in range(m + 1):
            left = design[j, t] if j < m else y[t]
            for k in range(j, m + 1):
                out[t, at] = left * (design[k, t] if k < m else y[t])
                at += 1
    return out


@compiled
def set_step(
    design: NDArray[np.float64],
    products: NDArray[np.float64],
    y: NDArray[np.float64],
    column: int,
    first: int,
) -> None:
    """Let the step in row `column` of the design begin at observation `first`."""
    m, n = design.shape
    for t in range(n):
        value = 1.0 if t >= first else 0.0
        if design[column, t] == value:
            continue
        design[column, t] = value
        at = column
        for j in range(column):
            products[t, at] = design[j, t] * value
            at += m - j
        for k in range(column, m + 1):
            products[t, at + k - column] = value * (design[k, t] if k < m else y[t])


@compiled
def solve(a: NDArray[np.float64], p: int, coef: NDArray[np.float64]) -> float:
    """Solve packed normal equations in place; return the residual sum of squares.

    A column that earlier ones span gets the coefficient 0.
    """
    row = 0
    for j in range(p):
        width = p + 1 - j
        if a[row] > SINGULAR:
            inverse = 1.0 / a[row]
            below = row + width
            for i in range(1, width):
                factor = a[row + i] * inverse
                for k in range(width - i):
                    a[below + k] -= factor * a[row + i + k]
                below += width - i
        row += width
    rss = max(float(a[row]), 0.0)
    for j in range(p - 1, -1, -1):
        width = p + 1 - j
        row -= width
        total = a[row + width - 1]
        for k in range(1, width - 1):
            total -= a[row + k] * coef[j + k]
        coef[j] = total / a[row] if a[row] > SINGULAR else 0.0
    return rss


@compiled
def fit(
    sizes: Sizes,
    work: Work,
    coef: NDArray[np.float64],
    gamma: NDArray[np.float64],
    sweeps: int,
) -> float:
    """Fit the cross-products in ``work.packed``; return the residual sum of squares.

    `coef` (expanded) and `gamma` are overwritten; `gamma` is where the alternation starts.
    """
    m = len(coef)
    if sizes.powers == 0:
        return solve(work.packed, m, coef)
    at = 0
    for j in range(m + 1):
        for k in range(j, m + 1):
            work.full[j, k] = work.full[k, j] = work.packed[at]
            at += 1
    rss = np.inf
    for _ in range(sweeps):
        _fit_waves(sizes, work, gamma)
        before, rss = rss, _fit_amplitude(sizes, work, gamma)
        if before - rss <= 1e-11 * rss:
            break
    q, nl = sizes.waves, sizes.linear
    coef[: nl + q] = work.solution[: nl + q]
    for g in range(sizes.powers):
        for k in range(q):
            coef[nl + (g + 1) * q + k] = gamma[g] * coef[nl + k]
    return rss


@compiled
def _fit_waves(sizes: Sizes, work: Work, gamma: NDArray[np.float64]) -> float:
    """Solve for the linear part and the waves, their amplitude given."""
    nl, q = sizes.linear, sizes.waves
    m = len(work.full) - 1
    for k in range(q):
        work.image[k, : m + 1] = work.full[nl + k]
        for g in range(sizes.powers):
            work.image[k, : m + 1] += gamma[g] * work.full[nl + (g + 1) * q + k]
    at = 0
    for j in range(nl):
        for k in range(j, nl):
            work.reduced[at] = work.full[j, k]
            at += 1
        for k in range(q):
            work.reduced[at] = work.image[k, j]
            at += 1
        work.reduced[at] = work.full[j, m]
        at += 1
    for j in range(q):
        for k in range(j, q):
            total = work.image[k, nl + j]
            for g in range(sizes.powers):
                total += gamma[g] * work.image[k, nl + (g + 1) * q + j]
            work.reduced[at] = total
            at += 1
        work.reduced[at] = work.image[j, m]
        at += 1
    work.reduced[at] = work.full[m, m]
    return solve(work.reduced, nl + q, work.solution)


@compiled
def _fit_amplitude(sizes: Sizes, work: Work, gamma: NDArray[np.float64]) -> float:
    """Solve for the linear part and the amplitude, the shape of the waves given."""
    nl, q, powers = sizes
    m = len(work.full) - 1
    beta = work.solution[nl : nl + q].copy()
    for g in range(powers + 1):
        for j in range(m + 1):
            total = 0.0
            for k in range(q):
                total += beta[k] * work.full[j, nl + g * q + k]
            work.image[g, j] = total
    at = 0
    for j in range(nl):
        for k in range(j, nl):
            work.reduced[at] = work.full[j, k]
            at += 1
        for g in range(1, powers + 1):
            work.reduced[at] = work.image[g, j]
            at += 1
        work.reduced[at] = work.full[j, m] - work.image[0, j]
        at += 1
    for f in range(1, powers + 1):
        for g in range(f, powers + 1):
            work.reduced[at] = _weighted(beta, work.image[g], nl + f * q)
            at += 1
        work.reduced[at] = work.image[f, m] - _weighted(beta, work.image[0], nl + f * q)
        at += 1
    own = _weighted(beta, work.image[0], nl)
    work.reduced[at] = work.full[m, m] - 2.0 * work.image[0, m] + own
    rss = solve(work.reduced, nl + powers, work.solution)
    gamma[:] = work.solution[nl : nl + powers]
    work.solution[nl : nl + q] = beta
    return rss


@compiled
def _weighted(beta: NDArray[np.float64], row: NDArray[np.float64], start: int) -> float:
    total = 0.0
    for k in range(len(beta)):
        total += beta[k] * row[start + k]
    return total
