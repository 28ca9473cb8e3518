"""Two ways to forecast a month: on logs, and by counts models. One interface."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.counts import forecast_counts
from tradeflow.detect.monthly.smoothing import Forecasts, forecast

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Engine:
    """How to forecast, and how to measure a gap between value and forecast.

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
    """

    name: str
    forecast: Callable[[NDArray[np.float64], NDArray[np.int64], int], Forecasts]
    gap: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]
    value_at: Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]


def logs(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logs; NaN where there is no trade or no number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        out = np.log(values)
    return np.where(np.isfinite(out), out, np.nan)


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


LOGS: Final = Engine(
    "logs",
    _log_forecast,
    _log_gap,
    lambda expected, gap: np.exp(expected + gap),
)
"""Robust smoothing of logs, for series that trade in nearly every month."""

COUNTS: Final = Engine("counts", forecast_counts, _anscombe, _anscombe_inverse)
"""Quasi-Poisson regression, for series with many months without trade."""
