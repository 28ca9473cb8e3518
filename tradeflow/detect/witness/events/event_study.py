"""Interrupted time series: whether level or slope changed after a dated event.

The errors are Newey-West's, as the literature's are, and they are too small: where trade drifts
slowly, which it does, a test at 5 % rejects in far more than 5 % of series to which nothing
happened. So the same statistic is also computed at placebo dates, and both p-values are reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.monthly.series import monthly_series
from tradeflow.detect.witness.check import check_panel, check_rate, check_whole
from tradeflow.detect.witness.events.answers import Study
from tradeflow.detect.witness.events.groups import group_events
from tradeflow.detect.witness.events.hac import bandwidth
from tradeflow.errors import UsageError
from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.axes import Axes

    from tradeflow.detect.witness.events.groups import EventGroup
    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.panel.model import Panel

APART: Final = 6
"""Months under which two events cannot be told apart."""

LEAST: Final = (12, 3)
"""Months before and after that a window needs."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EventStudyResult(Shown):
    """Changes of level and slope of n series after each of several events.

    Attributes
    ----------
    table
        One row per series and event: reporter, partner and the panel's `by`; event, month (the
        first that it could move), same_time (events that cannot be told apart from it),
        competitors (events with a step of their own in the window), not_separated (events in the
        window without one); level_log (log points) with its 90 % interval from placebo dates, and
        level_hac_low, level_hac_high, the narrower one that Newey-West errors claim; slope_year
        (change of slope, log points a year) with slope_hac_low, slope_hac_high; wald (F
        statistic of both); p_hac, q_hac (F distribution); p, q (calibrated on placebo dates);
        placebos, and placebos_clear (whether their windows hold no event); rule (empty if heard)
        and rule_placebo (empty if calibrated).
    by, provenance
        From the panel.
    groups
        The events studied.
    before, after
        Months of the window before and from each event on.
    bandwidth
        Lags of the Newey-West errors.
    rate
        False-discovery rate at which :attr:`changed` is decided.
    false_alarms
        Share of placebo dates at which the Newey-West test rejects at 5 %; NaN without placebos.
    """

    table: pl.DataFrame
    by: str
    provenance: tuple[str, ...]
    groups: tuple[EventGroup, ...]
    before: int
    after: int
    bandwidth: int
    rate: float
    false_alarms: float

    @property
    def changed(self) -> pl.DataFrame:
        """Rows with a change at the promised rate, calibrated on placebos."""
        return self.table.filter(pl.col("q") <= self.rate)

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series and event."""
        from tradeflow.frames import to_backend

        return to_backend(self.table, backend)

    def summary(self) -> str:
        """Return counts, the honest false-alarm rate, and the strongest changes, as text."""
        from tradeflow.detect.witness.events.tables import event_summary

        return event_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the change of level after the events, with both intervals."""
        from tradeflow.charts.witness.event_study import plot_event_study

        return plot_event_study(self, ax=ax)


def event_study(
    panel: Panel,
    *,
    events: Frame | Sequence[date | str] | None = None,
    before: int = 36,
    after: int = 12,
    apart: int = APART,
    q: float = 0.10,
    merge_new_year: bool = True,
) -> EventStudyResult:
    """Ask of every series whether its level or slope changed after dated events.

    Parameters
    ----------
    panel
        A monthly panel.
    events
        A table as :func:`tradeflow.events` gives it, or dates; None for all events whose source
        was read. Events outside the panel's months are left out.
    before, after
        Months of the window before the event, and from it on.
    apart
        Events nearer than so many months are one group: they cannot be told apart. Groups compete:
        inside a window each other one has a step of its own.
    q
        False-discovery rate, event by event over the series.
    merge_new_year
        Give January and February their mean, the robust default for China.

    Returns
    -------
    EventStudyResult

    Raises
    ------
    DataError
        The panel holds a series twice, or one without a name.
    UsageError
        The panel is annual, no event lies in it, or an option is out of range.

    Notes
    -----
    In the window, log y_t = a + b t + season_t + sum over competing events of c_g 1{t >= g} +
    level 1{t >= e} + slope (t - e) 1{t >= e} + u_t. Errors: Newey-West with the bandwidth of
    :func:`tradeflow.detect.witness.events.hac.bandwidth` and the factor T/(T-p). p_hac compares
    the F statistic of (level, slope) with F(2, T-p). p compares it with that of the same window,
    with competitors at the same distances, around all earlier months whose window ends before the
    event, of all series in the panel; windows that hold an event serve only if all do.

    References
    ----------
    Wagner, A. K. et al. (2002), Segmented regression analysis of interrupted time series studies,
    Journal of Clinical Pharmacy and Therapeutics 27(4). Kiefer, N. M. and Vogelsang, T. J. (2005),
    A new asymptotic theory for heteroskedasticity-autocorrelation robust tests, Econometric
    Theory 21(6) (why such tests over-reject).

    Examples
    --------
    >>> import tradeflow as tf
    >>> totals = tf.panel(tf.load_sample("china-russia-totals"), by="total")
    >>> found = tf.event_study(totals, events=["2022-03"]).to_frame()
    >>> found[["event", "level_log"]].round(2).values.tolist()
    [['2022-03', -0.39]]
    """
    check_panel(panel)
    _check(before, after, apart, q)
    made = monthly_series(panel, merge_new_year=merge_new_year)
    inside = (panel.periods[0], panel.periods[-1])
    groups = group_events(events, apart=apart)
    asked = tuple(g for g in groups if inside[0] <= g.month <= inside[1])
    if not asked:
        raise UsageError(f"No event lies between {inside[0]:%Y-%m} and {inside[1]:%Y-%m}.")
    study = Study(panel, made.log, made.rule, asked, before, after)
    answers = [study.answer(group) for group in asked]
    placebo = [a.placebo_p for a in answers]
    seen = np.concatenate([np.zeros(0), *placebo])
    return EventStudyResult(
        table=pl.concat([answer.table for answer in answers]),
        by=panel.by,
        provenance=panel.provenance,
        groups=asked,
        before=before,
        after=after,
        bandwidth=bandwidth(before + after),
        rate=q,
        false_alarms=float((seen <= 0.05).mean()) if seen.size else np.nan,  # noqa: PLR2004
    )


def _check(before: int, after: int, apart: int, q: float) -> None:
    for name, value, least in (("before", before, LEAST[0]), ("after", after, LEAST[1])):
        check_whole(name, value, least=least)
    check_whole("apart", apart, least=1)
    check_rate(q)
