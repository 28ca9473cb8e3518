"""The archive of a year: a folder per month, in each the table of six-digit codes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import InputFileError
from tradeflow.sources.archive import LIMITS, ArchiveLimits, members, unpacked
from tradeflow.sources.kazakhstan.table import parse_table
from tradeflow.sources.kazakhstan.words import is_table, period_of
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date


def tables_in(
    path: str | Path, *, year: int | None = None, limits: ArchiveLimits = LIMITS
) -> dict[str, date]:
    """List the monthly tables of an archive without unpacking it.

    Returns
    -------
    dict of str to date
        By the table's path in the archive: first day of the month that it states.

    Raises
    ------
    InputFileError, UsageError, UnsafeArchive, MissingTool
        As for :func:`parse_year`.
    """
    archive = Path(path)
    names = [m.name for m in members(archive, limits=limits) if is_table(m.name)]
    return {name: period_of(name, archive=archive.name, year=year) for name in names}


def parse_year(
    path: str | Path,
    *,
    release: str,
    year: int | None = None,
    months: Collection[int] | None = None,
    limits: ArchiveLimits = LIMITS,
) -> Parsed:
    """Parse all monthly tables of a year's archive.

    Parameters
    ----------
    path
        The rar, or a zip or 7z of the same folders.
    release
        Which retrieval it is.
    year
        The year, if neither the archive nor a folder is named after it.
    months
        Numbers of the months to read; all by default.
    limits
        How far the archive may expand.

    Returns
    -------
    Parsed
        As for :func:`~tradeflow.sources.kazakhstan.table.parse_table`, oldest month first;
        ``notes`` say which months are in the archive.

    Raises
    ------
    InputFileError
        The archive or a table is damaged, or no table is in it; with table, row and remedy.
    ResponseChanged
        A table's header or blocks are not those documented.
    UsageError
        A folder does not say which month or year it is.
    UnsafeArchive
        The archive expands too far, or would leave its folder.
    MissingTool
        A library or program is not installed.
    """
    archive = Path(path)
    found = tables_in(archive, year=year, limits=limits)
    chosen = {n: p for n, p in found.items() if months is None or p.month in months}
    if not chosen:
        raise _nothing(archive, sorted({p.month for p in found.values()}))
    with unpacked(archive, choose=chosen.__contains__, limits=limits) as files:
        parts = [
            parse_table(files[n], period=p, release=release, where=f"{archive}, {n}")
            for p, n in sorted((p, n) for n, p in chosen.items())
        ]
    held = sorted(set(found.values()))
    return Parsed(
        pl.concat([part.rows for part in parts]),
        withheld=pl.concat([part.withheld for part in parts]),
        notes=(f"{archive.name} holds {', '.join(f'{p:%Y-%m}' for p in held)}.",),
    )


def _nothing(archive: Path, months: list[int]) -> InputFileError:
    held = f"tables of the months {', '.join(map(str, months))}" if months else "no таб_9_00 table"
    return InputFileError(
        archive,
        f"{held} in it, and nothing that was asked for.",
        remedy="Take the archive of the year from the page of table 40108.",
    )
