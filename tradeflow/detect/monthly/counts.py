"""Small and zero-heavy series: quasi-Poisson regression with the outbreak detectors' weights.

log E[y_t] = X_t b, Var[y_t] = phi E[y_t]: consistent for trade values, zeros included, and free of
the currency unit, which log(1 + value) is not. Past anomalies are weighted down before the final
fit.

References
----------
Farrington, C. P., Andrews, N. J., Beale, A. D. and Catchpole, M. A. (1996), A statistical algorithm
for the early detection of outbreaks of infectious disease, JRSS A 159(3). Noufaily, A. et al.
(2013), An improved algorithm for outbreak detection in multiple surveillance systems, Statistics in
Medicine 32(7). Santos Silva, J. M. C. and Tenreyro, S. (2006), The log of gravity, REStat 88(4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit, prange

from tradeflow.detect.monthly.smoothing import SEASON, Forecasts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

HARMONICS: Final = 2
_STEPS: Final = 25  # of iteratively reweighted least squares at most; five or six suffice
_THRESHOLD: Final = 2.58  # standardised Anscombe residuals beyond this are weighted down
_RIDGE: Final = 1e-11  # relative, so that the currency unit does not matter
_CONVERGED: Final = 1e-9
_FARTHEST: Final = 30.0  # log units that a linear predictor may stray from the mean


def forecast_counts(y: NDArray[np.float64], ends: NDArray[np.int64], horizon: int) -> Forecasts:
    """Forecast each series from its own end by quasi-Poisson regression.

    Parameters
    ----------
    y
        Shape (n, T), at least 0; NaN where missing.
    ends
        Shape (n,): the first `ends[i]` months of series i are used.
    horizon
        Months ahead.

    Returns
    -------
    Forecasts
        `mean` is the log of the expected value; `width` the standard deviation of the forecast
        error relative to the expected value. NaN for a series without trade.
    """
    month = np.arange(int(ends.max()) + horizon)
    angle = 2 * np.pi * month / SEASON
    season = [f(k * angle) for k in range(1, HARMONICS + 1) for f in (np.cos, np.sin)]
    design = np.column_stack([np.ones(len(month)), month / SEASON, *season])
    mean = np.full((len(y), horizon), np.nan)
    width = np.full((len(y), horizon), np.nan)
    _forecast_all(np.ascontiguousarray(y), ends, design, mean, width)
    return Forecasts(mean, width)


@njit(cache=True, parallel=True, nogil=True)
def _forecast_all(
    y: Matrix, ends: NDArray[np.int64], design: Matrix, mean: Matrix, width: Matrix
) -> None:
    for i in prange(len(y)):
        _forecast_one(y[i, : ends[i]], design, mean[i], width[i])


@njit(cache=True, nogil=True)
def _forecast_one(y: Vector, design: Matrix, mean: Vector, width: Vector) -> None:
    n, p = len(y), design.shape[1]
    weight = np.where(np.isnan(y), 0.0, 1.0)
    total = 0.0
    for t in range(n):
        if weight[t] > 0:
            total += y[t]
    if total <= 0 or weight.sum() <= p:
        return
    start = np.log(total / weight.sum())
    for _ in range(2):
        beta, inverse, phi = _fit(y, design, weight, start)
        _weigh(y, design, (beta, inverse, phi), start, weight)
    beta, inverse, phi = _fit(y, design, weight, start)
    for h in range(len(mean)):
        mean[h] = _predictor(design, n + h, beta, start)
        width[h] = np.sqrt(phi / np.exp(mean[h]) + phi * _quadratic(design, n + h, inverse))


@njit(cache=True, nogil=True)
def _fit(y: Vector, design: Matrix, weight: Vector, start: float) -> tuple[Vector, Matrix, float]:
    """Coefficients, inverse information and dispersion of the weighted quasi-Poisson fit."""
    p = design.shape[1]
    beta = np.zeros(p)
    beta[0] = start
    inverse: Matrix = np.eye(p)
    for _ in range(_STEPS):
        information, score = _normal_equations(y, design, weight, beta, start)
        inverse = np.ascontiguousarray(np.linalg.inv(information))
        newer = inverse @ score
        change = np.max(np.abs(newer - beta))
        beta = newer
        if change < _CONVERGED:
            break
    chi2, known = 0.0, 0.0
    for t in range(len(y)):
        if weight[t] > 0:
            mu = np.exp(_predictor(design, t, beta, start))
            chi2 += weight[t] * (y[t] - mu) ** 2 / mu
            known += weight[t]
    return beta, inverse, chi2 / max(known - p, 1.0)


@njit(cache=True, nogil=True)
def _predictor(design: Matrix, t: int, beta: Vector, start: float) -> float:
    eta = 0.0
    for j in range(len(beta)):
        eta += design[t, j] * beta[j]
    return min(max(eta, start - _FARTHEST), start + _FARTHEST)


@njit(cache=True, nogil=True)
def _normal_equations(
    y: Vector, design: Matrix, weight: Vector, beta: Vector, start: float
) -> tuple[Matrix, Vector]:
    """Information and score of the working regression at `beta`."""
    p = len(beta)
    information, score = np.zeros((p, p)), np.zeros(p)
    for t in range(len(y)):
        if weight[t] > 0:
            eta = _predictor(design, t, beta, start)
            mu = np.exp(eta)
            answer = weight[t] * (mu * eta + y[t] - mu)
            heavy = weight[t] * mu
            for j in range(p):
                score[j] += design[t, j] * answer
                for k in range(j + 1):
                    information[j, k] += heavy * design[t, j] * design[t, k]
    for j in range(p):
        information[j, j] *= 1 + _RIDGE
        for k in range(j):
            information[k, j] = information[j, k]
    return information, score


@njit(cache=True, nogil=True)
def _weigh(
    y: Vector, design: Matrix, fit: tuple[Vector, Matrix, float], start: float, weight: Vector
) -> None:
    """Weight months with a large positive Anscombe residual down, as Farrington does."""
    beta, inverse, phi = fit
    total, known = 0.0, 0
    for t in range(len(y)):
        if np.isnan(y[t]):
            continue
        mu = np.exp(_predictor(design, t, beta, start))
        leverage = min(mu * _quadratic(design, t, inverse), 0.95)
        residual = 1.5 * (y[t] ** (2 / 3) * mu ** (-1 / 6) - mu**0.5)
        residual /= np.sqrt(phi * (1 - leverage))
        weight[t] = 1.0 if residual <= _THRESHOLD else (_THRESHOLD / residual) ** 2
        total += weight[t]
        known += 1
    weight *= known / total


@njit(cache=True, nogil=True)
def _quadratic(design: Matrix, t: int, inverse: Matrix) -> float:
    total = 0.0
    for j in range(len(inverse)):
        for k in range(len(inverse)):
            total += design[t, j] * inverse[j, k] * design[t, k]
    return total
