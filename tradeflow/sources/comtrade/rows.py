"""From Comtrade's fields to rows of the flow table, and to what no row may show.

Every breakdown (second partner, customs procedure, mode of supply, mode of transport) stands
beside its total: only totals become rows, so that nothing is counted twice. ``isReported`` and
``isAggregate`` are not looked at: which of the two is set changed with the years.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import polars as pl

from tradeflow.errors import BadAnswer, DuplicateKeyError
from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.editions import HELD, known_codes
from tradeflow.sources.comtrade.ask import Ask, code_of
from tradeflow.sources.comtrade.fields import (
    CELL,
    EDITIONS,
    FLOW_CODES,
    FLOWS,
    NO_UNIT,
    READ,
    TOTALS,
    UNITS,
    WEIGHT_ESTIMATED,
)
from tradeflow.sources.parsed import Parsed

SOURCE_NAME: Final = "UN Comtrade"
_ORDER: Final = ("reporter", "partner", "flow", "period", "hs6", "national_code", "regime")
_SIX: Final = 6


def flow_rows(table: pl.DataFrame, release: pl.Expr, *, where: str, tariffline: bool) -> Parsed:
    """Turn rows of Comtrade into rows of the flow table.

    Parameters
    ----------
    table
        Columns of :data:`~tradeflow.sources.comtrade.fields.READ`.
    release
        Which release a row is of.
    where
        What to call the table in messages.
    tariffline
        Whether codes are national ones and breakdowns may come without their total.

    Returns
    -------
    Parsed
        Values in US dollars, weights in kilograms. ``withheld`` holds, with a ``reason``, rows
        of areas that are not one country, of editions, flows and codes that the flow table does
        not have, rows without a value, and parts whose total is absent.

    Raises
    ------
    BadAnswer
        A period that is none.
    """
    whole = table.with_columns(pl.col(name).fill_null(t[0]) for name, t in TOTALS.items())
    kept, orphans = (_deepest(whole), whole.clear()) if tariffline else _totals(whole)
    judged = kept.with_columns(reason=_reason(tariffline=tariffline))
    lost = orphans.with_columns(reason=pl.lit("a part whose total is not there"))
    withheld = pl.concat([judged.filter(pl.col("reason").is_not_null()), lost])
    fine = judged.filter(pl.col("reason").is_null())
    return Parsed(
        rows=_dated(fine.select(*_columns(tariffline=tariffline), release=release), where),
        withheld=withheld.select(pl.all().cast(pl.String)),
    )


def asked_for(table: pl.DataFrame, ask: Ask) -> pl.DataFrame:
    """Keep the rows that `ask` asks for."""
    return table.filter(
        pl.col("reporterCode") == code_of(ask.reporter),
        pl.col("period").is_in(ask.periods),
        pl.col("partnerCode").is_in([code_of(partner) for partner in ask.partners]),
        pl.col("flowCode") == FLOW_CODES[ask.flow],
        _has_code(ask),
    )


def once(rows: pl.DataFrame, *, where: str) -> pl.DataFrame:
    """Put `rows` in the order of their cells, if no two state the same, of whatever release.

    Raises
    ------
    DuplicateKeyError
        Two do.
    """
    cell = [*_ORDER, "freq", "edition"]
    twice = rows.select(cell).is_duplicated().arg_true()
    if len(twice):
        row = rows.row(twice[0], named=True)
        raise DuplicateKeyError(
            f"{where}: {row['reporter']} {row['flow']} {row['hs6']} with {row['partner']} in "
            f"{row['period']} stands twice ({len(twice):,} such rows). Adding them would count "
            "trade twice: give each file once, or only one of several retrievals."
        )
    return rows.sort(_ORDER)


def nothing() -> Parsed:
    """Give no rows, with all columns."""
    return flow_rows(pl.DataFrame(schema=READ), pl.lit(""), where="", tariffline=False)


def _has_code(ask: Ask) -> pl.Expr:
    if ask.kind == "tariffline":
        return pl.any_horizontal(pl.col("cmdCode").str.starts_with(code) for code in ask.codes)
    return pl.col("cmdCode").is_in(ask.codes)


def _is_total(name: str) -> pl.Expr:
    return pl.col(name).is_in(TOTALS[name])


def _totals(table: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split off rows of totals, and of parts whose cell has no total."""
    total = pl.all_horizontal(*map(_is_total, TOTALS))
    kept = table.filter(total)
    if kept.height == table.height:
        return kept, table.clear()
    return kept, table.filter(~total).join(kept, on=CELL, how="anti")


def _deepest(table: pl.DataFrame) -> pl.DataFrame:
    """Drop parts, one breakdown after the other, wherever their total is there."""
    for name in TOTALS:
        others = [*CELL, *(other for other in TOTALS if other != name)]
        table = table.filter(_is_total(name) | ~_is_total(name).any().over(others))
    return table


def _reason(*, tariffline: bool) -> pl.Expr:
    """Why a row cannot be in the flow table; null if it can."""
    countries = list(iso3_map("comtrade"))
    rules = (
        (pl.col("classificationCode").is_in(list(EDITIONS)), "an edition that is not held"),
        (pl.col("flowCode").is_in(list(FLOWS)), "a flow that the flow table does not have"),
        (pl.col("reporterCode").is_in(countries), "the reporter is not one country"),
        (pl.col("partnerCode").is_in(countries), "the partner is not one country"),
        (pl.col("primaryValue").is_not_null(), "no value is given"),
        (_code_is_known(tariffline=tariffline), "a code that its edition does not have"),
    )
    return pl.coalesce(pl.when(~fine).then(pl.lit(reason)) for fine, reason in rules)


