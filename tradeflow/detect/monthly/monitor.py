"""The alarm: whether months lie outside what a frozen baseline forecast.

The baseline ends some months before the first month under watch (a guard band), so that what is
to be judged cannot train its own judge. The false-alarm rate comes from placebos: the same
forecasts made from earlier origins, of all series of a stratum.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.admission import (
    ENGINES,
    FEWEST_BASELINE,
    admit,
    faulty,
    first_watched,
)
from tradeflow.detect.monthly.evidence import SPANS
from tradeflow.detect.monthly.revision import revision_error
from tradeflow.detect.monthly.series import monthly_series
from tradeflow.detect.monthly.watch import PLAN, Watched, watch
from tradeflow.detect.multiplicity import e_bh, q_values
from tradeflow.detect.witness.check import check_is_panel
from tradeflow.errors import TooShortError
from tradeflow.notebook import Shown

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


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MonitorResult(Shown):
    """Alarms of n series. NaN where a series is not tested or a span is not complete.

    Attributes
    ----------
    keys, periods, by, provenance
        From the panel.
    rule
        Shape (n,): empty if tested, else why not.
    engine
        Shape (n,): ``logs``, ``counts`` or ``hurdle``; empty if not tested.
    since
        First month under watch.
    plan
        Months for which `e` is valid however often one looks.
    spans
        Lengths of the spans, months from `since` on.
    actual, expected, low, high
        Shape (n, watched months), US dollars: value, forecast, and its 90 % interval: 0 to
        infinity where fewer than 19 placebos reach so far ahead.
    excess, excess_low, excess_high
        Shape (n, spans), US dollars: actual less expected, added up over the span, with its 90 %
        interval.
    change
        Shape (n, spans): log of the span's actual total over its expected total.
    p
        Shape (n, spans): calibrated two-sided p-values. Each is valid for one look, at a date
        fixed beforehand.
    q
        Shape (n, spans): q-values over all series, span by span: each span is a list of its own,
        and the rate is promised for one of them.
    e
        Shape (n, watched months): e-value after each month; never smaller after a later one, and
        constant from the end of the plan on. Valid however often one looks.
    persisted
        Shape (n,): how many of the latest months in a row lie outside the interval on one side.
    placebos
        Shape (n,): calibration forecasts in the series' stratum; p is at least 1 / (1 + placebos).
    revision
        Shape (n, watched months): log standard deviation of later revisions that intervals and
        evidence hold; 0 if nobody asked for it, NaN where it is not known and therefore left out.
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
    plan: int
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
    e: NDArray[np.float64]
    persisted: NDArray[np.float64]
    placebos: NDArray[np.float64]
    revision: NDArray[np.float64]
    rate: float

    @property
    def alarm(self) -> NDArray[np.bool_]:
        """Which series have an alarm over their longest calibrated span, looked at once."""
        return np.asarray(self.q_longest <= self.rate)

    @property
    def alarm_anytime(self) -> NDArray[np.bool_]:
        """Which series have an alarm by e-BH: a list that keeps its rate at every look.

        A series once on the list stays on it, and the list of every series ever on it keeps the
        false-discovery rate too (Wang and Ramdas 2022).
        """
        return e_bh(self.e[:, -1], self.rate)

    @property
    def calibrated(self) -> NDArray[np.bool_]:
        """Shape (n, spans): spans that are complete and have placebos enough for an interval."""
        return np.isfinite(self.p) & np.isfinite(self.excess_low) & np.isfinite(self.excess_high)

    @property
    def longest(self) -> NDArray[np.intp]:
        """Index of the longest span to judge by; shape (n,), -1 where none is complete.

        A longer span without placebos, in which every p-value is 1, does not silence a shorter one.
        """
        spans = np.arange(len(self.spans))
        best = np.where(self.calibrated, spans, -1).max(axis=1, initial=-1)
        complete = np.where(np.isnan(self.p), -1, spans).max(axis=1, initial=-1)
        return np.asarray(np.where(best < 0, complete, best))

    @property
    def q_longest(self) -> NDArray[np.float64]:
        """q-value of the span at :attr:`longest`; shape (n,), 1 where there is none."""
        last = self.longest
        return np.where(last < 0, 1.0, self.q[np.arange(len(last)), last])

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
        from tradeflow.charts.monthly.results import plot_monitor

        return plot_monitor(self, ax=ax)


