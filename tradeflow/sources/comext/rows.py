"""From checked statements in Comext's own terms to rows of the flow table."""

from __future__ import annotations

from typing import Final

import polars as pl

from tradeflow.nomenclature.editions import edition_of
from tradeflow.sources.comext.datasets import CN8
from tradeflow.sources.comext.places import countries, partners
from tradeflow.sources.comext.rates import usd_per_euro

FLOWS: Final = {"1": "import", "2": "export"}
_VALUATIONS: Final = {"1": "CIF", "2": "FOB"}

_MASK: Final = pl.col("product").str.contains("[A-Z]") & (pl.col("product") != "TOTAL")
_SPECIAL: Final = pl.col("product").str.contains(r"^9[89]\d{2}")
CODELESS: Final = _MASK | _SPECIAL
"""Goods that no code of the Harmonized System may show: masked (confidential) codes, and the
Combined Nomenclature's own chapters 98 and 99."""


def why_withheld(placeless: pl.Expr) -> pl.Expr:
    """Say in a column ``reason`` why no row may show a line; `placeless` ones have no country."""
    return (
        pl.when(_MASK)
        .then(pl.lit("the code is masked"))
        .when(_SPECIAL)
        .then(pl.lit("chapters 98 and 99 are not of the Harmonized System"))
        .when(placeless)
        .then(pl.lit("reporter or partner is not one country"))
        .otherwise(pl.lit("the value is secret"))
        .alias("reason")
    )


def first_day(label: pl.Expr) -> pl.Expr:
    """Turn 2024-07 or 2024 into the first day of the month or year."""
    return label.str.pad_end(7, "-").str.replace("---$", "-01").str.to_date("%Y-%m")


def with_editions(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``hs6`` and the edition that it belongs to; needs ISO reporter, period, product."""
    pairs = frame.select("reporter", "period").unique()
    editions = [edition_of(reporter, period) for reporter, period in pairs.iter_rows()]
    named = pairs.with_columns(edition=pl.Series(editions, dtype=pl.String))
    return frame.with_columns(hs6=_hs6()).join(
        named, on=["reporter", "period"], how="left", maintain_order="left"
    )


def _hs6() -> pl.Expr:
    line = pl.col("product").str.len_chars() == CN8
    return pl.when(line).then(pl.col("product").str.head(6)).otherwise(pl.col("product"))


def flow_rows(statements: pl.DataFrame, *, source: str, release: str) -> pl.DataFrame:
    """Convert statements.

    Parameters
    ----------
    statements
        Columns ``period`` (first day), ``freq``, ``reporter`` and ``partner`` (Geonomenclature),
        ``product`` (eight digits, six, or an aggregate), ``flow`` (1 or 2), ``euros``, ``kg``
        (null if absent), ``status``, and any others of the flow table.
    source, release
        For every row.

    Returns
    -------
    polars.DataFrame
        Columns named as in the flow table; imports CIF, exports FOB, in US dollars.
    """
    rows = _with_rates(statements).with_columns(
        reporter=pl.col("reporter").replace_strict(countries(), return_dtype=pl.String),
        partner=pl.col("partner").replace_strict(partners(), return_dtype=pl.String),
        national_code=pl.when(pl.col("product").str.len_chars() == CN8).then("product"),
        valuation=pl.col("flow").replace_strict(_VALUATIONS, return_dtype=pl.String),
        flow=pl.col("flow").replace_strict(FLOWS, return_dtype=pl.String),
        value_usd=pl.col("euros") * pl.col("rate"),
        net_kg=pl.when((pl.col("kg") > 0) | (pl.col("euros") == 0)).then("kg"),
        source=pl.lit(source),
        release=pl.lit(release),
    )
    return with_editions(rows).drop("product", "euros", "kg", "rate")


def _with_rates(statements: pl.DataFrame) -> pl.DataFrame:
    pairs = statements.select("period", "freq").unique()
    rates = [usd_per_euro(period, freq) for period, freq in pairs.iter_rows()]
    known = pairs.with_columns(rate=pl.Series(rates, dtype=pl.Float64))
    return statements.join(known, on=["period", "freq"], how="left", maintain_order="left")
