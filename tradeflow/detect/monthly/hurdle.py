"""Series that rarely trade: whether a month has trade, and how much if it has.

Two questions with two answers. The number of months with trade in a span is compared with its
beta-binomial prediction, the exact predictive law of a Bernoulli series under Jeffreys' prior; the
mean log size of these months with a t prediction from the past sizes. Fisher's sum joins them. Its
law under the null is not trusted: like all scores it is compared with the placebos'.

References
----------
Mullahy, J. (1986), Specification and testing of some modified count data models, Journal of
Econometrics 33(3). Jeffreys, H. (1961), Theory of Probability, Oxford, section 3.1. Fisher, R. A.
(1932), Statistical Methods for Research Workers, Oliver and Boyd, section 21.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tradeflow.detect.monthly.smoothing import Forecasts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

FEWEST_SIZES: Final = 3
"""Past months with trade below which the size of a month says nothing."""

PAST_MONTHS: Final = 48
"""Months before the origin that the score reads: as many for a placebo as for the watch.

Otherwise the longer history of the watch alone would make its scores more extreme.
"""

_PRIOR: Final = 0.5  # Jeffreys
_LEAST_SPREAD: Final = 0.05  # log points; sizes that never differed still differ by so much
_CHUNK: Final = 4096  # series at once


class _Past(NamedTuple):
    """The last years before the origin, shape (c,) each: months, those with trade, log sizes."""

    months: Vector
    traded: Vector
    mean: Vector
    spread: Vector


def forecast_hurdle(values: Matrix, ends: NDArray[np.int64], horizon: int) -> Forecasts:
    """Forecast each series by the mean of its past months, those without trade included.

    Parameters
    ----------
    values
        Shape (n, T), at least 0; NaN where missing.
    ends
        Shape (n,): the first `ends[i]` months of series i are used.
    horizon
        Months ahead.

    Returns
    -------
    Forecasts
        `mean` is the log of the expected value, `width` the standard deviation relative to it,
        both the same for all months ahead. NaN for a series without trade.
    """
    seen = values[:, : ends.max(initial=0)]
    past = np.where(np.arange(seen.shape[1]) < ends[:, None], seen, np.nan)
    n = (~np.isnan(past)).sum(axis=1)
    total = np.nansum(past, axis=1)
    mean = np.divide(total, n, out=np.full(len(n), np.nan), where=total > 0)
    variance = np.nansum((past - mean[:, None]) ** 2, axis=1) / np.maximum(n - 1, 1)
    width = np.sqrt(variance * (1 + 1 / np.maximum(n, 1))) / mean
    return Forecasts(*(np.repeat(x[:, None], horizon, axis=1) for x in (np.log(mean), width)))


def surprise(
    values: Matrix,
    series: NDArray[np.intp],
    origin: NDArray[np.int64],
    seen: NDArray[np.bool_],
    span: int,
) -> Matrix:
    """Fisher's sum for occurrence and size of every `span` months in a row.

    Parameters
    ----------
    values
        Shape (n, T), at least 0; NaN where missing.
    series, origin
        Shape (c,): the series of each forecast, and how many months it saw.
    seen
        Shape (c, h): which of the months from the origin on count.
    span
        Months in a row.

    Returns
    -------
    ndarray
        Shape (c, h - span + 1): -2 (ln p of occurrence + ln p of size), both two-sided; NaN where
        a month is not seen.
    """
    parts = [slice(i, i + _CHUNK) for i in range(0, len(series), _CHUNK)]
    made = [_surprise(values[series[s]], origin[s], seen[s], span) for s in parts]
    return np.concatenate(made) if made else np.empty((0, seen.shape[1] - span + 1))


def _surprise(
    values: Matrix, origin: NDArray[np.int64], seen: NDArray[np.bool_], span: int
) -> Matrix:
    month = np.minimum(origin[:, None] + np.arange(seen.shape[1]), values.shape[1] - 1)
    actual = np.where(seen, np.take_along_axis(values, month, axis=1), np.nan)
    past = _past(values, origin)
    traded = _rolled(np.where(np.isnan(actual), np.nan, actual > 0), span)
    size = _rolled(np.where(np.isnan(actual), np.nan, _logs(actual)), span)
    return -2 * (np.log(_occurrence(traded, past, span)) + np.log(_size(size, traded, past)))


def _logs(values: Matrix) -> Matrix:
    """Logs, 0 where there is no trade: only sums over months with trade are read."""
    return np.log(np.where(values > 0, values, 1.0))


def _rolled(x: Matrix, span: int) -> Matrix:
    return np.asarray(np.lib.stride_tricks.sliding_window_view(x, span, axis=1).sum(axis=2))


def _past(values: Matrix, origin: NDArray[np.int64]) -> _Past:
    month = origin[:, None] - np.arange(1, PAST_MONTHS + 1)
    past = np.take_along_axis(values, np.maximum(month, 0), axis=1)
    known = (month >= 0) & ~np.isnan(past)
    traded = known & (past > 0)
    count = traded.sum(axis=1).astype(float)
    size = np.where(traded, _logs(past), 0.0)
    mean = size.sum(axis=1) / np.maximum(count, 1)
    squares = (np.where(traded, size - mean[:, None], 0.0) ** 2).sum(axis=1)
    spread = np.sqrt(squares / np.maximum(count - 1, 1))
    return _Past(known.sum(axis=1).astype(float), count, mean, np.maximum(spread, _LEAST_SPREAD))


def _occurrence(traded: Matrix, past: _Past, span: int) -> Matrix:
    """Two-sided beta-binomial p-value of the number of months with trade."""
    from scipy.special import betaln, gammaln

    k = np.arange(span + 1)
    ways = gammaln(span + 1) - gammaln(k + 1) - gammaln(span - k + 1)
    a = (past.traded + _PRIOR)[:, None]
    b = (past.months - past.traded + _PRIOR)[:, None]
    law = np.exp(ways + betaln(k + a, span - k + b) - betaln(a, b))
    at_most, at_least = np.cumsum(law, axis=1), np.cumsum(law[:, ::-1], axis=1)[:, ::-1]
    p = np.minimum(2 * np.minimum(at_most, at_least), 1.0)
    found = np.take_along_axis(p, np.nan_to_num(traded).astype(np.intp), axis=1)
    return np.where(np.isnan(traded), np.nan, found)


def _size(total: Matrix, traded: Matrix, past: _Past) -> Matrix:
    """Two-sided p-value of the mean log size; 1 where no month has trade or too little is known."""
    from scipy.special import stdtr

    x, count = np.maximum(past.traded, 1)[:, None], np.maximum(traded, 1)
    error = total / count - past.mean[:, None]
    t = np.abs(error) / (past.spread[:, None] * np.sqrt(1 / count + 1 / x))
    p = np.maximum(2 * stdtr(np.maximum(x - 1, 1), -t), np.finfo(float).tiny)
    asked = (traded > 0) & (past.traded >= FEWEST_SIZES)[:, None]
    return np.where(asked, p, 1.0)
