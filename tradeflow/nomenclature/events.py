"""Dated events: sanctions, controls, lists, reports and changes of the classification."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final

import polars as pl

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.tables import table

SEEN: Final = "seen"
"""Evidence of events that charts may draw: the source was read."""

LENGTH_OF_MONTH: Final = len("2022-03")


def events(
    *,
    kind: str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
    evidence: str | None = None,
) -> pl.DataFrame:
    """List dated events, oldest first, as :func:`tradeflow.events` does."""
    rows = _all_events()
    for column, value in (("kind", kind), ("evidence", evidence)):
        if value is not None:
            rows = rows.filter(pl.col(column) == _known(column, value))
    if since is not None:
        rows = rows.filter(pl.col("date") >= _day(since))
    if until is not None:
        rows = rows.filter(pl.col("date") <= _day(until))
    return rows


def charted_events(
    *,
    kind: str | None = None,
    since: date | str | None = None,
    until: date | str | None = None,
) -> pl.DataFrame:
    """List the events that charts may draw: those whose source was read.

    Parameters
    ----------
    kind, since, until
        As in :func:`events`.

    Examples
    --------
    >>> set(charted_events()["evidence"])
    {'seen'}
    """
    return events(kind=kind, since=since, until=until, evidence=SEEN)


@cache
def _all_events() -> pl.DataFrame:
    text = pl.col("date")
    month_only = text.str.len_chars() == LENGTH_OF_MONTH
    return (
        table("events")
        .with_columns(
            date=pl.when(month_only).then(text + "-01").otherwise(text).str.to_date(),
            precision=pl.when(month_only).then(pl.lit("month")).otherwise(pl.lit("day")),
        )
        .select("date", "precision", "event", "label", "kind", "source", "evidence")
        .sort("date", "event")
    )


def _known(column: str, value: str) -> str:
    known = _all_events()[column].unique().sort().to_list()
    if value not in known:
        hint = f"Known: {', '.join(known)}."
        raise UnknownNameError.of(f"Event {column}", value, known, hint=hint)
    return value


def _day(value: date | str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UsageError(f"Day {value!r} cannot be read. Write 2022-02-24.") from error
