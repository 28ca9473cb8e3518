"""The flow-table contract, checked at every boundary."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import DuplicateKeyError, SchemaError, UnknownCodeError, UnknownNameError
from tradeflow.nomenclature.countries import iso3_map, iso3_of
from tradeflow.nomenclature.editions import HELD, known_codes
from tradeflow.schema import FLOW_SCHEMA, KEY, NULLABLE, TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterator

_CODE = r"^(\d{2}|\d{4}|\d{6})$"
_LONGER = r"^\d{7,12}$"
_RESTORE = "Restore it from the source."
_WANTED: dict[pl.DataType, str] = {
    pl.Date(): (
        "a period is a date, the first day of its month or year (2022-03-01), as pd.to_datetime or "
        "pl.date make."
    ),
    pl.Float64(): "it is a number; in a text file, with a decimal point and no separators.",
    pl.Boolean(): "it is true or false.",
}


def check_flows(
    frame: pl.DataFrame, *, where: str = "flow table", first_line: int | None = None
) -> pl.DataFrame:
    """Return `frame` with the columns, order and types of the flow table, or say what is wrong.

    Parameters
    ----------
    frame
        A table with at least the columns of :data:`tradeflow.schema.FLOW_SCHEMA`.
        Further columns are kept behind them.
    where
        What to call the table in messages.
    first_line
        The line on which row 0 stands, if the table comes from a text file: messages then name
        the line.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order.

    Raises
    ------
    SchemaError
        A column is absent or has values that its type or meaning forbids.
    UnknownCodeError
        A commodity code is not in its edition.
    UnknownNameError
        A reporter or partner is not an ISO alpha-3 code of the country table.
    DuplicateKeyError
        Two rows state the same cell.
    """
    frame = _typed(frame, where)
    place = _Place(where, first_line)
    for problem, bad, remedy in _rules():
        _none(frame, bad, place, problem, remedy)
    _check_countries(frame, place)
    _check_codes(frame, place)
    _check_unique(frame, place)
    return frame


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands, in words."""

    where: str
    first_line: int | None

    def of(self, row: int) -> str:
        if self.first_line is None:
            return f"{self.where}, row {row}"
        return f"{self.where}, line {row + self.first_line}"


def _check_unique(frame: pl.DataFrame, place: _Place) -> None:
    twice = frame.select(KEY).is_duplicated().arg_true()
    if twice.is_empty():
        return
    first = frame.row(twice[0], named=True)
    cell = ", ".join(f"{name}={first[name]}" for name in KEY if first[name] is not None)
    raise DuplicateKeyError(
        f"{place.of(twice[0])}: {twice.len()} rows state a cell that another row states too; the "
        f"first is {cell}. Adding them would count trade twice: keep one statement per cell "
        "(a total or its parts, one release of a source)."
    )


def _typed(frame: pl.DataFrame, where: str) -> pl.DataFrame:
    for name in FLOW_SCHEMA:
        if name not in frame.columns:
            known = [c for c in frame.columns if c not in FLOW_SCHEMA]
            error = UnknownNameError.of("column", name, known)
            raise SchemaError(
                f"{where}: column {name!r} is absent.{str(error).partition('known.')[2].rstrip()} "
                f"A flow table has the columns {', '.join(FLOW_SCHEMA)}."
            )
    if frame["period"].dtype.is_numeric():  # 202203 would be a number of days
        raise SchemaError(
            f"{where}: column 'period' holds {frame['period'].first()!r}, a number: "
            f"{wanted(pl.Date())}"
        )
    extra = [c for c in frame.columns if c not in FLOW_SCHEMA]
    try:
        return frame.select(*(pl.col(n).cast(t) for n, t in FLOW_SCHEMA.items()), *extra)
    except pl.exceptions.PolarsError:
        for name, kind in FLOW_SCHEMA.items():
            _check_type(frame[name], kind, where)
        raise


def _check_type(column: pl.Series, kind: pl.DataType, where: str) -> None:
    """Name a value that a column cannot hold, and say what it holds."""
    try:
        column.cast(kind)
    except pl.exceptions.PolarsError as error:
        raise SchemaError(
            f"{where}: column {column.name!r} holds {_misfit(column, kind)!r}, a value of another "
            f"type: {wanted(kind)}"
        ) from error


