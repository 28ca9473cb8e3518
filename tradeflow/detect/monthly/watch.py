"""The numbers of one watch, for series of one engine: gaps, p-values, excess in money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.conformal import Calibration, calibrate
from tradeflow.detect.monthly.smoothing import Forecasts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.engines import Engine

SPANS: Final = (1, 3, 6, 12)
"""Months over which excesses are added up."""

FEWEST_PLACEBOS: Final = 200
"""Strata are made no finer than this many calibration forecasts."""

_LEVEL: Final = 0.90


@dataclass(frozen=True, slots=True)
class Watched:
    """Answers for n series, with the names and shapes of ``MonitorResult``."""

    actual: NDArray[np.float64]
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    excess: NDArray[np.float64]
    excess_low: NDArray[np.float64]
    excess_high: NDArray[np.float64]
    change: NDArray[np.float64]
    p: NDArray[np.float64]
    persisted: NDArray[np.float64]
    placebos: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Errors:
    """Calibration errors by stratum, shape (placebos, watched months) each."""

    stratum: NDArray[np.intp]
    of: dict[int, NDArray[np.float64]]


def watch(
    values: NDArray[np.float64], start: int, guard: int, engine: Engine, spans: tuple[int, ...]
) -> Watched:
    """Judge the months from `start` on.

    Parameters
    ----------
    values
        Shape (n, T), at least 0; NaN where missing.
    start
        Index of the first month under watch.
    guard
        Months before it that no forecast may use.
    engine
        How to forecast.
    spans
        Lengths of the spans.
    """
    ends = np.full(len(values), start - guard, dtype=np.int64)
    horizon = values.shape[1] - ends[0]
    made = engine.forecast(values, ends, int(horizon))
    calibration = calibrate(values, ends, int(horizon), engine)
    actual, centre = values[:, start:], made.mean[:, guard:]
    unit = (made.width * calibration.scale[:, None])[:, guard:]
    errors = _by_stratum(values[:, : start - guard], calibration, guard)
    half = _half_width(unit, errors)
    expected = np.exp(centre)
    low, high = engine.value_at(centre, -half), engine.value_at(centre, half)
    gap = engine.gap(actual, centre)
    made_log = Forecasts(centre, unit)
    p, change = _spans(gap, unit, errors, spans)
    excess = np.stack([_money(actual, made_log, errors, span, engine) for span in spans], axis=2)
    return Watched(
        actual=actual,
        expected=expected,
        low=low,
        high=high,
        excess=excess[0],
        excess_low=excess[1],
        excess_high=excess[2],
        change=change,
        p=p,
        persisted=_latest_run(actual, low, high),
        placebos=np.array([len(errors.of[s]) for s in errors.stratum], dtype=float),
    )


def _by_stratum(baseline: NDArray[np.float64], calibration: Calibration, guard: int) -> _Errors:
    """Thirds of the series by size, if each keeps enough placebos; else one stratum."""
    size = np.nanmean(baseline, axis=1)
    parts = 3 if len(calibration.series) >= 3 * FEWEST_PLACEBOS else 1
    edges = np.quantile(size, np.linspace(0, 1, parts + 1)[1:-1])
    stratum: NDArray[np.intp] = np.asarray(np.searchsorted(edges, size), dtype=np.intp)
    owner = stratum[calibration.series]
    found = {int(s): calibration.error[owner == s][:, guard:] for s in np.unique(stratum)}
    return _Errors(stratum, found)


def _half_width(unit: NDArray[np.float64], errors: _Errors) -> NDArray[np.float64]:
    half = np.empty_like(unit)
    for stratum, error in errors.of.items():
        half[errors.stratum == stratum] = _quantiles(np.abs(error), _LEVEL)
    return half * unit


def _quantiles(size: NDArray[np.float64], coverage: float) -> NDArray[np.float64]:
    """Conformal quantile of each column; infinite where there are too few errors for it."""
    out = np.full(size.shape[1], np.inf)
    for h in range(size.shape[1]):
        known = np.sort(size[:, h][~np.isnan(size[:, h])])
        rank = int(np.ceil(coverage * (len(known) + 1))) - 1
        if rank < len(known):
            out[h] = known[rank]
    return out


def _spans(
    gap: NDArray[np.float64], unit: NDArray[np.float64], errors: _Errors, spans: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """p-value and mean gap of every span."""
    p = np.full((len(gap), len(spans)), np.nan)
    change = np.full_like(p, np.nan)
    for k, span in enumerate(spans):
        score = np.abs((gap / unit)[:, :span].mean(axis=1))
        change[:, k] = gap[:, :span].mean(axis=1)
        for stratum, error in errors.of.items():
            mine = (errors.stratum == stratum) & ~np.isnan(score)
            placebo = np.abs(error[:, :span].mean(axis=1))
            p[mine, k] = _as_large(score[mine], placebo[~np.isnan(placebo)])
    return p, change


def _as_large(score: NDArray[np.float64], placebo: NDArray[np.float64]) -> NDArray[np.float64]:
    ordered = np.sort(placebo)
    beyond = len(ordered) - np.searchsorted(ordered, score, side="left")
    return np.asarray((1 + beyond) / (1 + len(ordered)))


def _money(
    actual: NDArray[np.float64], made: Forecasts, errors: _Errors, span: int, engine: Engine
) -> NDArray[np.float64]:
    """Excess over a span with its 90 % interval, from the joint errors of the placebos.

    Returns
    -------
    ndarray
        Shape (3, n): excess, low, high.
    """
    out = np.full((3, len(actual)), np.nan)
    known = actual[:, :span].sum(axis=1)
    out[0] = known - np.exp(made.mean[:, :span]).sum(axis=1)
    for stratum, error in errors.of.items():
        paths = error[:, :span]
        paths = paths[~np.isnan(paths).any(axis=1)]
        for i in np.flatnonzero(errors.stratum == stratum) if len(paths) else ():
            gaps = made.width[i, :span] * paths
            sums = engine.value_at(made.mean[i, :span], gaps).sum(axis=1)
            least, most = np.quantile(sums, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
            out[1, i], out[2, i] = known[i] - most, known[i] - least
    return out


def _latest_run(
    actual: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How many of the latest known months in a row lie outside the interval on one side."""
    side = np.where(actual > high, 1, np.where(actual < low, -1, 0))
    out = np.zeros(len(actual))
    for i, row in enumerate(side):
        seen = row[~np.isnan(actual[i])][::-1]
        same = (seen == seen[0]) & (seen != 0) if len(seen) else np.zeros(0, dtype=bool)
        out[i] = len(same) if same.all() else int(np.argmin(same))
    return out
