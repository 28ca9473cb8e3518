"""How wide is wide enough: forecast errors of many series calibrate each other's intervals.

Model-based intervals are too narrow on real series (nominal 95 % cover 84 to 90 %). Each series is
forecast again from earlier origins of its own past; the errors, each in units of the model's own
width, form the calibration sample. A series' scale is shrunk between its own errors and
everybody's, and the quantiles of the rescaled errors are taken over all series of a stratum.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.engines import Engine
    from tradeflow.detect.monthly.smoothing import Forecasts

ORIGINS: Final = (18, 24, 30, 36, 42, 48)
"""Calibration origins, months before the end of the baseline."""

FEWEST_MONTHS: Final = 30
"""A calibration origin needs so many months before it."""

PRIOR_ORIGINS: Final = 8.0
"""How many origins' worth of errors everybody's scale counts against a series' own."""

_WILD: Final = 8.0  # standardised errors are cut here when scales are estimated


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated errors.

    Attributes
    ----------
    series
        Shape (c,): which series each calibration forecast belongs to.
    error
        Shape (c, h): gap between actual and forecast / (model width x the series' scale); NaN
        where the actual is missing.
    scale
        Shape (n,): factor on the model's width, for each series.
    """

    series: NDArray[np.intp]
    error: NDArray[np.float64]
    scale: NDArray[np.float64]

    def quantile(self, coverage: float) -> NDArray[np.float64]:
        """Half-widths, in scaled units, that hold `coverage` of the errors; shape (h,)."""
        size = np.abs(self.error)
        count = np.isfinite(size).sum(axis=0)
        level = np.minimum(coverage * (count + 1) / np.maximum(count, 1), 1.0)
        return np.array(
            [np.nanquantile(size[:, h], level[h]) for h in range(size.shape[1])], dtype=np.float64
        )


def calibrate(
    values: NDArray[np.float64], ends: NDArray[np.int64], horizon: int, engine: Engine
) -> Calibration:
    """Forecast every series from its earlier origins and collect the errors.

    Parameters
    ----------
    values
        Shape (n, T), at least 0; NaN where missing.
    ends
        Shape (n,): end of each baseline.
    horizon
        Months ahead.
    engine
        How to forecast.
    """
    series, error = [], []
    for back in ORIGINS:
        rows = np.flatnonzero(ends - back >= FEWEST_MONTHS)
        if rows.size:
            origin = ends[rows] - back
            series.append(rows)
            made = engine.forecast(values[rows], origin, horizon)
            error.append(_errors(values[rows], origin, ends[rows], made, engine))
    if not series:
        none = np.empty((0, horizon))
        return Calibration(np.empty(0, dtype=np.intp), none, np.ones(len(values)))
    owner, raw = np.concatenate(series), np.concatenate(error)
    scale = _scales(owner, raw, len(values))
    return Calibration(owner, raw / scale[owner][:, None], scale)


def _errors(
    values: NDArray[np.float64],
    origin: NDArray[np.int64],
    ends: NDArray[np.int64],
    made: Forecasts,
    engine: Engine,
) -> NDArray[np.float64]:
    """Errors in units of the model's width; NaN beyond the baseline, which must stay unseen."""
    month = origin[:, None] + np.arange(made.mean.shape[1])
    seen = month < ends[:, None]
    actual = np.take_along_axis(values, np.minimum(month, values.shape[1] - 1), axis=1)
    return np.where(seen, engine.gap(actual, made.mean) / made.width, np.nan)


def _scales(owner: NDArray[np.intp], raw: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Root mean square of each series' errors, shrunk towards the typical one.

    The typical size differs by horizon; it is divided out first and stays in the quantiles.
    """
    cut = np.clip(raw, -_WILD, _WILD)
    typical = np.sqrt(np.nanmean(cut**2, axis=0))
    relative = (cut / typical) ** 2
    horizon = raw.shape[1]
    total = np.bincount(owner, np.nansum(relative, axis=1), minlength=n) / horizon
    count = np.bincount(owner, np.isfinite(relative).sum(axis=1), minlength=n) / horizon
    return np.asarray(np.sqrt((PRIOR_ORIGINS + total) / (PRIOR_ORIGINS + count)))
