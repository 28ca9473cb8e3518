"""UN Comtrade: monthly totals of one reporter and partner, in the two forms that people keep.

Long: one line per month and flow, in Comtrade's own field names. Wide: one line per month, with a
column for China's exports to Russia and one for its imports from there.
"""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Final

import polars as pl

from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.editions import edition_of
from tradeflow.schema import TOTAL
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.plan import how_many
from tradeflow.sources.textfile import (
    FIRST_LINE,
    bad_line,
    check_numbers,
    check_once,
    number,
    read_text_table,
)

COLUMNS: Final = ("period", "reporterISO", "partnerISO", "flowCode", "cmdCode", "primaryValue")
WIDE: Final = {"chn_to_rus_usd": ("CHN", "RUS", "X"), "rus_to_chn_usd": ("CHN", "RUS", "M")}
"""Columns of the wide form: what China reports, in US dollars."""

_MISSING: Final = ("", "NA")
_FLOWS: Final = {"M": "import", "X": "export"}
_MONTHS: Final = "months as 202201, from 2012 on"
_VALUATIONS: Final = {"M": "CIF", "X": "FOB"}


def parse_comtrade_totals(path: str | Path, *, release: str) -> Parsed:
    """Parse a file of monthly totals (``cmdCode`` TOTAL).

    Parameters
    ----------
    path
        A CSV, gzipped or not. Long: the fields period (YYYYMM), reporterISO, partnerISO, flowCode
        (M or X), cmdCode and primaryValue (US dollars; CIF for imports, FOB for exports). Wide: a
        column date (first day of the month, YYYY-MM-DD) and those of :data:`WIDE`. An empty cell
        states nothing.
    release
        Which retrieval it is.

    Returns
    -------
    Parsed

    Raises
    ------
    InputFileError
        With the line and the remedy.
    """
    raw = _wide(path) if _is_wide(_header(path)) else read_text_table(path, COLUMNS)
    _check(path, raw)
    empty = pl.col("primaryValue").is_in(_MISSING)
    rows = raw.filter(~empty).select(
        period=pl.col("period").str.to_date("%Y%m"),
        freq=pl.lit("M"),
        reporter="reporterISO",
        partner="partnerISO",
        flow=pl.col("flowCode").replace_strict(_FLOWS, return_dtype=pl.String),
        hs6="cmdCode",
        value_usd=number("primaryValue"),
        valuation=pl.col("flowCode").replace_strict(_VALUATIONS, return_dtype=pl.String),
        status=pl.lit("reported"),
        source=pl.lit("UN Comtrade"),
        release=pl.lit(release),
    )
    pairs = rows.select("reporter", "period").iter_rows()
    editions = pl.Series([edition_of(r, p) for r, p in pairs], dtype=pl.String)
    return Parsed(rows.with_columns(edition=editions), notes=_notes(raw.filter(empty)))


def is_totals(path: Path) -> bool:
    """Whether a file is of one of the two forms."""
    names = _names(header := _header(path))
    long = {name.casefold() for name in COLUMNS} <= names and "reportercode" not in names
    return long or _is_wide(header)


def _is_wide(header: str) -> bool:
    return "date" in _names(header) and not _names(header).isdisjoint(WIDE)


def _header(path: str | Path) -> str:
    """Read the first line of a text, gzipped or not; empty if it is no text."""
    try:
        content = Path(path).read_bytes()
        text = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
        return text.partition(b"\n")[0].decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        return ""


def _names(header: str) -> set[str]:
    return {name.strip().strip('"').casefold() for name in header.split(",")}


def _wide(path: str | Path) -> pl.DataFrame:
    """Read the wide form as if it were the long one, month by month."""
    here = [name for name in WIDE if name in _names(_header(path))]
    raw = read_text_table(path, ["date", *here]).with_row_index("line", offset=FIRST_LINE)
    day = pl.col("date").str.contains(r"^\d{4}-\d{2}-01$")
    bad_line(path, raw, ~day, "date is {date!r}", remedy="Months are written 2022-01-01.")
    parts = [
        raw.select(
            "line",
            period=pl.col("date").str.slice(0, 7).str.replace("-", ""),
            reporterISO=pl.lit(reporter),
            partnerISO=pl.lit(partner),
            flowCode=pl.lit(flow),
            cmdCode=pl.lit(TOTAL),
            primaryValue=pl.col(name),
        )
        for name, (reporter, partner, flow) in WIDE.items()
        if name in here
    ]
    return pl.concat(parts).sort("line", maintain_order=True)


def _notes(empty: pl.DataFrame) -> tuple[str, ...]:
    if empty.is_empty():
        return ()
    return (f"{how_many(empty.height, 'empty cell')}: nothing is stated there, and no zero.",)


def _check(path: str | Path, raw: pl.DataFrame) -> None:
    rules = (
        (
            "period",
            pl.col("period").str.contains("^20(1[2-9]|[2-9][0-9])(0[1-9]|1[0-2])$"),
            _MONTHS,
        ),
        ("flowCode", pl.col("flowCode").is_in(list(_FLOWS)), "flow M or X"),
        ("cmdCode", pl.col("cmdCode") == "TOTAL", "totals of all goods"),
        ("reporterISO", pl.col("reporterISO").is_in(list(iso3_map("iso3"))), "ISO alpha-3 codes"),
        ("partnerISO", pl.col("partnerISO").is_in(list(iso3_map("iso3"))), "ISO alpha-3 codes"),
    )
    for column, fine, wanted in rules:
        remedy = f"This reader expects {wanted}."
        bad_line(path, raw, ~fine, f"{column} is {{{column}!r}}", remedy=remedy)
    check_numbers(path, raw, "primaryValue", empty=True)
    check_once(path, raw, *COLUMNS[:5])
