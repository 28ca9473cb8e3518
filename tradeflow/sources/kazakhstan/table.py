"""One monthly table of Kazakhstan: blocks by partner, exports and imports side by side.

Column by column: code, name, supplementary unit, then for exports and for imports tonnes,
supplementary quantity, thousand US dollars. A block begins with the partner's name in the
second column.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import ResponseChanged
from tradeflow.nomenclature.editions import edition_of
from tradeflow.sources.codes import check_known
from tradeflow.sources.kazakhstan.cells import code_of, text_of
from tradeflow.sources.kazakhstan.header import check_header
from tradeflow.sources.kazakhstan.words import PARTNERS, fold
from tradeflow.sources.kazakhstan.workbook import read_sheets
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import bad_line, check_numbers, number

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.options import Edition
    from tradeflow.sources.kazakhstan.workbook import Cell, Sheet

SOURCE: Final = "Kazakhstan BNS"
_FLOWS: Final = ("export", "import")
_NUMBERS: Final = tuple(f"{flow}_{what}" for flow in _FLOWS for what in ("t", "q", "v"))
_COLUMNS: Final = ("code", "name", "unit", *_NUMBERS)
_KG_PER_TONNE: Final = 1_000.0
_USD_PER_UNIT: Final = 1_000.0
_TOTALS: Final = ("всего", "итого")
_BODY: Final = pl.col("hs6") != ""
# The office's usual signs: a dash for nothing, dots for not available, x for confidential.
_NONE: Final = r"^([-–—]|…|\.{2,3})$"
CONFIDENTIAL: Final = r"^[xXхХ]$"


def parse_table(
    path: str | Path, *, period: date, release: str, where: str | None = None
) -> Parsed:
    """Parse one monthly table.

    Parameters
    ----------
    path
        An xls or xlsx.
    period
        First day of the month that the table states; the table does not say it.
    release
        Which retrieval it is.
    where
        What to call the file in messages; its path if None.

    Returns
    -------
    Parsed
        Reporter KAZ; partners RUS, BLR, ARM, KGZ; exports and imports in US dollars and
        kilograms. No document says how they are valued: ``valuation`` is unknown. Lines whose
        value is confidential are ``withheld``.

    Raises
    ------
    ResponseChanged
        The header or the blocks are not those documented.
    InputFileError
        With the row and the remedy.
    MissingTool
        python-calamine is not installed.
    """
    label = where or str(path)
    edition = edition_of("KAZ", period)
    parts = []
    for name, sheet in read_sheets(Path(path), where=label).items():
        lines = _lines(sheet)
        if _first_title(lines) is not None:
            here = f"{label}, sheet {name}"
            _check(here, lines, sheet, edition)
            parts.append(_parsed(lines, period=period, edition=edition, release=release))
    if not parts:
        raise ResponseChanged(label, gone=[name.upper() for name in PARTNERS], new=[])
    return Parsed(
        pl.concat([part.rows for part in parts]),
        withheld=pl.concat([part.withheld for part in parts]),
    )


def _lines(sheet: Sheet) -> pl.DataFrame:
    """Put a sheet's rows from the second on into text columns, so that row i is line i + 2."""
    width = len(_COLUMNS)
    rows = [(row + [""] * width)[:width] for row in sheet[1:]]
    cells = [[*map(text_of, row), code_of(row[0]), _title(row)] for row in rows]
    schema = dict.fromkeys((*_COLUMNS, "hs6", "title"), pl.String)
    lines = pl.DataFrame(cells, schema=schema, orient="row")
    return lines.with_columns(block=pl.col("title").forward_fill())


def _title(row: list[Cell]) -> str | None:
    """Name the block that a row begins: it has a name and no code, and is no total."""
    name = fold(text_of(row[1]))
    begins = bool(name) and not text_of(row[0]) and not name.startswith(_TOTALS)
    return name if begins else None


def _first_title(lines: pl.DataFrame) -> int | None:
    found = lines.select(pl.col("title").is_in(list(PARTNERS)).arg_true()).to_series()
    return None if found.is_empty() else int(found[0])


