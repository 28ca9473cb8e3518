"""The level-shift scan of one series, compiled: all dates and all drifts in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
from numba import njit, prange

from tradeflow.detect.monthly.left_out import TINY, factor, filled, missing, whitened, without
from tradeflow.detect.monthly.outliers import MOST, mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Months = NDArray[np.int64]

DATE_SET_LOSS: Final = 2.705543454095404
"""90 % point of chi-squared with one degree of freedom: dates that lose less are in the set."""

PATIENCE: Final = 1.5
"""Weight of the evidence that is left when the months around the step are left out."""

_FEWEST_FREE: Final = 3  # degrees of freedom that a scan needs
_SAME: Final = 1 + 1e-9
_BLOCK: Final = 64  # series that share working memory


class Tables(NamedTuple):
    """What all series share, for Q drift ratios, T months, p regressors.

    Attributes
    ----------
    pivot
        Shape (T, Q): reciprocal pivots of the tridiagonal system that inverts the covariance.
    basis
        Shape (Q, p, T): whitened regressors, orthonormal; P = V^{-1} - basis' basis.
    residual
        Shape (Q, T, T): P.
    reach
        Shape (Q, T, T): row s, column t is the sum of P[s] from month t on.
    length2
        Shape (Q, T): squared length of the step at t, whitened and without the regressors.
    inverse
        Shape (Q, T): its reciprocal; 0 where the regressors can mimic the step.
    price
        Shape (Q, T): exp(log determinants / degrees of freedom) of the fit with a step at t, by
        which its sum of squares is multiplied; infinite where no step may begin.
    log_det
        Shape (Q,): log determinants of covariance and regressors.
    open
        Shape (T,): months at which a step may begin.
    """

    pivot: Matrix
    basis: NDArray[np.float64]
    residual: NDArray[np.float64]
    reach: NDArray[np.float64]
    length2: Matrix
    inverse: Matrix
    price: Matrix
    log_det: Vector
    open: NDArray[np.bool_]


class Care(NamedTuple):
    """What is left out: months before and after a step in the test of lasting; outliers, if any."""

    before: int
    after: int
    outliers: bool


class _Work(NamedTuple):
    """Working memory of one series: residuals (Q, T), steps, months left out, costs."""

    residual: Matrix
    along: Vector
    gone: Months
    root: Matrix
    c: Vector
    f: Matrix
    length2: Vector
    cost: Vector


@njit(cache=True, parallel=True, nogil=True)
def scan_all(
    y: Matrix, tables: Tables, care: Care, number: Matrix, index: NDArray[np.int64]
) -> None:
    """Scan every row of `y`; see :class:`tradeflow.detect.monthly.shift_scan.Scanned`.

    `number` takes ratio, lasting, size and standard error; `index` date, first, last, drift and
    drift of the lasting fit.
    """
    n, (drifts, months) = len(y), tables.length2.shape
    for block in prange((n + _BLOCK - 1) // _BLOCK):
        most = months + MOST + care.before + care.after
        work = _Work(
            np.empty((drifts, months)),
            np.empty(months),
            np.empty(most, dtype=np.int64),
            np.empty((most, most)),
            np.empty(most),
            np.empty((most, months)),
            np.empty(months),
            np.empty(months),
        )
        for i in range(block * _BLOCK, min((block + 1) * _BLOCK, n)):
            _scan_one(y[i], tables, care, work, (number[i], index[i]))


@njit(cache=True, nogil=True)
def _scan_one(
    y: Vector, tables: Tables, care: Care, work: _Work, out: tuple[Vector, Months]
) -> None:
    number, index = out
    centred = filled(y)
    _solve(centred, tables.pivot, work.residual)
    _project(centred, tables.basis, work.residual)
    count = missing(y, work.gone)
    if care.outliers:
        count = _leave_outliers_out(y, tables.residual[0], work, count)
    null, drift, count, free = _search(centred, tables, work, count)
    at = _cheapest(work.cost)
    if not np.isfinite(work.cost[at]):
        return
    ratio = -free * np.log(work.cost[at]) - 2 * null
    index[0], index[3] = at, drift
    index[1], index[2] = _date_set(work.cost, free)
    _, _, _, number[2], number[3] = _step_at(centred, tables, at, work, count)
    number[0] = number[1] = ratio
    if care.before + care.after:
        count = _leave_window_out(at, care, len(y), work.gone, count)
        null, index[4], score, _, _ = _step_at(centred, tables, at, work, count)
        number[1] = min(ratio, PATIENCE * 2 * (score - null))


@njit(cache=True, nogil=True, fastmath={"contract"})
def _solve(y: Vector, pivot: Matrix, out: Matrix) -> None:
    """V^{-1} y for V = I + q L L', where L adds up: differences, tridiagonal solve, differences."""
    last, drifts = len(y) - 1, len(out)
    out[:, 0] = y[0]
    for t in range(1, last + 1):
        step = y[t] - y[t - 1]
        for q in range(drifts):
            out[q, t] = step + out[q, t - 1] * pivot[t - 1, q]
    out[:, last] *= pivot[last]
    for t in range(last - 1, -1, -1):
        for q in range(drifts):
            out[q, t] = out[q, t] * pivot[t, q] + out[q, t + 1] * pivot[t, q]
    for q in range(drifts):
        for t in range(last):
            out[q, t] -= out[q, t + 1]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _project(y: Vector, basis: NDArray[np.float64], out: Matrix) -> None:
    """Take the regressors out, for every drift ratio."""
    for q in range(len(out)):
        left = out[q]
        for j in range(basis.shape[1]):
            column = basis[q, j]
            weight = 0.0
            for t in range(len(y)):
                weight += column[t] * y[t]
            for t in range(len(y)):
                left[t] -= weight * column[t]


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _null(
    y: Vector, tables: Tables, q: int, work: _Work, count: int
) -> tuple[float, float, int, float]:
    """Sum of squares, log determinants, months left out and degrees of freedom without a step."""
    residual = work.residual[q]
    count, log_det = factor(tables.residual[q], work.gone, count, work.root)
    rss = -whitened(work.root, count, residual, work.gone, work.c)
    for t in range(len(y)):
        rss += y[t] * residual[t]
    return rss, log_det + tables.log_det[q], count, len(y) - tables.basis.shape[1] - count


