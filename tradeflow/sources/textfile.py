"""Reading a delimited text file strictly: all cells as text, every fault with its line."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import InputFileError, ResponseChanged, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_LINE = 2  # line 1 is the header


def read_text_table(
    path: str | Path, columns: Sequence[str], *, optional: Sequence[str] | None = None
) -> pl.DataFrame:
    """Read a CSV, gzipped or not, as text, and make sure that it is whole.

    Parameters
    ----------
    path
        The file.
    columns
        Columns that must be there; the names are compared without regard to case and blanks.
    optional
        Columns that may be there, empty where they are not. If given, there must be no others.

    Returns
    -------
    polars.DataFrame
        Text columns named as in `columns`, then `optional`, stripped of blanks; row ``i`` is
        line ``i + 2``.

    Raises
    ------
    InputFileError
        The file is absent, damaged, half-written, empty, or lacks a column.
    ResponseChanged
        It has a column that is in neither list, although `optional` is given.
    """
    text = _whole_text(Path(path))
    _check_separator(path, text)
    _check_width(path, text)
    frame = _parse(path, text)
    found = {name.strip().casefold(): name for name in frame.columns}
    for name in columns:
        if name.casefold() not in found:
            guess = str(UnknownNameError.of("column", name, frame.columns)).partition("known.")[2]
            raise InputFileError(
                path,
                f"column {name!r} is absent.{guess}",
                remedy=f"The file must have the columns {', '.join(columns)}.",
                line=1,
            )
    may = list(optional or ())
    new = [found[n] for n in found if n not in {name.casefold() for name in (*columns, *may)}]
    if new and optional is not None:
        raise ResponseChanged(str(path), gone=(), new=new)
    more = [n for n in may if n.casefold() in found]
    return frame.select(
        pl.col(found[n.casefold()]).str.strip_chars().alias(n) for n in (*columns, *more)
    ).with_columns(pl.lit("").alias(n) for n in may if n not in more)


def bad_line(
    path: str | Path, frame: pl.DataFrame, bad: pl.Expr, problem: str, *, remedy: str
) -> None:
    """Raise with the first line for which `bad` holds; `{}` in `problem` is that row's dict.

    Where only some lines of a file are kept, a column ``line`` says which.
    """
    rows = frame.select(bad.fill_null(value=True).arg_true()).to_series()
    if rows.is_empty():
        return
    row = frame.row(rows[0], named=True)
    raise InputFileError(
        path,
        problem.format(**row) + (f" ({rows.len()} such lines)." if rows.len() > 1 else "."),
        remedy=remedy,
        line=row.get("line", rows[0] + FIRST_LINE),
    )


def number(column: str) -> pl.Expr:
    """Read a text column as a number; what is not a number becomes null."""
    return pl.col(column).cast(pl.Float64, strict=False)


def check_numbers(path: str | Path, frame: pl.DataFrame, *columns: str, empty: bool) -> None:
    """Raise on the first cell that is not a finite number of at least 0.

    Parameters
    ----------
    path, frame
        The file and its table of text.
    columns
        The columns to check.
    empty
        Whether empty cells and ``NA`` are allowed.
    """
    for column in columns:
        missing = pl.col(column).is_in(["", "NA"]) | pl.col(column).is_null()
        fine = number(column).is_finite() & (number(column) >= 0)
        bad = ~fine.fill_null(value=False) & ~(missing & empty)
        remedy = "Values and weights are numbers of at least 0; restore the line from the source."
        bad_line(path, frame, bad, f"{column} is {{{column}!r}}", remedy=remedy)


def _whole_text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputFileError(path, "no such file.", remedy="Check the path.") from None
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            raise _damaged(path) from error
        raise InputFileError(path, f"cannot be read: {error.strerror}.", remedy="") from error
    except (EOFError, zlib.error) as error:
        raise _damaged(path) from error
    except UnicodeDecodeError as error:
        raise InputFileError(
            path,
            f"byte {error.start} is not UTF-8.",
            remedy="The source's own file is UTF-8; this one was re-saved by another program.",
        ) from error
    if not text.strip():
        raise InputFileError(path, "the file is empty.", remedy="Fetch it again.")
    if not text.endswith("\n"):
        raise InputFileError(
            path,
            "the last line has no end: the file looks half-written.",
            remedy="Fetch it again; if it is whole, end it with a line break.",
            line=text.count("\n") + 1,
        )
    return text.rstrip() + "\n"  # blank lines at the end state nothing


def _damaged(path: Path) -> InputFileError:
    return InputFileError(
        path, "the compressed file is damaged or half-written.", remedy="Fetch it again."
    )


def _check_separator(path: str | Path, text: str) -> None:
    """Name what separates the cells if it is no comma: spreadsheets in Europe write semicolons."""
    header = text.partition("\n")[0]
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if sign in header and "," not in header:
            raise InputFileError(
                path,
                f"the cells are separated by {name}, not by commas.",
                remedy="Save it as CSV with commas between the cells and points in the numbers.",
                line=1,
            )


def _check_width(path: str | Path, text: str) -> None:
    if '"' in text:
        return  # quoted cells may hold commas and line breaks: the parser judges
    lines = text.splitlines()
    commas = lines[0].count(",")
    for index, line in enumerate(lines):
        if line.count(",") != commas:
            raise InputFileError(
                path,
                f"the line has {line.count(',') + 1} cells, the header {commas + 1}.",
                remedy="The file is damaged or half-written; fetch it again.",
                line=index + 1,
            )


def _parse(path: str | Path, text: str) -> pl.DataFrame:
    try:
        return pl.read_csv(io.StringIO(text), infer_schema=False).with_columns(
            pl.all().fill_null("")
        )
    except pl.exceptions.PolarsError as error:
        raise InputFileError(
            path, f"cannot be read as a table: {error}.", remedy="Fetch it again."
        ) from error


def check_once(path: str | Path, frame: pl.DataFrame, *key: str) -> None:
    """Raise on the first line whose `key` another line has too."""
    cell = ", ".join(f"{column} {{{column}}}" for column in key)
    twice = pl.struct(*key).is_duplicated()
    remedy = "Remove the copy; adding both would count trade twice."
    bad_line(path, frame, twice, f"{cell} stands twice", remedy=remedy)
