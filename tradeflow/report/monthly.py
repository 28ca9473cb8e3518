"""The story of monthly data: what all the evidence says of each category."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypedDict

from tradeflow.charts.names import exporters
from tradeflow.charts.style import TIMES, millions
from tradeflow.detect.findings.findings import findings
from tradeflow.detect.findings.verdict import ANOMALOUS, IN_VALUE, UNUSUAL
from tradeflow.detect.monthly.answers import monthly_answers
from tradeflow.nomenclature.countries import country
from tradeflow.report.figures import monthly_picture
from tradeflow.report.monthly_words import monthly_summary
from tradeflow.report.numbers import LAST, NONE, minus, multiple, times, times_range
from tradeflow.report.page import Cell, Column, Grid, Interval
from tradeflow.report.story import Story, Told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import polars as pl

    from tradeflow.frames import Frame
_WEIGHT: Final = {ANOMALOUS: "strong", IN_VALUE: "strong", UNUSUAL: "middle"}
_NOTE: Final = (
    "Dots: trade as a multiple of its forecast or, where none can be judged, the level after "
    "a shift as a multiple of the level before it, on a logarithmic scale whose line marks "
    f"{TIMES}1; bars: 90 % intervals, with an arrow where one runs on. Filled: anomalous; grey: "
    "unusual; open: anything else. A level shift describes; only an alarm with a contrast earns "
    "the word anomalous."
)


class _Known(TypedDict):
    calendar: Frame | None
    revisions: Frame | None


def monthly_story(
    flows: pl.DataFrame,
    *,
    since: date,
    reporter: str | None,
    partner: str,
    calendar: Frame | None = None,
    revisions: Frame | None = None,
) -> Story:
    """Hear all the evidence on monthly flows, and put it into words, a ranking and figures.

    Parameters
    ----------
    flows
        A monthly flow table.
    since
        First month of the time after.
    reporter, partner
        ISO alpha-3; reporter None for the only one, or all together.
    calendar, revisions
        Which months are out, and how far each may yet be revised; as for
        :func:`tradeflow.findings`.
    """
    known: _Known = {"calendar": calendar, "revisions": revisions}
    found = findings(flows, since=since, reporter=reporter, partner=partner, **known)
    rows = found.table.to_dicts()
    answers = monthly_answers(flows, since=since, reporter=reporter, partner=partner, **known)
    who = f"{exporters(found.reporters, found.provenance)} to {country(partner).name}"
    who = f"{who[:1].upper()}{who[1:]}"
    return Story(
        title=f"{who}: which dual-use goods changed",
        subtitle=f"monthly trade by category, from {since:%Y-%m} on",
        summary=monthly_summary(found),
        ranking=_ranking(rows, since, f"{who}, from {since:%Y-%m} on"),
        ranking_note=_NOTE,
        told={
            row["category"]: Told(row["verdict"], [minus(row["sentence"])], row["flags"] or "")
            for row in rows
        },
        draw=lambda name: monthly_picture(answers, name),
        tables={"ranking": found.table},
        numbers={"rate": f"{found.rate:.2f}"},
    )


def _ranking(rows: list[dict[str, Any]], since: date, what: str) -> Grid:
    return Grid(
        name="ranking",
        caption=f"All categories, the strongest verdicts first: {what}",
        columns=(
            Column("Category"),
            Column("Verdict", aside=True),
            Column(
                "Times the forecast or earlier level [90\N{NO-BREAK SPACE}% interval]",
                numeric=True,
                scaled=True,
            ),
            Column("Excess, m USD [90\N{NO-BREAK SPACE}% interval]", numeric=True),
            Column("Witnesses that agree", aside=True),
            Column("Witnesses that disagree", aside=True),
            Column("Not heard", aside=True),
        ),
        rows=[_row(row, since) for row in rows],
        choose=1,
    )


def _row(row: Mapping[str, Any], since: date) -> tuple[Cell, ...]:
    when = f"{row['description']} in {row['month']:%Y-%m}" if _shifted(row, since) else ""
    return (
        Cell(row["title"], instead=row["verdict"], target=row["category"]),
        Cell(row["verdict"], beneath=when),
        _times(row, since),
        _excess(row),
        *(Cell(row[name] or NONE) for name in ("agree", "disagree", "not_heard")),
    )


def _times(row: Mapping[str, Any], since: date) -> Cell:
    found = _of_forecast(row) or _of_level(row, since)
    if found is None:
        return Cell(NONE, -LAST)
    interval = Interval(*found, _WEIGHT.get(row["verdict"], "weak"))
    return Cell(times(interval.at), interval.at, times_range(interval), bar=interval)


def _of_forecast(row: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """Trade over the span as a multiple of its forecast, from the excess and its interval."""
    log, usd = row["change_log"], row["excess_usd"]
    ends = row["excess_usd_low"], row["excess_usd_high"]
    if not log or not usd or any(end is None or not math.isfinite(end) for end in ends):
        return None
    actual = usd / -math.expm1(-log)  # excess and log ratio are of the same two totals
    return math.exp(log), multiple(actual, ends[0]), multiple(actual, ends[1])


def _of_level(row: Mapping[str, Any], since: date) -> tuple[float, float, float] | None:
    """The level after the shift as a multiple of the level before it."""
    logs = [row[f"size_log{end}"] for end in ("", "_low", "_high")]
    if not _shifted(row, since) or any(x is None or not math.isfinite(x) for x in logs):
        return None
    return math.exp(logs[0]), math.exp(logs[1]), math.exp(logs[2])


def _shifted(row: Mapping[str, Any], since: date) -> bool:
    """Whether the set of dates of the change reaches the time after."""
    return row["month_last"] is not None and row["month_last"] >= since


def _excess(row: Mapping[str, Any]) -> Cell:
    at, low, high = (row[f"excess_usd{end}"] for end in ("", "_low", "_high"))
    if at is None:
        return Cell(NONE, -LAST)
    ends = [millions(v, sign=True) for v in (low, high) if v is not None]
    beneath = f"[{' to '.join(ends)}] in {row['span']} months"
    return Cell(millions(at, sign=True), at, beneath)
