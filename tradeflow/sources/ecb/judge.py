"""Whether an answer of the European Central Bank is one, and whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import BadAnswer, QueryRefused
from tradeflow.sources.call import Accepted
from tradeflow.sources.ecb.table import NOT_FOUND, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.call import Answer, Verdict

LATEST: Final = timedelta(days=31)
"""After the end of a month its mean is there by then."""


def judge(answer: Answer) -> Verdict:
    """Accept an answer that has every currency asked for, without gaps.

    Raises
    ------
    BadAnswer
        It is damaged, cut off, or of another series.
    QueryRefused
        The address leads nowhere.
    ResponseChanged
        Columns are gone or new.
    """
    if answer.status == NOT_FOUND and b"<html" in answer.read()[:4096].lower():
        raise QueryRefused("ecb: the address is not there any more (404 with a web page).")
    _check_complete(answer, table_of(answer))
    return Accepted()


def _check_complete(answer: Answer, table: pl.DataFrame) -> None:
    """Make sure that no line is missing: an answer may be cut off between two."""
    for fault in _faults(answer, table):
        raise BadAnswer(f"ecb, {answer.call.note}: {fault}.")


def _faults(answer: Answer, table: pl.DataFrame) -> Iterator[str]:
    since, until = answer.call.told("since"), answer.call.told("until")
    if table.is_empty():
        if since < f"{answer.retrieved_at - LATEST:%Y-%m}":
            yield f"no rate at all, but that of {since} is out for certain"
        return
    asked, found = set(answer.call.told("currencies").split("+")), set(table["CURRENCY"])
    if found != asked:
        yield f"asked for {sorted(asked)}, and {sorted(found)} came"
    month = pl.col("TIME_PERIOD")
    if table.filter(~month.is_between(pl.lit(since), pl.lit(until))).height:
        yield "other months than asked for"
    index = month.str.head(4).cast(pl.Int32) * 12 + month.str.tail(2).cast(pl.Int32)
    gaps = table.group_by("CURRENCY").agg(
        first=month.min(), gap=index.max() - index.min() + 1 != pl.len()
    )
    if gaps.filter((pl.col("first") != since) | pl.col("gap")).height:
        yield "months are missing"
    # a suspended currency may end early, but the file ends with the last month of all
    if table["TIME_PERIOD"][-1] != table["TIME_PERIOD"].max():
        yield "the last line is not of the last month; the answer is cut off"
