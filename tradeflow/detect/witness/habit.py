"""What a series would have done by its own habit: a local level with season and trend.

In logs, block by block, and per unit of the noise variance,

    y_t = level + slope t + season_t + walk_t + noise_t,

with a free level, normal priors on slope and season, and a random walk whose variance is `drift`
a block. The slopes spread around a common one, the median over all series. All of it is one
normal distribution with covariance K, so that the forecast is linear, m = k' K^-1 y, and its
errors follow Student's t with variance y' K^-1 y / (n0 - 1) times the conditional variance. How
much drift, season and trend there is is chosen for all series together by marginal likelihood.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.moderated import fit_prior, moderate
from tradeflow.detect.witness.quarters import MONTHS, PER_YEAR

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

FEWEST: Final = 8
"""Blocks with a number that a baseline needs: two years."""

_ORIGIN: Final = 6  # blocks before the first placebo origin
_FREE: Final = 1e4  # prior variance of the level
_GRID: Final = tuple(product((0.0, 0.05, 0.2, 0.6, 2.0), (0.0, 0.5, 2.0), (0.04, 0.3, 1.0)))
_FEWEST_TO_SHARE: Final = 5  # series from which variances are shrunk towards each other
_CLIP: Final = 4.0
_LEAST: Final = 1e-12  # variance of a series that never moves
_PRIOR_SLOPE: Final = 0.10  # log points a year
_LEAST_SPREAD: Final = 0.02  # of slopes over series, log points a year
_TO_SIGMA: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Model:
    """Variances per unit of noise: of a step of the level, a season, and a year's slope."""

    drift: float
    season: float
    slope: float

    def covariance(
        self, blocks: int, noise: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Build K, shape (blocks, blocks); `noise` is the variance of each block's noise."""
        t, year = np.arange(blocks), _years(blocks)
        same = (t[:, None] % PER_YEAR) == (t % PER_YEAR)
        walk = np.minimum.outer(t, t)
        smooth = _FREE + self.slope * np.outer(year, year)
        spread = np.ones(blocks) if noise is None else noise
        return np.asarray(smooth + self.season * same + self.drift * walk + np.diag(spread))


def _years(blocks: int) -> NDArray[np.float64]:
    return np.arange(blocks) / PER_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """The trend that all series have in common, log points a year, and its standard error."""

    mean: float
    se: float


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """Forecast of n series over n1 blocks.

    Attributes
    ----------
    mean
        Shape (n, n1), log points: the median forecast of each block.
    covariance
        Shape (n, n1, n1): covariance of the forecast errors, stretched by `wider` squared.
    tilt
        Shape (n, n1), log points: what one standard error of the common slope does to the forecast.
    sigma
        Shape (n,), log points: standard deviation of a block's noise.
    df
        Degrees of freedom of the errors.
    residual
        Shape (n, n0): what the baseline leaves, of unit length; 0 where missing.
    placebos
        Shape (m,): studentised mean errors of the same forecasts made inside the baseline.
    wider
        Factor by which the placebos widen the intervals, at least 1.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]
    tilt: NDArray[np.float64]
    sigma: NDArray[np.float64]
    df: float
    residual: NDArray[np.float64]
    placebos: NDArray[np.float64]
    wider: float

    def own_sd(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard error of a weighted mean of the blocks, but for the common slope."""
        return np.asarray(np.sqrt(np.einsum("ni,nij,nj->n", weights, self.covariance, weights)))

    def sd(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standard error of a weighted mean of the blocks; `weights` has shape (n, n1)."""
        return np.asarray(np.hypot(self.own_sd(weights), (weights * self.tilt).sum(axis=1)))

    @property
    def reach(self) -> float:
        """Half a 90 % interval in standard errors."""
        from scipy.stats import t

        return float(t.ppf(0.95, self.df))


def learn(log: NDArray[np.float64], months_after: NDArray[np.intp], *, amounts: bool) -> Habit:
    """Forecast series from their own history.

    Parameters
    ----------
    log
        Shape (n, n0), logs of three-month blocks before the shift; NaN where missing. Every row
        has at least :data:`FEWEST` numbers.
    months_after
        Shape (n1,): months in each block to forecast.
    amounts
        Whether they are logs of amounts: these share a trend, and placebos judge their sums. Ratios
        share none, and placebos judge the mean of their logs.

    Notes
    -----
    Blocks far from their neighbours are first drawn in to four robust standard deviations.

    References
    ----------
    Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the Kalman Filter,
    Cambridge University Press. Smyth, G. K. (2004), on moderated variances, see
    :mod:`tradeflow.detect.moderated`.
    """
    calm = _calm(log)
    slope = _common_slope(calm) if amounts else Slope(0.0, 0.0)
    years = _years(log.shape[1])
    model = _chosen(calm - slope.mean * years)
    noise = np.concatenate([np.ones(log.shape[1]), MONTHS / months_after])
    made = _forecast(calm, model, noise, slope)
    placebos = _placebos((log, calm), model, len(months_after), slope, amounts=amounts)
    wider = _wider(placebos, made.df)
    return Habit(
        mean=made.mean,
        covariance=made.variance[:, None, None] * made.unit * wider**2,
        tilt=made.tilt * slope.se,
        sigma=np.sqrt(made.variance),
        df=made.df,
        residual=made.residual,
        placebos=placebos,
        wider=wider,
    )


def placebo_p(z: NDArray[np.float64], placebos: NDArray[np.float64]) -> NDArray[np.float64]:
    """Two-sided p-values read off placebos: (1 + number at least as large) / (1 + number).

    Examples
    --------
    >>> placebo_p(np.array([3.0, -1.0]), np.array([0.5, -2.0, 1.0])).tolist()
    [0.25, 0.75]
    """
    size = np.sort(np.abs(placebos))
    beyond = len(size) - np.searchsorted(size, np.abs(z), side="left")
    p = (1 + beyond) / (1 + len(size))
    return np.where(np.isnan(z), np.nan, p)


def _calm(log: NDArray[np.float64]) -> NDArray[np.float64]:
    """Draw in blocks that lie far from the median of the five around them."""
    padded = np.pad(log, ((0, 0), (2, 2)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=1)
    known = ~np.isnan(log)
    middle = np.full(log.shape, np.nan)
    middle[known] = np.nanmedian(around[known], axis=1)
    far = log - middle
    scale = _TO_SIGMA * np.nanmedian(np.abs(far - np.nanmedian(far, axis=1, keepdims=True)), axis=1)
    reach = _CLIP * np.maximum(scale, np.nanmedian(scale))[:, None]
    return np.asarray(middle + np.clip(far, -reach, reach))


def _patterns(
    log: NDArray[np.float64],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows with the same blocks known, and these blocks."""
    known = ~np.isnan(log)
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    for i, pattern in enumerate(patterns):
        yield np.flatnonzero(which.ravel() == i), np.flatnonzero(pattern)


def _chosen(log: NDArray[np.float64]) -> Model:
    """The model under which all series together are most likely, each with its own variance."""
    models, patterns = [Model(*point) for point in _GRID], tuple(_patterns(log))
    return max(models, key=lambda model: _likelihood(log, model, patterns))


def _likelihood(
    log: NDArray[np.float64],
    model: Model,
    patterns: Sequence[tuple[NDArray[np.intp], NDArray[np.intp]]],
) -> float:
    total, whole = 0.0, model.covariance(log.shape[1])
    for rows, known in patterns:
        inner = whole[np.ix_(known, known)]
        y = log[np.ix_(rows, known)]
        y = y - y.mean(axis=1, keepdims=True)
        square = np.maximum(_square(y, np.linalg.inv(inner)), _LEAST)
        df = len(known) - 1
        total -= float(np.sum(df * np.log(square) + np.linalg.slogdet(inner)[1])) / 2
    return total


def _common_slope(log: NDArray[np.float64]) -> Slope:
    """Median slope over the series, drawn towards 0 by a prior of ten per cent a year."""
    found = []
    for rows, known in _patterns(log):
        year = _years(log.shape[1])[known]
        year = year - year.mean()
        found.append(log[np.ix_(rows, known)] @ year / (year @ year))
    slopes = np.concatenate(found)
    middle = float(np.median(slopes))
    spread = max(_TO_SIGMA * float(np.median(np.abs(slopes - middle))), _LEAST_SPREAD)
    variance = np.pi / 2 * spread**2 / len(slopes)
    kept = _PRIOR_SLOPE**2 / (_PRIOR_SLOPE**2 + variance)
    return Slope(kept * middle, float(np.sqrt(kept * variance)))


@dataclass(frozen=True, slots=True, eq=False)
class _Forecast:
    """Forecast per unit of noise: arrays as in :class:`Habit`, `unit` the covariance per unit."""

    mean: NDArray[np.float64]
    unit: NDArray[np.float64]
    tilt: NDArray[np.float64]
    variance: NDArray[np.float64]
    residual: NDArray[np.float64]
    df: float


def _forecast(
    log: NDArray[np.float64], model: Model, noise: NDArray[np.float64], slope: Slope
) -> _Forecast:
    n, n0 = log.shape
    n1 = len(noise) - n0
    whole, year = model.covariance(n0 + n1, noise), _years(n0 + n1)
    mean, unit, tilt = np.empty((n, n1)), np.empty((n, n1, n1)), np.empty((n, n1))
    square, residual = np.empty(n), np.zeros((n, n0))
    for rows, known in _patterns(log):
        inverse = np.linalg.inv(whole[np.ix_(known, known)])
        cross = whole[np.ix_(np.arange(n0, n0 + n1), known)] @ inverse
        y = log[np.ix_(rows, known)] - slope.mean * year[known]
        level = y.mean(axis=1, keepdims=True)
        residual[np.ix_(rows, known)] = (y - level) @ inverse
        mean[rows] = level + (y - level) @ cross.T + slope.mean * year[n0:]
        origin = year[known].mean()
        tilt[rows] = year[n0:] - origin - cross @ (year[known] - origin)
        unit[rows] = whole[n0:, n0:] - cross @ whole[np.ix_(known, np.arange(n0, n0 + n1))]
        square[rows] = _square(y - level, inverse) / (len(known) - 1)
    variance, df = _shared(np.maximum(square, _LEAST), _blocks(log) - 1)
    length = np.maximum(np.linalg.norm(residual, axis=1, keepdims=True), 1e-300)
    return _Forecast(mean, unit, tilt, variance, residual / length, df)


def _square(y: NDArray[np.float64], inverse: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(np.einsum("ni,ij,nj->n", y, inverse, y))


def _blocks(log: NDArray[np.float64]) -> float:
    return float(np.median((~np.isnan(log)).sum(axis=1)))


def _shared(variance: NDArray[np.float64], df: float) -> tuple[NDArray[np.float64], float]:
    """Shrink variances towards each other where there are enough series."""
    if len(variance) < _FEWEST_TO_SHARE:
        return variance, df
    prior = fit_prior(variance, df)
    return moderate(variance, df, prior), min(df + prior.df, 1e3)


def _placebos(
    logs: tuple[NDArray[np.float64], NDArray[np.float64]],
    model: Model,
    n1: int,
    slope: Slope,
    *,
    amounts: bool,
) -> NDArray[np.float64]:
    """Studentised errors of forecasts from every earlier origin; outliers count, as they will."""
    log, calm = logs
    span = min(n1, max(1, log.shape[1] // 3))
    out = []
    for origin in range(_ORIGIN, log.shape[1] - span + 1):
        rows = (~np.isnan(log[:, :origin])).sum(axis=1) >= _ORIGIN
        later = log[:, origin : origin + span]
        rows &= ~np.isnan(later).any(axis=1)
        if rows.any():
            made = _forecast(calm[rows, :origin], model, np.ones(origin + span), slope)
            error = _error(later[rows], made, amounts=amounts)
            out.append(error / np.sqrt(made.variance * made.unit.mean(axis=(1, 2))))
    return np.concatenate(out) if out else np.zeros(0)


def _error(later: NDArray[np.float64], made: _Forecast, *, amounts: bool) -> NDArray[np.float64]:
    """Error of the log sum of amounts, or of the mean of log ratios; shape (n,)."""
    if not amounts:
        return np.asarray((later - made.mean).mean(axis=1))
    lift = made.variance / 2
    return np.asarray(np.log(np.exp(later).sum(axis=1) / np.exp(made.mean).sum(axis=1)) - lift)


def _wider(placebos: NDArray[np.float64], df: float) -> float:
    """How much wider than Student's t the placebos are at 90 %, between 1 and 3."""
    from scipy.stats import t

    if len(placebos) < 20:  # noqa: PLR2004  fewer do not hold a 90 % point
        return 1.0
    return float(np.clip(np.quantile(np.abs(placebos), 0.9) / t.ppf(0.95, df), 1.0, 3.0))
