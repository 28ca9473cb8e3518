"""The report's tables as CSV, Parquet and Excel."""

from __future__ import annotations

import io
import warnings
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import TradeflowWarning
from tradeflow.files import write_whole
from tradeflow.report.safe import no_formula, plain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WORKBOOK: Final = "report.xlsx"
_BORN: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Every workbook's date, so that the same tables give the same bytes."""

_OPTIONS: Final[dict[str, Any]] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
_WIDEST: Final = 60  # characters


def write_tables(tables: Mapping[str, pl.DataFrame], folder: Path) -> list[Path]:
    """Write every table as CSV and Parquet, and all of them as one Excel workbook.

    Parameters
    ----------
    tables
        By name. Text that a spreadsheet would take for a formula gets an apostrophe before it in
        CSV and Excel; Parquet has it as it is. Numbers stay numbers.
    folder
        Where to; made if it is not there.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    OutputError
        They cannot be written.

    Warns
    -----
    TradeflowWarning
        XlsxWriter is not installed: there is no workbook.
    """
    files: dict[str, bytes] = {}
    for name, table in tables.items():
        files[f"{name}.csv"] = _harmless(table).write_csv().encode()
        files[f"{name}.parquet"] = _parquet(table)
    book = _workbook(tables)
    if book is not None:
        files[WORKBOOK] = book
    for name, content in files.items():
        write_whole(folder / name, content)
    return [folder / name for name in files]


def _harmless(table: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        pl.col(pl.Float64).fill_nan(None),
        pl.col(texts).map_elements(lambda text: no_formula(plain(text)), return_dtype=pl.String),
    )


def _parquet(table: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    return buffer.getvalue()


def _workbook(tables: Mapping[str, pl.DataFrame]) -> bytes | None:
    try:
        from xlsxwriter import Workbook
    except ModuleNotFoundError:
        remedy = "pip install 'tradeflow-monitor[excel]'"
        warnings.warn(
            f"{WORKBOOK} was not written: it needs XlsxWriter ({remedy}). CSV and Parquet were.",
            TradeflowWarning,
            stacklevel=4,
        )
        return None
    buffer = io.BytesIO()
    with Workbook(buffer, _OPTIONS) as book:
        book.set_properties({"created": _BORN.replace(tzinfo=None)})
        for name, table in tables.items():
            _sheet(book, name, _harmless(table))
    return buffer.getvalue()


def _sheet(book: Any, name: str, table: pl.DataFrame) -> None:  # noqa: ANN401  xlsxwriter's
    """One table on one sheet: the heading stays in sight; what is no finite number is empty."""
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    sheet.write_row(0, 0, table.columns, bold)
    number = pl.col(pl.Float64)
    known = table.with_columns(pl.when(number.is_finite()).then(number))
    for at, column in enumerate(known):
        for row, value in enumerate(column, start=1):
            if value is not None:
                sheet.write(row, at, value)
        longest = max([len(column.name), *(len(str(v)) for v in column if v is not None)])
        sheet.set_column(at, at, min(longest + 2, _WIDEST))
    sheet.freeze_panes(1, 1)
