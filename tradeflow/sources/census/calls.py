"""The two kinds of question that are put to the US Census Bureau."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError
from tradeflow.nomenclature.countries import WORLD, country
from tradeflow.schema import TOTAL
from tradeflow.sources.call import Call
from tradeflow.sources.census.fields import (
    AGGREGATES,
    COUNTRY,
    DOMESTIC_OR_FOREIGN,
    MONTH,
    NATIONAL_DIGITS,
    fields_of,
)

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.sources.call import Pairs

    Span = tuple[date, date]

# A call without a key is sent on to a web page; clients that follow get that page with status
# 200. Both are read, to say that it is the key.
MEDIA: Final = ("application/json", "text/html")
RELEASES: Final = "releases"
LINES: Final = 20  # ten-digit lines of one subheading, generously


def release_call(flow: str, span: Span) -> Call:
    """Ask for total trade by month: the months that have it are released."""
    fields = fields_of(flow)
    # `time` stands first so that this is another call than the data call for all goods and all
    # countries, which has the same words in another order.
    return Call(
        source="census",
        path=fields.path,
        params=((MONTH, _time(span)), ("get", fields.value)),
        note=f"total {fields.flow}s, to see which months are out, {words_of(span)}",
        kind=RELEASES,
        about=(("flow", fields.flow), *_about(span)),
        rows=months_in(span),
        media=MEDIA,
    )


def data_call(flow: str, partner: str, code: str, level: str, span: Span) -> Call:
    """Ask for one code, or all below it, and one partner, in an unbroken span of months.

    Raises
    ------
    UnknownNameError
        The United States has no code for the partner.
    """
    fields, lined = fields_of(flow), code != TOTAL and len(code) not in AGGREGATES
    asked = (fields.value, *fields.counted) if lined else (fields.value,)
    return Call(
        source="census",
        path=fields.path,
        params=(
            ("get", ",".join(asked)),
            *_partner(partner),
            *_goods(fields.code, code, level),
            *_origin(flow),
            (MONTH, _time(span)),
        ),
        note=f"{flow}s, partner {partner}, {code}, {words_of(span)}",
        about=(
            ("partner", partner),
            ("flow", flow),
            ("code", code),
            ("level", level if lined else "aggregate"),
            *_about(span),
        ),
        rows=months_in(span) * (LINES if lined and level == "HS10" else 1),
        media=MEDIA,
    )


def months_in(span: Span) -> int:
    """Count the months of a span, first and last included."""
    first, last = span
    return (last.year - first.year) * 12 + last.month - first.month + 1


def words_of(span: Span) -> str:
    """Write a span."""
    return f"{span[0]:%Y-%m} to {span[1]:%Y-%m}"


def _about(span: Span) -> Pairs:
    return ("since", f"{span[0]:%Y-%m}"), ("until", f"{span[1]:%Y-%m}")


def _time(span: Span) -> str:
    return f"from {words_of(span)}"


def _partner(partner: str) -> Pairs:
    if partner == WORLD:
        return ()  # without a country the answer is the total of all
    code = country(partner).schedule_c
    if code is None:
        raise UnknownNameError(
            f"The United States has no country code for {partner}; leave it out, or ask for the "
            "country whose statistics include it."
        )
    return ((COUNTRY, code),)


def _goods(name: str, code: str, level: str) -> Pairs:
    if code == TOTAL:
        return ()
    if len(code) in AGGREGATES:
        return ("COMM_LVL", f"HS{len(code)}"), (name, code)
    # A code shorter than the level without `*` is answered with nothing and no word (seen by a
    # public client, 2026-08).
    return ("COMM_LVL", level), (name, code if len(code) == NATIONAL_DIGITS else f"{code}*")


def _origin(flow: str) -> Pairs:
    return (("DF", DOMESTIC_OR_FOREIGN[flow]),) if flow in DOMESTIC_OR_FOREIGN else ()
