"""Bulk files in blocks of text: neither of their two layouts is ever held whole."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import InputFileError, ResponseChanged
from tradeflow.sources.textfile import FIRST_LINE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

BLOCK: Final = 2**22

COLUMNS: Final = {
    "REPORTER": "reporter",
    "PARTNER": "partner",
    "PRODUCT_NC": "product",
    "FLOW": "flow",
    "STAT_PROCEDURE": "regime",
    "SUPPL_UNIT": "quantity_unit",
    "PERIOD": "period",
    "VALUE_EUR": "euros",
    "QUANTITY_KG": "kg",
    "QUANTITY_SUPPL_UNIT": "quantity",
}
"""Columns of the present layout (``full_v2``) that are used, and what they are called here."""

_HISTORICAL: Final = {
    "DECLARANT_ISO": "REPORTER",
    "PARTNER_ISO": "PARTNER",
    "STAT_REGIME": "STAT_PROCEDURE",
    "SUPP_UNIT": "SUPPL_UNIT",
    "VALUE_IN_EUROS": "VALUE_EUR",
    "QUANTITY_IN_KG": "QUANTITY_KG",
    "SUP_QUANTITY": "QUANTITY_SUPPL_UNIT",
    "DECLARANT": "numeric reporter",
    "PARTNER": "numeric partner",
}
_UNUSED: Final = frozenset({"TRADE_TYPE", "VALUE_NAC", "numeric reporter", "numeric partner"})
_STARTS: Final = (b"REPORTER,", b"DECLARANT,")


def is_bulk_table(start: bytes) -> bool:
    """Whether a file that begins so is an unpacked bulk file."""
    return start.removeprefix(b"\xef\xbb\xbf").startswith(_STARTS)


def batches(where: str | Path, path: Path) -> Iterator[pl.DataFrame]:
    """Read the lines of an unpacked bulk file.

    Parameters
    ----------
    where
        What to call the file in messages.
    path
        The ``.dat`` file.

    Yields
    ------
    polars.DataFrame
        About four megabytes of lines: the columns of :data:`COLUMNS` as text, and ``line``.

    Raises
    ------
    InputFileError
        A line has not as many cells as the header, or the last has no end.
    ResponseChanged
        The columns are those of neither layout.
    """
    with path.open("rb") as file:
        names = _names(where, file.readline())
        first = FIRST_LINE
        yield _batch(where, names, b"", first)
        for block in _blocks(where, file):
            yield _batch(where, names, block, first)
            first += block.count(b"\n")


def _blocks(where: str | Path, file: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while block := file.read(BLOCK):
        whole, end, rest = (rest + block).rpartition(b"\n")
        if end:
            yield whole + end
    if rest.strip():
        raise InputFileError(
            where,
            "the last line has no end: the file looks half-written.",
            remedy="Fetch it again.",
        )


def _names(where: str | Path, header: bytes) -> list[str]:
    found = header.decode("utf-8-sig", errors="replace").strip().split(",")
    old = "DECLARANT_ISO" in found
    names = [_HISTORICAL.get(name, name) for name in found] if old else found
    gone = [name for name in COLUMNS if name not in names]
    new = [n for n in names if n not in {*COLUMNS, *_UNUSED} and not n.startswith("PRODUCT_")]
    if gone or new or len(set(names)) < len(names):
        raise ResponseChanged(str(where), gone=gone, new=new)
    return names


def _batch(where: str | Path, names: list[str], block: bytes, first: int) -> pl.DataFrame:
    count = block.count(b"\n")
    if block.count(b",") != count * (len(names) - 1):
        raise _ragged(where, len(names), block, first)
    used = [names.index(name) for name in sorted(COLUMNS, key=names.index)]
    called = [COLUMNS[names[place]] for place in used]
    if not count:
        return pl.DataFrame(schema={**dict.fromkeys(called, pl.String()), "line": pl.Int64()})
    try:
        frame = pl.read_csv(
            io.BytesIO(block), has_header=False, columns=used, infer_schema=False, quote_char=None
        )
    except pl.exceptions.PolarsError as error:
        raise InputFileError(
            where,
            f"this line or one of the {count - 1:,} after it cannot be read: {error}.",
            remedy="The file is damaged; fetch it again.",
            line=first,
        ) from error
    frame.columns = called
    numbers = pl.int_range(first, first + frame.height, dtype=pl.Int64())
    return frame.with_columns(pl.all().fill_null(""), line=numbers)


def _ragged(where: str | Path, cells: int, block: bytes, first: int) -> InputFileError:
    lines = enumerate(block.split(b"\n"), start=first)
    line, count = next((n, text.count(b",")) for n, text in lines if text.count(b",") != cells - 1)
    return InputFileError(
        where,
        f"the line has {count + 1} cells, the header {cells}.",
        remedy="The file is damaged or half-written; fetch it again.",
        line=line,
    )
