"""Which monthly bulk files there are: the listing, and the files that it names."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Final

from tradeflow.errors import BadAnswer, ResponseChanged
from tradeflow.sources.call import Accepted, Call
from tradeflow.sources.comext.notices import content

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer, Pairs, Verdict

FOLDER: Final = "comext/COMEXT_DATA/PRODUCTS"
_PATH: Final = "/dissemination/files"
_MAGIC: Final = b"7z\xbc\xaf\x27\x1c"
_LARGEST: Final = 2**30
_NAME: Final = re.compile(r"^full_v2_(\d{4})(\d\d)\.7z$")
_YEAR: Final = "52"
"""The month under which a file of a whole year is listed."""


def listing_call(about: Pairs) -> Call:
    """Ask for the names and sizes of all bulk files."""
    return Call(
        source="comext",
        path=_PATH,
        params=(
            ("format", "csv"),
            ("hierarchy", "false"),
            ("sizeFormat", "NONE"),
            ("dateFormat", "ISO"),
            ("dir", FOLDER),
        ),
        note="which bulk files there are",
        kind="listing",
        about=about,
        media=("text/csv", "text/plain", "application/octet-stream"),
    )


def file_call(period: str, about: Pairs, *, size: int = 0) -> Call:
    """Ask for the bulk file of a month (2024-01) or a whole year (2024)."""
    name = file_name(period)
    return Call(
        source="comext",
        path=_PATH,
        params=(("file", f"{FOLDER}/{name}"),),
        note=f"{name}, {size:,} bytes" if size else name,
        kind="bulk",
        about=(*about, ("period", period), ("size", str(size))),
        media=("application/octet-stream", "application/x-7z-compressed", ""),
        max_bytes=_LARGEST,
    )


def file_name(period: str) -> str:
    """Name a bulk file; the files ``partxixu…`` repeat its lines for Northern Ireland.

    Examples
    --------
    >>> file_name("2026-07"), file_name("2024")
    ('full_v2_202607.7z', 'full_v2_202452.7z')
    """
    year, _, month = period.partition("-")
    return f"full_v2_{year}{month or _YEAR}.7z"


def period_of(name: str) -> str:
    """Read the period off the name of a bulk file; empty if it is another file.

    Examples
    --------
    >>> period_of("full_v2_202607.7z"), period_of("full_v2_202452.7z"), period_of("partxixu.7z")
    ('2026-07', '2024', '')
    """
    found = _NAME.match(name)
    if found is None:
        return ""
    year, month = found.groups()
    return year if month == _YEAR else f"{year}-{month}"


def listed(answer: Answer) -> dict[str, int]:
    """Read the listing: file names and their sizes in bytes.

    Raises
    ------
    BadAnswer
        It is cut off, or has a size that is no number.
    ResponseChanged
        A column is gone.
    """
    note = f"comext, {answer.call.note}"
    text = content(answer).decode("utf-8-sig", errors="replace")
    if not text.endswith("\n"):
        raise BadAnswer(f"{note}: the listing breaks off.")
    header, *lines = text.splitlines()
    names = [name.strip() for name in header.split(",")]
    gone = [name for name in ("NAME", "SIZE") if name not in names]
    if gone:
        raise ResponseChanged(note, gone=gone, new=())
    try:
        rows = list(csv.DictReader(lines, fieldnames=names))
        files = [row for row in rows if (row["NAME"] or "").endswith(".7z")]
        return {row["NAME"].rpartition("/")[2]: int(row["SIZE"]) for row in files}
    except (csv.Error, ValueError, TypeError) as error:
        raise BadAnswer(f"{note}: a line cannot be read ({error}).") from error


def judge_listing(answer: Answer) -> Verdict:
    """Ask for those files of the periods wanted that there are."""
    sizes = listed(answer)
    told = dict(answer.call.about)
    periods = [p for p in told["periods"].split(",") if file_name(p) in sizes]
    about = tuple((name, said) for name, said in told.items() if name != "periods")
    return Accepted(tuple(file_call(p, about, size=sizes[file_name(p)]) for p in periods))


def judge_file(answer: Answer) -> Verdict:
    """Make sure that a bulk file is whole: as long as the listing says, and a 7z."""
    size = int(answer.call.told("size"))
    with answer.path.open("rb") as file:
        magic = file.read(len(_MAGIC))
    if magic != _MAGIC or (size and answer.size != size):
        raise BadAnswer(
            f"comext, {answer.call.note}: {answer.size:,} bytes arrived, beginning with "
            f"{magic!r}; a 7z file of {size:,} bytes is listed. If it goes on, the file has been "
            "replaced since: ask again with max_age_days=0."
        )
    return Accepted()
