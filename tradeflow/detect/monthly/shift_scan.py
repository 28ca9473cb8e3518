"""Level-shift scan of many series under a local level: likelihood ratio over date and drift.

y = X b + delta 1{t >= tau} + u, where u is a random walk plus noise with drift ratio q. The null
has no step. Both sides are fitted by restricted maximum likelihood over a grid of q, so that slow
drift competes with the step for the same rise; the statistic is twice the gain in log likelihood.
All series of one pattern of missing months share the same matrices, and everything is a product
of matrices.

References
----------
Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the Kalman Filter, section 7.6.
Andrews, D. W. K. (1993), Tests for parameter instability and structural change with unknown change
point, Econometrica 61(4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRIFT_GRID: Final = np.array([0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0])
"""Values of q, the variance of the drift relative to that of the noise."""


@dataclass(frozen=True, slots=True)
class _AtDrift:
    """Matrices for one value of q.

    Attributes
    ----------
    residual
        Shape (T, T): whitens and takes the regressors out.
    step
        Shape (n_dates, T): gives the standardised step at each date.
    length
        Shape (n_dates,): length of the whitened step; delta = step / length.
    log_det
        Log determinants of covariance and regressors.
    """

    residual: NDArray[np.float64]
    step: NDArray[np.float64]
    length: NDArray[np.float64]
    log_det: float


@dataclass(frozen=True, slots=True)
class Scanned:
    """Result for n series, each array of shape (n,) unless said.

    Attributes
    ----------
    ratio
        Twice the gain in restricted log likelihood.
    date
        Index of the best date (a month of the panel).
    size, se
        The step in the units of the input, and its standard error at the best date.
    null_drift
        Index into the drift grid that fits best without a step.
    noise
        Noise standard deviation under the alternative.
    profile
        Shape (n, n_dates): twice the log likelihood lost at each date against the best.
    """

    ratio: NDArray[np.float64]
    date: NDArray[np.intp]
    size: NDArray[np.float64]
    se: NDArray[np.float64]
    null_drift: NDArray[np.intp]
    noise: NDArray[np.float64]
    profile: NDArray[np.float64]


class ShiftScan:
    """A scan prepared for one set of regressors, dates and known months.

    Parameters
    ----------
    regressors
        Shape (T, p).
    dates
        Months at which a step may begin.
    known
        Shape (T,): the months that have a number.
    """

    def __init__(
        self,
        regressors: NDArray[np.float64],
        dates: NDArray[np.intp],
        known: NDArray[np.bool_] | None = None,
    ) -> None:
        n = len(regressors)
        self.known = np.ones(n, dtype=bool) if known is None else known
        self.dates = dates
        self._df = int(self.known.sum()) - int(np.linalg.matrix_rank(regressors[self.known]))
        self._at = [self._prepare(regressors, q) for q in DRIFT_GRID]
        self.usable = bool(np.isfinite([at.length for at in self._at]).any(axis=1).all())
        """Whether there is a date whose step the regressors cannot mimic."""

    def _prepare(self, regressors: NDArray[np.float64], q: float) -> _AtDrift:
        month = np.flatnonzero(self.known) + 1.0
        covariance = np.eye(len(month)) + q * np.minimum.outer(month, month)
        root = np.linalg.cholesky(covariance)
        whiten = np.linalg.inv(root)
        basis, sizes, _ = np.linalg.svd(whiten @ regressors[self.known], full_matrices=False)
        real = sizes > sizes[0] * 1e-10
        basis = basis[:, real]
        residual = whiten - basis @ (basis.T @ whiten)
        steps = (np.flatnonzero(self.known)[:, None] >= self.dates).astype(float)
        left = residual @ steps
        length = np.sqrt((left**2).sum(axis=0))
        usable = length > 1e-8  # noqa: PLR2004  a step that the regressors can mimic has length 0
        length = np.where(usable, length, np.inf)
        log_det = 2 * np.log(np.diag(root)).sum() + 2 * np.log(sizes[real]).sum()
        return _AtDrift(residual, (left / length).T @ residual, length, float(log_det))

    def run(self, y: NDArray[np.float64]) -> Scanned:
        """Scan series.

        Parameters
        ----------
        y
            Shape (n, T), usually logs; only the known months are read.
        """
        y = np.ascontiguousarray(y[:, self.known])
        n, d = len(y), len(self.dates)
        null = np.full((len(DRIFT_GRID), n), -np.inf)
        best = np.full((n, d), -np.inf)
        size, se, noise = np.empty((n, d)), np.empty((n, d)), np.empty((n, d))
        for i, at in enumerate(self._at):
            rss = ((y @ at.residual.T) ** 2).sum(axis=1)
            null[i] = -0.5 * (self._df * np.log(rss) + at.log_det)
            step = y @ at.step.T
            left = np.maximum(rss[:, None] - step**2, 1e-12 * rss[:, None])
            score = -0.5 * (self._df * np.log(left) + at.log_det + 2 * np.log(at.length))
            score[:, np.isinf(at.length)] = -np.inf
            wins = score > best
            variance = left / (self._df - 1)
            np.copyto(size, step / at.length, where=wins)
            np.copyto(se, np.sqrt(variance) / at.length, where=wins)
            np.copyto(noise, np.sqrt(variance), where=wins)
            np.copyto(best, score, where=wins)
        row, at_date = np.arange(n), best.argmax(axis=1)
        top = best[row, at_date]
        return Scanned(
            ratio=2 * (top - null.max(axis=0)),
            date=self.dates[at_date],
            size=size[row, at_date],
            se=se[row, at_date],
            null_drift=null.argmax(axis=0),
            noise=noise[row, at_date],
            profile=2 * (top[:, None] - best),
        )
