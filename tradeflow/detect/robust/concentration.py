"""One concentration step, compiled: fit the observations that the present fit explains best."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tradeflow.detect.robust.algebra import Sizes, compiled, cross_products, inlined, set_step
from tradeflow.detect.robust.amplitude import Work, fit, new_work

if TYPE_CHECKING:
    from numpy.typing import NDArray


NEAR = 3


class Problem(NamedTuple):
    """What a search works on; `total` is the sum of `products` over the observations."""

    rows: NDArray[np.float64]
    products: NDArray[np.float64]
    total: NDArray[np.float64]
    h: int
    sizes: Sizes
    work: Work


@inlined
def new_problem(rows: NDArray[np.float64], h: int, sizes: Sizes) -> Problem:
    """Prepare the products and the scratch memory."""
    m, n = rows.shape
    products = cross_products(rows)
    return Problem(rows, products, np.empty(products.shape[1]), h, sizes, new_work(m, n))


@compiled
def set_date(problem: Problem, first: int) -> None:
    """Let the step begin at observation `first`; a negative one leaves it as it is."""
    if first >= 0:
        set_step(problem.rows, problem.products, problem.sizes.linear - 1, first)
    n, size = problem.products.shape
    for k in range(size):
        problem.total[k] = 0.0
    for t in range(n):
        for k in range(size):
            problem.total[k] += problem.products[t, k]


@compiled
def put_residuals(problem: Problem, coef: NDArray[np.float64]) -> None:
    """Put the sizes of the residuals into ``work.residual``."""
    rows, residual = problem.rows, problem.work.residual
    m, n = rows.shape
    for t in range(n):
        residual[t] = coef[0] * rows[0, t]
    for j in range(1, m - 1):
        for t in range(n):
            residual[t] += coef[j] * rows[j, t]
    for t in range(n):
        residual[t] = abs(residual[t] + coef[m - 1] * rows[m - 1, t])


@compiled
def trim(size: NDArray[np.float64], h: int, dropped: NDArray[np.int64]) -> None:
    """Write the places of all but the `h` smallest sizes into `dropped`; of ties, later ones."""
    limit = _limit(size, h)
    room = h - _count_below(size, limit)
    at = 0
    for t in range(len(size)):
        dropped[at] = t
        at += size[t] >= limit
    if room:
        _spare(size, h, limit, room, dropped)


@compiled
def _spare(
    size: NDArray[np.float64], h: int, limit: float, room: int, dropped: NDArray[np.int64]
) -> None:
    """Take the first `room` ties out of `dropped`, in place."""
    at, gone = 0, len(size) - h
    for i in range(gone + room):
        place = dropped[i]
        if size[place] == limit and room > 0:
            room -= 1
            continue
        dropped[at] = place
        at += 1


@compiled
def _limit(size: NDArray[np.float64], h: int) -> float:
    """Find a value that at most `h` sizes are below, and at least `h` are not above."""
    low, high, below, above = 0.0, np.inf, 0, len(size)
    cut = 0.0
    for t in range(len(size)):
        cut += size[t]
    cut *= 1.4 / len(size)
    for _ in range(60):
        count = _count_below(size, cut)
        if count >= h:
            high, above = cut, count
        else:
            low, below = cut, count
        if above <= h + NEAR:
            break
        share = min(max((h + 1 - below) / (above - below), 0.1), 0.9)
        cut = 2.0 * cut if high == np.inf else low + share * (high - low)
    while above > h:
        top = 0.0
        for t in range(len(size)):
            top = max(top, size[t] if size[t] < high else 0.0)
        high, above = top, _count_below(size, top)
    return high


@compiled
def _count_below(size: NDArray[np.float64], limit: float) -> int:
    count = 0
    for t in range(len(size)):
        count += size[t] < limit
    return count


@compiled
def drop_rows(problem: Problem) -> None:
    """Write the total without the observations dropped into ``work.packed``, four at a time."""
    products, out, rows = problem.products, problem.work.packed, problem.work.dropped
    n, size = products.shape
    gone = n - problem.h
    last = gone - gone % 4
    for k in range(size):
        out[k] = problem.total[k]
    for i in range(0, last, 4):
        a, b = products[rows[i]], products[rows[i + 1]]
        c, d = products[rows[i + 2]], products[rows[i + 3]]
        for k in range(size):
            out[k] -= (a[k] + b[k]) + (c[k] + d[k])
    for i in range(last, gone):
        a = products[rows[i]]
        for k in range(size):
            out[k] -= a[k]


@inlined
def concentrate(
    problem: Problem, coef: NDArray[np.float64], gamma: NDArray[np.float64], steady: int
) -> float:
    """Fit the observations that the present fit explains best; return their sum of squares."""
    put_residuals(problem, coef)
    trim(problem.work.residual, problem.h, problem.work.dropped)
    drop_rows(problem)
    return fit(problem.sizes, problem.work, coef, gamma, steady)
