"""From pages of uktradeinfo to rows: the ports of a cell together, pounds to US dollars."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import DuplicateKeyError
from tradeflow.nomenclature.editions import known_codes
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.hmrc.coverage import coverage
from tradeflow.sources.hmrc.page import IDS, NUMBERS, SUPPLEMENTARY, month_of, read_page
from tradeflow.sources.hmrc.plan import CONFIDENTIAL, DIGITS, RELEASES, REPORTER
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Answer

NAME: Final = "HMRC OTS"
UNIT: Final = "supplementary unit of the CN8 code"
PROVISIONAL_MONTHS: Final = 18
QUANTITY_SUPPRESSED: Final = (3, 4, 5)
"""Of HMRC's degrees of suppression, those that leave the value without its quantity."""

_CELL: Final = ["period", "partner", "flow", "FlowTypeId", "edition", "national_code"]
_LINES: Final = {
    "partner": pl.String(),
    "flow": pl.String(),
    "edition": pl.String(),
    "period": pl.Date(),
    **dict.fromkeys(IDS, pl.Int64()),
    **dict.fromkeys((*NUMBERS, SUPPLEMENTARY), pl.Float64()),
}


def parse(answers: Sequence[Answer]) -> Parsed:
    """Read pages into rows by CN8, and set apart what no code or no country may show.

    Returns
    -------
    Parsed
        Values in US dollars (mean rate of the month), imports CIF, exports FOB; weights in
        kilograms. A row is the sum over ports, which are parts of one cell. A weight of 0 at one
        port of several is taken as less than half a kilogram (inferred); a missing or suppressed
        one makes the weight of the cell missing. Months less than 18 months old are provisional.

    Raises
    ------
    DuplicateKeyError
        Two rows state the same cell and port.
    """
    pages = [answer for answer in answers if answer.call.kind != RELEASES]
    lines = pl.DataFrame([line for page in pages for line in _lines(page)], schema=_LINES)
    _check_once(lines)
    lines = lines.with_columns(
        national_code=pl.col("CommodityId").cast(pl.String).str.zfill(DIGITS), why=_why()
    )
    strange = pl.when(~_in_edition(lines)).then(pl.lit("no code of its edition"))
    lines = lines.with_columns(why=pl.coalesce("why", strange))
    withheld = lines.filter(pl.col("why").is_not_null())
    # lines of suppressed partners come with every partner that was asked for
    apart = withheld.unique(IDS, maintain_order=True)
    cells = _cells(lines.filter(pl.col("why").is_null()))
    return Parsed(
        rows=_rows(cells, answers),
        withheld=apart.select(pl.col(*IDS, *NUMBERS, SUPPLEMENTARY, "why").cast(pl.String)),
        coverage=coverage(answers, cells, withheld),
        notes=tuple(_notes(cells, apart)),
    )


def _lines(answer: Answer) -> Iterator[dict[str, Any]]:
    about = {name: answer.call.told(name) for name in ("partner", "flow", "edition")}
    for row in read_page(answer).rows:
        numbers = {name: row[name] for name in NUMBERS}
        ids = {name: int(row[name]) for name in IDS}
        supplementary = {SUPPLEMENTARY: _number(row[SUPPLEMENTARY])}
        yield {**about, "period": month_of(row), **ids, **numbers, **supplementary}


def _number(value: object) -> float | None:
    """Read a quantity; one made-up example has the word ``kg`` in its place."""
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 <= number < float("inf") else None


def _check_once(lines: pl.DataFrame) -> None:
    twice = lines.filter(lines.select("partner", *IDS).is_duplicated())
    if twice.height:
        cell = ", ".join(f"{name} {twice[name][0]}" for name in IDS)
        raise DuplicateKeyError(
            f"hmrc: {twice.height} rows state a cell that another row states too; the first is "
            f"{cell}. Adding them would count trade twice."
        )


def _why() -> pl.Expr:
    code = pl.col("CommodityId")
    return (
        pl.when(pl.col("CountryId") == CONFIDENTIAL)
        .then(pl.lit("the partner is suppressed"))
        .when(code < 0)
        .then(pl.lit("an estimate for traders that did not report"))
        .when(code >= 10**DIGITS)
        .then(pl.lit("an estimate for trade below the threshold"))
        .when(pl.col("Value").is_null())
        .then(pl.lit("no value"))
    )


def _in_edition(lines: pl.DataFrame) -> pl.Expr:
    pairs = lines.select("edition", pl.col("national_code").str.head(6)).iter_rows()
    known = [hs6 in known_codes(edition) for edition, hs6 in pairs]
    return pl.lit(pl.Series(known, dtype=pl.Boolean))


def _cells(lines: pl.DataFrame) -> pl.DataFrame:
    def whole(column: str) -> pl.Expr:
        return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum())

    hidden = pl.col("SuppressionIndex").is_in(QUANTITY_SUPPRESSED).any()
    return lines.group_by(_CELL, maintain_order=True).agg(
        pounds=pl.col("Value").sum(),
        kilograms=pl.when(~hidden).then(whole("NetMass")),
        quantity=pl.when(~hidden).then(whole(SUPPLEMENTARY)),
        hidden=hidden,
    )


def _rows(cells: pl.DataFrame, answers: Sequence[Answer]) -> pl.DataFrame:
    day = max((answer.retrieved_at.date() for answer in answers), default=date.min)
    rates = {month: usd_per_unit("GBP", month) for month in cells["period"].unique()}
    rate = pl.Series([rates[month] for month in cells["period"]], dtype=pl.Float64)
    age = (day.year - pl.col("period").dt.year()) * 12 + day.month - pl.col("period").dt.month()
    quantity = _unless_lost("quantity")
    return cells.select(
        "period",
        "partner",
        "flow",
        "edition",
        "national_code",
        freq=pl.lit("M"),
        reporter=pl.lit(REPORTER),
        hs6=pl.col("national_code").str.head(6),
        value_usd=pl.col("pounds") * pl.lit(rate),
        net_kg=_unless_lost("kilograms"),
        quantity=quantity,
        quantity_unit=pl.when(quantity.is_not_null()).then(pl.lit(UNIT)),
        valuation=pl.when(pl.col("flow") == "import").then(pl.lit("CIF")).otherwise(pl.lit("FOB")),
        status=pl.when(age < PROVISIONAL_MONTHS)
        .then(pl.lit("provisional"))
        .otherwise(pl.lit("reported")),
        source=pl.lit(NAME),
        release=pl.lit(f"retrieved {day:%Y-%m-%d}"),
    )


def _unless_lost(column: str) -> pl.Expr:
    return pl.when((pl.col(column) != 0) | (pl.col("pounds") == 0)).then(pl.col(column))


def _notes(cells: pl.DataFrame, apart: pl.DataFrame) -> Iterator[str]:
    hidden = int(cells["hidden"].sum())
    if hidden:
        yield f"{hidden:,} rows have a value but a suppressed quantity; their weight is empty."
    for why, number in apart.group_by("why").len().sort("why").iter_rows():
        yield f"{number:,} lines are withheld: {why}."
