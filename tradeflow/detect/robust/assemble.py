"""From arrays in the units of the search to the result in the unit of the series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from tradeflow.detect.robust.doubts import dating
from tradeflow.detect.robust.model import Columns
from tradeflow.detect.robust.result import Coefficient, LevelShift, Outlier, ShiftResult
from tradeflow.detect.robust.text import name_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.robust.doubts import Doubts
    from tradeflow.detect.robust.model import Form
    from tradeflow.detect.robust.options import Prepared
    from tradeflow.detect.robust.sequence import Dated, Steps
    from tradeflow.detect.robust.series import Series


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """All that the result is made of: the input, the model, the fit, and what it does not tell."""

    series: Series
    prepared: Prepared
    form: Form
    steps: Steps
    doubt: Doubts


def assemble(
    found: Found, *, said: tuple[str, ...], coverage: float, conflev: float
) -> ShiftResult:
    """Build the result; `said` is what was left out of the model before the fit."""
    series, prepared, steps = found.series, found.prepared, found.steps
    fit, length, form, doubt = steps.fit, len(series.labels), found.form, found.doubt
    everywhere = Columns.of(form, np.arange(1, length + 1), length, fit.steps)
    fitted = prepared.centre + prepared.unit * everywhere.values(fit.ls.theta)
    residuals = series.values - fitted
    scale = prepared.unit * fit.scale
    shifts = tuple(_level_shift(series, prepared, dated) for dated in steps.accepted)
    rejected = _level_shift(series, prepared, steps.rejected) if steps.rejected else None
    dates, wedge, ratio = _wedge(prepared, steps, length)
    kept = np.zeros(length, dtype=bool)
    kept[prepared.data.t[fit.kept] - 1] = True
    return ShiftResult(
        shifts=shifts,
        candidate=rejected,
        coefficients=_coefficients(found),
        outliers=_outliers(series, residuals, scale, conflev),
        labels=series.labels,
        values=series.values,
        fitted=fitted,
        residuals=residuals,
        kept=kept,
        scale=scale,
        coverage=coverage,
        conflev=conflev,
        n_missing=length - len(prepared.data.t),
        unidentified=(*said, *doubt.sentences(), *dating(shifts, rejected, dates, series.labels)),
        wedge_dates=dates,
        wedge=wedge,
        profile=ratio,
    )


def _level_shift(series: Series, prepared: Prepared, dated: Dated) -> LevelShift:
    fit = dated.fit
    at = fit.columns.linear.shape[1] - len(fit.steps) + dated.index
    position = fit.steps[dated.index]
    size, se = float(fit.ls.theta[at]), float(fit.ls.se[at])
    return LevelShift(
        date=series.labels[position - 1],
        position=position,
        size=size * prepared.unit,
        se=se * prepared.unit,
        t=size / se,
        p=dated.p,
        date_set=tuple(series.labels[int(d) - 1] for d in dated.date_set),
    )


def _coefficients(found: Found) -> tuple[Coefficient, ...]:
    """Go back to time 1, 2, ..., T and to the unit of the series."""
    series, prepared, form = found.series, found.prepared, found.form
    fit, doubt = found.steps.fit, found.doubt
    length, unit = len(series.labels), prepared.unit
    trend = [(_power("t", a) or "level", unit / length**a, True) for a in range(form.trend + 1)]
    steps = [
        (f"shift {name_of(series.labels[s - 1], series.labels)}", unit, True) for s in fit.steps
    ]
    waves = [(name, unit, not doubt.season) for name in _wave_names(form)]
    swing = [
        (f"amplitude {_power('t', g)}", 1 / length**g, not doubt.amplitude)
        for g in range(1, form.amplitude + 1)
    ]
    rows = []
    theta = zip([*trend, *steps, *waves, *swing], fit.ls.theta, fit.ls.se, strict=True)
    for (name, factor, identified), value, error in theta:
        moved = prepared.centre if name == "level" else 0.0
        estimate, se = moved + factor * float(value), factor * float(error)
        rows.append(Coefficient(name, estimate, se, estimate / se, identified))
    n_trend, n_steps = len(trend), len(steps)
    return (*rows[:n_trend], *rows[n_trend + n_steps :], *rows[n_trend : n_trend + n_steps])


def _power(name: str, degree: int) -> str:
    return name if degree == 1 else f"{name}^{degree}" if degree else ""


def _wave_names(form: Form) -> list[str]:
    names = [f"{kind}{b}" for b in range(1, form.harmonics + 1) for kind in ("cos", "sin")]
    return names[: form.waves]


def _outliers(
    series: Series, residuals: NDArray[np.float64], scale: float, conflev: float
) -> tuple[Outlier, ...]:
    scaled, cut = residuals / scale, float(special.ndtri((1 + conflev) / 2))
    far = np.flatnonzero(np.abs(np.nan_to_num(scaled)) > cut)
    return tuple(
        Outlier(series.labels[i], int(i) + 1, float(residuals[i]), float(scaled[i])) for i in far
    )


def _wedge(
    prepared: Prepared, steps: Steps, length: int
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Scaled residuals over (date, period), and the likelihood ratios of the dates."""
    if steps.first is None:
        return np.zeros(0, dtype=np.int64), np.zeros((0, length)), np.zeros(0)
    scan = steps.first
    wedge = np.full((len(scan.dates), length), np.nan)
    wedge[:, prepared.data.t - 1] = scan.residual / scan.scale[:, None]
    return scan.dates, wedge, steps.first_ratio
