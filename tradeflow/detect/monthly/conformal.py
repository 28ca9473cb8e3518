"""How wide is wide enough: forecast errors of many series calibrate each other's intervals.

Model-based intervals are too narrow on real series (nominal 95 % cover 84 to 90 %). Each series is
forecast again from earlier origins of its own past; the errors, each in units of the model's own
width, form the calibration sample, the placebos. A series' scale is shrunk between its own errors
and everybody's; a placebo is never judged by a scale that it helped to set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.engines import Windows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.engines import Engine
    from tradeflow.detect.monthly.smoothing import Forecasts

ORIGINS: Final = (12, 24, 36, 48)
"""Calibration origins, months before the end of the baseline.

Whole years, so that a placebo holds the same months of the year as the watch: months differ in
how noisy they are, and a January and February that were given their mean stay side by side.
"""

FEWEST_MONTHS: Final = 36
"""A calibration origin needs so many known months before it; from fewer, errors are larger."""

PRIOR_ORIGINS: Final = 12.0
"""How many origins' worth of errors everybody's scale counts against a series' own."""

_WILD: Final = 8.0  # standardised errors are cut here when scales are estimated


@dataclass(frozen=True, slots=True)
class Calibration:
    """Calibrated errors.

    Attributes
    ----------
    series
        Shape (c,): which series each calibration forecast belongs to.
    origin
        Shape (c,): how many months it saw.
    error
        Shape (c, h): gap between actual and forecast / (model width x the series' scale without
        this forecast); NaN where the actual is missing.
    scale
        Shape (n,): factor on the model's width, for each series.
    """

    series: NDArray[np.intp]
    origin: NDArray[np.int64]
    error: NDArray[np.float64]
    scale: NDArray[np.float64]

    def quantile(self, coverage: float) -> NDArray[np.float64]:
        """Half-widths, in scaled units, that hold `coverage` of the errors; shape (h,)."""
        return conformal_quantiles(np.abs(self.error), coverage)

    def windows(self, values: NDArray[np.float64]) -> Windows:
        """Return the calibration forecasts as windows to score; `values` as in `calibrate`."""
        return Windows(values, self.series, self.origin, self.error)


def conformal_quantiles(size: NDArray[np.float64], coverage: float) -> NDArray[np.float64]:
    """Upper conformal quantile of each column; infinite where there are too few errors for it.

    Parameters
    ----------
    size
        Shape (c, h); NaN where not seen.
    coverage
        Between 0 and 1.

    Returns
    -------
    ndarray
        Shape (h,): the ceil(coverage (m + 1))-th smallest of the m errors seen.

    References
    ----------
    Vovk, V., Gammerman, A. and Shafer, G. (2005), Algorithmic Learning in a Random World,
    Springer, chapter 2.
    """
    out = np.full(size.shape[1], np.inf)
    for h, column in enumerate(size.T):
        known = np.sort(column[~np.isnan(column)])
        rank = int(np.ceil(coverage * (len(known) + 1))) - 1
        if rank < len(known):
            out[h] = known[rank]
    return out


def calibrate(
    values: NDArray[np.float64],
    ends: NDArray[np.int64],
    horizon: int,
    engine: Engine,
    *,
    planned: int | None = None,
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
    planned
        The first months ahead, whose errors alone set the scales; None for all. A watch that goes
        on then does not change the scales of the months already watched.
    """
    series, seen, error = [np.empty(0, dtype=np.intp)], [ends[:0]], [np.empty((0, horizon))]
    for back in ORIGINS:
        before = np.arange(values.shape[1]) < (ends - back)[:, None]
        rows = np.flatnonzero((before & ~np.isnan(values)).sum(axis=1) >= FEWEST_MONTHS)
        if not rows.size:
            continue
        origin = ends[rows] - back
        made = engine.forecast(values[rows], origin, horizon)
        series.append(rows)
        seen.append(origin)
        error.append(_errors(values[rows], origin, ends[rows], made, engine))
    owner, raw = np.concatenate(series), np.concatenate(error)
    scale, without = _scales(owner, raw[:, :planned], len(values))
    return Calibration(owner, np.concatenate(seen), raw / without[:, None], scale)


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


def _scales(
    owner: NDArray[np.intp], raw: NDArray[np.float64], n: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Root mean square of each series' errors, shrunk towards the typical one.

    The typical size differs by horizon; it is divided out first and stays in the quantiles.

    Returns
    -------
    tuple of ndarray
        Shape (n,): from all errors of a series; shape (c,): from all but one forecast's own. An
        error counted in its own scale looks smaller than a new one would.
    """
    cut2 = np.clip(raw, -_WILD, _WILD) ** 2
    known = ~np.isnan(raw)
    typical2 = np.nansum(cut2, axis=0) / np.maximum(known.sum(axis=0), 1)
    relative = np.divide(cut2, typical2, out=np.full_like(raw, np.nan), where=typical2 > 0)
    own = np.nansum(relative, axis=1) / raw.shape[1]
    weight = known.sum(axis=1) / raw.shape[1]
    total = np.bincount(owner, own, minlength=n)
    count = np.bincount(owner, weight, minlength=n)
    rest, others = total[owner] - own, count[owner] - weight
    scale = np.sqrt((PRIOR_ORIGINS + total) / (PRIOR_ORIGINS + count))
    return scale, np.sqrt((PRIOR_ORIGINS + rest) / (PRIOR_ORIGINS + others))
