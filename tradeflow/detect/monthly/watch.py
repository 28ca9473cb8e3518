"""The numbers of one watch, for series of one engine: evidence, and excess in money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.conformal import calibrate
from tradeflow.detect.monthly.engines import Windows
from tradeflow.detect.monthly.evidence import running_e, span_p
from tradeflow.detect.monthly.money import band, excess, latest_run
from tradeflow.detect.monthly.revision import widened
from tradeflow.detect.monthly.smoothing import Forecasts
from tradeflow.detect.monthly.strata import strata

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.engines import Engine

PLAN: Final = 12
"""Months that a watch is planned to last, unless said otherwise."""


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
    e: NDArray[np.float64]
    persisted: NDArray[np.float64]
    placebos: NDArray[np.float64]


def watch(
    values: NDArray[np.float64],
    start: int,
    guard: int,
    engine: Engine,
    spans: tuple[int, ...],
    *,
    plan: int = PLAN,
    revision: NDArray[np.float64] | None = None,
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
        Lengths of the spans, at most T - `start`.
    plan
        Months for which e-values are valid however often one looks.
    revision
        Shape (n, T - `start`): log standard deviation of later revisions; NaN where not known.

    Notes
    -----
    Nothing but the answers for later months depends on how many months are watched: what was said
    after six months is said again after twelve.
    """
    ends = np.full(len(values), start - guard, dtype=np.int64)
    ahead = values.shape[1] - int(start - guard)
    placebo = calibrate(
        values, ends, guard + max(plan, ahead - guard), engine, planned=guard + plan
    )
    made = engine.forecast(values, ends, ahead)
    unit = widened(made.width * placebo.scale[:, None], revision)
    error = engine.gap(values[:, start - guard :], made.mean) / unit
    now = Windows(values, np.arange(len(values)), ends, error)
    then = placebo.windows(values)
    whole = ~np.isnan(placebo.error[:, guard : guard + plan]).any(axis=1)
    stratum = strata(values[:, : start - guard], placebo.series[whole])
    shown = Forecasts(made.mean[:, guard:], unit[:, guard:])
    actual, of = values[:, start:], (placebo.error[:, guard:], stratum, stratum[placebo.series])
    low, high = band(shown, *of, engine=engine)
    added = [
        excess(actual[:, :k], Forecasts(shown.mean[:, :k], shown.width[:, :k]), *of, engine=engine)
        for k in spans
    ]
    return Watched(
        actual=actual,
        expected=np.exp(shown.mean),
        low=low,
        high=high,
        **dict(zip(("excess", "excess_low", "excess_high"), np.stack(added, axis=2), strict=True)),
        change=_change(actual, np.exp(shown.mean), spans),
        p=span_p(now, then, stratum, engine, guard=guard, spans=spans),
        e=running_e(now, then, stratum, engine, guard=guard, plan=plan),
        persisted=latest_run(actual, low, high),
        placebos=_placebos(stratum, placebo.series),
    )


def _placebos(stratum: NDArray[np.intp], owner: NDArray[np.intp]) -> NDArray[np.float64]:
    """How many calibration forecasts each series' stratum holds."""
    held = np.bincount(stratum[owner], minlength=int(stratum.max()) + 1)
    return held[stratum].astype(np.float64)


def _change(
    actual: NDArray[np.float64], expected: NDArray[np.float64], spans: tuple[int, ...]
) -> NDArray[np.float64]:
    """Log of each span's total over its forecast; minus infinity where trade stopped."""
    with np.errstate(divide="ignore"):
        each = [np.log(actual[:, :k].sum(axis=1) / expected[:, :k].sum(axis=1)) for k in spans]
    return np.column_stack(each)
