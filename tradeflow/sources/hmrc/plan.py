"""Which questions to put to uktradeinfo: one partner, one edition, a few codes at a time.

HMRC writes a code as a number: ``03047190`` is 3047190. A subheading is a range of such numbers.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import WORLD, country
from tradeflow.sources.asked import (
    check_flow,
    check_monthly,
    check_options,
    check_reporter,
    codes_known,
    not_asked,
)
from tradeflow.sources.call import Call
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.spans import chunks, edition_spans, last_expected, months_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tradeflow.sources.query import Query
    from tradeflow.sources.spans import Span

REPORTER: Final = "GBR"
PATH: Final = "/OTS"
RELEASES: Final = "releases"
PAGE: Final = 40_000  # rows
FLOW_TYPES: Final = {"import": (1, 3), "export": (2, 4)}
"""EU and non-EU: who belongs to which changed over the years, so both are asked."""

CONFIDENTIAL: Final = 977
"""HMRC's number for trade whose partner is suppressed."""

ANCHOR: Final = "CHN"
ANCHOR_GOODS: Final = "84"
DIGITS: Final = 8
LEVELS: Final = (2, 4, 6, DIGITS)
# An OData server counts the terms of a filter, 100 by default, and its address may have 2,048
# characters by default; six ranges stay below both. HMRC's own limits are not known.
CODES_PER_CALL: Final = 6
LINES: Final = 8  # CN8 codes of one subheading, generously
PORTS: Final = 5  # by which a cell is split, on average, generously
INTERVAL: Final = 1.1  # 60 calls a minute are granted
LAG: Final = timedelta(days=43)


def plan(query: Query) -> FetchPlan:
    """Plan one call for the months that are out, and the calls for goods.

    Parameters
    ----------
    query
        Reporter ``GBR``, monthly, imports or exports, codes of 2, 4, 6 or 8 digits. Rows come by
        CN8 whatever the length of the code.

    Raises
    ------
    UsageError
        Another reporter than the United Kingdom, years instead of months, a flow that HMRC does
        not tell apart, a total, codes of odd or greater length, or a partner that has no number
        at HMRC.
    UnknownNameError
        An option; this source has none.
    """
    _check(query)
    spans = edition_spans(REPORTER, query.periods)
    goods = tuple(
        goods_call(query.flow, partner, span, codes)
        for partner in query.partners
        for span in spans
        for codes in chunks(_codes(query, span.edition), CODES_PER_CALL)
    )
    release = release_call(query.flow, query.partners, query.periods[0], query.periods[-1])
    return FetchPlan(
        query,
        (release, *goods),
        INTERVAL,
        forecasts=tuple(_forecasts(query)),
        notes=tuple(not_asked(query, REPORTER)),
    )


def release_call(flow: str, partners: Sequence[str], first: date, last: date) -> Call:
    """Ask for machinery to or from China by month: there is some in every month that is out.

    The calendar of the source, ``/Date``, also has months that are not out.
    """
    words = " and ".join(
        (
            _months(first, last),
            f"CountryId eq {number_of(ANCHOR)}",
            _any("FlowTypeId", FLOW_TYPES[flow]),
            _range(ANCHOR_GOODS),
        )
    )
    return Call(
        source="hmrc",
        path=PATH,
        params=(
            (
                "$apply",
                f"filter({words})/groupby((MonthId),aggregate(Value with sum as Value))",
            ),
        ),
        note=f"{flow}s of machinery, China, to see which months are out",
        kind=RELEASES,
        about=(
            ("flow", flow),
            ("partners", ",".join(partners)),
            ("first", f"{first:%Y-%m-%d}"),
            ("last", f"{last:%Y-%m-%d}"),
        ),
        rows=len(months_between(first, last)),
    )


def goods_call(flow: str, partner: str, span: Span, codes: Sequence[str]) -> Call:
    """Ask for all rows of some codes, of the partner and of partners that are suppressed."""
    words = " and ".join(
        (
            _months(span.first, span.last),
            _any("CountryId", (number_of(partner), CONFIDENTIAL)),
            _any("FlowTypeId", FLOW_TYPES[flow]),
            f"({' or '.join(map(_range, codes))})",
        )
    )
    months = len(months_between(span.first, span.last))
    return Call(
        source="hmrc",
        path=PATH,
        params=(("$filter", words), ("$count", "true")),
        note=f"{flow}s, partner {partner}, {','.join(codes)}, {span.words}",
        about=(
            ("flow", flow),
            ("partner", partner),
            ("edition", span.edition),
            ("codes", ",".join(codes)),
            ("first", f"{span.first:%Y-%m-%d}"),
            ("last", f"{span.last:%Y-%m-%d}"),
            ("seen", "0"),
        ),
        rows=months * len(codes) * LINES * PORTS,
        cap=PAGE,
    )


def number_of(iso3: str) -> int:
    """Number of a country at HMRC.

    Raises
    ------
    UsageError
        HMRC has none for it.
    """
    if iso3 == WORLD:
        raise UsageError("HMRC states no total of all countries: name the partners.")
    number = country(iso3).hmrc
    if number is None:
        raise UsageError(f"HMRC has no number for {iso3}, so it cannot be asked about it.")
    return int(number)


def _months(first: date, last: date) -> str:
    return f"MonthId ge {first:%Y%m} and MonthId le {last:%Y%m}"


def _any(field: str, values: Sequence[int]) -> str:
    return f"({' or '.join(f'{field} eq {value}' for value in values)})"


def _range(code: str) -> str:
    if len(code) == DIGITS:
        return f"CommodityId eq {int(code)}"
    first, end = (n * 10 ** (DIGITS - len(code)) for n in (int(code), int(code) + 1))
    return f"(CommodityId ge {first} and CommodityId lt {end})"


def _codes(query: Query, edition: str) -> tuple[str, ...]:
    """List codes of an edition, without those that a shorter one holds already."""
    known = codes_known(query, edition)
    return tuple(code for code in known if not any(code != c and code.startswith(c) for c in known))


def _check(query: Query) -> None:
    check_reporter(query, REPORTER)
    check_monthly(query)
    check_flow(query, FLOW_TYPES)
    check_options(query, {})
    for code in query.codes:
        if not code.isdecimal() or len(code) not in LEVELS:
            raise UsageError(
                f"Code {code!r}: HMRC is asked for codes of 2, 4, 6 and 8 digits and states no "
                "totals; ask for chapters, such as 85."
            )
    for partner in query.partners:
        number_of(partner)


def _forecasts(query: Query) -> Iterator[str]:
    expected = last_expected(query.today, LAG)
    if query.periods[-1] > expected:
        yield (
            f"HMRC publishes a month about six weeks after its end: up to {expected:%Y-%m} can be "
            f"expected on {query.today}. Later months become 'not released'."
        )
