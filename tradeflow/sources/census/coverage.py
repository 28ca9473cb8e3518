"""Late is not zero: what the answers say about each partner and month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.sources.census.calls import RELEASES
from tradeflow.sources.census.editions import REPORTER
from tradeflow.sources.census.fields import MONTH, fields_of
from tradeflow.sources.census.judge import months_of
from tradeflow.sources.parsed import COVERAGE_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from tradeflow.sources.call import Answer
    from tradeflow.sources.parsed import State

    Cell = tuple[str, str, date]  # partner, flow, month

LISTED = "goods are listed"
NONE = "total trade of the month is out, and none of these goods are listed"
TOO_EARLY = "asked before the month was known to be out; ask again"
NOT_OUT = "the source has no total trade of the month"
NOT_ASKED = "nobody asked whether the month is out"


def coverage(tables: Sequence[tuple[Answer, pl.DataFrame]]) -> pl.DataFrame:
    """State of every partner and month asked for, from answers and the tables in them.

    Notes
    -----
    A month without goods is a zero only if it was out when the goods were asked for. It was if
    the total trade of the month, or any line of it, had come by then: an answer that is older
    may be older than the month's release.
    """
    asked: dict[Cell, datetime] = {}
    traded: set[Cell] = set()
    out: dict[date, datetime] = {}
    for answer, table in tables:
        values = _values(answer, table)
        for month in values:
            out[month] = min(out.get(month, answer.retrieved_at), answer.retrieved_at)
        if answer.call.kind == RELEASES:
            continue
        for month in months_of(answer.call):
            cell = (answer.call.told("partner"), answer.call.told("flow"), month)
            asked[cell] = min(asked.get(cell, answer.retrieved_at), answer.retrieved_at)
            if values.get(month, 0.0) > 0:
                traded.add(cell)
    checked = any(answer.call.kind == RELEASES for answer, _ in tables)
    rows = [
        (REPORTER, *cell, *_state(cell in traded, asked[cell], out.get(cell[2]), checked=checked))
        for cell in sorted(asked)
    ]
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")


def _values(answer: Answer, table: pl.DataFrame) -> dict[date, float]:
    """Sum the value of an answer by month, to see whether there is any."""
    value = fields_of(answer.call.told("flow")).value
    sums: dict[date, float] = {}
    for text, amount in table.select(MONTH, value).iter_rows():
        month = date.fromisoformat(f"{text}-01")
        sums[month] = sums.get(month, 0.0) + float(amount)
    return sums


def _state(
    traded: bool,  # noqa: FBT001
    asked: datetime,
    out: datetime | None,
    *,
    checked: bool,
) -> tuple[State, str]:
    if traded:
        return "reported", LISTED
    if out is None:
        return ("not released", NOT_OUT) if checked else ("unknown", NOT_ASKED)
    return ("zero", NONE) if asked >= out else ("unknown", TOO_EARLY)