def _code_is_known(*, tariffline: bool) -> pl.Expr:
    code = pl.col("cmdCode").str.head(_SIX) if tariffline else pl.col("cmdCode")
    plain = code.str.contains(r"^(\d{2}|\d{4}|\d{6}|TOTAL)$")
    held = [
        (pl.col("classificationCode") == letter) & code.is_in(_codes(edition))
        for letter, edition in EDITIONS.items()
        if edition in HELD
    ]
    unheld = ~pl.col("classificationCode").is_in([c for c, e in EDITIONS.items() if e in HELD])
    return plain & pl.any_horizontal(code == "TOTAL", unheld, *held)


@cache
def _codes(edition: str) -> list[str]:
    """Six-digit codes of an edition with their headings and chapters."""
    codes = known_codes(edition)
    return sorted({code[:digits] for code in codes for digits in (2, 4, 6)})


def _columns(*, tariffline: bool) -> tuple[pl.Expr, ...]:
    iso3, code = iso3_map("comtrade"), pl.col("cmdCode")
    converted = pl.col("isOriginalClassification").eq(other=False).fill_null(value=False)
    return (
        pl.col("period"),
        pl.col("freqCode").alias("freq"),
        pl.col("reporterCode").replace_strict(iso3, default=None).alias("reporter"),
        pl.col("partnerCode").replace_strict(iso3, default=None).alias("partner"),
        pl.col("flowCode").replace_strict(FLOWS, default=None).alias("flow"),
        pl.col("classificationCode").replace_strict(EDITIONS, default=None).alias("edition"),
        (code.str.head(_SIX) if tariffline else code).alias("hs6"),
        (code if tariffline else pl.lit(None, dtype=pl.String)).alias("national_code"),
        _regime().alias("regime"),
        pl.col("primaryValue").alias("value_usd"),
        _weight().alias("net_kg"),
        *_quantity(),
        _valuation().alias("valuation"),
        # UNSD's conversion to another edition is an estimate of what was reported
        pl.when(converted).then(pl.lit("estimated")).otherwise(pl.lit("reported")).alias("status"),
        _weight_estimated().alias("weight_estimated"),
        pl.lit(SOURCE_NAME).alias("source"),
    )


def _positive(name: str) -> pl.Expr:
    """A published 0 beside a positive value means that nothing is known."""
    missing = (pl.col(name) == 0) & (pl.col("primaryValue") > 0)
    return pl.when(~missing).then(pl.col(name))


def _weight() -> pl.Expr:
    return _positive("netWgt")


def _weight_estimated() -> pl.Expr:
    flag = pl.col("legacyEstimationFlag").is_in(WEIGHT_ESTIMATED)
    either = pl.any_horizontal(pl.col("isNetWgtEstimated"), flag)
    return pl.when(_weight().is_not_null()).then(either)


def _quantity() -> tuple[pl.Expr, pl.Expr]:
    number = pl.col("qtyUnitCode")
    has = (number != NO_UNIT) & number.is_not_null() & _positive("qty").is_not_null()
    named = number.replace_strict(UNITS, default=pl.format("Comtrade unit {}", number))
    unit = pl.coalesce(pl.col("qtyUnitAbbr"), named)
    return (
        pl.when(has).then(pl.col("qty")).alias("quantity"),
        pl.when(has).then(unit).alias("quantity_unit"),
    )


def _valuation() -> pl.Expr:
    """Name the valuation that the primary value is: the one whose field it equals.

    Where both do, imports are CIF and exports FOB; some reporters value imports FOB.
    """
    value = pl.col("primaryValue")
    cif, fob = value.eq_missing(pl.col("cifvalue")), value.eq_missing(pl.col("fobvalue"))
    inward = pl.col("flowCode") == "M"
    both = pl.when(inward).then(pl.lit("CIF")).otherwise(pl.lit("FOB"))
    one = pl.when(cif).then(pl.lit("CIF")).when(fob).then(pl.lit("FOB"))
    return pl.when(cif & fob).then(both).otherwise(one.otherwise(pl.lit("unknown")))


def _regime() -> pl.Expr:
    """Customs procedure, mode of transport and second partner, where they are not the total."""
    parts = [
        pl.when(~_is_total(name)).then(pl.format(form, pl.col(name)))
        for name, form in (("customsCode", "{}"), ("motCode", "mot {}"), ("partner2Code", "via {}"))
    ]
    text = pl.concat_str(parts, separator=" ", ignore_nulls=True)
    return pl.when(text != "").then(text)


def _dated(rows: pl.DataFrame, where: str) -> pl.DataFrame:
    """Read ``202301`` or ``2023`` as the first day; the month 52 of years stands elsewhere."""
    text = pl.when(pl.col("freq") == "A").then(pl.col("period") + "01").otherwise(pl.col("period"))
    days = rows.with_columns(period=text.str.to_date("%Y%m", strict=False))
    bad = days["period"].is_null() | ~days["freq"].is_in(["A", "M"])
    if bad.any():
        row = rows.row(bad.arg_true()[0], named=True)
        raise BadAnswer(f"{where}: {row['period']!r} is no period of frequency {row['freq']!r}.")
    return days
