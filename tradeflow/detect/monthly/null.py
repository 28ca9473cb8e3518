"""Critical values of the level-shift scan under drift, simulated once and kept.

The null is a local level with the season taken out: a random walk plus noise whose drift ratio is
the one fitted to the series without a step. An autoregression would be too kind a null: slow drift
looks like a shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.shift_scan import DRIFT_GRID
from tradeflow.panel.calendar import merge_january_february

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.monthly.shift_scan import Scanned, ShiftScan

DRAWS: Final = 10_000
"""Simulated series for each drift ratio."""

_TAIL: Final = 0.02  # share of the draws to which the exponential tail is fitted


@dataclass(frozen=True, slots=True)
class NullTable:
    """Simulated statistics, each row ascending.

    Attributes
    ----------
    ratio, lasting
        Shape (len(DRIFT_GRID), draws): as in :class:`tradeflow.detect.monthly.shift_scan.Scanned`.
    """

    ratio: NDArray[np.float64]
    lasting: NDArray[np.float64]

    def p_sudden(self, found: Scanned) -> NDArray[np.float64]:
        """p-value of a step, whether it lasts or not; shape (n,)."""
        return _p_value(self.ratio, found.ratio, found.null_drift)

    def p_lasting(self, found: Scanned) -> NDArray[np.float64]:
        """p-value of a step that lasts; shape (n,).

        The larger of those at the drifts fitted with and without the months around the step.
        """
        whole = _p_value(self.lasting, found.lasting, found.null_drift)
        apart = _p_value(self.lasting, found.lasting, found.lasting_drift)
        larger: NDArray[np.float64] = np.maximum(whole, apart)
        return larger


def _p_value(
    null: NDArray[np.float64], statistic: NDArray[np.float64], drift: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Share of simulated statistics at least as large, given the fitted drift; NaN without one.

    The drift is itself uncertain and, fitted too low, makes shifts of it; so the larger of the
    p-values at the fitted drift and at the next one up is taken. Beyond the 98 % point the
    distribution is continued by an exponential tail, so that many series can be told apart; such
    p-values are extrapolated.
    """
    out = np.full(len(statistic), np.nan)
    for i in np.unique(drift[drift >= 0]):
        mine = drift == i
        out[mine] = np.max([_upper_tail(row, statistic[mine]) for row in null[i : i + 2]], axis=0)
    return out


def _upper_tail(sample: NDArray[np.float64], x: NDArray[np.float64]) -> NDArray[np.float64]:
    n = len(sample)
    p = (1 + n - np.searchsorted(sample, x, side="left")) / (n + 1)
    start = sample[int(n * (1 - _TAIL))]
    mean_excess = (sample[sample > start] - start).mean()
    tail = _TAIL * np.exp(-(x - start) / mean_excess)
    return np.asarray(np.where(x > start, np.minimum(tail, _TAIL), p))


def simulate_null(
    scan: ShiftScan, *, seed: int = 1954, draws: int = DRAWS, merged: Sequence[date] = ()
) -> NullTable:
    """Run the scan on series without a step, for every drift ratio of the grid.

    Parameters
    ----------
    scan
        The prepared scan; regressors cancel out, so none are simulated.
    seed
        Seed of the generator.
    draws
        Series for each drift ratio.
    merged
        First day of each month if January and February of the series have been merged: two equal
        months look like drift, or like a shift, and must do so in the null as well.
    """
    found = [
        scan.run(_drifting(scan.months, q, (seed, i), draws, merged))
        for i, q in enumerate(DRIFT_GRID)
    ]
    return NullTable(
        np.sort([one.ratio for one in found], axis=1),
        np.sort([one.lasting for one in found], axis=1),
    )


def _drifting(
    months: int, q: float, seed: tuple[int, int], draws: int, merged: Sequence[date]
) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    drift = np.cumsum(rng.standard_normal((draws, months)) * np.sqrt(q), axis=1)
    series: NDArray[np.float64] = rng.standard_normal((draws, months)) + drift
    if not merged:
        return series
    pairs = merge_january_february(series, merged)
    return np.where(np.isnan(pairs), series, pairs)