def _check(where: str, lines: pl.DataFrame, sheet: Sheet, edition: Edition) -> None:
    first = _first_title(lines) or 0
    check_header(where, sheet[: first + 1])
    numbers = _clean(lines)
    stated = pl.any_horizontal(pl.col(_NUMBERS) != "")
    remedy = "A code is 010121, 0101.21 or a number; compare the row with the source."
    bad_line(
        where,
        numbers,
        ~_BODY & (pl.col("code") != "") & stated & (pl.int_range(pl.len()) > first),
        "{code!r} is not a code of six digits",
        remedy=remedy,
    )
    bad_line(
        where,
        numbers,
        _BODY & ~pl.col("block").is_in(list(PARTNERS)).fill_null(value=False),
        "code {hs6} stands under {block!r}, which is none of the partners known",
        remedy=f"Known are {', '.join(name.upper() for name in PARTNERS)}.",
    )
    body = numbers.with_columns(
        pl.when(_BODY).then(pl.col(column)).otherwise(pl.lit("")) for column in _NUMBERS
    )
    check_numbers(where, body, *_NUMBERS, empty=True)
    check_known(where, body, "hs6", edition, among=_BODY)
    _check_cells(where, body)


def _check_cells(where: str, body: pl.DataFrame) -> None:
    twice = pl.struct("block", "hs6").is_duplicated() & _BODY
    remedy = "Remove the copy; adding both would count trade twice."
    bad_line(where, body, twice, "{hs6} stands twice under {block}", remedy=remedy)
    for flow in _FLOWS:
        amount = pl.max_horizontal(number(f"{flow}_t"), number(f"{flow}_q")).fill_null(0)
        bare = (amount > 0) & (pl.col(f"{flow}_v") == "") & ~pl.col(f"{flow}_secret")
        remedy = "Restore the row from the source."
        bad_line(where, body, bare, f"the {flow} of {{hs6}} has no value", remedy=remedy)


def _clean(lines: pl.DataFrame) -> pl.DataFrame:
    """Turn numbers printed for people into numbers, and the office's signs into empty cells."""
    secret = [pl.col(f"{f}_v").str.contains(CONFIDENTIAL).alias(f"{f}_secret") for f in _FLOWS]
    plain = pl.col(_NUMBERS).str.replace_all(r"[\s\u00a0\u202f]", "").str.replace(",", ".")
    signs = plain.str.replace(_NONE, "").str.replace(CONFIDENTIAL, "")
    return lines.with_columns(*secret).with_columns(signs)


def _parsed(lines: pl.DataFrame, *, period: date, edition: Edition, release: str) -> Parsed:
    body = _clean(lines).filter(_BODY)
    rows = pl.concat([_flow(body, flow) for flow in _FLOWS]).with_columns(
        period=pl.lit(period),
        freq=pl.lit("M"),
        reporter=pl.lit("KAZ"),
        edition=pl.lit(edition),
        valuation=pl.lit("unknown"),
        status=pl.lit("reported"),
        source=pl.lit(SOURCE),
        release=pl.lit(release),
    )
    secret = pl.any_horizontal(f"{flow}_secret" for flow in _FLOWS)
    withheld = lines.filter(_clean(lines).select(_BODY & secret).to_series()).select(
        pl.lit(period).alias("period"),
        "block",
        *_COLUMNS,
        "hs6",
        partner=pl.col("block").replace_strict(PARTNERS, return_dtype=pl.String),
        edition=pl.lit(edition),
    )
    return Parsed(rows, withheld=withheld)


def _flow(body: pl.DataFrame, flow: str) -> pl.DataFrame:
    value = number(f"{flow}_v") * _USD_PER_UNIT
    rows = body.select(
        partner=pl.col("block").replace_strict(PARTNERS),
        flow=pl.lit(flow),
        hs6="hs6",
        value_usd=value,
        net_kg=_amount(number(f"{flow}_t") * _KG_PER_TONNE, value),
        quantity=_amount(number(f"{flow}_q"), value),
        quantity_unit=pl.when(pl.col("unit") != "").then(pl.col("unit")),
    )
    moved = pl.max_horizontal("value_usd", "net_kg", "quantity") > 0
    return rows.filter(pl.col("value_usd").is_not_null() & moved)


def _amount(amount: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Read 0 beside a positive value as not stated."""
    return pl.when((amount == 0) & (value > 0)).then(None).otherwise(amount)