@njit(cache=True, nogil=True)
def _search(y: Vector, tables: Tables, work: _Work, count: int) -> tuple[float, int, int, float]:
    """Write the cost of a step at every date; return null score, its drift, count and freedom.

    The cost is a sum of squares times a price, so that -free / 2 log(cost) is the score.
    """
    null, drift, free = -np.inf, 0, 0.0
    work.cost[:] = np.inf
    for q in range(len(work.residual)):
        rss, log_det, count, free = _null(y, tables, q, work, count)
        if free < _FEWEST_FREE:
            break
        score = -0.5 * (free * np.log(rss) + log_det)
        if score > null:
            null, drift = score, q
        _sum_up(work.residual[q], work.along)
        if count:
            _costs_with_gaps(tables, q, work, count, (rss, log_det, free))
        else:
            _costs(work.along, tables.inverse[q], tables.price[q], rss, work.cost)
    return null, drift, count, free


@njit(cache=True, nogil=True)
def _sum_up(residual: Vector, along: Vector) -> None:
    """Projection of each step: the sum of the residuals from its date on."""
    total = 0.0
    for t in range(len(residual) - 1, -1, -1):
        total += residual[t]
        along[t] = total


@njit(cache=True, nogil=True)
def _costs(along: Vector, inverse: Vector, price: Vector, rss: float, cost: Vector) -> None:
    floor = 1e-12 * rss
    for t in range(len(cost)):
        rest = max(rss - along[t] * along[t] * inverse[t], floor)
        cost[t] = min(cost[t], rest * price[t])


