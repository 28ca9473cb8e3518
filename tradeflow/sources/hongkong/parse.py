"""From answers of Trade-IDDS to rows: thousands of Hong Kong dollars to US dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import DuplicateKeyError
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.schema import TOTAL
from tradeflow.sources.hongkong.coverage import coverage
from tradeflow.sources.hongkong.plan import QUANTITY, RELEASES, REPORTER, VALUE
from tradeflow.sources.hongkong.reply import figure, month_of, read_reply, unit
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Answer, Call
    from tradeflow.sources.hongkong.reply import Row

NAME: Final = "Hong Kong C&SD Trade-IDDS"
HKD_PER_UNIT: Final = 1000.0
KILOGRAM: Final = frozenset({"kg", "kgm", "kilogram", "kilograms", "kilogramme", "kilogrammes"})
_CELL: Final = ["partner", "flow", "edition", "regime", "code", "period"]
_LINES: Final = {
    **dict.fromkeys(("partner", "flow", "edition", "regime", "code"), pl.String()),
    "period": pl.Date(),
    "sv": pl.String(),
    "figure": pl.Float64(),
    "unit": pl.String(),
}


def parse(answers: Sequence[Answer]) -> Parsed:
    """Read accepted answers into rows and say which months are out.

    Returns
    -------
    Parsed
        Values in US dollars (mean rate of the month), FOB for exports and CIF for imports. Where
        an origin was asked, ``regime`` is ``"origin CHN"`` or the like: such rows are a part of
        the rows without regime, and the panel refuses to add the two. A quantity counts only if
        its unit stands beside it; it is the weight too if the unit is the kilogram (inferred).

    Raises
    ------
    DuplicateKeyError
        Two rows state the same cell.
    """
    goods = [answer for answer in answers if answer.call.kind != RELEASES]
    lines = pl.DataFrame([line for answer in goods for line in _lines(answer)], schema=_LINES)
    _check_once(lines)
    cells = _cells(lines)
    stated = cells.filter(pl.col("thousands").is_not_null())
    refused = [answer.call for answer in goods if not read_reply(answer).good]
    return Parsed(
        rows=_rows(stated, release=_release(answers)),
        withheld=_text(cells.filter(pl.col("thousands").is_null())),
        coverage=coverage(answers, stated, refused),
        notes=tuple(_notes(lines, refused)),
    )


def _release(answers: Sequence[Answer]) -> str:
    days = [answer.retrieved_at for answer in answers]
    return f"retrieved {max(days):%Y-%m-%d}" if days else "nothing retrieved"


def _lines(answer: Answer) -> Iterator[dict[str, Any]]:
    call, reply = answer.call, read_reply(answer)
    for row in reply.rows:
        number = figure(row)
        if number is not None:
            yield _line(call, row, number)


def _line(call: Call, row: Row, number: float) -> dict[str, Any]:
    origin = call.told("origin")
    return {
        "partner": call.told("partner"),
        "flow": call.told("flow"),
        "edition": call.told("edition"),
        "regime": f"origin {origin}" if origin else None,
        "code": TOTAL if call.told("codes") == TOTAL else str(row["code"]),
        "period": month_of(row),
        "sv": row["sv"],
        "figure": number,
        "unit": unit(row),
    }


def _check_once(lines: pl.DataFrame) -> None:
    twice = lines.filter(lines.select(*_CELL, "sv").is_duplicated())
    if twice.height:
        first = twice.row(0, named=True)
        raise DuplicateKeyError(
            f"hongkong: {twice.height} rows state a cell that another row states too; the first is "
            f"{first['code']}, {first['period']:%Y-%m}, partner {first['partner']}, {first['sv']}. "
            "Adding them would count trade twice."
        )


def _cells(lines: pl.DataFrame) -> pl.DataFrame:
    def of(measure: str, column: str) -> pl.Expr:
        return pl.col(column).filter(pl.col("sv") == measure).first()

    return lines.group_by(_CELL, maintain_order=True).agg(
        thousands=of(VALUE, "figure"), quantity=of(QUANTITY, "figure"), unit=of(QUANTITY, "unit")
    )


def _rows(cells: pl.DataFrame, *, release: str) -> pl.DataFrame:
    rates = {month: usd_per_unit("HKD", month) for month in cells["period"].unique()}
    rate = pl.Series([rates[month] for month in cells["period"]], dtype=pl.Float64)
    lost = pl.col("unit").is_null() | ((pl.col("quantity") == 0) & (pl.col("thousands") > 0))
    quantity = pl.when(~lost).then(pl.col("quantity"))
    digits = pl.col("code").str.len_chars()
    return cells.select(
        "period",
        "partner",
        "flow",
        "edition",
        "regime",
        freq=pl.lit("M"),
        reporter=pl.lit(REPORTER),
        hs6=pl.when(pl.col("code") == TOTAL).then("code").otherwise(pl.col("code").str.head(6)),
        national_code=pl.when((digits == 8) & (pl.col("code") != TOTAL)).then("code"),  # noqa: PLR2004
        value_usd=pl.col("thousands") * HKD_PER_UNIT * pl.lit(rate),
        net_kg=pl.when(pl.col("unit").str.to_lowercase().is_in(list(KILOGRAM))).then(quantity),
        quantity=quantity,
        quantity_unit=pl.when(quantity.is_not_null()).then("unit"),
        valuation=pl.when(pl.col("flow") == "import").then(pl.lit("CIF")).otherwise(pl.lit("FOB")),
        status=pl.lit("reported"),
        source=pl.lit(NAME),
        release=pl.lit(release),
    )


def _text(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.select(pl.all().cast(pl.String), why=pl.lit("a quantity, but no value"))


def _notes(lines: pl.DataFrame, refused: list[Call]) -> Iterator[str]:
    for call in refused:
        yield (
            f"Hong Kong does not have the code {call.told('codes')} in {call.told('edition')}: it "
            "has no rows, which is no zero."
        )
    bare = lines.filter((pl.col("sv") == QUANTITY) & pl.col("unit").is_null()).height
    if bare:
        yield f"{bare:,} quantities came without a unit and are left out."
