"""Three ways to forecast a month: on logs, by counts models, by a hurdle. One interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.counts import forecast_counts
from tradeflow.detect.monthly.hurdle import forecast_hurdle, surprise
from tradeflow.detect.monthly.smoothing import Forecasts, forecast

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

_FAR: Final = 1e4  # widths; a month without trade is infinitely far on logs, and counts as this


@dataclass(frozen=True, slots=True)
class Windows:
    """Months after an origin: of series under watch, or of placebos.

    Attributes
    ----------
    values
        Shape (n, T): all series, at least 0; NaN where missing.
    series
        Shape (c,): which series.
    origin
        Shape (c,): how many months the forecast saw.
    error
        Shape (c, h): scaled gaps of the months from the origin on; NaN where not seen.
    """

    values: NDArray[np.float64]
    series: NDArray[np.intp]
    origin: NDArray[np.int64]
    error: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Engine:
    """How to forecast, how to measure a gap between value and forecast, how to score many months.

    Attributes
    ----------
    name
        For tables.
    forecast
        (values (n, T), ends (n,), horizon) → log expected values and relative widths.
    gap
        (values, log expected) → gap, about the log ratio when it is small.
    value_at
        (log expected, gap) → value; the inverse of `gap`.
    score
        (windows, span) → shape (c, h - span + 1): how far the `span` months that begin in each
        column are from the forecast, the farther the larger; NaN if one of them is not seen.
    """

    name: str
    forecast: Callable[[NDArray[np.float64], NDArray[np.int64], int], Forecasts]
    gap: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    value_at: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    score: Callable[[Windows, int], NDArray[np.float64]]


def logs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logs; NaN where there is no trade or no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.log(values)
    return np.where(np.isfinite(out), out, np.nan)


def moving_sum(x: NDArray[np.float64], span: int) -> NDArray[np.float64]:
    """Sums of `span` months in a row, shape (c, h - span + 1); NaN where one is NaN."""
    known = ~np.isnan(x)
    total, count = (
        np.cumsum(np.pad(part, ((0, 0), (1, 0))), axis=1) for part in (np.where(known, x, 0), known)
    )
    whole = count[:, span:] - count[:, :-span] == span
    return np.where(whole, total[:, span:] - total[:, :-span], np.nan)


def _log_forecast(values: NDArray[np.float64], ends: NDArray[np.int64], horizon: int) -> Forecasts:
    return forecast(logs(values), ends, horizon)


def _anscombe(values: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1.5 * ((values / np.exp(expected)) ** (2 / 3) - 1))


def _anscombe_inverse(
    expected: NDArray[np.float64], gap: NDArray[np.float64]
) -> NDArray[np.float64]:
    return np.asarray(np.exp(expected) * np.maximum(1 + gap / 1.5, 0.0) ** 1.5)


def _log_gap(values: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log ratio; minus infinity in a month without trade, which is a fall and not a gap."""
    return np.asarray(np.where(values == 0, -np.inf, logs(values)) - expected)


def _mean_error(windows: Windows, span: int) -> NDArray[np.float64]:
    return np.abs(moving_sum(np.clip(windows.error, -_FAR, _FAR), span)) / span


def _surprise(windows: Windows, span: int) -> NDArray[np.float64]:
    seen = ~np.isnan(windows.error)
    return surprise(windows.values, windows.series, windows.origin, seen, span)


LOGS: Final = Engine(
    "logs",
    _log_forecast,
    _log_gap,
    lambda expected, gap: np.exp(expected + gap),
    _mean_error,
)
"""Robust smoothing of logs, for series that trade in nearly every month."""

COUNTS: Final = Engine("counts", forecast_counts, _anscombe, _anscombe_inverse, _mean_error)
"""Quasi-Poisson regression, for series with many months without trade."""

HURDLE: Final = Engine("hurdle", forecast_hurdle, _anscombe, _anscombe_inverse, _surprise)
"""Whether there is trade, and how much if there is, for series that rarely trade."""
