"""How uncertain the effect on one good and one destination is.

A clustered covariance is meaningless when a single series is treated: its scores add up to zero
there. Errors come instead from how the series moved before the date under a local level, and the
scale on which they are judged from placebos: the same effects estimated for other destinations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.local_level import Null, drift_ratio
from tradeflow.detect.moderated import VariancePrior, fit_prior, moderate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.contrast.fit import Fits

_LEAST_LEFT: Final = 0.02
"""Part of a residual that the factors must leave for it to be read."""

_READ_FOR_DRIFT: Final = 1_000  # series; its medians over all lags are slow, and sure by then
_SMALLEST: Final = 1e-8  # noise variance, squared log points


@dataclass(frozen=True, slots=True, eq=False)
class Drifting:
    """The local level that all series share, learnt from placebos.

    Attributes
    ----------
    null
        Covariance of the periods per unit of noise variance.
    prior
        Prior of the noise variances.
    pre
        Shape (T,): periods that noise is measured in.
    """

    null: Null
    prior: VariancePrior
    pre: NDArray[np.bool_]

    def noise(self, fits: Fits) -> NDArray[np.float64]:
        """Moderated noise variance of each fit, shape (n,), squared log points."""
        scale, df = self.null.spread(self.pre)
        raw = _sum_of_squares(residuals(fits, self.pre)) / scale
        return np.asarray(moderate(np.maximum(raw, _SMALLEST), df, self.prior))

    @property
    def df(self) -> float:
        """Degrees of freedom of the moderated variances."""
        return self.null.spread(self.pre)[1] + self.prior.df

    def errors(self, fits: Fits) -> NDArray[np.float64]:
        """Standard error of the effect since the date, shape (n,), log points."""
        weights = effect_weights(fits, self.pre)
        spread = ((weights @ self.null.covariance) * weights).sum(axis=1)
        return np.asarray(np.sqrt(self.noise(fits) * spread))


def learn(placebos: Fits, pre: NDArray[np.bool_]) -> Drifting:
    """Learn drift and the spread of noise variances from fits of series where nothing happened."""
    residual = residuals(placebos, pre)
    every = max(len(residual) // _READ_FOR_DRIFT, 1)
    null = Null.of(len(pre), _drift(residual[::every]))
    scale, df = null.spread(pre)
    raw = np.maximum(_sum_of_squares(residual) / scale, _SMALLEST)
    return Drifting(null, fit_prior(raw[np.isfinite(raw)], df), pre)


def _drift(residual: NDArray[np.float64]) -> float:
    """Drift ratio over the last periods that give every lag a pair."""
    seen = np.isfinite(residual).astype(float)
    pairs, n = seen.T @ seen, residual.shape[1]
    first = next(k for k in range(n) if _every_lag(pairs[k:, k:]))
    return drift_ratio(residual[:, first:])


def _every_lag(pairs: NDArray[np.float64]) -> bool:
    """Whether some series is seen at both ends of every lag; `pairs` counts them."""
    return all(pairs.diagonal(lag).any() for lag in range(1, len(pairs)))


def residuals(fits: Fits, pre: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Relative residuals before the date, as if the series had not shaped its own factors.

    Returns
    -------
    ndarray
        Shape (n, periods before): (y / mean - 1) / rest; NaN where nothing is known or left.
    """
    known = (fits.mean > 0) & (fits.rest > _LEAST_LEFT)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = (fits.observed / fits.mean - 1) / fits.rest
    return np.asarray(np.where(known, made, np.nan)[:, pre])


def effect_weights(fits: Fits, pre: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of the periods in the effect: the likelihood's, shape (n, T); 0 where undefined."""
    weight = fits.mean * fits.rest
    after, before = np.where(pre, 0.0, weight), np.where(pre, weight, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        made = after / after.sum(axis=1)[:, None] - before / before.sum(axis=1)[:, None]
    return np.asarray(np.nan_to_num(made))


def readable(fits: Fits, pre: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which fits have a finite effect, and enough residuals before and weight since; shape (n,)."""
    seen = np.isfinite(residuals(fits, pre)).sum(axis=1)
    left = np.average(fits.rest[:, ~pre], axis=1) > _LEAST_LEFT
    return np.asarray(np.isfinite(fits.log[:, 1]) & (seen >= pre.sum() / 2) & left)


def _sum_of_squares(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of squares, scaled up for residuals that are not known; shape (n,)."""
    seen = np.isfinite(residual).sum(axis=1)
    return np.asarray(np.nansum(residual**2, axis=1) * residual.shape[1] / np.maximum(seen, 1))
