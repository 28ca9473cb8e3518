"""What to ask Kazakhstan's office for: the page of archives, then one archive a year."""

from __future__ import annotations

from collections import Counter
from datetime import date
from math import prod
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.editions import check_code, edition_of
from tradeflow.sources.asked import (
    check_flow,
    check_monthly,
    check_options,
    check_reporter,
    not_asked,
)
from tradeflow.sources.call import MEGABYTE, Call
from tradeflow.sources.kazakhstan.listing import PARAMS, PATH
from tradeflow.sources.kazakhstan.words import PARTNERS
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.spans import edition_spans, months_between, subheadings

if TYPE_CHECKING:
    from tradeflow.options import Edition
    from tradeflow.sources.call import Pairs
    from tradeflow.sources.query import Query

REPORTER: Final = "KAZ"
LISTING: Final = "listing"
CODES: Final = "codes."  # and an edition: the codes asked for in it
UNION: Final = tuple(dict.fromkeys(PARTNERS.values()))
FLOWS: Final = ("export", "import")
LEVELS: Final = (2, 4, 6)
INTERVAL: Final = 3.0  # no limit is published; a handful of large files
HTML: Final = ("text/html",)
# As which type the archives are sent is not documented: their first bytes decide.
ARCHIVES: Final = (
    "application/vnd.rar",
    "application/x-rar",
    "application/x-rar-compressed",
    "application/rar",
    "application/zip",
    "application/x-zip-compressed",
    "application/x-7z-compressed",
    "application/octet-stream",
    "application/force-download",
    "binary/octet-stream",
    "",
)

_FORECASTS: Final = (
    (
        "What is known of the page and the tables comes from one client's code, not from a "
        "recording; the reading stops at whatever differs."
    ),
    (
        "A rar needs unar, bsdtar (libarchive-tools), 7zip or unrar on the PATH, and pip install "
        "'tradeflow-monitor[kazakhstan]'."
    ),
    "How late a month comes is not known; months that are not there become 'not released'.",
)


def plan(query: Query) -> FetchPlan:
    """Plan the call for the page; the addresses of the archives stand on it.

    Parameters
    ----------
    query
        Reporter ``KAZ``, partners of the Eurasian union, monthly, exports or imports, codes of 2,
        4 or 6 digits. Rows come by six digits whatever the length of the code.

    Raises
    ------
    UsageError
        Another reporter or partner, years, another flow, or a code that the table cannot have.
    UnknownCodeError
        None of the codes is in an edition of the span.
    UnknownNameError
        An option; this source has none.
    """
    _check(query)
    goods = _goods(query)
    about = (
        ("flow", query.flow),
        ("partners", ",".join(query.partners)),
        ("first", f"{query.periods[0]:%Y-%m-%d}"),
        ("last", f"{query.periods[-1]:%Y-%m-%d}"),
        *((f"{CODES}{edition}", ",".join(codes)) for edition, codes in goods.items()),
    )
    months = Counter(m.year for m in query.periods if goods[edition_of(REPORTER, m)])
    archives = (
        archive_call("", (), year, about, rows=number * _cells(about, year))
        for year, number in sorted(months.items())
    )
    return FetchPlan(
        query,
        (listing_call(about),),
        INTERVAL,
        foreseen=tuple(archives),
        forecasts=_FORECASTS,
        notes=tuple(not_asked(query, REPORTER)),
    )


def listing_call(about: Pairs) -> Call:
    """Ask for the page that links to the archives."""
    return Call(
        source="kazakhstan",
        path=PATH,
        params=PARAMS,
        note="the page of table 40108, to see which years have an archive",
        kind=LISTING,
        about=about,
        media=HTML,
        max_bytes=16 * MEGABYTE,
    )


def archive_call(path: str, params: Pairs, year: int, about: Pairs, *, rows: int = 0) -> Call:
    """Ask for the archive of a year; `about` is the listing's."""
    return Call(
        source="kazakhstan",
        path=path,
        params=params,
        note=f"archive of {year}",
        about=(*about, ("year", str(year))),
        rows=rows,
        media=ARCHIVES,
        max_bytes=1024 * MEGABYTE,
    )


def codes_of(about: Pairs, year: int) -> str:
    """Look up the codes asked for in the edition of a year, by comma."""
    return dict(about).get(f"{CODES}{edition_of(REPORTER, date(year, 1, 1))}", "")


def asked_months(call: Call) -> tuple[date, ...]:
    """First days of the months asked for, of all years."""
    return months_between(*(date.fromisoformat(call.told(name)) for name in ("first", "last")))


def _cells(about: Pairs, year: int) -> int:
    """Count the cells of a month that were asked for."""
    lists = codes_of(about, year), dict(about)["partners"]
    return prod(len(text.split(",")) for text in lists)


def _goods(query: Query) -> dict[Edition, tuple[str, ...]]:
    spans = edition_spans(REPORTER, query.periods)
    goods = {s.edition: subheadings(query.codes_in(s.edition), s.edition) for s in spans}
    if not any(goods.values()):
        check_code(query.codes[0], edition=spans[-1].edition)
    return goods


def _check(query: Query) -> None:
    check_reporter(query, REPORTER)
    if strangers := [partner for partner in query.partners if partner not in UNION]:
        raise UsageError(
            f"Trade with {', '.join(strangers)} is not in Kazakhstan's table 40108: it states "
            f"{', '.join(UNION)} one by one and no world. Kazakhstan's trade with others is in "
            "comtrade (--reporter KAZ); China's exports to Kazakhstan are in comtrade and gacc "
            "(--reporter CHN --partner KAZ)."
        )
    check_monthly(query)
    check_flow(query, FLOWS)
    check_options(query, {})
    for code in query.codes:
        if not code.isdecimal() or len(code) not in LEVELS:
            raise UsageError(
                f"Code {code!r}: the table has six-digit codes and no total. Ask for codes of 2, "
                "4 or 6 digits, such as 85."
            )