def _misfit(column: pl.Series, kind: pl.DataType) -> object:
    """First value that is not of a type."""
    try:
        bad = column.is_not_null() & column.cast(kind, strict=False).is_null()
    except pl.exceptions.PolarsError:  # none is
        bad = column.is_not_null()
    return column.filter(bad)[0]


def wanted(kind: pl.DataType) -> str:
    """Say what a column of a type holds."""
    if isinstance(kind, pl.Enum):
        return f"it is one of {', '.join(kind.categories)}."
    return _WANTED.get(kind, "it is a text.")


def _rules() -> Iterator[tuple[str, pl.Expr, str]]:
    """What is wrong, where, and what to do."""
    for name in FLOW_SCHEMA:
        if name not in NULLABLE:
            yield f"column {name!r} has an empty cell", pl.col(name).is_null(), _RESTORE
    for name in ("value_usd", "net_kg", "quantity"):
        column = pl.col(name)
        yield (
            f"column {name!r} has a negative or infinite number, or NaN",
            ~(column.is_null() | (column.is_finite() & (column >= 0))),
            _RESTORE,
        )
    yield (
        "a weight of 0 stands beside a positive value",
        (pl.col("net_kg") == 0) & (pl.col("value_usd") > 0),
        "Read it as missing (null).",
    )
    yield (
        "a period is not the first day of its month or year",
        (pl.col("period").dt.day() != 1)
        | ((pl.col("freq") == "A") & (pl.col("period").dt.month() != 1)),
        "Write the first day.",
    )
    yield (
        "a code has more than six digits",
        pl.col("hs6").str.contains(_LONGER),
        "Put it into national_code and its first six digits into hs6.",
    )
    yield (
        f"a code is neither six digits nor a heading, a chapter or {TOTAL}",
        ~pl.col("hs6").str.contains(_CODE) & (pl.col("hs6") != TOTAL),
        "Codes are text: keep their leading zeros.",
    )


def _none(frame: pl.DataFrame, bad: pl.Expr, place: _Place, problem: str, remedy: str) -> None:
    rows = frame.select(bad.fill_null(value=False).arg_true()).to_series()
    if rows.is_empty():
        return
    row = frame.row(rows[0], named=True)
    raise SchemaError(
        f"{place.of(rows[0])}: {problem}: {rows.len()} rows, the first is "
        f"(period {row['period']}, {row['reporter']} to {row['partner']}, code {row['hs6']}, "
        f"value {row['value_usd']}, weight {row['net_kg']}). {remedy}"
    )


def _check_countries(frame: pl.DataFrame, place: _Place) -> None:
    known = iso3_map("iso3")
    for column in ("reporter", "partner"):
        for name in frame[column].unique(maintain_order=True):
            if name not in known:
                hint = "Countries are ISO 3166 alpha-3 codes; `tradeflow countries` lists them."
                raise UnknownNameError.of(
                    f"{place.of(_first(frame, pl.col(column) == name))}: {column}",
                    name,
                    known,
                    hint=f"{_as_iso3(name)}{hint}",
                )


def _as_iso3(name: str) -> str:
    """Name the code of a country that is written out."""
    try:
        return f"Write {iso3_of(name, scheme='name')!r}. "
    except UnknownNameError:
        return ""


def _first(frame: pl.DataFrame, which: pl.Expr) -> int:
    return int(frame.select(which.arg_true()).to_series()[0])


@cache
def _known(edition: str) -> frozenset[str]:
    """Codes of an edition, with their headings and chapters."""
    codes = known_codes(edition)
    return codes | {code[:digits] for code in codes for digits in (2, 4)}


def _check_codes(frame: pl.DataFrame, place: _Place) -> None:
    pairs = frame.select("edition", "hs6").unique(maintain_order=True)
    for edition, hs6 in pairs.iter_rows():
        if hs6 == TOTAL or edition == "HS2007" or hs6 in _known(edition):
            continue
        others = [e for e in HELD if hs6 in _known(e)]
        hint = f"It exists in {', '.join(others)}." if others else "No edition held here has it."
        row = _first(frame, (pl.col("hs6") == hs6) & (pl.col("edition") == edition))
        raise UnknownCodeError(f"{place.of(row)}: code {hs6!r} is not in {edition}. {hint}")
