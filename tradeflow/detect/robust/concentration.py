"""One concentration step, compiled: fit the observations that the present fit explains best."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tradeflow.detect.robust.algebra import (
    Sizes,
    Work,
    compiled,
    cross_products,
    fit,
    new_work,
    set_step,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Problem(NamedTuple):
    """What a search works on; `total` is the sum of `products` over the observations."""

    design: NDArray[np.float64]
    y: NDArray[np.float64]
    products: NDArray[np.float64]
    total: NDArray[np.float64]
    h: int
    sizes: Sizes
    work: Work


@compiled
def new_problem(
    design: NDArray[np.float64], y: NDArray[np.float64], h: int, sizes: Sizes
) -> Problem:
    """Prepare the products and the scratch memory."""
    m, n = design.shape
    products = cross_products(design, y)
    total = np.empty(products.shape[1])
    return Problem(design, y, products, total, h, sizes, new_work(m, n))


@compiled
def set_date(problem: Problem, first: int) -> None:
    """Let the step begin at observation `first`; a negative one leaves the design as it is."""
    if first >= 0:
        column = problem.sizes.linear - 1
        set_step(problem.design, problem.products, problem.y, column, first)
    problem.total[:] = 0.0
    for t in range(len(problem.y)):
        for k in range(len(problem.total)):
            problem.total[k] += problem.products[t, k]


@compiled
def square_residuals(problem: Problem, coef: NDArray[np.float64]) -> None:
    """Put the squared residuals into ``work.squared``."""
    squared = problem.work.squared
    squared[:] = problem.y
    for j in range(len(coef)):
        for t in range(len(squared)):
            squared[t] -= coef[j] * problem.design[j, t]
    for t in range(len(squared)):
        squared[t] *= squared[t]


@compiled
def trim(squared: NDArray[np.float64], h: int, dropped: NDArray[np.int64]) -> None:
    """Write the places of all but the `h` smallest values into `dropped`; of ties, later ones."""
    low, high, below, above = 0.0, np.inf, 0, len(squared)
    cut = squared.mean()
    for _ in range(60):
        count = 0
        for t in range(len(squared)):
            count += squared[t] <= cut
        if count == h:
            low, high, below = cut, cut, h
            break
        if count > h:
            high, above = cut, count
        else:
            low, below = cut, count
        share = min(max((h - below) / (above - below), 0.1), 0.9)
        cut = 4.0 * cut if high == np.inf else low + share * (high - low)
    room, at = h - below, 0
    for t in range(len(squared)):
        if squared[t] > low:
            if squared[t] <= high and room > 0:
                room -= 1
            elif at < len(dropped):
                dropped[at] = t
                at += 1


@compiled
def add_rows(
    products: NDArray[np.float64],
    rows: NDArray[np.int64],
    sign: float,
    total: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Write `total` plus or minus some rows into `out`, four rows at a time for speed."""
    out[:] = total
    size, last = len(out), len(rows) - len(rows) % 4
    for i in range(0, last, 4):
        a, b = products[rows[i]], products[rows[i + 1]]
        c, d = products[rows[i + 2]], products[rows[i + 3]]
        for k in range(size):
            out[k] += sign * ((a[k] + b[k]) + (c[k] + d[k]))
    for i in range(last, len(rows)):
        a = products[rows[i]]
        for k in range(size):
            out[k] += sign * a[k]


@compiled
def concentrate(
    problem: Problem, coef: NDArray[np.float64], gamma: NDArray[np.float64], sweeps: int
) -> float:
    """Fit the observations that the present fit explains best; return their sum of squares."""
    work, total = problem.work, problem.total
    square_residuals(problem, coef)
    dropped = work.dropped[: len(problem.y) - problem.h]
    trim(work.squared, problem.h, dropped)
    add_rows(problem.products, dropped, -1.0, total, work.packed)
    return fit(problem.sizes, work, coef, gamma, sweeps)
