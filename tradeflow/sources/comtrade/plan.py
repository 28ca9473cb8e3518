"""From a question to calls: what is released first, then the rows, in each period's edition."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tradeflow.errors import KeyRefused, UsageError
from tradeflow.schema import TOTAL
from tradeflow.sources.asked import check_options
from tradeflow.sources.comtrade.ask import (
    KEYED_ROWS,
    PREMIUM_ROWS,
    PREVIEW_ROWS,
    Ask,
    availability_call,
    code_of,
    period_of,
)
from tradeflow.sources.comtrade.facts import HOW_KEY, LIMITS
from tradeflow.sources.comtrade.follow import assumed, follow
from tradeflow.sources.comtrade.notes import forecasts, notes, possible
from tradeflow.sources.plan import FetchPlan

if TYPE_CHECKING:
    from tradeflow.sources.query import Query

OPTIONS: Final = {
    "kind": ("final", "tariffline"),
    "delivery": ("get", "async", "bulk"),
    "premium": ("no", "yes"),
}
"""What ``--option NAME=VALUE`` may say; the first value is the default."""

_DIGITS: Final = {"final": (2, 4, 6), "tariffline": tuple(range(2, 12))}


def plan(query: Query) -> FetchPlan:
    """Plan what to ask of Comtrade; nothing is sent.

    The calls of the plan ask each reporter's releases (``getDa``). What they list decides which
    calls for rows follow; those foreseen assume that each reporter adopted each edition on the
    day in the table of editions, and has released everything that it can have.

    Raises
    ------
    UsageError
        A code or country that Comtrade cannot have.
    UnknownNameError
        An option or value that is not known.
    KeyRefused
        The delivery needs a key and none is set.
    """
    asks = asks_of(query)
    foreseen = tuple(c for ask in asks for c in follow(ask, assumed(possible(ask))))
    return FetchPlan(
        query,
        calls=tuple(availability_call(ask, today=query.today) for ask in asks),
        foreseen=foreseen,
        interval=LIMITS.pace(keyed=query.keyed),
        per_day=LIMITS.quota(keyed=query.keyed),
        forecasts=forecasts(query, asks),
        notes=notes(query, asks),
    )


def asks_of(query: Query) -> tuple[Ask, ...]:
    """Put a question into Comtrade's terms, one for each reporter."""
    told = _options(query)
    if told["delivery"] != "get" and not query.keyed:
        raise KeyRefused(f"Delivery {told['delivery']!r} needs a key. {HOW_KEY}")
    _check_codes(query, told["kind"])
    for country in (*query.reporters, *query.partners):
        code_of(country)
    asked = Ask(
        reporter="",
        partners=query.partners,
        flow=query.flow,
        freq=query.freq,
        periods=tuple(period_of(day, query.freq) for day in query.periods),
        codes=query.codes,
        category=query.category or "",
        kind=told["kind"],
        delivery=told["delivery"],
        cap=_cap(keyed=query.keyed, premium=told["premium"] == "yes"),
    )
    return tuple(replace(asked, reporter=reporter) for reporter in query.reporters)


def _cap(*, keyed: bool, premium: bool) -> int:
    if not keyed:
        return PREVIEW_ROWS
    return PREMIUM_ROWS if premium else KEYED_ROWS


def _options(query: Query) -> dict[str, str]:
    check_options(query, OPTIONS)
    return {name: values[0] for name, values in OPTIONS.items()} | dict(query.options)


def _check_codes(query: Query, kind: str) -> None:
    for code in query.codes:
        if code != TOTAL and len(code) not in _DIGITS[kind]:
            raise UsageError(
                f"Comtrade's final data have codes of 2, 4 or 6 digits, not {code!r}. National "
                "codes are in the tariff lines: --option kind=tariffline."
            )
        if code == TOTAL and kind == "tariffline":
            raise UsageError("Tariff lines have no TOTAL. Leave out kind=tariffline.")
