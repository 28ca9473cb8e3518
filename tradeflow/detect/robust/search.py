"""The search for the least trimmed squares fit at every candidate date, compiled.

Nothing here holds state or depends on the thread: random starts come from a generator whose state
is an argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tradeflow.detect.robust.algebra import Sizes, compiled, entry, inlined, solve, triangle
from tradeflow.detect.robust.concentration import (
    Problem,
    concentrate,
    new_problem,
    set_date,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Passed on as int(...): a bare constant is a type of its own, and all would be compiled again.
KEPT = 20
NOT_STEADY = 0
START_STEPS = 2
MOST_STEPS = 60
SAME = 1e-9
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
    return np.int64(((x >> np.uint64(32)) * np.uint64(below)) >> np.uint64(32))


@inlined
def _elemental(problem: Problem, coef: NDArray[np.float64], state: NDArray[np.uint64]) -> None:
    """Fit as many random observations as there are coefficients, the season steady."""
    n = len(problem.products)
    work, p = problem.work, problem.sizes.linear + problem.sizes.waves
    size = triangle(p + 1)
    for k in range(size):
        work.reduced[k] = 0.0
    for i in range(p):
        j = i + int(_draw(state, n - i))
        chosen = work.order[j]
        work.order[i], work.order[j] = chosen, work.order[i]
        for k in range(size):
            work.reduced[k] += problem.products[chosen, k]
    solve(work.reduced, p, coef)
    for j in range(p + 1, len(coef)):
        coef[j] = 0.0


@compiled
def _copy(pool: Pool, source: int, to: int) -> None:
    """Copy one fit of a pool to another place of it."""
    pool.objective[to] = pool.objective[source]
    for k in range(pool.coef.shape[1]):
        pool.coef[to, k] = pool.coef[source, k]
    for k in range(pool.gamma.shape[1]):
        pool.gamma[to, k] = pool.gamma[source, k]


@compiled
def _offer(pool: Pool) -> float:
    """Let the fit at the end replace the worst, unless it is there already; return the worst."""
    worst, new = 0, int(KEPT)
    rss = pool.objective[new]
    for i in range(KEPT):
        if abs(pool.objective[i] - rss) <= SAME * rss:
            rss = np.inf
        if pool.objective[i] > pool.objective[worst]:
            worst = i
    if rss < pool.objective[worst]:
        _copy(pool, new, worst)
    highest = 0.0
    for i in range(KEPT):
        highest = max(highest, pool.objective[i])
    return highest


@compiled
def _sort(pool: Pool) -> None:
    """Put the best fits first; by hand, as the library's sort takes ten seconds to compile."""
    spare = int(KEPT)
    for i in range(KEPT):
        least = i
        for j in range(i + 1, KEPT):
            if pool.objective[j] < pool.objective[least]:
                least = j
        _copy(pool, i, spare)
        _copy(pool, least, i)
        _copy(pool, spare, least)


@inlined
def _is_over(before: float, rss: float, best: float) -> bool:
    """Say whether a fit stays, or would not reach the best by falling twice as far again."""
    fall = before - rss
    if fall == np.inf:
        return rss > HOPELESS * best
    return fall <= TOLERANCE * rss or rss - 2.0 * fall > best


@compiled
def _descend(  # noqa: PLR0917  compiled functions take positions
    problem: Problem, pool: Pool, at: int, steps: int, best: float, steady: int
) -> None:
    """Concentrate a fit until it stays, or cannot reach the best; `steady` for its first step."""
    rss = pool.objective[at]
    for _ in range(steps):
        before = rss
        rss = concentrate(problem, pool.coef[at], pool.gamma[at], steady)
        steady = 0
        if _is_over(before, rss, best):
            break
    pool.objective[at] = rss


@inlined
def _search_date(problem: Problem, pool: Pool, starts: int, state: NDArray[np.uint64]) -> None:
    """Search one date: half of the last pool, then random starts, then the best to the end."""
    new = int(KEPT)
    carried = KEPT // 2 if pool.objective[0] < np.inf else 0
    for i in range(KEPT // 2):
        _copy(pool, i, new + 1 + i)
    pool.objective[:] = worst = np.inf
    for i in range(carried + starts):
        if i < carried:
            _copy(pool, new + 1 + i, new)
        else:
            _elemental(problem, pool.coef[new], state)
        pool.objective[new] = np.inf
        _descend(problem, pool, new, int(START_STEPS), worst, int(i >= carried))
        worst = _offer(pool)
    _sort(pool)
    best = np.inf
    for i in range(KEPT):
        if pool.objective[i] < np.inf:
            _descend(problem, pool, i, int(MOST_STEPS), best, int(NOT_STEADY))
        best = min(best, pool.objective[i])
    _sort(pool)


@inlined
def _pass_on(problem: Problem, best: Pool, source: int, to: int) -> None:
    """Start from a neighbour's fit, and take over where it ends if that is lower."""
    spare = len(best.objective) - 1
    _copy(best, source, spare)
    best.objective[spare] = np.inf
    _descend(problem, best, spare, int(MOST_STEPS), best.objective[to], int(NOT_STEADY))
    if best.objective[spare] < best.objective[to]:
        _copy(best, spare, to)


@compiled
def _new_pool(size: int, problem: Problem) -> Pool:
    m, powers = len(problem.rows), problem.sizes.powers
    return Pool(np.full(size, np.inf), np.zeros((size, m)), np.zeros((size, powers)))


@entry
def scan(  # noqa: PLR0917  compiled functions take positions
    rows: NDArray[np.float64],
    sizes: Sizes,
    h: int,
    dates: NDArray[np.int64],
    starts: tuple[int, int],
    seed: int,
) -> Pool:
    """Find the least trimmed squares fit with a step at each of some dates.

    Parameters
    ----------
    rows
        Shape (m, n): expanded, with the response; the last linear one is the step, and is
        overwritten.
    sizes
        Rows of each kind.
    h
        Observations that count.
    dates
        Shape (d,): for each date the place of the first observation after the step; -1 to leave
        the step as it is.
    starts
        Random starts at the first date and at the others.
    seed
        Of the random starts.

    Returns
    -------
    Pool
        Arrays of shapes (d,), (d, m) and (d, powers).
    """
    problem = new_problem(rows, h, sizes)
    n_dates = len(dates)
    pool, best = _new_pool(KEPT + 1 + KEPT // 2, problem), _new_pool(n_dates + 1, problem)
    state = np.array([np.uint64(seed) * np.uint64(2654435769) + np.uint64(88172645463325252)])
    for d in range(n_dates):
        set_date(problem, dates[d])
        _search_date(problem, pool, starts[0] if d == 0 else starts[1], state)
        best.objective[d] = pool.objective[0]
        for k in range(len(rows)):
            best.coef[d, k] = pool.coef[0, k]
        for k in range(sizes.powers):
            best.gamma[d, k] = pool.gamma[0, k]
    for i in range(2 * n_dates - 2):
        back = i < n_dates - 1
        d = n_dates - 2 - i if back else i - n_dates + 2
        set_date(problem, dates[d])
        _pass_on(problem, best, d + 1 if back else d - 1, d)
    return Pool(best.objective[:n_dates], best.coef[:n_dates], best.gamma[:n_dates])
