"""The clicks on the query site of China customs for the exports that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.categories import members
from tradeflow.nomenclature.countries import country, iso3_map
from tradeflow.nomenclature.editions import edition_of, first_day, plain_code
from tradeflow.sources.codes import check_exists
from tradeflow.sources.gacc.told import VALUATION, Direction
from tradeflow.sources.query import last_day, listed
from tradeflow.sources.spans import chunks, last_expected, months_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CODES_PER_QUERY: Final = 16
"""More were refused by the site."""

LAG: Final = timedelta(days=20)
"""Detailed figures of a month appear on about the 20th of the next."""

_DIRECTIONS: Final[dict[Direction, str]] = {
    "export": "Export (出口)",
    "import": "Import (进口)",
}
_CLICKS: Final = """\
Open {site} in a browser (English: {site}/indexEn)
and choose the data query (数据在线查询). It is free and needs no account; a puzzle may have to
be solved by hand. For each query below, in this order:

  1. Direction (进出口类型): {direction}. Never both together: the file does not say which.
  2. Currency (币制): US dollar (美元).
  3. Time (时间): the year and months of the query. One calendar year per query.
  4. Split by month (分月展示): ticked. Without it the months are summed and the file has no month.
  5. Code length (商品编码位数): 8.
  6. Output fields (输出字段), in this order:
{fields}
  7. Query (查询), then Download (下载): the CSV as it is, not opened and saved by Excel.
  8. If the answer has 10,000 rows or more, the file ends there: make two queries of half the
     codes or half the months each.
  9. Save it under the name given, and read it with the command given.
"""
_UNSURE: Final = """\
What is not verified: the wording of the buttons, which the site changes; and whether the
commodity field takes six digits when the code length is 8. If it finds nothing, pick the
eight-digit lines below each code in the field's own list; the national list is not held here.
"""
_SITE: Final = "http://stats.customs.gov.cn"


@dataclass(frozen=True, slots=True)
class ExportQuery:
    """One query of the site.

    Attributes
    ----------
    first, last
        First days of its first and last month, in one calendar year.
    codes
        Up to 16 codes to paste; empty for all goods.
    file
        The name to save its answer under.
    """

    first: date
    last: date
    codes: tuple[str, ...]
    file: str


def how_to_export(
    *,
    category: str | None = None,
    codes: str | Sequence[str] = (),
    partner: str = "RUS",
    since: str | date,
    until: str | date | None = None,
    flow: Direction = "export",
    today: date | None = None,
) -> str:
    """Say which clicks on the query site give the exports that are missing.

    Parameters
    ----------
    category
        A dual-use category, whose codes in each year's edition are listed; else None.
    codes
        Codes instead of a category. Neither: all goods, a month at a time.
    partner
        ISO alpha-3 code.
    since, until
        First and last month; a year alone ends with its December. The latest that is out if None,
        and never a later one.
    flow
        ``"export"`` or ``"import"``.
    today
        The day on which it is asked; the real one if None.

    Raises
    ------
    UnknownNameError, UnknownCodeError
        A category, partner, flow or code that nobody knows.
    UsageError
        Both category and codes, a code that is not one, or a span that ends before it begins.

    Examples
    --------
    >>> text = how_to_export(codes=["854370"], since="2024-01", until="2024-12")
    >>> print(text[text.index("Query 1"):].partition(" --flow")[0])
    Query 1 of 1: 2024, months 1 to 12; partner 344 (RUS)
      codes: 854370
      tradeflow ingest gacc gacc_exports_RUS_2024-01_2024-12_1.csv
    """
    if flow not in VALUATION:
        raise UnknownNameError.of("flow", flow, VALUATION, hint="Allowed: export, import.")
    iso3 = country(partner.upper()).iso3
    day = today or datetime.now(UTC).date()
    out = last_expected(day, LAG)
    last = out if until is None else last_day(until, "M")
    asked = _checked(category, codes)
    months = months_between(first_day(since).replace(day=1), min(last, out))
    if not months:
        raise UsageError(
            f"No month that is out lies between {first_day(since):%Y-%m} and {last:%Y-%m}; the "
            f"latest is probably {out:%Y-%m}."
        )
    queries = list(_queries(category, asked, iso3, months, flow))
    fields = _fields(detailed=bool(queries[0].codes))
    clicks = _CLICKS.format(site=_SITE, direction=_DIRECTIONS[flow], fields=fields)
    lines = [_line(i, len(queries), query, iso3, flow) for i, query in enumerate(queries, 1)]
    late = [f"Months after {out:%Y-%m} are probably not out yet.", ""] if last > out else []
    return "\n".join((clicks, *late, *lines, "", _UNSURE))


def _checked(category: str | None, codes: str | Sequence[str]) -> tuple[str, ...]:
    found = tuple(sorted(set(map(plain_code, listed(codes)))))
    if category is not None and found:
        raise UsageError("Give a category or codes, not both.")
    for code in found:
        if not (code.isascii() and code.isdigit() and len(code) in {2, 4, 6, 8}):
            raise UsageError(f"{code!r} is not a commodity code of 2, 4, 6 or 8 digits.")
        check_exists(code)
    return found


def _queries(
    category: str | None,
    codes: tuple[str, ...],
    iso3: str,
    months: Sequence[date],
    flow: Direction,
) -> Iterator[ExportQuery]:
    for year, group in groupby(months, lambda month: month.year):
        span = list(group)
        if category is not None:
            edition = edition_of("CHN", span[0])
            codes = tuple(sorted(members(category, edition=edition)["hs6"].unique()))
        if not codes:
            for month in span:
                yield ExportQuery(month, month, (), f"gacc_{flow}s_{iso3}_{month:%Y-%m}.csv")
        for i, batch in enumerate(chunks(codes, CODES_PER_QUERY), 1):
            stem = f"gacc_{flow}s_{iso3}_{span[0]:%Y-%m}_{year}-{span[-1]:%m}_{i}"
            yield ExportQuery(span[0], span[-1], batch, f"{stem}.csv")


def _fields(*, detailed: bool) -> str:
    rows = ["Commodity (商品): the codes of the query", "Trading partner (贸易伙伴): its code"]
    more = ["Customs regime (贸易方式): empty", "Registered place (收发货人注册地): empty"]
    if not detailed:
        rows[0] = "Commodity (商品): empty, for all goods"
        more = ["nothing more: with trade modes or places a month has more than 10,000 rows"]
    return "\n".join(
        f"       {letter}) {row}" for letter, row in zip("abcd", rows + more, strict=False)
    )


def _line(number: int, of: int, query: ExportQuery, iso3: str, flow: str) -> str:
    year, first, last = query.first.year, query.first.month, query.last.month
    alone = first == last  # the site leaves the column of months out
    span = f"month {first}" if alone else f"months {first} to {last}"
    paste = f"\n  codes: {','.join(query.codes)}" if query.codes else ""
    period = f" --period {query.first:%Y-%m}" if alone else ""
    return (
        f"Query {number} of {of}: {year}, {span}; partner {_code(iso3, year)} ({iso3}){paste}\n"
        f"  tradeflow ingest gacc {query.file} --flow {flow}{period}"
    )


def _code(iso3: str, year: int) -> str:
    found = [code for code, known in iso3_map("gacc", year=year).items() if known == iso3]
    if not found:
        raise UnknownNameError(f"China customs has no partner code for {iso3} in {year}.")
    return found[0]
