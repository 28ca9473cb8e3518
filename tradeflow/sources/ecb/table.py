"""The European Central Bank's CSV of exchange rates as a table of text, each cell checked."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import BadAnswer, ResponseChanged

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer

NOT_FOUND: Final = 404
NEEDED: Final = (
    *("FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX", "TIME_PERIOD", "OBS_VALUE"),
)
KNOWN: Final = frozenset(
    {
        *NEEDED,
        *("KEY", "OBS_STATUS", "OBS_CONF", "OBS_PRE_BREAK", "OBS_COM", "TIME_FORMAT", "BREAKS"),
        *("COLLECTION", "COMPILING_ORG", "DISS_ORG", "DOM_SER_IDS", "PUBL_ECB", "PUBL_MU"),
        *("PUBL_PUBLIC", "UNIT_INDEX_BASE", "COMPILATION", "COVERAGE", "DECIMALS", "NAT_TITLE"),
        *("SOURCE_AGENCY", "SOURCE_PUB", "TITLE", "TITLE_COMPL", "UNIT", "UNIT_MULT"),
    }
)
SERIES: Final = {"FREQ": "M", "CURRENCY_DENOM": "EUR", "EXR_TYPE": "SP00", "EXR_SUFFIX": "A"}
"""Monthly means of the spot reference rate against the euro."""

NO_OBSERVATION: Final = ("", "NaN")
"""Of a suspended currency."""

_NUMBER: Final = r"^[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?$"


def table_of(answer: Answer) -> pl.DataFrame:
    """Read an answer; see :func:`read_table`."""
    if answer.status == NOT_FOUND:  # nothing in the selection, such as a month not over yet
        return pl.DataFrame(schema=dict.fromkeys(NEEDED, pl.String()))
    return read_table(answer.read(), f"ecb, {answer.call.note}")


def read_table(content: bytes, where: str) -> pl.DataFrame:
    """Read the columns that are needed, as text, and check each cell."""
    header, rows = _cells(content, where)
    gone = [name for name in NEEDED if name not in header]
    new = [name for name in header if name not in KNOWN or header.count(name) > 1]
    if gone or new:
        raise ResponseChanged(where, gone=gone, new=new)
    if any(len(row) != len(header) for row in rows):
        raise BadAnswer(f"{where}: a line is shorter or longer than the header.")
    table = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String()), orient="row")
    _check_cells(table, where)
    return table.select(NEEDED)


def _cells(content: bytes, where: str) -> tuple[list[str], list[list[str]]]:
    try:
        lines = list(csv.reader(StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadAnswer(f"{where}: no CSV in UTF-8 ({error}).") from error
    if not lines:
        raise BadAnswer(f"{where}: nothing arrived, not even a header.")
    return lines[0], [line for line in lines[1:] if line]


def _check_cells(table: pl.DataFrame, where: str) -> None:
    value = pl.col("OBS_VALUE")
    fine = (
        pl.all_horizontal(pl.col(name) == word for name, word in SERIES.items())
        & pl.col("CURRENCY").str.contains(r"^[A-Z]{3}$")
        & pl.col("TIME_PERIOD").str.contains(r"^[0-9]{4}-(0[1-9]|1[0-2])$")
        & (value.is_in(NO_OBSERVATION) | value.str.contains(_NUMBER))
        & ~pl.struct("CURRENCY", "TIME_PERIOD").is_duplicated()
    )
    bad = table.filter(~fine).select(NEEDED)
    if bad.height:
        raise BadAnswer(
            f"{where}: {bad.height} lines are no monthly rate of the euro, or stand twice; the "
            f"first is {bad.row(0, named=True)}."
        )
