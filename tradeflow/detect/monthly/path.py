"""What was more or less than forecast, added up month by month since the watch began."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.monthly.admission import ENGINES, admit, faulty, first_watched
from tradeflow.detect.monthly.monitor import GUARD
from tradeflow.detect.monthly.series import monthly_series
from tradeflow.detect.monthly.watch import PLAN, watch

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel


@dataclass(frozen=True, slots=True, eq=False)
class ExcessPaths:
    """Cumulative excess of n series over h months under watch.

    Attributes
    ----------
    excess, low, high
        Shape (n, h), US dollars: actual less expected, added up from the first month under watch,
        with its 90 % interval. NaN from the first month on that has no number, and for series
        that are not watched; the interval is NaN where fewer than 19 placebos reach so far ahead.
    """

    excess: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def excess_paths(
    panel: Panel,
    n: int,
    *,
    since: date | str,
    guard: int = GUARD,
    plan: int = PLAN,
    merge_new_year: bool = True,
    revision: NDArray[np.float64] | None = None,
) -> ExcessPaths:
    """Add up month by month what the monitor adds up over its spans.

    Parameters
    ----------
    panel
        The panel that was watched: all its series calibrate the intervals.
    n
        How many series, from the first on, to add up.
    since, guard, plan, merge_new_year
        As for :func:`tradeflow.monitor`.
    revision
        Shape (series, months under watch), from its result: log standard deviation of later
        revisions, by which intervals are widened; None for none.

    Returns
    -------
    ExcessPaths
        Of the first `n` series.

    Raises
    ------
    UsageError
        An argument has a value that cannot be meant.
    TooShortError
        No month is under watch, or none before the guard band.

    Notes
    -----
    The interval of each sum comes from whole placebo paths, so that the dependence between months
    is in it: see :func:`tradeflow.detect.monthly.money.excess`.
    """
    faults = faulty(panel)
    sound = replace(panel, values=np.where(faults[:, None], np.nan, panel.values))
    values = monthly_series(sound, merge_new_year=merge_new_year).values
    start = first_watched(panel, since, guard, plan, 0.5)  # no list is made: any rate will do
    admitted = admit(values, panel, faults, start, start - guard)
    spans = tuple(range(1, len(panel.periods) - start + 1))
    out = np.full((3, len(values), len(spans)), np.nan)
    for engine in ENGINES:
        rows = admitted.rows(engine)
        if (rows < n).any():
            error = None if revision is None else revision[rows]
            told = watch(values[rows], start, guard, engine, spans, plan=plan, revision=error)
            out[:, rows] = told.excess, told.excess_low, told.excess_high
    return ExcessPaths(*out[:, :n])
