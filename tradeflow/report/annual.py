"""The story of annual data: shifts beyond comparable goods, and how rare they are."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tradeflow.charts.annual.ranking import is_control, lines
from tradeflow.charts.annual.words import headline
from tradeflow.charts.phrases import after, before, odds, trade
from tradeflow.charts.style import TIMES, millions
from tradeflow.detect.annual.summary import verdict_words
from tradeflow.detect.annual.verdicts import BORDERLINE, EXCEPTIONAL
from tradeflow.frames import to_polars
from tradeflow.report.annual_words import annual_summary, means
from tradeflow.report.figures import annual_picture
from tradeflow.report.numbers import LAST, NONE, minus, multiple, times, times_range
from tradeflow.report.page import Cell, Column, Grid, Interval
from tradeflow.report.story import Story, Told

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    import polars as pl

    from tradeflow.detect.annual.result import Shift, ShiftTable
    from tradeflow.detect.findings.result import FindingsResult
    from tradeflow.panel.model import Panel

_WEIGHT: Final = {EXCEPTIONAL: "strong", BORDERLINE: "middle"}


def annual_story(flows: pl.DataFrame, whole: Panel, *, since: date, partner: str) -> Story:
    """Judge annual flows and put the answer into words, a ranking and figures.

    Parameters
    ----------
    flows
        All flows of one reporter, other destinations included if there are any.
    whole
        The panel by category of the flows to `partner`.
    since
        First year of the time after.
    partner
        The destination asked about, ISO alpha-3.
    """
    from tradeflow.detect.annual.shifts import detect_shifts
    from tradeflow.detect.findings.findings import findings

    shifts = detect_shifts(whole, since=since)
    found = findings(flows, since=since, partner=partner)
    rows = [line.row for line in lines(shifts) if line.row is not None]
    heard = {row["category"]: row for row in found.table.to_dicts()}
    return Story(
        title=f"{trade(shifts)}: which dual-use goods shifted",
        subtitle=f"{after(shifts)} against {before(shifts)}, annual trade by category",
        summary=annual_summary(rows, shifts, found, _elsewhere(whole, shifts)),
        ranking=_ranking(rows, shifts, heard),
        ranking_note=_NOTE,
        told={row.name: _told(row, shifts, heard[row.name]["sentence"]) for row in rows},
        draw=lambda name: annual_picture(shifts, name),
        tables={"ranking": _frame(shifts, rows), "findings": found.table},
        numbers=_numbers(shifts, found),
    )


def _elsewhere(whole: Panel, shifts: ShiftTable) -> pl.DataFrame:
    """What comes out with the other baselines that the data have."""
    from tradeflow.detect.annual.sensitivity import BASELINES, baseline_sensitivity

    since = shifts.options.since
    most = sum(period < since for period in whole.periods)
    others = [years for years in BASELINES if shifts.options.baseline != years <= most]
    return to_polars(baseline_sensitivity(whole, since=since, baselines=others, backend="polars"))


_NOTE: Final = (
    "Dots: how many times what comparable goods did, on a logarithmic scale whose line marks "
    f"{TIMES}1; bars: 90 % intervals, with an arrow where one runs on. Filled: exceptional; grey: "
    "borderline; open: not rare, or no shift. An excess is trade above (or below) what it would "
    "have been at the pace of comparable goods. Under each verdict stands the word that all "
    "evidence together allows; the summary says what the words mean."
)


def _told(row: Shift, table: ShiftTable, sentence: str) -> Told:
    return Told(
        verdict=verdict_words(row),
        sentences=[
            f"{headline(row, table)}.",
            means(row, table),
            f"All evidence: {minus(sentence)}",
        ],
        beware="; ".join(row.flags),
    )


def _ranking(
    rows: list[Shift], table: ShiftTable, heard: Mapping[str, Mapping[str, object]]
) -> Grid:
    return Grid(
        name="ranking",
        caption=(
            f"All categories by how rare their shift is, exceptional first, and then by how far "
            f"they moved: {trade(table)}, "
            f"{after(table)} against {before(table)}"
        ),
        columns=(
            Column("Category"),
            Column("Verdict", aside=True),
            Column(
                "Times comparable goods [90\N{NO-BREAK SPACE}% interval]", numeric=True, scaled=True
            ),
            Column("Excess, m USD a year [90\N{NO-BREAK SPACE}% interval]", numeric=True),
            Column(f"{before(table)}, m USD a year", numeric=True, aside=True),
            Column(f"{after(table)}, m USD a year", numeric=True, aside=True),
            Column("Placebo baskets that moved as far", numeric=True, aside=True),
        ),
        rows=[_row(row, table, str(heard[row.name]["verdict"])) for row in rows],
        choose=1,
    )


def _row(row: Shift, table: ShiftTable, word: str) -> tuple[Cell, ...]:
    tests = "tests the method" if is_control(row, table.by) else f"all evidence: {word}"
    return (
        Cell(row.title, instead=_instead(row, table), target=row.name),
        Cell(verdict_words(row), beneath=tests),
        _times(row),
        _excess(row),
        Cell(millions(row.before_usd), row.before_usd),
        Cell(millions(row.after_usd), row.after_usd),
        _baskets(row.placebo_share),
    )


def _instead(row: Shift, table: ShiftTable) -> str:
    tests = "; tests the method" if is_control(row, table.by) else ""
    return f"{verdict_words(row)}{tests}"


def _times(row: Shift) -> Cell:
    if not math.isfinite(row.shift):
        return Cell(NONE, -LAST)
    interval = Interval(
        math.exp(row.shift),
        multiple(row.after_usd, row.excess_low_usd),
        multiple(row.after_usd, row.excess_high_usd),
        _WEIGHT.get(row.rarity, "weak"),
    )
    return Cell(times(interval.at), interval.at, times_range(interval), bar=interval)


def _excess(row: Shift) -> Cell:
    if not math.isfinite(row.excess_usd):
        return Cell(NONE, -LAST)
    low, high = (millions(v, sign=True) for v in (row.excess_low_usd, row.excess_high_usd))
    return Cell(millions(row.excess_usd, sign=True), row.excess_usd, f"[{low} to {high}]")


def _baskets(share: float) -> Cell:
    if not math.isfinite(share):
        return Cell(NONE, LAST)
    part, whole = odds(share)
    return Cell(f"{part or 'fewer than 1'} in {whole:,}", share)


def _frame(shifts: ShiftTable, rows: Sequence[Shift]) -> pl.DataFrame:
    """All rows as a table, in the order of the page."""
    frame, order = to_polars(shifts.to_frame("polars")), [row.name for row in rows]
    return frame.sort(frame[shifts.by].replace_strict(order, range(len(order))))


def _numbers(shifts: ShiftTable, found: FindingsResult) -> dict[str, str]:
    return {
        "rate": f"{found.rate:.2f}",
        "before": before(shifts),
        "after": after(shifts),
        "common": f"{TIMES}{shifts.common_ratio:.2f}",
    }
