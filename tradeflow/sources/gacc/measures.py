"""Money and quantities: from thousands separators and two units to dollars and kilograms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import InputFileError, UnknownNameError
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.gacc.words import KILOGRAM, NOTHING, kilograms, units

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.sources.gacc.table import Export

NUMBER: Final = r"^([0-9]{1,15}|[0-9]{1,3}(,[0-9]{3}){1,4})(\.[0-9]+)?$"
"""A number of an export: digits, or groups of three with commas between."""

SLOTS: Final = (("first", "first_unit"), ("second", "second_unit"))
_IN_DOLLARS: Final = "Export it again with US dollars as the currency."


def plain_number(column: str) -> pl.Expr:
    """Read a checked column of numbers; what says that there is none becomes null."""
    return pl.col(column).str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False)


def with_dollars(export: Export, frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``value_usd``; yuan are converted at the mean rate of the month.

    Raises
    ------
    InputFileError
        The file is in yuan and no rate is held for its periods.
    """
    value, currency = plain_number("value"), export.layout.currency
    if currency != "USD":
        periods = frame.select("date", "freq").unique().sort("date").rows()
        rates = {day: _rate(export, currency, day, freq) for day, freq in periods}
        value *= pl.col("date").replace_strict(rates, return_dtype=pl.Float64)
    return frame.with_columns(value_usd=value)


def _rate(export: Export, currency: str, day: date, freq: str) -> float:
    if freq == "A":
        problem = f"{currency} of a whole year cannot be converted at the rate of a month."
        raise InputFileError(export.path, problem, remedy=_IN_DOLLARS)
    try:
        return usd_per_unit(currency, day)
    except UnknownNameError as error:
        raise InputFileError(export.path, str(error), remedy=_IN_DOLLARS) from error


def with_quantities(frame: pl.DataFrame) -> pl.DataFrame:
    """Add ``net_kg``, ``quantity``, ``quantity_unit`` and ``lost``.

    Kilograms are the weight wherever they stand, and what stands beside them is the quantity.
    A line with another unit of weight and no kilograms has both: the weight converted, and the
    quantity as published unless the other slot counts something else. ``lost`` marks lines with
    two quantities of which neither is a weight: the second has no place.
    """
    slots = frame.with_columns(**_slot(frame, SLOTS[0], "1"), **_slot(frame, SLOTS[1], "2"))
    unit1, unit2 = pl.col("unit1"), pl.col("unit2")
    weight = pl.coalesce(
        pl.when(unit1 == KILOGRAM).then("number1"),
        pl.when(unit2 == KILOGRAM).then("number2"),
        pl.col("number1") * _kilograms(unit1),
        pl.col("number2") * _kilograms(unit2),
    )
    other = unit2.is_not_null() & (unit2 != KILOGRAM)
    second = unit1.is_null() | (unit1 == KILOGRAM) | (other & _kilograms(unit1).is_not_null())
    number, unit = (
        pl.when(second).then(pl.when(other).then(f"{what}2")).otherwise(f"{what}1")
        for what in ("number", "unit")
    )
    lost = unit1.is_not_null() & unit2.is_not_null() & weight.is_null()
    found = slots.select(net_kg=weight, quantity=number, quantity_unit=unit, lost=lost)
    nothing = (pl.col("net_kg") == 0) & (pl.col("value_usd") > 0)
    return frame.with_columns(found).with_columns(net_kg=pl.when(~nothing).then("net_kg"))


def _slot(frame: pl.DataFrame, slot: tuple[str, str], end: str) -> dict[str, pl.Expr]:
    """Give a quantity as number and short unit; both null where one of them is not there."""
    column, unit = slot
    if column not in frame.columns:
        nothing = {"number": pl.lit(None, pl.Float64), "unit": pl.lit(None, pl.String)}
        return {f"{what}{end}": null for what, null in nothing.items()}
    there = ~pl.col(unit).is_in(NOTHING) & ~pl.col(column).is_in(NOTHING)
    return {
        f"number{end}": pl.when(there).then(plain_number(column)),
        f"unit{end}": pl.when(there).then(_short(unit)),
    }


def _short(unit: str) -> pl.Expr:
    """Short English unit; one that nobody knows stays as published."""
    name = pl.col(unit)
    return name.str.to_lowercase().replace_strict(units(), default=name)


def _kilograms(unit: pl.Expr) -> pl.Expr:
    return unit.replace_strict(kilograms(), default=None, return_dtype=pl.Float64)
