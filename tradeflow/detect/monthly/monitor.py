"""The alarm: whether months lie outside what a frozen baseline forecast.

The baseline ends some months before the first month under watch (a guard band), so that what is
to be judged cannot train its own judge. The false-alarm rate comes from placebos: the same
forecasts made from earlier origins, of all series of a stratum.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.engines import COUNTS, LOGS
from tradeflow.detect.monthly.series import COUNTS as COUNTED
from tradeflow.detect.monthly.series import TESTED, monthly_series, rules
from tradeflow.detect.monthly.watch import SPANS, Watched, watch
from tradeflow.detect.multiplicity import q_values
from tradeflow.errors import TooShortError
from tradeflow.nomenclature.editions import first_day
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.panel.model import Panel

GUARD: Final = 3
"""Months between the end of the baseline and the first month under watch."""

FEWEST_BASELINE: Final = 30
"""Months of baseline that a series needs."""


@dataclass(frozen=True, slots=True, eq=False)
class MonitorResult:
    """Alarms of n series. NaN where a series is not tested or a span is not complete.

    Attributes
    ----------
    keys, periods, by, provenance
        From the panel.
    rule
        Shape (n,): empty if tested, else why not.
    engine
        Shape (n,): ``logs`` or ``counts``; empty if not tested.
    since
        First month under watch.
    spans
        Lengths of the spans, months from `since` on.
    actual, expected, low, high
        Shape (n, watched months), US dollars: value, forecast, and its 90 % interval.
    excess, excess_low, excess_high
        Shape (n, spans), US dollars: actual less expected, added up over the span, with its 90 %
        interval.
    change
        Shape (n, spans): mean log of actual over expected.
    p
        Shape (n, spans): calibrated two-sided p-values.
    q
        Shape (n, spans): q-values over all series, span by span.
    persisted
        Shape (n,): how many of the latest months in a row lie outside the interval on one side.
    placebos
        Shape (n,): calibration forecasts in the series' stratum; p is at least 1 / (1 + placebos).
    rate
        False-discovery rate at which :attr:`alarm` is decided.
    """

    keys: pl.DataFrame
    periods: tuple[date, ...]
    by: str
    provenance: tuple[str, ...]
    rule: NDArray[np.str_]
    engine: NDArray[np.str_]
    since: date
    spans: tuple[int, ...]
    actual: NDArray[np.float64]
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    excess: NDArray[np.float64]
    excess_low: NDArray[np.float64]
    excess_high: NDArray[np.float64]
    change: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    persisted: NDArray[np.float64]
    placebos: NDArray[np.float64]
    rate: float

    @property
    def alarm(self) -> NDArray[np.bool_]:
        """Which series have an alarm over the longest complete span."""
        return np.asarray(self.q_longest <= self.rate)

    @property
    def q_longest(self) -> NDArray[np.float64]:
        """q-value of the longest span that is complete; shape (n,), 1 where none is."""
        out = np.ones(len(self.q))
        for column in self.q.T:
            out = np.where(np.isnan(column), out, column)
        return out

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series and complete span, alarms first."""
        from tradeflow.detect.monthly.tables import monitor_frame
        from tradeflow.frames import to_backend

        return to_backend(monitor_frame(self), backend)

    def summary(self) -> str:
        """Return counts, what was left out and why, and the first rows, as text."""
        from tradeflow.detect.monthly.tables import monitor_summary

        return monitor_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the excess of the strongest alarms with their intervals."""
        from tradeflow.charts.monthly import plot_monitor

        return plot_monitor(self, ax=ax)


def monitor(
    panel: Panel,
    *,
    since: date | str,
    guard: int = GUARD,
    q: float = 0.10,
    merge_new_year: bool = True,
) -> MonitorResult:
    """Watch the months from `since` on against forecasts from a frozen baseline.

    Parameters
    ----------
    panel
        A monthly panel of values.
    since
        First month under watch.
    guard
        Months between the end of the baseline and `since`.
    q
        False-discovery rate.
    merge_new_year
        Give January and February their mean, the robust default for China.

    Returns
    -------
    MonitorResult

    Raises
    ------
    UsageError
        The panel is annual.
    TooShortError
        No series has 30 months before the guard band, or no month is under watch.

    Notes
    -----
    z is the mean over the span of log(actual / forecast), in units of the width that the same span
    has in the calibration forecasts; p = (1 + number of placebos at least as large) / (1 + number).

    References
    ----------
    Shafer, G. and Vovk, V. (2008), A tutorial on conformal prediction, JMLR 9. Noufaily, A. et al.
    (2013), An improved algorithm for outbreak detection, Statistics in Medicine 32(7) (guard band).
    """
    made = monthly_series(panel, merge_new_year=merge_new_year)
    start = sum(p < first_day(since) for p in panel.periods)
    watched = len(panel.periods) - start
    spans = tuple(span for span in SPANS if span <= watched)
    frozen = rules(made.values[:, : max(start - guard, 1)])
    rule = _rules(frozen, panel, made.values, start, start - guard)
    parts = [
        (rows, watch(made.values[rows], start, guard, engine, spans))
        for word, engine in ((TESTED, LOGS), (COUNTED, COUNTS))
        if (rows := np.flatnonzero(rule == word)).size and spans
    ]
    if not parts:
        raise TooShortError(
            f"No series has {FEWEST_BASELINE} months before {since} less the guard band of {guard} "
            "months, and a month to watch after it."
        )
    engine_of = np.select([rule == TESTED, rule == COUNTED], [LOGS.name, COUNTS.name], default="")
    rule = np.where(rule == COUNTED, TESTED, rule)
    numbers = {f.name: _spread(parts, f.name, len(rule)) for f in fields(Watched)}
    return MonitorResult(
        keys=panel.keys,
        periods=panel.periods,
        by=panel.by,
        provenance=panel.provenance,
        rule=rule,
        engine=engine_of,
        since=first_day(since),
        spans=spans,
        q=np.column_stack([q_values(numbers["p"][:, k]) for k in range(len(spans))]),
        rate=q,
        **numbers,
    )


def _spread(
    parts: Sequence[tuple[NDArray[np.intp], Watched]], name: str, n: int
) -> NDArray[np.float64]:
    """Put the answers for the series of each engine in their rows; NaN elsewhere."""
    first = getattr(parts[0][1], name)
    out = np.full((n, *first.shape[1:]), np.nan)
    for rows, answer in parts:
        out[rows] = getattr(answer, name)
    return out


def _rules(
    rule: NDArray[np.str_], panel: Panel, values: NDArray[np.float64], start: int, end: int
) -> NDArray[np.str_]:
    wide = rule.astype("U64")
    baseline, asked = values[:, : max(end, 0)], np.isin(wide, [TESTED, COUNTED])
    broken = (panel.state[:, max(end, 0) :] == State.BREAK).any(axis=1)
    broken &= ~(panel.state[:, : max(end, 0)] == State.BREAK).all(axis=1)
    short = (~np.isnan(baseline)).sum(axis=1) < FEWEST_BASELINE
    quiet = np.nansum(baseline, axis=1) == 0
    unseen = np.isnan(values[:, start:]).all(axis=1)
    for bad, why in (
        (broken, "not comparable across a change of the classification"),
        (short, f"fewer than {FEWEST_BASELINE} months in the baseline"),
        (quiet, "no trade in the baseline"),
        (unseen, "no month under watch has a number"),
    ):
        wide[bad & asked] = why
    return wide
