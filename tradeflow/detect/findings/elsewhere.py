"""What the same goods did elsewhere: their change to the other destinations."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

BASELINE: Final = 24
"""Months before the date that are compared with (three years, for annual data)."""

FEWEST: Final = 3
"""Destinations that an interval needs."""

_YEARS: Final = 3
_LEVEL: Final = 0.90


def change_elsewhere(
    panel: Panel, *, since: date, partner: str, exclude: Collection[str]
) -> pl.DataFrame:
    """Mean log change of each good over the destinations other than `partner`.

    Parameters
    ----------
    panel
        Exports of one reporter to all destinations.
    since
        First period after.
    partner, exclude
        Destinations that do not count.

    Returns
    -------
    DataFrame
        One row per good with at least three other destinations: the panel's `by`, world_log,
        world_log_low, world_log_high, log points beyond the median good.

    Notes
    -----
    For every destination the mean since the date over that of the two years before, in logs; the
    interval is Student's over destinations, of 90 %.
    """
    aside = [partner, *exclude]
    rows = np.flatnonzero(~panel.keys["partner"].is_in(aside).to_numpy())
    made = panel.keys[rows.tolist()].select(panel.by).with_columns(r=_changes(panel, since)[rows])
    found = (
        made.filter(pl.col("r").is_finite())
        .group_by(panel.by, maintain_order=True)
        .agg(world_log=pl.col("r").mean(), spread=pl.col("r").std(), n=pl.len())
        .filter(pl.col("n") >= FEWEST)
    )
    half = _reach(found["n"].to_numpy()) * found["spread"].to_numpy()
    centred = found.with_columns(pl.col("world_log") - pl.col("world_log").median())
    return centred.with_columns(
        world_log_low=pl.col("world_log") - pl.Series(half),
        world_log_high=pl.col("world_log") + pl.Series(half),
    ).drop("spread", "n")


def _changes(panel: Panel, since: date) -> NDArray[np.float64]:
    """Log of the mean since the date over the mean before it, shape (n,)."""
    first = sum(period < since for period in panel.periods)
    start = max(first - (BASELINE if panel.freq == "M" else _YEARS), 0)
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # a series without a number has no mean
        before = np.nanmean(panel.values[:, start:first], axis=1)
        return np.asarray(np.log(np.nanmean(panel.values[:, first:], axis=1) / before))


def _reach(n: NDArray[np.int64]) -> NDArray[np.float64]:
    from scipy.stats import t as student

    return np.asarray(student.ppf((1 + _LEVEL) / 2, n - 1) / np.sqrt(n))
