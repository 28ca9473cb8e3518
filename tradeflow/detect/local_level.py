"""The null that trade drifts: a local level, not a constant.

A good's trade moves by a random walk plus noise, y_t = level_t + e_t with
Var(level_t - level_{t-1}) = q Var(e_t). Under a constant level (q = 0) almost every drifting
series would seem to have shifted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TO_SIGMA = 1.4826  # median absolute value to standard deviation, for a normal
_UNKNOWN = 2.0  # drift ratio where drift and noise cannot be told apart


def drift_ratio(residual: NDArray[np.float64]) -> float:
    """Estimate q, the variance of the drift relative to the noise, pooled over series.

    Parameters
    ----------
    residual
        Shape (n_series, n_periods), log points; NaN where missing. Only periods before the
        date under question.

    Returns
    -------
    float
        q of at least 0. With two periods, or where the median series stands still, drift and noise
        cannot be told apart; q is then 2, the ratio at which one step of drift varies as much as
        two draws of noise.

    Notes
    -----
    The variance of a difference over h periods is 2 + q h times the noise variance. The robust
    variances at each h are fitted by a straight line.
    """
    lags = np.arange(1, residual.shape[1])
    variance = [_robust_variance(residual[:, h:] - residual[:, :-h]) for h in lags]
    if len(lags) < 2 or not variance[0] > 0:  # noqa: PLR2004  two points make a line
        return _UNKNOWN
    slope, intercept = np.polyfit(lags, variance, 1)
    noise = max(intercept / 2, 0.01 * variance[0])
    return float(max(slope, 0.0) / noise)


def _robust_variance(x: NDArray[np.float64]) -> float:
    return float((_TO_SIGMA * np.nanmedian(np.abs(x))) ** 2)


@dataclass(frozen=True, slots=True)
class Null:
    """Moments of a series under the local level, per unit of noise variance.

    Attributes
    ----------
    covariance
        Shape (n_periods, n_periods).
    """

    covariance: NDArray[np.float64]

    @classmethod
    def of(cls, n_periods: int, drift: float) -> Null:
        """Build the covariance I + q min(s, t)."""
        step = np.arange(1, n_periods + 1)
        return cls(np.eye(n_periods) + drift * np.minimum.outer(step, step))

    def variance_of(self, weights: NDArray[np.float64]) -> float:
        """Variance of a weighted sum of periods whose weights add up to 0."""
        return float(weights @ self.covariance @ weights)

    def spread(self, periods: NDArray[np.bool_]) -> tuple[float, float]:
        """Scale and degrees of freedom of the sum of squares around the mean of `periods`.

        Returns
        -------
        scale, df : float
            The sum of squares divided by `scale` estimates the noise variance, with about `df`
            degrees of freedom (Satterthwaite's approximation).
        """
        n = periods.sum()
        centring = np.diag(periods.astype(float)) - np.outer(periods, periods) / n
        product = centring @ self.covariance
        scale = float(np.trace(product))
        return scale, scale**2 / float(np.trace(product @ product))
