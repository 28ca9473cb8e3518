"""The search for the least trimmed squares fit at every candidate date, compiled.

Nothing here holds state or depends on the thread: random starts come from a generator whose state
is an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tradeflow.detect.robust.algebra import Sizes, compiled, solve
from tradeflow.detect.robust.concentration import (
    Problem,
    add_rows,
    concentrate,
    new_problem,
    set_date,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

KEPT = 20
SWEEPS = 1
START_STEPS = 2
MOST_STEPS = 60
HOPELESS = 1.15
TOLERANCE = 1e-6


class Pool(NamedTuple):
    """Some fits: the best so far at one date, or the best of each date."""

    objective: NDArray[np.float64]
    coef: NDArray[np.float64]
    gamma: NDArray[np.float64]


@compiled
def _draw(state: NDArray[np.uint64], below: int) -> np.int64:
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return np.int64((x >> np.uint64(32)) % np.uint64(below))


@compiled
def _elemental(problem: Problem, coef: NDArray[np.float64], state: NDArray[np.uint64]) -> None:
    """Fit as many random observations as there are coefficients, the amplitude constant."""
    n, m = len(problem.y), len(coef)
    work, p = problem.work, problem.sizes.linear + problem.sizes.waves
    for i in range(p):
        j = i + int(_draw(state, n - i))
        work.order[i], work.order[j] = work.order[j], work.order[i]
    work.packed[:] = 0.0
    add_rows(problem.products, work.order[:p], 1.0, work.packed, work.packed)
    at = source = 0
    for j in range(p):
        for k in range(p - j):
            work.reduced[at + k] = work.packed[source + k]
        work.reduced[at + p - j] = work.packed[source + m - j]
        at += p - j + 1
        source += m - j + 1
    work.reduced[at] = 0.0
    solve(work.reduced, p, coef)
    coef[p:] = 0.0


@compiled
def _offer(pool: Pool, rss: float, coef: NDArray[np.float64], gamma: NDArray[np.float64]) -> float:
    """Let a fit replace the worst of the pool, unless it is there already."""
    worst = 0
    for i in range(KEPT):
        if abs(pool.objective[i] - rss) <= 1e-9 * rss:
            return float(pool.objective.max())
        if pool.objective[i] > pool.objective[worst]:
            worst = i
    if rss < pool.objective[worst]:
        pool.objective[worst] = rss
        pool.coef[worst] = coef
        pool.gamma[worst] = gamma
    return float(pool.objective.max())


@compiled
def _is_over(before: float, rss: float, best: float) -> bool:
    """Say whether a fit stays, or would not reach the best by five more steps like its last."""
    fall = before - rss
    return fall <= TOLERANCE * rss or (fall < np.inf and rss - 2.0 * fall > best)


@compiled
def _sort(pool: Pool) -> None:
    """Put the best fits first; by hand, as the library's sort takes ten seconds to compile."""
    for i in range(KEPT):
        least = i
        for j in range(i + 1, KEPT):
            if pool.objective[j] < pool.objective[least]:
                least = j
        if least == i:
            continue
        pool.objective[i], pool.objective[least] = pool.objective[least], pool.objective[i]
        for k in range(pool.coef.shape[1]):
            pool.coef[i, k], pool.coef[least, k] = pool.coef[least, k], pool.coef[i, k]
        for k in range(pool.gamma.shape[1]):
            pool.gamma[i, k], pool.gamma[least, k] = pool.gamma[least, k], pool.gamma[i, k]


@compiled
def _converge(problem: Problem, pool: Pool) -> None:
    """Concentrate each fit of the pool until it stays, and sort the pool, the best first."""
    best = np.inf
    _sort(pool)
    for i in range(KEPT):
        before = pool.objective[i]
        for _ in range(MOST_STEPS):
            if before == np.inf:
                break
            rss = concentrate(problem, pool.coef[i], pool.gamma[i], SWEEPS)
            pool.objective[i] = rss
            if _is_over(before, rss, best):
                break
            before = rss
        best = min(best, pool.objective[i])
    _sort(pool)


@compiled
def _best_at(problem: Problem, pool: Pool, starts: int, state: NDArray[np.uint64]) -> None:
    """Search one date: half of the last pool, then random starts, then the best to the end."""
    coef = np.empty(pool.coef.shape[1])
    gamma = np.empty(pool.gamma.shape[1])
    carried_coef, carried_gamma = pool.coef[: KEPT // 2].copy(), pool.gamma[: KEPT // 2].copy()
    carried = KEPT // 2 if pool.objective[0] < np.inf else 0
    pool.objective[:] = worst = np.inf
    for i in range(carried + starts):
        if i < carried:
            coef[:], gamma[:] = carried_coef[i], carried_gamma[i]
        else:
            _elemental(problem, coef, state)
            gamma[:] = 0.0
        rss = concentrate(problem, coef, gamma, SWEEPS)
        if rss > HOPELESS * worst:
            continue
        for _ in range(1, START_STEPS):
            rss = concentrate(problem, coef, gamma, SWEEPS)
        worst = _offer(pool, rss, coef, gamma)
    _converge(problem, pool)


@compiled
def _pass_on(problem: Problem, best: Pool, source: int, to: int) -> None:
    """Start from a neighbour's fit, and take over where it ends if that is lower."""
    coef, gamma, rss = best.coef[source].copy(), best.gamma[source].copy(), np.inf
    for _ in range(MOST_STEPS):
        before, rss = rss, concentrate(problem, coef, gamma, SWEEPS)
        if _is_over(before, rss, best.objective[to]):
            break
    if rss < best.objective[to]:
        best.objective[to], best.coef[to], best.gamma[to] = rss, coef, gamma


@compiled
def scan(  # noqa: PLR0917  compiled functions take positions
    design: NDArray[np.float64],
    y: NDArray[np.float64],
    sizes: Sizes,
    h: int,
    dates: NDArray[np.int64],
    starts: tuple[int, int],
    seed: int,
) -> Pool:
    """Find the least trimmed squares fit with a step at each of some dates.

    Parameters
    ----------
    design
        Shape (m, n), expanded; the last linear column is the step, and is overwritten.
    y
        Shape (n,).
    sizes
        Columns of each kind.
    h
        Observations that count.
    dates
        Shape (d,): for each date the place of the first observation after the step; -1 to leave
        the design as it is.
    starts
        Random starts at the first date and at the others.
    seed
        Of the random starts.

    Returns
    -------
    Pool
        Arrays of shapes (d,), (d, m) and (d, powers).
    """
    m = len(design)
    problem = new_problem(design, y, h, sizes)
    pool = Pool(np.full(KEPT, np.inf), np.zeros((KEPT, m)), np.zeros((KEPT, sizes.powers)))
    n_dates = len(dates)
    best = Pool(np.empty(n_dates), np.empty((n_dates, m)), np.empty((n_dates, sizes.powers)))
    state = np.array([np.uint64(seed) * np.uint64(2654435769) + np.uint64(88172645463325252)])
    for d in range(n_dates):
        set_date(problem, dates[d])
        _best_at(problem, pool, starts[0] if d == 0 else starts[1], state)
        best.objective[d] = pool.objective[0]
        best.coef[d], best.gamma[d] = pool.coef[0], pool.gamma[0]
    for d in range(n_dates - 2, -1, -1):
        set_date(problem, dates[d])
        _pass_on(problem, best, d + 1, d)
    for d in range(1, n_dates):
        set_date(problem, dates[d])
        _pass_on(problem, best, d - 1, d)
    return best
