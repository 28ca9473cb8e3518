"""From the bytes of an export to a table of text in which row ``i`` is line ``i + 2``."""

from __future__ import annotations

import csv
import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import InputFileError
from tradeflow.sources.gacc.columns import read_header
from tradeflow.sources.gacc.restore import restored
from tradeflow.sources.textfile import bad_line

if TYPE_CHECKING:
    from tradeflow.sources.gacc.columns import Layout

ENCODINGS: Final = ("utf-8-sig", "gb18030")
_AGAIN: Final = "Export it again from the query site, as CSV."


@dataclass(frozen=True, slots=True)
class Export:
    """One exported file, read but not yet judged.

    Attributes
    ----------
    path
        The file.
    layout
        What its header says.
    frame
        All cells as text, columns named as ours (see :data:`~.columns.FIELDS`; ``value`` holds
        the money).
    """

    path: Path
    layout: Layout
    frame: pl.DataFrame


def read_export(path: str | Path) -> Export:
    """Read an export: UTF-8 or GB18030, gzipped or not, whole.

    Raises
    ------
    InputFileError
        The file is absent, damaged, half-written, empty, or no CSV export.
    ResponseChanged
        Its columns are not the documented ones.
    """
    path = Path(path)
    text = _with_spare(_text(path))
    header = _cells(_first_line(text))
    layout = read_header(path, header)
    frame = _parsed(path, text, len(header))
    _check_nameless(path, frame, layout)
    named = [pl.nth(i).alias(field) for i, field in enumerate(layout.fields) if field]
    return Export(path, layout, frame.select(named).pipe(restored))


def _with_spare(text: str) -> str:
    """Give the header the comma with which the site ends every line, where a program took it."""
    first, _, rest = text.partition("\n")
    header, line = _cells(first), _cells(_first_line(rest))
    spare = len(line) == len(header) + 1 and not line[-1]
    return f"{first},\n{rest}" if spare else text


def _check_nameless(path: Path, frame: pl.DataFrame, layout: Layout) -> None:
    """Refuse cells that no name explains, but for numbers of the lines before everything else."""
    for index, field in enumerate(layout.fields):
        if not field and not (index == 0 and _counts_lines(frame.to_series(0))):
            bad_line(
                path,
                frame,
                pl.nth(index) != "",
                f"column {index + 1} has no name and is not empty",
                remedy=f"Only empty columns stand without a name. {_AGAIN}",
            )


def _counts_lines(cells: pl.Series) -> bool:
    lines = range(cells.len())
    return cells.to_list() in ([str(i) for i in lines], [str(i + 1) for i in lines])


def _parsed(path: Path, text: str, width: int) -> pl.DataFrame:
    try:
        frame = pl.read_csv(text.encode(), infer_schema=False, empty_string_is_null=False)
    except pl.exceptions.PolarsError:
        raise _crooked(path, text, width) from None
    if frame.height != text.count("\n") - 1 or frame.width != width:
        raise _crooked(path, text, width)
    frame = frame.with_columns(pl.all().str.strip_chars())
    if frame.is_empty():
        raise InputFileError(
            path,
            "there is a header and no data.",
            remedy="The query found nothing or the export failed; look at the site's own answer.",
        )
    blank = pl.all_horizontal(pl.all() == "")
    bad_line(path, frame, blank, "the line is empty", remedy="Delete it, or export again.")
    return frame


def _crooked(path: Path, text: str, width: int) -> InputFileError:
    """Find the line that is no row of the table."""
    for index, line in enumerate(text.split("\n")[:-1]):
        if line.count('"') % 2:
            problem = "a quoted cell runs over the end of the line."
        elif len(_cells(line)) > width:
            problem = f"the line has {len(_cells(line))} cells, the header {width}."
        else:
            continue
        return InputFileError(path, problem, remedy=_AGAIN, line=index + 1)
    return InputFileError(path, "cannot be read as a table.", remedy=_AGAIN)


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line]), [])
    except csv.Error:
        return [line]


def _text(path: Path) -> str:
    """Return the text up to the last line that holds something, ended by a line break."""
    text = _unscrambled(_decoded(path, _content(path)))
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    last = len(text.rstrip(", \t\n"))
    if not last:
        raise InputFileError(path, "the file is empty.", remedy=_AGAIN)
    if text.startswith("<"):
        raise InputFileError(
            path,
            "this is a web page, not an export: the site refused or showed its own table.",
            remedy="Open it in a browser, solve what it asks, and use the button that downloads.",
        )
    end = text.find("\n", last)
    if end >= 0:
        return text[: end + 1]
    if not _whole(text):
        raise InputFileError(
            path,
            "the last line has no end: the file looks half-written.",
            remedy="Export it again; if it is whole, end it with a line break.",
            line=text.count("\n") + 1,
        )
    return text + "\n"


def _whole(text: str) -> bool:
    """Whether a last line without a line break is complete beyond doubt."""
    first, last = _cells(_first_line(text)), text[text.rfind("\n") + 1 :]
    return last.endswith((",", '"')) and len(_cells(last)) == len(first)


def _first_line(text: str) -> str:
    return text[: text.find("\n")]


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith(b"PK\x03\x04"):
        raise InputFileError(
            path, "this is an Excel workbook.", remedy="Save it as CSV, with codes as text."
        )
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            where = error.start
    raise InputFileError(path, f"byte {where} is neither UTF-8 nor GB18030.", remedy=_AGAIN)


def _unscrambled(text: str) -> str:
    """Undo a Chinese file's way through Latin-1, which its header betrays."""
    if _first_line(text).isascii():
        return text
    try:
        return text.encode("latin-1").decode("gb18030")
    except UnicodeError:
        return text


def _content(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
    except FileNotFoundError:
        raise InputFileError(path, "no such file.", remedy="Check the path.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputFileError(
            path, "the compressed file is damaged or half-written.", remedy=_AGAIN
        ) from error
    except (OSError, ValueError) as error:
        raise InputFileError(path, f"cannot be read: {error}.", remedy="Check the path.") from error
