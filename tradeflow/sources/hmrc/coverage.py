"""Which months HMRC has, and what an absent row means in each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.sources.hmrc.page import month_of, read_page
from tradeflow.sources.hmrc.plan import RELEASES, REPORTER
from tradeflow.sources.parsed import COVERAGE_SCHEMA
from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.sources.call import Answer
    from tradeflow.sources.parsed import State

Cell = tuple[str, date]
"""A partner and a month."""


def coverage(
    answers: Sequence[Answer], cells: pl.DataFrame, withheld: pl.DataFrame
) -> pl.DataFrame:
    """Give one row per partner and month asked for.

    Parameters
    ----------
    answers
        All accepted answers.
    cells, withheld
        Cells with a value, and lines set apart; columns ``partner`` and ``period`` are read.
    """
    listed = set(cells.select("partner", "period").iter_rows())
    hidden = set(withheld.select("partner", "period").iter_rows())
    asked = _asked(answers)
    rows = []
    for answer in answers:
        if answer.call.kind == RELEASES:
            released = {month_of(row) for row in read_page(answer).rows}
            rows += [
                (REPORTER, cell[0], answer.call.told("flow"), cell[1], *state)
                for cell in _cells(answer)
                for state in [_state(cell, released, listed, hidden, asked)]
            ]
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")


def _state(
    cell: Cell, released: set[date], listed: set[Cell], hidden: set[Cell], asked: set[Cell]
) -> tuple[State, str]:
    if cell in listed:
        return "reported", ""
    if cell[1] not in released:
        late = cell[1] > max(released, default=date.min)
        return ("not released", "no trade is listed yet") if late else ("unknown", "a gap")
    if cell not in asked:
        return "unknown", "none of the codes is in the edition of the month"
    if cell in hidden:
        return "unknown", "the goods have lines whose partner or value is suppressed"
    return "zero", "the month is out; trade below the threshold is not listed"


def _cells(release: Answer) -> list[Cell]:
    call = release.call
    months = months_between(*(date.fromisoformat(call.told(name)) for name in ("first", "last")))
    return [(partner, month) for partner in call.told("partners").split(",") for month in months]


def _asked(answers: Sequence[Answer]) -> set[Cell]:
    return {
        (answer.call.told("partner"), month)
        for answer in answers
        if answer.call.kind != RELEASES
        for month in months_between(
            *(date.fromisoformat(answer.call.told(name)) for name in ("first", "last"))
        )
    }
