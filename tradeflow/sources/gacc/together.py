"""What exports say together that none says alone: overlaps, gaps and mixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

CELL: Final = ("flow", "freq", "period", "partner", "hs6", "national_code", "region", "regime")
"""What makes a cell of the flow table that two files may state."""

SET: Final = ("flow", "digits", "regions", "regimes")
"""Exports that differ in none of these continue one another."""

Finding = tuple[str, str, str]
"""Kind, file or empty, and detail."""


def overlaps(rows: pl.DataFrame) -> Iterator[Finding]:
    """Cells of two files, per pair of files: how many agree, and the first that does not."""
    cells = (
        rows.group_by(CELL)
        .agg(
            files=pl.col("file").unique().sort().str.join(" and "),
            several=pl.col("file").n_unique() > 1,
            values=pl.col("value_usd").unique().sort(),
        )
        .filter("several")
        .with_columns(agree=pl.col("values").list.len() == 1)
        .sort(CELL)
    )
    for files, same, other in (
        cells.group_by("files")
        .agg(same=pl.col("agree").sum(), other=(~pl.col("agree")).sum())
        .sort("files")
        .iter_rows()
    ):
        detail = f"cells with the same value: {same:,}, with another: {other:,}"
        if other:
            odd = cells.filter((pl.col("files") == files) & ~pl.col("agree")).row(0, named=True)
            cell = f"{odd['period']:%Y-%m} {odd['partner']} {odd['national_code'] or odd['hs6']}"
            detail += f", such as {cell}: {' and '.join(f'{v:,.0f}' for v in odd['values'])} USD"
        yield "overlap", files, detail


def gaps(rows: pl.DataFrame) -> Iterator[Finding]:
    """Months between the first and the last that are absent: of all files, a partner, a chapter."""
    monthly = rows.filter(pl.col("freq") == "M").with_columns(chapter=pl.col("hs6").str.head(2))
    for key, part in monthly.group_by(SET, maintain_order=True):
        label = f"{key[0]}s, {key[1]} digits" if key[1] else f"{key[0]}s, all goods"
        none = _absent(part["period"])
        if none:
            yield "gap", "", f"{label}: {_words(none)} in no file"
        for by in ("partner", "chapter") if key[1] else ("partner",):
            for (one,), own in part.group_by(by, maintain_order=True):
                lacking = [month for month in _absent(own["period"]) if month not in none]
                if lacking:
                    yield "gap", "", f"{label}: {by} {one} has no line for {_words(lacking)}"


def _absent(periods: pl.Series) -> list[date]:
    there = set(periods.unique())
    return [month for month in months_between(min(there), max(there)) if month not in there]


def _words(months: Iterable[date]) -> str:
    return ", ".join(f"{month:%Y-%m}" for month in months)


def mixtures(rows: pl.DataFrame) -> Iterator[Finding]:
    """Currencies and lengths of codes that stand side by side."""
    if rows["currency"].n_unique() > 1:
        yield "currency", "", "some files are in US dollars, some in yuan, which were converted"
    lengths = sorted(rows["digits"].unique())
    if len(lengths) > 1:
        words = " and ".join(map(str, lengths))
        yield "length", "", f"codes of {words} digits: the shorter are sums; never add them"