@njit(cache=True, nogil=True)
def _costs_with_gaps(
    tables: Tables, q: int, work: _Work, count: int, fit: tuple[float, float, float]
) -> None:
    rss, log_det, free = fit
    _leave_out_of_steps(tables, q, work, count, (0, len(work.cost)))
    for t in range(len(work.cost)):
        length2 = work.length2[t]
        if tables.open[t] and length2 > TINY:
            rest = max(rss - work.along[t] ** 2 / length2, 1e-12 * rss)
            cost = rest * np.exp((log_det + np.log(length2)) / free)
            work.cost[t] = min(work.cost[t], cost)


@njit(cache=True, nogil=True, fastmath={"contract"})
def _leave_out_of_steps(
    tables: Tables, q: int, work: _Work, count: int, dates: tuple[int, int]
) -> None:
    """Projection and squared length of the steps from one date up to another, given the gaps."""
    first, end = dates
    for t in range(first, end):
        work.length2[t] = tables.length2[q, t]
    for u in range(count):
        month, scale = work.gone[u], work.root[u, u]
        for t in range(first, end):
            work.f[u, t] = tables.reach[q, month, t]
        for w in range(u):
            factor_uw = work.root[u, w]
            for t in range(first, end):
                work.f[u, t] -= factor_uw * work.f[w, t]
        for t in range(first, end):
            f = work.f[u, t] * scale
            work.f[u, t] = f
            work.length2[t] -= f * f
            work.along[t] -= f * work.c[u]


@njit(cache=True, nogil=True)
def _step_at(
    y: Vector, tables: Tables, at: int, work: _Work, count: int
) -> tuple[float, int, float, float, float]:
    """Null score, its drift; score, size and standard error of a step at one date."""
    null, drift, best, size, se = -np.inf, 0, -np.inf, np.nan, np.nan
    for q in range(len(work.residual)):
        rss, log_det, count, free = _null(y, tables, q, work, count)
        if free < _FEWEST_FREE:
            break
        score = -0.5 * (free * np.log(rss) + log_det)
        if score > null:
            null, drift = score, q
        work.along[at] = work.residual[q, at:].sum()
        _leave_out_of_steps(tables, q, work, count, (at, at + 1))
        along, length2 = work.along[at], work.length2[at]
        if length2 <= TINY:
            continue
        rest = max(rss - along * along / length2, 1e-12 * rss)
        score = -0.5 * (free * np.log(rest) + log_det + np.log(length2))
        if score > best:
            best, size = score, along / length2
            se = np.sqrt(rest / ((free - 1) * length2))
    return null, drift, best, size, se


@njit(cache=True, nogil=True)
def _cheapest(cost: Vector) -> int:
    """Earliest of the cheapest: dates with only months left out between them cost the same."""
    at, bar = 0, cost.min() * _SAME
    while not cost[at] <= bar and at < len(cost) - 1:
        at += 1
    return at


@njit(cache=True, nogil=True)
def _date_set(cost: Vector, free: float) -> tuple[int, int]:
    """Earliest and latest date whose likelihood is not distinguishable from the best one's."""
    bar = cost.min() * np.exp(DATE_SET_LOSS / free)
    first, last = 0, len(cost) - 1
    while cost[first] > bar:
        first += 1
    while cost[last] > bar:
        last -= 1
    return first, last


@njit(cache=True, nogil=True)
def _leave_outliers_out(y: Vector, table: Matrix, work: _Work, count: int) -> int:
    found = np.zeros(len(y), dtype=np.bool_)
    mark(without(work.residual[0], table, work.gone, count), y, found)
    for t in np.flatnonzero(found):
        work.gone[count] = t
        count += 1
    return count


@njit(cache=True, nogil=True)
def _leave_window_out(at: int, care: Care, months: int, gone: Months, count: int) -> int:
    """Add the months just before and after the step to those left out."""
    already = count
    for t in range(max(at - care.before, 0), min(at + care.after, months)):
        new = True
        for u in range(already):
            new = new and gone[u] != t
        if new:
            gone[count] = t
            count += 1
    return count
