"""Which dated events can be told apart, and which compete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UsageError
from tradeflow.frames import to_polars
from tradeflow.nomenclature.editions import first_day
from tradeflow.nomenclature.events import charted_events

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.frames import Frame

RANK: Final = (
    "war",
    "nomenclature",
    "china_control",
    "eu_sanctions",
    "us_export_control",
    "us_sanctions",
)
"""Kinds of events that give a group its date, first ones first; other kinds come last."""

_MIDDLE: Final = 15  # an event after this day of a month can move the next month at the earliest


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Events so near each other that monthly data cannot tell them apart.

    Attributes
    ----------
    month
        First month that the event could move: its own, or the next if it fell after the 15th.
    event
        Name of the event that gives the group its date.
    same_time
        The others.
    """

    month: date
    event: str
    same_time: tuple[str, ...]


def group_events(
    events: Frame | Sequence[date | str] | None, *, apart: int
) -> tuple[EventGroup, ...]:
    """Put events that lie fewer than `apart` months from each other into one group.

    Parameters
    ----------
    events
        A table with columns date and event, as :func:`tradeflow.events` gives it, or dates. None:
        all events whose source was read.
    apart
        Months.

    Returns
    -------
    tuple of EventGroup
        By month. Events give their date to a group in the order given, or in that of
        :data:`RANK` if the table has a column kind; an event nearer than `apart` to one before it
        in that order joins the group of the nearest.

    Raises
    ------
    UsageError
        There is no event, or `events` is no table of events and no list of dates.
    """
    named = _ranked(events)
    if not named:
        raise UsageError("There is no event; name one, or leave `events` out for all.")
    anchors: list[tuple[date, str]] = []
    joined: dict[tuple[date, str], list[str]] = {}
    for month, name in named:
        near = min(anchors, key=lambda a: abs(_between(a[0], month)), default=None)
        if near is None or abs(_between(near[0], month)) >= apart:
            anchors.append((month, name))
            joined[month, name] = []
        else:
            joined[near].append(name)
    return tuple(EventGroup(*anchor, tuple(joined[anchor])) for anchor in sorted(anchors))


def _ranked(events: Frame | Sequence[date | str] | None) -> list[tuple[date, str]]:
    """First months and names, those that give a group its date first."""
    if events is None:
        events = charted_events()
    if isinstance(events, (str, date)):
        events = [events]
    if isinstance(events, list | tuple):
        return [(_first_month(first_day(day)), str(day)) for day in events]
    table = to_polars(events)  # type: ignore[arg-type]  # says itself what is no frame
    if not {"date", "event"} <= set(table.columns):
        raise UsageError("A table of events has columns date and event; see tf.events().")
    if "kind" in table.columns:
        rank = pl.col("kind").replace_strict(
            {kind: i for i, kind in enumerate(RANK)}, default=len(RANK), return_dtype=pl.Int64
        )
        table = table.sort(rank, "date", maintain_order=True)
    return [
        (_first_month(first_day(day)), str(name))
        for day, name in table.select("date", "event").rows()
    ]


def _first_month(day: date) -> date:
    month = day.year * 12 + day.month - 1 + (day.day > _MIDDLE)
    return date(month // 12, month % 12 + 1, 1)


def _between(first: date, second: date) -> int:
    return (second.year - first.year) * 12 + second.month - first.month
