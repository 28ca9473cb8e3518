"""Files that a person downloaded, in any of Comext's formats: told apart by how they begin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from tradeflow.errors import InputFileError, UsageError
from tradeflow.nomenclature.editions import plain_code
from tradeflow.sources.comext.batches import is_bulk_table
from tradeflow.sources.comext.bulk import Wanted, parse_bulk
from tradeflow.sources.comext.csvfile import read_csv
from tradeflow.sources.comext.jsonstat import read_json_stat
from tradeflow.sources.comext.places import geonom
from tradeflow.sources.comext.table import parse_lines
from tradeflow.sources.comext.update import newest_update
from tradeflow.sources.query import listed

if TYPE_CHECKING:
    import polars as pl

    from tradeflow.sources.parsed import Parsed

_START: Final = 64


def read(
    path: str | Path,
    *,
    release: str,
    name: str = "",
    reporters: str = "",
    partners: str = "",
    codes: str = "",
) -> Parsed:
    """Read one file of Comext.

    Parameters
    ----------
    path
        SDMX-CSV of DS-045409 or DS-059341 (gzipped or not), JSON-stat 2.0, or a bulk file
        (``full_v2_*.7z``, or the ``.dat`` in it).
    release
        Which extraction it is, such as its ``LAST UPDATE``.
    name
        The file's name when it came.
    reporters, partners
        Only for bulk files: ISO alpha-3 codes, by comma; all if empty.
    codes
        Only for bulk files: codes, or beginnings of codes, by comma; all if empty.

    Returns
    -------
    Parsed
        Rows in US dollars (the ECB's mean rate of the month, or the mean of a year's twelve)
        and kilograms; lines under masked codes are ``withheld``.

    Raises
    ------
    InputFileError
        With the line and the remedy.
    ResponseChanged
        A column or dimension is new or gone.
    UsageError
        The choice of lines makes no sense for this file.
    """
    bulk = _is_bulk(path)
    if not bulk and (reporters or partners or codes):
        raise UsageError(f"{path}: only bulk files are narrowed while they are read.")
    if bulk:
        if "partxixu" in name.casefold():
            raise InputFileError(
                path,
                "repeats lines of the full file for Northern Ireland.",
                remedy="Take full_v2_YYYYMM.7z.",
            )
        wanted = Wanted(_places(reporters), _places(partners), _beginnings(codes))
        return parse_bulk(path, release=release, wanted=wanted)
    return parse_lines(path, _lines(path), release=release)


def update_of(path: str | Path) -> str | None:
    """Say which extraction a file says it is, by its ``LAST UPDATE``; None if it does not.

    Raises
    ------
    InputFileError, ResponseChanged
        As for :func:`read`.
    """
    return None if _is_bulk(path) else newest_update([_lines(path)])


def parse_comext(path: str | Path, *, release: str) -> Parsed:
    """Read one file of Comext whole; see :func:`read`."""
    return read(path, release=release)


def _is_bulk(path: str | Path) -> bool:
    start = _beginning(path)
    return start[:2] == b"7z" or is_bulk_table(start)


def _lines(path: str | Path) -> pl.DataFrame:
    json = _beginning(path).lstrip(b"\xef\xbb\xbf \r\n").startswith(b"{")
    return read_json_stat(path) if json else read_csv(path)


def _beginning(path: str | Path) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(_START)
    except FileNotFoundError:
        raise InputFileError(path, "no such file.", remedy="Check the path.") from None
    except OSError as error:
        raise InputFileError(path, f"cannot be read: {error.strerror}.", remedy="") from error


def _places(names: str) -> tuple[str, ...]:
    return tuple(geonom(name.upper()) for name in listed(names))


def _beginnings(codes: str) -> tuple[str, ...]:
    found = tuple(map(plain_code, listed(codes)))
    for code in found:
        if not code.isdecimal():
            raise UsageError(f"{code!r} is no beginning of a code: digits are needed.")
    return found
