"""Kazakhstan as one source: archives of years, fetched or downloaded, and one month's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.sources.kazakhstan.judge import judge
from tradeflow.sources.kazakhstan.listing import BASE
from tradeflow.sources.kazakhstan.parse import parse
from tradeflow.sources.kazakhstan.plan import INTERVAL, listing_call, plan
from tradeflow.sources.kazakhstan.table import parse_table
from tradeflow.sources.kazakhstan.year import parse_year
from tradeflow.sources.named import named
from tradeflow.sources.source import Limits, Source

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.parsed import Parsed

_TABLES: Final = (".xls", ".xlsx")


def read(path: Path, *, name: str, release: str, period: str | None = None) -> Parsed:
    """Read a year's archive, or one month's table, of which `period` says the month."""
    with named(path, name) as file:
        if name.lower().endswith(_TABLES):
            if period is None:
                raise UsageError(f"{name}: say which month it is: --period 2024-05.")
            return parse_table(file, release=release, period=first_day(period))
        return parse_year(file, release=release, year=_year(period))


def _year(period: str | None) -> int | None:
    return int(period) if period is not None and period.isdecimal() else None


SOURCE: Final = Source(
    name="kazakhstan",
    title="Kazakhstan's trade with the Eurasian union",
    access="fetch and ingest",
    grain="month x HS6 x partner (RUS, BLR, ARM, KGZ)",
    lag="not known",
    terms="public statistics of the Bureau of National Statistics; name it",
    checked="2026-10, a client's code; never live, no recorded file",
    base=BASE,
    limits=Limits(interval=INTERVAL, timeout=180.0),
    plan=plan,
    judge=judge,
    parse=parse,
    read=read,
    probe=listing_call((("first", "2024-01-01"), ("last", "2024-01-01"))),
    note=(
        "Fetch it with --reporter KAZ, or download a year's archive from stat.gov.kz "
        "(spreadsheets 40108) and ingest it. Trade with China is not in that table. A rar needs "
        "unar, bsdtar, 7zip or unrar to be installed."
    ),
)
