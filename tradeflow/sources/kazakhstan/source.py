"""Kazakhstan as one source: a year's archive, or one month's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.sources.kazakhstan.table import parse_table
from tradeflow.sources.kazakhstan.year import parse_year
from tradeflow.sources.named import named
from tradeflow.sources.source import Source

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
    access="ingest",
    grain="month x HS6 x partner (RUS, BLR, ARM, KGZ)",
    lag="not known",
    terms="public statistics of the Bureau of National Statistics; name it",
    checked="2026-10, a client's code; never live, no recorded file",
    base="https://stat.gov.kz",
    read=read,
    note=(
        "Download a year's archive from stat.gov.kz (spreadsheets 40108) and ingest it. Trade "
        "with China is not in that table. A rar needs unar, bsdtar or unrar to be installed."
    ),
)
