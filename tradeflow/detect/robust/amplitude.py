"""Least squares with a season of varying amplitude, compiled.

Wave ``k`` times power ``g`` has the coefficient ``beta_k gamma_g``. With ``S`` the products of
the expanded rows and ``P`` the derivative of their coefficients by (linear, beta, gamma), one
Gauss-Newton step solves with ``P'SP``, and never goes back to the observations. Alternating
between ``beta`` and ``gamma`` would need many times as many steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tradeflow.detect.robust.algebra import Sizes, compiled, inlined, solve, triangle

if TYPE_CHECKING:
    from numpy.typing import NDArray

HALVINGS = 8
ENOUGH = 1e-9


class Work(NamedTuple):
    """Scratch memory of one search, so that nothing is allocated in its loops."""

    packed: NDArray[np.float64]
    full: NDArray[np.float64]
    row: NDArray[np.float64]
    reduced: NDArray[np.float64]
    solution: NDArray[np.float64]
    trial: NDArray[np.float64]
    residual: NDArray[np.float64]
    dropped: NDArray[np.int64]
    order: NDArray[np.int64]


@inlined
def new_work(m: int, n: int) -> Work:
    """Allocate scratch memory for `m` rows and `n` observations."""
    return Work(
        np.empty(triangle(m)),
        np.empty((m, m)),
        np.empty(m),
        np.empty(triangle(m)),
        np.empty(m),
        np.empty(m),
        np.empty(n),
        np.empty(n, np.int64),
        np.arange(n),
    )


@inlined
def fit(
    sizes: Sizes, work: Work, coef: NDArray[np.float64], gamma: NDArray[np.float64], steady: int
) -> float:
    """Fit the products in ``work.packed``; return the residual sum of squares.

    If `steady` is not 0 the fit has no amplitude yet, and begins with a steady season.
    """
    p = sizes.linear + sizes.waves
    rss = np.inf
    if steady or sizes.powers == 0:
        for k in range(triangle(p + 1)):
            work.reduced[k] = work.packed[k]
        rss = solve(work.reduced, p, coef)
        for j in range(p + 1, len(coef)):
            coef[j] = 0.0
        for g in range(sizes.powers):
            gamma[g] = 0.0
    return improve(sizes, work, coef, gamma) if sizes.powers else rss


@compiled
def improve(
    sizes: Sizes, work: Work, coef: NDArray[np.float64], gamma: NDArray[np.float64]
) -> float:
    """Make one Gauss-Newton step, halved while it does not help; return the sum of squares."""
    m = len(coef)
    at = 0
    for k in range(m):
        for j in range(k + 1):
            work.full[j, k] = work.full[k, j] = work.packed[at]
            at += 1
    before = _sum_of_squares(work.packed, coef)
    _reduce(sizes, work, coef, gamma)
    promised = solve(work.reduced, sizes.linear + sizes.waves + sizes.powers, work.solution)
    length = 1.0 if before - promised > ENOUGH * before else 0.0
    for _ in range(HALVINGS):
        if length == 0.0:
            break
        _move(sizes, work, coef, gamma, length)
        rss = _sum_of_squares(work.packed, work.trial)
        if rss < before:
            _take(sizes, work, coef, gamma, length)
            return rss
        length /= 2.0
    return before


@compiled
def _sum_of_squares(packed: NDArray[np.float64], coef: NDArray[np.float64]) -> float:
    """Weigh all products by two coefficients each; pairs of different rows count twice."""
    total = 0.0
    at = 0
    for k in range(len(coef)):
        part = 0.0
        for j in range(k):
            part += packed[at + j] * coef[j]
        at += k + 1
        total += coef[k] * (2.0 * part + coef[k] * packed[at - 1])
    return total


@inlined
def _reduce(
    sizes: Sizes, work: Work, coef: NDArray[np.float64], gamma: NDArray[np.float64]
) -> None:
    """Write the triangle of P'SP into ``work.reduced``: linear, waves, amplitude, response.

    Each row overwrites what the one before it left beyond the diagonal.
    """
    linear, waves, powers = sizes
    p = linear + waves
    for k in range(triangle(linear)):
        work.reduced[k] = work.packed[k]
    for k in range(waves):
        for i in range(len(coef)):
            work.row[i] = work.full[linear + k, i]
        for g in range(powers):
            _add(gamma[g], work.full[p + 1 + g * waves + k], work.row)
        _derive(sizes, coef, gamma, work.row, work.reduced[triangle(linear + k) :])
    for g in range(powers):
        for i in range(len(coef)):
            work.row[i] = 0.0
        for k in range(waves):
            _add(coef[linear + k], work.full[p + 1 + g * waves + k], work.row)
        _derive(sizes, coef, gamma, work.row, work.reduced[triangle(p + g) :])
    _derive(sizes, coef, gamma, work.full[p], work.reduced[triangle(p + powers) :])


@compiled
def _add(factor: float, row: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    for i in range(len(out)):
        out[i] += factor * row[i]


@compiled
def _derive(
    sizes: Sizes,
    coef: NDArray[np.float64],
    gamma: NDArray[np.float64],
    row: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Multiply a row by P."""
    linear, waves, powers = sizes
    p = linear + waves
    for j in range(p):
        out[j] = row[j]
    for g in range(powers):
        total = 0.0
        for k in range(waves):
            scaled = row[p + 1 + g * waves + k]
            out[linear + k] += gamma[g] * scaled
            total += coef[linear + k] * scaled
        out[p + g] = total
    out[p + powers] = row[p]


@inlined
def _move(
    sizes: Sizes,
    work: Work,
    coef: NDArray[np.float64],
    gamma: NDArray[np.float64],
    length: float,
) -> None:
    """Write the coefficients after a step of some length into ``work.trial``."""
    linear, waves, powers = sizes
    p = linear + waves
    for j in range(p):
        work.trial[j] = coef[j] + length * (work.solution[j] - coef[j])
    work.trial[p] = -1.0
    for g in range(powers):
        amplitude = gamma[g] + length * work.solution[p + g]
        for k in range(waves):
            work.trial[p + 1 + g * waves + k] = amplitude * work.trial[linear + k]


@inlined
def _take(
    sizes: Sizes,
    work: Work,
    coef: NDArray[np.float64],
    gamma: NDArray[np.float64],
    length: float,
) -> None:
    for j in range(len(coef)):
        coef[j] = work.trial[j]
    for g in range(sizes.powers):
        gamma[g] += length * work.solution[sizes.linear + sizes.waves + g]
