"""Level-shift scan of many series under a local level: likelihood ratio over date and drift.

y = X b + delta 1{t >= tau} + u, where u is a random walk plus noise with drift ratio q. The null
has no step. Both sides are fitted by restricted maximum likelihood over a grid of q, so that slow
drift competes with the step for the same rise; the statistic is twice the gain in log likelihood.

A step that fades, or that only an outlier beside it makes, is told from one that lasts by fitting
again without the months around it. Missing months and outliers are left out in the same way, so
that all series share their matrices.

References
----------
Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the Kalman Filter, section 7.6.
Andrews, D. W. K. (1993), Tests for parameter instability and structural change with unknown change
point, Econometrica 61(4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.detect.monthly.left_out import TINY
from tradeflow.detect.monthly.scan_kernel import Care, Tables, scan_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRIFT_GRID: Final = np.array([0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
"""Values of q, the variance of the drift relative to that of the noise."""

WINDOW: Final = (3, 6)
"""Months before and after a step without which it must still be seen, in order to last."""


@dataclass(frozen=True, slots=True)
class Scanned:
    """Result for n series, each array of shape (n,); NaN and -1 where no date can be tested.

    Attributes
    ----------
    ratio
        Twice the gain in restricted log likelihood.
    lasting
        The lesser of `ratio` and 1.5 times the same ratio, at the same date, without the months
        around it.
    date
        Index of the best date (a month of the panel).
    first, last
        Indices of the earliest and the latest date of the 90 % set.
    size, se
        The step in the units of the input, and its standard error at the best date.
    null_drift, lasting_drift
        Index into the drift grid that fits best without a step, with and without the months
        around the date.
    """

    ratio: NDArray[np.float64]
    lasting: NDArray[np.float64]
    date: NDArray[np.int64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]
    size: NDArray[np.float64]
    se: NDArray[np.float64]
    null_drift: NDArray[np.int64]
    lasting_drift: NDArray[np.int64]


class ShiftScan:
    """A scan prepared for one set of regressors and dates.

    Parameters
    ----------
    regressors
        Shape (T, p).
    dates
        Months at which a step may begin, ascending.
    drifts
        Values of q.
    window
        Months before and after a step that a lasting one must do without.
    clean
        Whether outlying months are left out.
    """

    def __init__(
        self,
        regressors: NDArray[np.float64],
        dates: NDArray[np.intp],
        *,
        drifts: NDArray[np.float64] = DRIFT_GRID,
        window: tuple[int, int] = WINDOW,
        clean: bool = True,
    ) -> None:
        self.months = len(regressors)
        self.drifts = drifts
        self._care = Care(*window, clean)
        may_begin = np.isin(np.arange(self.months), dates)
        parts = zip(*(_at_drift(regressors, q, may_begin) for q in drifts), strict=True)
        tables = Tables(*(np.array(part) for part in parts))
        pivot = np.ascontiguousarray(tables.pivot.T)
        self._tables = tables._replace(pivot=pivot, open=may_begin)

    def run(self, y: NDArray[np.float64]) -> Scanned:
        """Scan series.

        Parameters
        ----------
        y
            Shape (n, T), usually logs; NaN where missing.
        """
        number = np.full((len(y), 4), np.nan)
        index = np.full((len(y), 5), -1, dtype=np.int64)
        scan_all(np.ascontiguousarray(y), self._tables, self._care, number, index)
        ratio, lasting, size, se = number.T
        date, first, last, null_drift, lasting_drift = index.T
        return Scanned(ratio, lasting, date, first, last, size, se, null_drift, lasting_drift)


def _at_drift(
    regressors: NDArray[np.float64], q: float, may_begin: NDArray[np.bool_]
) -> tuple[NDArray[Any] | float, ...]:
    """Tables for one drift ratio, without its axis, in the order of :class:`Tables`."""
    month = np.arange(1.0, len(regressors) + 1)
    root = np.linalg.cholesky(np.eye(len(month)) + q * np.minimum.outer(month, month))
    whiten = np.linalg.inv(root)
    left, sizes, _ = np.linalg.svd(whiten @ regressors, full_matrices=False)
    real = sizes > sizes[0] * 1e-10
    basis = left[:, real].T @ whiten
    residual = whiten.T @ whiten - basis.T @ basis
    reach = np.cumsum(residual[:, ::-1], axis=1)[:, ::-1]
    length2 = np.array([reach[t:, t].sum() for t in range(len(month))])
    log_det = 2 * np.log(np.diag(root)).sum() + 2 * np.log(sizes[real]).sum()
    inverse, price = _of_complete_series(length2, log_det, len(month) - len(basis), may_begin)
    return (
        _pivots(len(month), q),
        basis,
        residual,
        reach,
        length2,
        inverse,
        price,
        log_det,
        may_begin,
    )


def _of_complete_series(
    length2: NDArray[np.float64], log_det: float, free: int, may_begin: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    usable = length2 > TINY
    safe = np.where(usable, length2, 1.0)
    price = np.exp((log_det + np.log(safe)) / max(free, 1))
    return np.where(usable, 1 / safe, 0.0), np.where(usable & may_begin, price, np.inf)


def _pivots(n: int, q: float) -> NDArray[np.float64]:
    """Reciprocal pivots of D D' + q I, D the matrix of first differences."""
    out = np.empty(n)
    out[0] = 1 / (1 + q)
    for t in range(1, n):
        out[t] = 1 / (2 + q - out[t - 1])
    return out
