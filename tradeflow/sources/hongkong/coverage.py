"""Which months Hong Kong has, and what an absent row means in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.sources.hongkong.plan import RELEASES, REPORTER
from tradeflow.sources.hongkong.reply import month_of, read_reply
from tradeflow.sources.parsed import COVERAGE_SCHEMA
from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.sources.call import Answer, Call
    from tradeflow.sources.parsed import State

Cell = tuple[str, date]
"""A partner and a month."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What the answers show: months that are out, and cells listed, doubtful and asked."""

    released: frozenset[date]
    listed: frozenset[Cell]
    doubtful: frozenset[Cell]
    asked: frozenset[Cell]

    def state(self, cell: Cell) -> tuple[State, str]:
        """Say what is known of a cell, and how."""
        month = cell[1]
        if month > max(self.released, default=date.min):
            return "not released", "the source does not have the month yet"
        if cell in self.listed:
            return "reported", ""
        if month not in self.released or cell not in self.asked:
            return "unknown", "the month has no total, or none of the codes is in its edition"
        if cell in self.doubtful:
            return "unknown", "the source refuses a code that was asked for"
        return "zero", "the month is out; the source leaves cells of nil out"


def coverage(
    answers: Sequence[Answer], stated: pl.DataFrame, refused: Sequence[Call]
) -> pl.DataFrame:
    """Give one row per partner and month asked for.

    Parameters
    ----------
    answers
        All accepted answers.
    stated
        Cells with a value; columns ``partner`` and ``period`` are read.
    refused
        Calls for a single code that the source does not have.
    """
    goods = [answer.call for answer in answers if answer.call.kind != RELEASES]
    rows = []
    for answer in answers:
        if answer.call.kind == RELEASES:
            known = _Known(
                released=frozenset(map(month_of, read_reply(answer).rows)),
                listed=frozenset(stated.select("partner", "period").iter_rows()),
                doubtful=_cells(refused),
                asked=_cells(goods),
            )
            rows += _states(answer.call, known)
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")


def _states(release: Call, known: _Known) -> list[tuple[object, ...]]:
    first, last = (date.fromisoformat(release.told(name)) for name in ("first", "asked"))
    flow = release.told("flow")
    return [
        (REPORTER, partner, flow, month, *known.state((partner, month)))
        for partner in release.told("partners").split(",")
        for month in months_between(first, last)
    ]


def _cells(calls: Sequence[Call]) -> frozenset[Cell]:
    return frozenset(
        (call.told("partner"), month)
        for call in calls
        for month in months_between(
            *(date.fromisoformat(call.told(name)) for name in ("first", "last"))
        )
    )
