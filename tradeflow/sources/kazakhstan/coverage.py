"""Late is not zero: what the page and the archives say about each partner and month."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.sources.kazakhstan.judge import links_of
from tradeflow.sources.kazakhstan.plan import LISTING, REPORTER, asked_months, codes_of
from tradeflow.sources.parsed import COVERAGE_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Answer
    from tradeflow.sources.kazakhstan.parse import Year
    from tradeflow.sources.parsed import State

    Cell = tuple[str, date]  # a partner and a month


def coverage(answers: Sequence[Answer], years: Sequence[Year]) -> pl.DataFrame:
    """Give one row per partner and month asked for."""
    pages = [answer for answer in answers if answer.call.kind == LISTING]
    rows = [row for page in pages for row in _rows(page, years)]
    return pl.DataFrame(rows, schema=COVERAGE_SCHEMA, orient="row")


def _rows(page: Answer, years: Sequence[Year]) -> Iterator[tuple[object, ...]]:
    held = {month for year in years for month in year.months}
    goods = {cell: state for year in years for cell, state in _stated(year).items()}
    newest_year = max(links_of(page))
    for partner in page.call.told("partners").split(","):
        for month in asked_months(page.call):
            if not codes_of(page.call.about, month.year):
                state = "unknown", "none of the codes is in the edition of the month"
            elif month in held:
                empty = "unknown", "the month's table has no lines of the partner"
                state = goods.get((partner, month), empty)
            else:
                late = month > max(held, default=date.min) and month.year >= newest_year
                state = _absent(late=late)
            yield (REPORTER, partner, page.call.told("flow"), month, *state)


def _absent(*, late: bool) -> tuple[State, str]:
    if late:
        return "not released", "the page has no table of the month yet"
    return "unknown", "the page has no table of the month, though it has later ones"


def _stated(year: Year) -> dict[Cell, tuple[State, str]]:
    """Say of each partner that a month's table has whether it lists the goods."""
    found: dict[Cell, tuple[State, str]] = dict.fromkeys(
        year.blocks, ("zero", "the month is out, and its table lists none of these goods")
    )
    if year.parsed is not None:
        hidden, listed = (
            frame.select("partner", "period").unique().rows()
            for frame in (year.parsed.withheld, year.parsed.rows)
        )
        found |= dict.fromkeys(hidden, ("unknown", "a line of these goods is confidential"))
        found |= dict.fromkeys(listed, ("reported", "goods are listed"))
    return found
