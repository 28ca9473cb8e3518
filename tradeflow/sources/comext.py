"""Eurostat Comext in SDMX-CSV: monthly, CN8, euros; quantities in 100 kg (DS-045409).

``product`` is text with its leading zero; confidential products appear under masked codes such
as ``85XXXXXX`` (kept apart, never dropped in silence); no row means not reported or
confidential, not zero. Columns seen 2026-09.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.editions import edition_of
from tradeflow.nomenclature.units import rate_months, usd_per_unit
from tradeflow.sources.codes import check_code_cells, check_known
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import bad_line, check_numbers, check_once, number, read_text_table

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = (
    "DATAFLOW",
    "freq",
    "reporter",
    "partner",
    "product",
    "flow",
    "indicators",
    "TIME_PERIOD",
    "OBS_VALUE",
)
_DATAFLOW: Final = "DS-045409"
_VALUE: Final = "VALUE_IN_EUROS"
_WEIGHT: Final = "QUANTITY_IN_100KG"
_SUPPLEMENTARY: Final = "SUPPLEMENTARY_QUANTITY"
_KG_PER_UNIT: Final = 100.0
_CELL: Final = ["freq", "reporter", "partner", "product", "flow", "TIME_PERIOD"]
_MASKED: Final = pl.col("product").str.contains("[A-Z]")


def parse_comext(path: str | Path, *, release: str) -> Parsed:
    """Parse one SDMX-CSV file of dataset DS-045409.

    Parameters
    ----------
    path
        The file, gzipped or not.
    release
        Which extraction it is, such as its ``LAST UPDATE``.

    Returns
    -------
    Parsed
        Rows in US dollars (the ECB's mean rate of the month) and kilograms; lines under masked
        codes are ``withheld``.

    Raises
    ------
    InputFileError
        With the line and the remedy.
    """
    raw = read_text_table(path, COLUMNS)
    _check(path, raw)
    wide = _wide(raw.filter(~_MASKED & (pl.col("OBS_VALUE") != "")))
    iso3 = iso3_map("geonom")
    rows = wide.with_columns(
        period=pl.col("TIME_PERIOD").str.to_date("%Y-%m"),
        reporter=pl.col("reporter").replace_strict(iso3),
        partner=pl.col("partner").replace_strict(iso3),
        flow=pl.col("flow").replace_strict({"1": "import", "2": "export"}),
        valuation=pl.col("flow").replace_strict({"1": "CIF", "2": "FOB"}),
        national_code=pl.col("product").str.zfill(8),
        hs6=pl.col("product").str.zfill(8).str.head(6),
    )
    rows = rows.with_columns(
        freq=pl.lit("M"),
        edition=_edition(rows),
        value_usd=_usd(rows),
        net_kg=_weight(),
        status=pl.lit("reported"),
        source=pl.lit(f"Comext {_DATAFLOW}"),
        release=pl.lit(release),
    )
    return Parsed(
        rows.drop("product", "TIME_PERIOD", "euros", "hundred_kg"), withheld=raw.filter(_MASKED)
    )


def _check(path: str | Path, raw: pl.DataFrame) -> None:
    months = rate_months()  # no dollars without a rate
    expected = (
        ("DATAFLOW", pl.col("DATAFLOW").str.contains(_DATAFLOW), f"a file of {_DATAFLOW}"),
        ("freq", pl.col("freq") == "M", "monthly data"),
        ("flow", pl.col("flow").is_in(["1", "2"]), "flow 1 (imports) or 2 (exports)"),
        ("indicators", pl.col("indicators").is_in([_VALUE, _WEIGHT, _SUPPLEMENTARY]), "its units"),
        ("TIME_PERIOD", pl.col("TIME_PERIOD").is_in(months), f"months {months[0]} to {months[-1]}"),
    )
    for column, fine, wanted in expected:
        remedy = f"This reader expects {wanted}."
        bad_line(path, raw, ~fine, f"{column} is {{{column}!r}}", remedy=remedy)
    for column in ("reporter", "partner"):
        bad_line(
            path,
            raw,
            ~pl.col(column).is_in(list(iso3_map("geonom"))),
            f"{column} {{{column}!r}} is not a single country of the Geonomenclature",
            remedy="Ask for single countries; aggregates such as EU27_2020 would count twice.",
        )
    check_numbers(path, raw, "OBS_VALUE", empty=True)
    check_code_cells(path, raw.with_columns(product=_unmasked()), "product", digits=8)
    _check_codes(path, raw)
    check_once(path, raw, *_CELL, "indicators")


def _check_codes(path: str | Path, raw: pl.DataFrame) -> None:
    codes = raw.with_columns(
        period=pl.col("TIME_PERIOD").str.to_date("%Y-%m"),
        reporter=pl.col("reporter").replace_strict(iso3_map("geonom")),
        hs6=pl.col("product").str.zfill(8).str.head(6),
    )
    codes = codes.with_columns(edition=_edition(codes))
    for edition in codes["edition"].unique(maintain_order=True):
        among = ~_MASKED & (pl.col("edition") == edition)
        check_known(path, codes, "hs6", edition, among=among)


def _unmasked() -> pl.Expr:
    return pl.when(_MASKED).then(pl.lit("0" * 8)).otherwise(pl.col("product"))


def _wide(raw: pl.DataFrame) -> pl.DataFrame:
    def of(indicator: str) -> pl.Expr:
        return number("OBS_VALUE").filter(pl.col("indicators") == indicator).first()

    return (
        raw.group_by(_CELL, maintain_order=True)
        .agg(euros=of(_VALUE), hundred_kg=of(_WEIGHT), quantity=of(_SUPPLEMENTARY))
        .filter(pl.col("euros").is_not_null())
    )


def _edition(rows: pl.DataFrame) -> pl.Expr:
    pairs = rows.select("reporter", "period").unique().iter_rows()
    edition = {(r, p): edition_of(r, p) for r, p in pairs}
    values = [edition[pair] for pair in rows.select("reporter", "period").iter_rows()]
    return pl.lit(pl.Series("edition", values, dtype=pl.String))


def _usd(rows: pl.DataFrame) -> pl.Expr:
    rates = {p: usd_per_unit("EUR", p) for p in rows["period"].unique()}
    values = [rates[p] for p in rows["period"]]
    return pl.col("euros") * pl.lit(pl.Series("rate", values, dtype=pl.Float64))


def _weight() -> pl.Expr:
    kilograms = pl.col("hundred_kg") * _KG_PER_UNIT
    return pl.when((kilograms == 0) & (pl.col("euros") > 0)).then(None).otherwise(kilograms)
