"""From the page and the archives of some years to the rows asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import DataError, UsageError
from tradeflow.schema import FLOW_SCHEMA
from tradeflow.sources.kazakhstan.coverage import coverage
from tradeflow.sources.kazakhstan.plan import CODES, LISTING, asked_months
from tradeflow.sources.kazakhstan.table import CONFIDENTIAL
from tradeflow.sources.kazakhstan.year import parse_year, tables_in
from tradeflow.sources.named import named
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from tradeflow.sources.call import Answer, Call


@dataclass(frozen=True, slots=True)
class Year:
    """What the archive of a year holds, and the part of it that was asked for.

    Attributes
    ----------
    months
        Months of which it has a table.
    blocks
        Partners that have lines in a month's table, of whatever goods.
    parsed
        The rows, and lines withheld, of the goods, partners, months and flow asked for; None if
        it has none of the months.
    """

    months: frozenset[date]
    blocks: frozenset[tuple[str, date]] = frozenset()
    parsed: Parsed | None = None


def parse(answers: Sequence[Answer]) -> Parsed:
    """Read the archives, one after another, and keep the rows asked for.

    Returns
    -------
    Parsed
        As for :func:`~tradeflow.sources.kazakhstan.table.parse_table`, with the state of every
        partner and month. A month whose table has lines of the partner and none of the goods is
        a zero; that the table lists all trade is inferred.

    Raises
    ------
    DataError
        An archive or a table is not what the source documents.
    MissingTool
        A library or program is not installed; the archives are kept.
    """
    archives = sorted((a for a in answers if a.call.kind != LISTING), key=_year)
    years = [_read(answer) for answer in archives]
    parts = [year.parsed for year in years if year.parsed is not None]
    empty = [] if parts else [pl.DataFrame(schema=FLOW_SCHEMA)]
    return Parsed(
        rows=pl.concat([*(part.rows for part in parts), *empty]),
        withheld=pl.concat([part.withheld for part in parts] or [pl.DataFrame()]),
        coverage=coverage(answers, years),
    )


def _year(answer: Answer) -> int:
    return int(answer.call.told("year"))


def _read(answer: Answer) -> Year:
    year = _year(answer)
    try:
        with named(answer.path, f"kazakhstan_{year}.rar") as file:
            return _read_year(file, answer, year)
    except UsageError as error:  # a folder that does not say which month it is
        raise DataError(f"kazakhstan, {answer.call.note}, {answer.path}: {error}") from error


def _read_year(file: Path, answer: Answer, year: int) -> Year:
    months = frozenset(tables_in(file, year=year).values())
    wanted = months & set(asked_months(answer.call))
    if not wanted:
        return Year(months)
    release = f"retrieved {answer.retrieved_at:%Y-%m-%d}"
    parsed = parse_year(file, release=release, year=year, months={m.month for m in wanted})
    secret = pl.col(f"{answer.call.told('flow')}_v").str.contains(CONFIDENTIAL)
    chosen = Parsed(
        parsed.rows.filter(_goods(answer.call) & (pl.col("flow") == answer.call.told("flow"))),
        withheld=parsed.withheld.filter(_goods(answer.call) & secret),
    )
    stated = (parsed.rows, parsed.withheld)
    blocks = {cell for f in stated for cell in f.select("partner", "period").iter_rows()}
    return Year(months, frozenset(blocks), chosen)


def _goods(call: Call) -> pl.Expr:
    """Choose the partners, and the codes in their own edition."""
    chosen = [
        (pl.col("edition") == name.removeprefix(CODES)) & pl.col("hs6").is_in(codes.split(","))
        for name, codes in call.about
        if name.startswith(CODES)
    ]
    listed = reduce(pl.Expr.__or__, chosen, pl.lit(value=False))
    return listed & pl.col("partner").is_in(call.told("partners").split(","))
