"""From a question to calls: one per code, partner and unbroken span of months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.schema import TOTAL
from tradeflow.sources.asked import check_monthly, check_options, check_reporter
from tradeflow.sources.census.calls import data_call, months_in, release_call
from tradeflow.sources.census.editions import REPORTER, editions_in
from tradeflow.sources.census.fields import AGGREGATES, SUBHEADING
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.spans import last_expected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.query import Query

INTERVAL: Final = 1.0
FIRST_SURE: Final = date(2013, 1, 1)
LAG: Final = timedelta(days=35)
LEVELS: Final = ("HS10", "HS6")


def plan(query: Query) -> FetchPlan:
    """Plan which months are out, then one call per code, partner and unbroken span of months.

    Raises
    ------
    UsageError
        Another reporter than the United States, years instead of months, or codes of three or
        five digits.
    UnknownNameError
        A partner that the United States has no code for; an option that nobody knows.
    """
    level = _level(query)
    codes = _codes(query, level)
    calls = [
        data_call(query.flow, partner, code, level, span)
        for partner in query.partners
        for code, months in codes.items()
        for span in _spans(months)
    ]
    releases = release_call(query.flow, (query.periods[0], query.periods[-1]))
    return FetchPlan(
        query,
        (releases, *calls),
        INTERVAL,
        forecasts=tuple(_forecasts(query)),
        notes=tuple(_notes(query)),
    )


def _level(query: Query) -> str:
    check_options(query, {"level": LEVELS})
    check_reporter(query, REPORTER)
    check_monthly(query)
    return query.option("level") or LEVELS[0]


def _codes(query: Query, level: str) -> dict[str, list[date]]:
    """Map each code to the months in which it is to be asked, in order."""
    wanted: dict[str, list[date]] = {}
    for month in query.periods:
        for code in dict.fromkeys(c for e in editions_in(month) for c in query.codes_in(e)):
            wanted.setdefault(code, []).append(month)
    for code in wanted:
        _check_code(code, level)
    return {code: months for code, months in sorted(wanted.items()) if not _covered(code, wanted)}


def _check_code(code: str, level: str) -> None:
    if code == TOTAL or len(code) in AGGREGATES:
        return
    if len(code) < SUBHEADING:
        raise UsageError(f"{code!r}: census is asked for 2, 4 or 6 to 10 digits, or TOTAL.")
    if level == "HS6" and len(code) > SUBHEADING:
        raise UsageError(f"{code!r} has more than the six digits of level=HS6.")


def _covered(code: str, codes: dict[str, list[date]]) -> bool:
    """Whether the lines of a code come with a shorter one already."""
    shorter = (code[:digits] for digits in range(SUBHEADING, len(code)))
    return code != TOTAL and any(prefix in codes for prefix in shorter)


def _spans(months: list[date]) -> Iterator[tuple[date, date]]:
    first = last = months[0]
    for month in months[1:]:
        if months_in((last, month)) != 2:  # noqa: PLR2004  neighbours
            yield first, last
            first = month
        last = month
    yield first, last


def _forecasts(query: Query) -> Iterator[str]:
    expected = last_expected(query.today, LAG)
    if query.periods[-1] > expected:
        yield (
            f"Months after {expected:%Y-%m} are probably not out on {query.today}: the Bureau "
            "publishes a month about 35 days after its end."
        )
    if query.periods[0] < FIRST_SURE:
        yield "Some series begin in 2013, not in 2010."


def _notes(query: Query) -> Iterator[str]:
    if query.flow == "import":
        yield (
            "Imports are at customs value, without freight and insurance (valuation: unknown), and "
            "by country of origin."
        )
    yield (
        "Shipments of small value (exports up to 2,500, imports up to 2,000 dollars) are "
        "estimated and in no code of goods."
    )