def monitor(
    panel: Panel,
    *,
    since: date | str,
    guard: int = GUARD,
    plan: int = PLAN,
    q: float = 0.10,
    merge_new_year: bool = True,
    revisions: Frame | None = None,
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
    plan
        Months that the watch is planned to last, at least 3. Within it one may look every month
        and act on ``alarm_anytime`` at any time; fix it before the first look. Placebos need as
        many months, too: a plan of 12 takes a baseline of 60 months, one of 24 takes 72.
    q
        False-discovery rate.
    merge_new_year
        Give January and February their mean, the robust default for China.
    revisions
        How far each month may yet be revised, from :func:`tradeflow.revisions` with
        ``what="periods"``: intervals are widened and evidence weakened by it. None leaves it out.

    Returns
    -------
    MonitorResult

    Raises
    ------
    UsageError
        It is no panel, the panel is annual, or an argument has a value that cannot be meant.
    TooShortError
        No series has 30 months before the guard band, or no month is under watch.

    Notes
    -----
    z is the gap between value and forecast, in units of the width that the same gap has in the
    calibration forecasts; to a month under watch its revision error is added, if given, by squares.
    p = (1 + number of placebos whose mean z over the span is at least as large) / (1 + number of
    placebos), for one look; q-values are taken over the series, span by span. Series without trade
    in more than 60 % of the months of the baseline are scored by whether and how much they trade
    (see :mod:`tradeflow.detect.monthly.hurdle`). For e see
    :func:`tradeflow.detect.monthly.evidence.running_e`: looking again with more months repeats what
    was said and adds to it, provided that the months before were not revised.

    References
    ----------
    Shafer, G. and Vovk, V. (2008), A tutorial on conformal prediction, JMLR 9. Noufaily, A. et al.
    (2013), An improved algorithm for outbreak detection, Statistics in Medicine 32(7) (guard band).
    Wang, R. and Ramdas, A. (2022), False discovery rate control with e-values, JRSS B 84(3).

    Examples
    --------
    >>> import tradeflow as tf
    >>> totals = tf.panel(tf.load_sample("china-russia-totals"), by="total")
    >>> tf.monitor(totals, since="2024-01").to_frame()["alarm"].unique().tolist()
    ['no alarm']
    """
    check_is_panel(panel)
    faults = faulty(panel)
    sound = replace(panel, values=np.where(faults[:, None], np.nan, panel.values))
    values = monthly_series(sound, merge_new_year=merge_new_year).values
    start = first_watched(panel, since, guard, plan, q)
    admitted = admit(values, panel, faults, start, start - guard)
    spans = tuple(span for span in SPANS if span <= len(panel.periods) - start)
    error = revision_error(panel, start, revisions)
    parts = [
        (rows, watch(values[rows], start, guard, engine, spans, plan=plan, revision=error[rows]))
        for engine in ENGINES
        if (rows := admitted.rows(engine)).size
    ]
    if not parts:
        raise TooShortError(_nothing(admitted.rule))
    numbers = {f.name: _spread(parts, f.name, len(values)) for f in fields(Watched)}
    rule = _blank(numbers, admitted.rule)
    return MonitorResult(
        keys=panel.keys,
        periods=panel.periods,
        by=panel.by,
        provenance=panel.provenance,
        rule=rule,
        engine=np.where(rule == "", admitted.engine, ""),
        since=panel.periods[start],
        plan=plan,
        spans=spans,
        q=np.column_stack([q_values(column) for column in numbers["p"].T]),
        rate=q,
        revision=error,
        **numbers,
    )


def _nothing(rule: NDArray[np.str_]) -> str:
    why = ", ".join(f"{count:,} {word}" for word, count in Counter(rule.tolist()).most_common())
    return (
        f"No series can be watched: {why}. A series needs {FEWEST_BASELINE} months before the "
        "guard band, trade in one of them, and a month to watch."
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


def _blank(numbers: dict[str, NDArray[np.float64]], rule: NDArray[np.str_]) -> NDArray[np.str_]:
    """Blank every number of a series whose baseline turned out to allow no forecast; say so."""
    why = "too many gaps in the baseline for a forecast"
    failed = (rule == "") & ~np.isfinite(numbers["expected"]).all(axis=1)
    for x in numbers.values():
        x[failed] = np.nan
    return np.where(failed, why, rule)
