"""UN Comtrade: monthly totals of one reporter and partner, in Comtrade's own field names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.editions import edition_of
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import bad_line, check_numbers, check_once, number, read_text_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = ("period", "reporterISO", "partnerISO", "flowCode", "cmdCode", "primaryValue")
_FLOWS: Final = {"M": "import", "X": "export"}
_MONTHS: Final = "months as 202201, from 2012 on"
_VALUATIONS: Final = {"M": "CIF", "X": "FOB"}


def parse_comtrade_totals(path: str | Path, *, release: str) -> Parsed:
    """Parse a file of monthly totals (``cmdCode`` TOTAL).

    Parameters
    ----------
    path
        A CSV with the fields period (YYYYMM), reporterISO, partnerISO, flowCode (M or X),
        cmdCode and primaryValue (US dollars; CIF for imports, FOB for exports).
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
    raw = read_text_table(path, COLUMNS)
    _check(path, raw)
    rows = raw.select(
        period=pl.col("period").str.to_date("%Y%m"),
        freq=pl.lit("M"),
        reporter="reporterISO",
        partner="partnerISO",
        flow=pl.col("flowCode").replace_strict(_FLOWS),
        hs6="cmdCode",
        value_usd=number("primaryValue"),
        valuation=pl.col("flowCode").replace_strict(_VALUATIONS),
        status=pl.lit("reported"),
        source=pl.lit("UN Comtrade"),
        release=pl.lit(release),
    )
    pairs = rows.select("reporter", "period").iter_rows()
    return Parsed(rows.with_columns(edition=pl.Series([edition_of(r, p) for r, p in pairs])))


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
    check_numbers(path, raw, "primaryValue", empty=False)
    check_once(path, raw, *COLUMNS[:5])
