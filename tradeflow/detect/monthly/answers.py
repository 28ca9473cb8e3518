"""Everything that the monthly methods say of one exporter's categories to one destination."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import polars as pl

from tradeflow.detect.findings.question import ask
from tradeflow.detect.monthly.monitor import MonitorResult, monitor
from tradeflow.detect.monthly.path import ExcessPaths, excess_paths
from tradeflow.detect.monthly.screen import ScreenResult, screen
from tradeflow.errors import TooShortError, UsageError
from tradeflow.flows.check import check_flows
from tradeflow.nomenclature.editions import first_day
from tradeflow.panel.build import panel
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.panel.model import Panel

Told = TypeVar("Told")
_STATED: Final = (State.REPORTED, State.ESTIMATED, State.MIRROR)


@dataclass(frozen=True, slots=True, eq=False)
class MonthlyAnswers:
    """Description, alarm and cumulative excess of n categories over T months.

    Attributes
    ----------
    panel
        The categories; its parts are their codes.
    provisional, weight_estimated
        Shape (n, T): months in which a member's value is provisional, its weight estimated.
    code_provisional
        Shape (codes, T): months in which a code's value is provisional.
    described
        Level shifts of the categories; None if the series are too short for any.
    watched
        The alarm on the categories, which come first, and on all codes to the same partner; None
        if no series can be watched.
    why_not
        Empty, or why there is no alarm.
    paths
        Cumulative excess of the categories; None if there is no alarm.
    since
        First month of the time after.
    partner, reporters
        ISO alpha-3; several reporters are added up.
    """

    panel: Panel
    provisional: NDArray[np.bool_]
    code_provisional: NDArray[np.bool_]
    weight_estimated: NDArray[np.bool_]
    described: ScreenResult | None
    watched: MonitorResult | None
    why_not: str
    paths: ExcessPaths | None
    since: date
    partner: str
    reporters: tuple[str, ...]

    @property
    def provenance(self) -> tuple[str, ...]:
        """Sources and releases."""
        return self.panel.provenance

    @property
    def start(self) -> int:
        """Index of the first month of the time after."""
        return sum(period < self.since for period in self.panel.periods)

    def names(self) -> list[str]:
        """Categories, in the order of the rows."""
        return [str(name) for name in self.panel.keys["category"]]


def monthly_answers(
    flows: pl.DataFrame,
    *,
    since: date | str,
    reporter: str | None = None,
    partner: str = "RUS",
    q: float = 0.10,
    calendar: Frame | None = None,
    revisions: Frame | None = None,
) -> MonthlyAnswers:
    """Describe, watch and add up the categories of one exporter to one destination.

    Parameters
    ----------
    flows
        A monthly flow table.
    since
        First month of the time after.
    reporter
        ISO alpha-3; None for the only exporter, or all together.
    partner
        ISO alpha-3.
    q
        False-discovery rate.
    calendar
        Which reporter released which month, so that a late month is known to be late.
    revisions
        How far each month may yet be revised, as for :func:`tradeflow.monitor`.

    Raises
    ------
    UsageError
        The table is annual, has no such exports, or has several reporters that cannot be added up.
    TooShortError
        No month before the date, or none since.
    """
    month = first_day(since).replace(day=1)
    route, table = (partner, reporter), check_flows(flows)
    question = ask(table, "category", route, since=month, hubs=(), q=q, calendar=calendar)
    asked, company, rows = question.asked, question.company, question.asked_flows
    if asked.freq != "M":
        raise UsageError("These flows are annual: for years there is tf.detect_shifts().")
    described, _ = _or_why(lambda: screen(asked, q=q))
    watched, why_not = _or_why(lambda: monitor(company, since=month, q=q, revisions=revisions))
    provisional, code_provisional = provisional_months(asked, rows)
    return MonthlyAnswers(
        panel=asked,
        provisional=provisional,
        code_provisional=code_provisional,
        weight_estimated=_months(asked, rows.filter(pl.col("weight_estimated")))[0],
        described=described,
        watched=watched,
        why_not=why_not,
        paths=None if watched is None else _paths(company, watched, len(asked.keys)),
        since=month,
        partner=question.partner,
        reporters=tuple(rows["reporter"].unique().sort()),
    )


def _or_why(ask_it: Callable[[], Told]) -> tuple[Told | None, str]:
    try:
        return ask_it(), ""
    except TooShortError as error:
        return None, str(error)


def _paths(company: Panel, watched: MonitorResult, n: int) -> ExcessPaths:
    return excess_paths(company, n, since=watched.since, revision=watched.revision)


def provisional_months(
    asked: Panel, rows: pl.DataFrame
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Months in which a value may yet be revised, of categories and of codes.

    Parameters
    ----------
    asked, rows
        A panel by category, and the flow rows that it was made of.

    Returns
    -------
    tuple of numpy.ndarray
        Shapes (n, T) and (codes, T).
    """
    return _months(asked, rows.filter(pl.col("status") == "provisional"))


def _months(asked: Panel, rows: pl.DataFrame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Months in which one of these rows is in a category, and of a code, shape (n, T) each."""
    held = asked if asked.parts is None else asked.parts
    series, codes = (np.zeros(x.values.shape, dtype=bool) for x in (asked, held))
    try:
        found = panel(rows, by="category") if len(rows) else None
    except UsageError:  # none of the rows is of a code in a category
        found = None
    if found is None or found.parts is None:
        return series, codes
    column = [asked.periods.index(period) for period in found.periods]
    stated = np.isin(found.parts.state, _STATED)
    row = {name: i for i, name in enumerate(asked.keys["category"])}
    to = set(asked.keys["partner"])  # codes are held to every destination
    rows_held = held.keys.select("hs6", "partner").iter_rows()
    place = {hs6: i for i, (hs6, partner) in enumerate(rows_held) if partner in to}
    for name, parts in zip(found.keys["category"], found.members, strict=True):
        series[row[name], column] |= stated[parts].any(axis=0)
    for i, hs6 in enumerate(found.parts.keys["hs6"]):
        if hs6 in place:  # else its number is an older one
            codes[place[hs6], column] |= stated[i]
    return series, codes
