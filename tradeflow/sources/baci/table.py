"""CEPII BACI: annual, reconciled, six digits; columns t, i, j, k, v, q.

``v`` is in thousand US dollars (FOB), ``q`` in metric tonnes or ``NA`` padded with blanks;
``k`` loses its leading zero in many tools (seen 2025-01). Source: CEPII's read-me of V202501.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.nomenclature.countries import WORLD, iso3_map
from tradeflow.sources.codes import check_code_cells, check_known, restore_code
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import bad_line, check_numbers, check_once, number, read_text_table

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.options import Edition

COLUMNS: Final = ("t", "i", "j", "k", "v", "q")
USD_PER_UNIT: Final = 1_000.0
KG_PER_TONNE: Final = 1_000.0


def parse_baci(path: str | Path, *, release: str, edition: Edition = "HS2017") -> Parsed:
    """Parse one BACI file.

    Parameters
    ----------
    path
        A file in BACI's own columns, gzipped or not.
    release
        The release in the file's name, such as ``"V202501"``.
    edition
        The edition in the file's name: HS17 is ``"HS2017"``.

    Returns
    -------
    Parsed
        Rows in US dollars and kilograms. Their status is ``estimated``: every BACI cell
        reconciles two reports.

    Raises
    ------
    InputFileError
        With the line and the remedy.
    """
    raw = read_text_table(path, COLUMNS)
    return Parsed(to_rows(path, raw, release=release, edition=edition))


def to_rows(path: str | Path, raw: pl.DataFrame, *, release: str, edition: Edition) -> pl.DataFrame:
    """Check a table of text in BACI's columns and put it into the flow table's terms."""
    _check(path, raw)
    codes = raw.with_columns(hs6=restore_code("k", 6))
    check_known(path, codes, "hs6", edition)
    iso3 = country_codes()
    return codes.select(
        period=pl.col("t").str.to_date("%Y"),
        freq=pl.lit("A"),
        reporter=pl.col("i").str.zfill(3).replace_strict(iso3),
        partner=pl.col("j").str.zfill(3).replace_strict(iso3),
        flow=pl.lit("export"),
        edition=pl.lit(edition),
        hs6="hs6",
        value_usd=number("v") * USD_PER_UNIT,
        net_kg=_weight(),
        valuation=pl.lit("FOB"),
        status=pl.lit("estimated"),
        source=pl.lit("BACI"),
        release=pl.lit(release),
    )


def country_codes() -> dict[str, str]:
    """Map BACI's numbers, which are Comtrade's, to ISO alpha-3, with and without zeros."""
    return {code: iso3 for code, iso3 in iso3_map("comtrade").items() if iso3 != WORLD}


def _check(path: str | Path, raw: pl.DataFrame) -> None:
    check_code_cells(path, raw, "k", digits=6)
    check_numbers(path, raw, "v", empty=False)
    check_numbers(path, raw, "q", empty=True)
    bad_line(
        path,
        raw,
        ~pl.col("t").str.contains("^(19|20)[0-9]{2}$"),
        "year is {t!r}",
        remedy="Column t holds the year.",
    )
    for column, side in (("i", "exporter"), ("j", "importer")):
        bad_line(
            path,
            raw,
            ~pl.col(column).str.zfill(3).is_in(list(country_codes())),
            f"{side} {{{column}!r}} is not a country code of BACI",
            remedy="BACI uses Comtrade's numbers: 156 China, 643 Russia, 842 United States.",
        )
    check_once(path, raw, "t", "i", "j", "k")


def _weight() -> pl.Expr:
    kilograms = number("q") * KG_PER_TONNE
    return pl.when((kilograms == 0) & (number("v") > 0)).then(None).otherwise(kilograms)
