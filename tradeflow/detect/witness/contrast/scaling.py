"""Kernels of :mod:`tradeflow.detect.witness.contrast.fit`: scale fitted values to totals in turn.

All arrays are changed in place. A factor whose observed total is 0 becomes 0, as the likelihood
wants it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit, prange

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Cube = NDArray[np.float64]
    Places = NDArray[np.int64]
    Totals = tuple[Matrix, Cube, Matrix]

_SWEEPS: Final = 2_000  # at most; five to twenty suffice
_SWEEPS_OF_PATH: Final = 200  # where many bins leave some series' effects without bounds
_TWO_BINS: Final = 2
_ADRIFT: Final = 100.0  # tolerances that an effect may still move by when sweeps run out
_INNER: Final = 20  # sweeps over the treated goods alone, within each sweep over all


@njit(cache=True, parallel=True, nogil=True)
def climb_all(  # noqa: PLR0917  numba takes arguments by place
    null: Cube,
    totals: Totals,
    season: Places,
    growth: bool,  # noqa: FBT001
    goods: Places,
    starts: Places,
    destination: Places,
    bins: Places,
    wanted: Matrix,
    rows: Places,
    tolerance: float,
    log: Matrix,
    mean: Matrix,
    rest: Matrix,
) -> None:
    """Fit each case from `null` on; fill `log`, `mean` and `rest`, one row per effect.

    Case i treats ``goods[starts[i]:starts[i + 1]]``; its effects are in rows ``rows[i]`` to
    ``rows[i + 1]``: one per good, or one for all. `wanted` holds the observed totals by bin.
    """
    for i in prange(len(destination)):
        treated, j = goods[starts[i] : starts[i + 1]], destination[i]
        some = slice(rows[i], rows[i + 1])
        fitted = null.copy()
        climb(fitted, totals, season, growth, treated, j, bins, wanted[some], tolerance,
              log[some])  # fmt: skip
        _leave(fitted, growth, treated, j, mean[some], rest[some])


@njit(cache=True, nogil=True)
def climb(  # noqa: PLR0917  numba takes arguments by place
    fitted: Cube,
    totals: Totals,
    season: Places,
    growth: bool,  # noqa: FBT001
    goods: Places,
    j: int,
    bins: Places,
    wanted: Matrix,
    tolerance: float,
    log: Matrix,
) -> None:
    """Sweep over all factors until no effect, or without any no factor, moves by `tolerance`.

    An effect that never comes to rest has no bound in the data, and becomes NaN.
    """
    control = np.ones(len(fitted), dtype=np.bool_)
    control[goods] = False
    before = log.copy()
    for _ in range(_SWEEPS if log.shape[1] <= _TWO_BINS else _SWEEPS_OF_PATH):
        before[:] = log
        if len(goods) > 0:
            _settle(fitted, totals, season, goods, j, bins, wanted, tolerance, log)
        moved = 0.0
        for k in np.flatnonzero(control):
            moved = max(moved, _scale_good(fitted[k], totals[0][k], totals[1][k], season))
        if growth:
            moved = max(moved, _scale_places(fitted, totals[2]))
        if len(goods) > 0:
            moved = _farthest(log, before)
        if moved < tolerance:
            return
    _unsay(log, before, _ADRIFT * tolerance)


@njit(cache=True, nogil=True)
def _unsay(log: Matrix, before: Matrix, most: float) -> None:
    """Make effects NaN that still move by more than `most`."""
    for i in range(log.shape[0]):
        for b in range(log.shape[1]):
            if np.isfinite(log[i, b]) and abs(log[i, b] - before[i, b]) > most:
                log[i, b] = np.nan


@njit(cache=True, nogil=True)
def _settle(  # noqa: PLR0917  numba takes arguments by place
    fitted: Cube,
    totals: Totals,
    season: Places,
    goods: Places,
    j: int,
    bins: Places,
    wanted: Matrix,
    tolerance: float,
    log: Matrix,
) -> None:
    """Sweep over the treated goods alone until their effects rest."""
    for _ in range(_INNER):
        if _scale_treated(fitted, totals, season, goods, j, bins, wanted, log) < tolerance:
            return


@njit(cache=True, nogil=True)
def _scale_treated(  # noqa: PLR0917  numba takes arguments by place
    fitted: Cube,
    totals: Totals,
    season: Places,
    goods: Places,
    j: int,
    bins: Places,
    wanted: Matrix,
    log: Matrix,
) -> float:
    """Treated goods and their effects once; return the largest change of an effect."""
    moved = 0.0
    for i in range(len(goods)):
        k = goods[i]
        _scale_good(fitted[k], totals[0][k], totals[1][k], season)
        if len(log) == len(goods):
            own = goods[i : i + 1]
            moved = max(moved, _scale_effects(fitted, own, j, bins, wanted[i], log[i]))
    if len(log) != len(goods):
        moved = _scale_effects(fitted, goods, j, bins, wanted[0], log[0])
    return moved


@njit(cache=True, nogil=True)
def _factor(wanted: float, have: float) -> float:
    return wanted / have if have > 0 else 1.0


@njit(cache=True, nogil=True)
def _scale_good(fitted: Matrix, by_period: Vector, by_level: Matrix, season: Places) -> float:
    """One good: first its periods, then the level of each series in each season."""
    places, periods = fitted.shape
    factor = np.zeros(periods)
    for j in range(places):
        for t in range(periods):
            factor[t] += fitted[j, t]
    for t in range(periods):
        factor[t] = _factor(by_period[t], factor[t])
    moved = 0.0
    have = np.empty(by_level.shape[1])
    for j in range(places):
        have[:] = 0.0
        for t in range(periods):
            fitted[j, t] *= factor[t]
            have[season[t]] += fitted[j, t]
        for m in range(len(have)):
            have[m] = _factor(by_level[j, m], have[m])
            if have[m] > 0:
                moved = max(moved, abs(np.log(have[m])))
        for t in range(periods):
            fitted[j, t] *= have[season[t]]
    return moved


@njit(cache=True, nogil=True)
def _scale_effects(  # noqa: PLR0917  numba takes arguments by place
    fitted: Cube, goods: Places, j: int, bins: Places, wanted: Vector, log: Vector
) -> float:
    """One effect per bin beyond the reference, common to goods; return the largest change."""
    have = np.zeros(len(log))
    for k in goods:
        for t in range(len(bins)):
            have[bins[t]] += fitted[k, j, t]
    moved = 0.0
    for i in range(1, len(have)):
        have[i] = _factor(wanted[i], have[i])
        log[i] += np.log(have[i]) if have[i] > 0 else -np.inf
        if have[i] > 0:
            moved = max(moved, abs(np.log(have[i])))
    have[0] = 1.0
    for k in goods:
        for t in range(len(bins)):
            fitted[k, j, t] *= have[bins[t]]
    return moved


@njit(cache=True, nogil=True)
def _scale_places(fitted: Cube, by_place: Matrix) -> float:
    """Factors of destinations and periods."""
    have = np.zeros(by_place.shape)
    moved = 0.0
    goods, places, periods = fitted.shape
    for k in range(goods):
        for j in range(places):
            for t in range(periods):
                have[j, t] += fitted[k, j, t]
    for j in range(places):
        for t in range(periods):
            have[j, t] = _factor(by_place[j, t], have[j, t])
            if have[j, t] > 0:
                moved = max(moved, abs(np.log(have[j, t])))
    for k in range(goods):
        for j in range(places):
            for t in range(periods):
                fitted[k, j, t] *= have[j, t]
    return moved


@njit(cache=True, nogil=True)
def _farthest(log: Matrix, before: Matrix) -> float:
    moved = 0.0
    for i in range(log.shape[0]):
        for b in range(log.shape[1]):
            if np.isfinite(log[i, b]):
                moved = max(moved, abs(log[i, b] - before[i, b]))
    return moved


@njit(cache=True, nogil=True)
def _leave(  # noqa: PLR0917  numba takes arguments by place
    fitted: Cube,
    growth: bool,  # noqa: FBT001
    goods: Places,
    j: int,
    mean: Matrix,
    rest: Matrix,
) -> None:
    """Fitted values behind each effect, and what factors leave of a residual."""
    place = np.zeros(fitted.shape[2])
    for k in range(fitted.shape[0]):
        place += fitted[k, j]
    for i in range(len(goods)):
        row = i if len(mean) == len(goods) else 0
        for t in range(len(place)):
            own = fitted[goods[i], j, t]
            mean[row, t] += own
            rest[row, t] += own * (1 - _factor(own, fitted[goods[i], :, t].sum()))
    for row in range(len(mean)):
        for t in range(len(place)):
            share = _factor(mean[row, t], place[t]) if growth and place[t] > 0 else 0.0
            left = _factor(rest[row, t], mean[row, t]) if mean[row, t] > 0 else 0.0
            rest[row, t] = (1 - share) * left
