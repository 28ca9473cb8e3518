"""Critical values of the level-shift scan under drift, simulated once and kept.

The null is a local level with the season taken out: a random walk plus noise whose drift ratio is
the one fitted to the series without a step. An autoregression would be too kind a null: slow drift
looks like a shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.shift_scan import DRIFT_GRID, ShiftScan
from tradeflow.panel.calendar import merge_january_february

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

DRAWS: Final = 10_000
"""Simulated series for each drift ratio."""

_CHUNK: Final = 1_000
_TAIL: Final = 0.02  # share of the draws to which the exponential tail is fitted


@dataclass(frozen=True, slots=True)
class NullTable:
    """Simulated statistics.

    Attributes
    ----------
    ratio
        Shape (len(DRIFT_GRID), DRAWS), each row ascending.
    """

    ratio: NDArray[np.float64]

    def p_value(self, ratio: NDArray[np.float64], drift: NDArray[np.intp]) -> NDArray[np.float64]:
        """Share of simulated statistics at least as large, given the fitted drift.

        The drift is itself uncertain and, fitted too low, makes shifts of it; so the larger of the
        p-values at the fitted drift and at the next one up is taken.

        Beyond the 98 % point the distribution is continued by an exponential tail, so that many
        series can be told apart; such p-values are extrapolated.
        """
        out = np.empty(len(ratio))
        for i in np.unique(drift):
            mine = drift == i
            near = self.ratio[i : i + 2]
            out[mine] = np.max([_upper_tail(row, ratio[mine]) for row in near], axis=0)
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
    rows = []
    for i, q in enumerate(DRIFT_GRID):
        rng = np.random.default_rng([seed, i])
        parts = []
        for first in range(0, draws, _CHUNK):
            shape = (min(_CHUNK, draws - first), len(scan.known))
            drift = np.cumsum(rng.standard_normal(shape) * np.sqrt(q), axis=1)
            series = rng.standard_normal(shape) + drift
            if merged:
                pairs = merge_january_february(series, merged)
                series = np.where(np.isnan(pairs), series, pairs)
            parts.append(scan.run(series).ratio)
        rows.append(np.sort(np.concatenate(parts)))
    return NullTable(np.stack(rows))
