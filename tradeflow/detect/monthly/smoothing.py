"""Damped local trend with a season, robustly smoothed: forecasts of many series at once.

The model is that of additive exponential smoothing with a damped trend,

    y_t = l_{t-1} + phi b_{t-1} + s_{t-m} + e_t,
    l_t = l_{t-1} + phi b_{t-1} + alpha e_t,
    b_t = phi b_{t-1} + beta e_t,   s_t = s_{t-m} + gamma e_t,

on the log scale. Errors of more than four times the running scale are cut before they enter the
states, so that an anomaly does not train its own baseline. Parameters come from a fixed grid,
which is fast, needs no starting values and gives the same answer everywhere.

References
----------
Hyndman, R. J., Koehler, A. B., Ord, J. K. and Snyder, R. D. (2008), Forecasting with Exponential
Smoothing, Springer, chapters 2 and 6. Gelper, S., Fried, R. and Croux, C. (2010), Robust
forecasting with exponential and Holt-Winters smoothing, Journal of Forecasting 29(3).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit, prange

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

SEASON: Final = 12
_FIRST_YEARS: Final = 4  # of data that set the starting season and trend
_ALPHA: Final = np.array([0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.99])
_BETA_OF_ALPHA: Final = np.array([0.0, 0.03, 0.1, 0.25])
_PHI: Final = np.array([0.8, 0.9, 0.97])
_GAMMA: Final = np.array([0.0, 0.03, 0.1, 0.25])
_CUT: Final = 4.0  # errors beyond so many scales are cut
_SCALE_MEMORY: Final = 0.1  # weight of the newest error in the running scale
_STATES: Final = SEASON + 2  # level, slope and season, all estimated from the same months


@dataclass(frozen=True, slots=True)
class Forecasts:
    """Forecasts of n series over h months, on the scale of the input.

    Attributes
    ----------
    mean
        Shape (n, h).
    width
        Shape (n, h): standard deviation of the forecast error under the model.
    """

    mean: NDArray[np.float64]
    width: NDArray[np.float64]


def forecast(y: NDArray[np.float64], ends: NDArray[np.int64], horizon: int) -> Forecasts:
    """Forecast each series from its own end.

    Parameters
    ----------
    y
        Shape (n, T), usually logs; NaN where missing.
    ends
        Shape (n,): the first `ends[i]` months of series i are used.
    horizon
        Months ahead.

    Returns
    -------
    Forecasts
        NaN for a series with fewer than 24 known months in the four years from its first one on.

    Notes
    -----
    The mean squared error of the fit is too small a variance: 14 starting states were fitted to
    the same n months, and the season is a mean over only a few years. It is multiplied by
    n / (n - 14) and by 1 + 1 / (years that set the season), so that forecasts from short and from
    long histories, whose errors calibrate each other, are in like units.
    """
    mean = np.full((len(y), horizon), np.nan)
    width = np.full((len(y), horizon), np.nan)
    grid = np.array(np.meshgrid(_ALPHA, _BETA_OF_ALPHA, _PHI, _GAMMA, indexing="ij"))
    _forecast_all(np.ascontiguousarray(y), ends, grid.reshape(4, -1).T.copy(), mean, width)
    return Forecasts(mean, width)


@njit(cache=True, parallel=True, nogil=True)
def _forecast_all(
    y: Matrix, ends: NDArray[np.int64], grid: Matrix, mean: Matrix, width: Matrix
) -> None:
    for i in prange(len(y)):
        known = np.flatnonzero(~np.isnan(y[i, : ends[i]]))
        if len(known) > 0:  # a series may begin long after its panel does
            _forecast_one(y[i, known[0] : ends[i]], grid, mean[i], width[i])


@njit(cache=True, nogil=True)
def _forecast_one(y: Vector, grid: Matrix, mean: Vector, width: Vector) -> None:
    level, slope, season, scale2 = _start(y)
    if np.isnan(level):
        return
    first = np.array([level, slope, scale2])
    best = np.inf
    chosen = 0
    trial = np.empty(len(mean))
    for k in range(len(grid)):
        loss = _smooth(y, grid[k], first, season, trial)
        if loss < best:
            best = loss
            chosen = k
            mean[:] = trial
    _widths(grid[chosen], np.sqrt(best * _inflation(y)), width)


@njit(cache=True, nogil=True)
def _inflation(y: Vector) -> float:
    """Factor from the mean squared error of the fit to the variance of a forecast."""
    n = float((~np.isnan(y)).sum())
    years = min(n / SEASON, float(_FIRST_YEARS))
    return n / max(n - _STATES, n / 4) * (1 + 1 / years)


@njit(cache=True, nogil=True)
def _start(y: Vector) -> tuple[float, float, Vector, float]:
    """Level before the first month, slope, season and error variance, from the first years."""
    month = np.flatnonzero(~np.isnan(y[: _FIRST_YEARS * SEASON]))
    season = np.zeros(SEASON)
    if len(month) < 2 * SEASON:
        return np.nan, 0.0, season, 0.0
    seen = y[month]
    time, rise = month.astype(np.float64), seen.copy()
    for m in range(SEASON):  # the slope of a regression with a dummy for each month of the year
        same = month % SEASON == m
        if same.any():
            time[same] -= time[same].mean()
            rise[same] -= rise[same].mean()
    slope = (time * rise).sum() / (time * time).sum()
    time = month - month.mean()
    residual = seen - seen.mean() - slope * time
    for m in range(SEASON):
        same = residual[month % SEASON == m]
        if len(same) > 0:
            season[m] = same.mean()
    season -= season.mean()
    error2 = ((residual - season[month % SEASON]) ** 2).mean()
    return seen.mean() - slope * (month.mean() + 1), slope, season, max(error2, 1e-12)


@njit(cache=True, nogil=True)
def _smooth(y: Vector, parameter: Vector, first: Vector, start: Vector, out: Vector) -> float:
    """Run the filter, write the forecasts to `out`, return the mean squared cut error.

    `first` holds level, slope and error variance before the first month, `start` the season.
    """
    level, slope, scale2 = first[0], first[1], first[2]
    alpha, phi = parameter[0], parameter[2]
    beta, gamma = alpha * parameter[1], parameter[3] * (1 - alpha)
    season = start.copy()
    loss, known = 0.0, 0
    for t in range(len(y)):
        ahead = level + phi * slope
        e = y[t] - ahead - season[t % SEASON]
        if np.isnan(e):
            level, slope = ahead, phi * slope
            continue
        limit = _CUT * np.sqrt(scale2)
        cut = min(max(e, -limit), limit)
        scale2 = (1 - _SCALE_MEMORY) * scale2 + _SCALE_MEMORY * max(cut * cut, 1e-12)
        if t >= SEASON:
            loss += cut * cut
            known += 1
        level = ahead + alpha * cut
        slope = phi * slope + beta * cut
        season[t % SEASON] += gamma * cut
    total, power = 0.0, 1.0
    for h in range(len(out)):
        power *= phi
        total += power
        out[h] = level + total * slope + season[(len(y) + h) % SEASON]
    return loss / max(known, 1)


@njit(cache=True, nogil=True)
def _widths(parameter: Vector, sigma: float, width: Vector) -> None:
    alpha, phi = parameter[0], parameter[2]
    beta, gamma = alpha * parameter[1], parameter[3] * (1 - alpha)
    variance, total, power = 1.0, 0.0, 1.0
    width[0] = sigma
    for h in range(1, len(width)):
        power *= phi
        total += power
        step = alpha + beta * total + (gamma if h % SEASON == 0 else 0.0)
        variance += step * step
        width[h] = sigma * np.sqrt(variance)
