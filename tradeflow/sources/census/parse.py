"""Answers of the US Census Bureau as rows of the flow table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.schema import TOTAL
from tradeflow.sources.census.calls import RELEASES
from tradeflow.sources.census.coverage import coverage
from tradeflow.sources.census.editions import REPORTER, edition_with
from tradeflow.sources.census.fields import (
    FLAGS,
    MISSING,
    MONTH,
    NATIONAL_DIGITS,
    NUMBERS,
    SUBHEADING,
    UNITS,
    fields_of,
)
from tradeflow.sources.census.judge import table_of
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Answer

SOURCE_NAME: Final = "US Census"
KILOGRAMS: Final = "KG"
PIECES: Final = "NO"
NO_UNIT: Final = ("X", "-", "")
"""Goods that are not counted."""

_ABOUT: Final = ("partner", "flow", "valuation", "release")  # what the call says
_COLUMNS: Final = ("value", "code", MONTH, *NUMBERS, *FLAGS, *UNITS, *_ABOUT)
_NONE: Final = pl.DataFrame(schema=dict.fromkeys(_COLUMNS, pl.String()))


def parse(answers: Sequence[Answer]) -> Parsed:
    """Turn accepted answers into rows.

    Parameters
    ----------
    answers
        One about the months that are out, and at least one about goods.

    Returns
    -------
    Parsed
        Rows in US dollars as published: exports free alongside ship (``FAS``), imports at customs
        value (``unknown``). ``net_kg`` only where a quantity is counted in kilograms: the weights
        by air and by ship are gross. ``quantity`` is the first quantity in another unit, pieces
        under that name. ``withheld`` has lines whose first six digits no edition has.

    Raises
    ------
    KeyRefused, BadAnswer, ResponseChanged
        An answer is not what the source documents.
    """
    tables = [(answer, table_of(answer)) for answer in answers]
    lines = _rows(pl.concat([_NONE, *_about_goods(tables)], how="diagonal"))
    known = pl.col("edition").is_not_null()
    return Parsed(
        rows=lines.filter(known),
        withheld=lines.filter(~known),
        coverage=coverage(tables),
        notes=tuple(_notes(lines)),
    )


def _notes(lines: pl.DataFrame) -> Iterator[str]:
    if lines.is_empty():
        yield (
            "Every question was answered with nothing. The Bureau answers a question that it does "
            "not understand in the same way: before calling it zero, ask for one code and a "
            "partner that certainly trade, such as --codes 854231 --partner MEX."
        )
    strange = lines.filter(pl.col("edition").is_null())["hs6"].unique().sort()
    if len(strange):
        yield (
            f"{', '.join(strange)}: not in the Harmonized System (chapters 98 and 99 are the "
            "United States' own); these lines are withheld."
        )


def _about_goods(tables: Sequence[tuple[Answer, pl.DataFrame]]) -> Iterator[pl.DataFrame]:
    """Give lines under names that exports and imports share."""
    for answer, table in tables:
        call = answer.call
        if call.kind == RELEASES or table.is_empty():
            continue
        fields = fields_of(call.told("flow"))
        names = {fields.value: "value", fields.code: "code", **fields.shared}
        yield table.rename(names, strict=False).with_columns(
            partner=pl.lit(call.told("partner")),
            flow=pl.lit(call.told("flow")),
            valuation=pl.lit(fields.valuation),
            release=pl.lit(f"{answer.retrieved_at:%Y-%m-%d}"),
        )


def _rows(lines: pl.DataFrame) -> pl.DataFrame:
    code = pl.col("code")  # none where all goods stand together
    weight, quantity, unit = _quantities()
    rows = lines.select(
        period=pl.col(MONTH).str.to_date("%Y-%m"),
        freq=pl.lit("M"),
        reporter=pl.lit(REPORTER),
        partner="partner",
        flow="flow",
        hs6=code.str.head(SUBHEADING).fill_null(TOTAL),
        national_code=pl.when(code.str.len_chars() == NATIONAL_DIGITS).then(code),
        value_usd=pl.col("value").cast(pl.Float64),
        net_kg=weight,
        quantity=quantity,
        quantity_unit=unit,
        valuation="valuation",
        status=pl.lit("reported"),
        source=pl.lit(SOURCE_NAME),
        release="release",
    )
    pairs = rows.select("hs6", "period").iter_rows()
    found = [edition_with(hs6, period) for hs6, period in pairs]
    return rows.with_columns(edition=pl.Series(found, dtype=pl.String))


def _quantities() -> tuple[pl.Expr, pl.Expr, pl.Expr]:
    """Give weight, quantity and its unit."""
    counted = [
        (_count(number, flag), pl.col(unit).str.strip_chars().fill_null(""))
        for number, flag, unit in zip(NUMBERS, FLAGS, UNITS, strict=True)
    ]
    weights = [pl.when(unit == KILOGRAMS).then(number) for number, unit in counted]
    others = [
        pl.when(~unit.is_in([KILOGRAMS, *NO_UNIT]) & number.is_not_null()).then(
            pl.struct(number=number, unit=unit.replace(PIECES, "pieces"))
        )
        for number, unit in counted
    ]
    other = pl.coalesce(others).struct
    return pl.coalesce(weights), other.field("number"), other.field("unit")


def _count(number: str, flag: str) -> pl.Expr:
    """Read a quantity; a 0 beside a value was not counted, whatever its flag."""
    count, traded = pl.col(number).cast(pl.Float64), pl.col("value").cast(pl.Float64) > 0
    missing = (pl.col(flag).fill_null("") == MISSING) | ((count == 0) & traded)
    return pl.when(~missing).then(count)
