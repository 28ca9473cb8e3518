"""SDMX-CSV as Comext writes it: ``LAST UPDATE`` with a blank, values that may be empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradeflow.errors import ResponseChanged
from tradeflow.sources.comext.table import COLUMNS, OPTIONAL
from tradeflow.sources.textfile import read_text_table

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def read_csv(path: str | Path) -> pl.DataFrame:
    """Read a file of SDMX-CSV, gzipped or not, as lines of text.

    Raises
    ------
    InputFileError
        The file is damaged or lacks a column.
    ResponseChanged
        It has a column that nobody documents, such as a further dimension.
    """
    return read_text_table(path, COLUMNS, optional=OPTIONAL)


def check_header(line: str, where: str) -> None:
    """Compare an answer's first line with the documented columns.

    Raises
    ------
    ResponseChanged
    """
    found = [name.strip().strip('"') for name in line.lstrip("\ufeff").split(",")]
    gone = [name for name in COLUMNS if name not in found]
    new = [name for name in found if name not in {*COLUMNS, *OPTIONAL}]
    if gone or new:
        raise ResponseChanged(where, gone=gone, new=new)
