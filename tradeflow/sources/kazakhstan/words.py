"""Russian words of the tables and folders, whatever alphabet their letters were typed in."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from tradeflow.errors import UsageError

# Latin letters that look like Cyrillic ones: the tables print АРМЕHИЯ with a Latin H.
_LOOKALIKES: Final = str.maketrans("abcehkmoptxy", "авсенкмортху")

PARTNERS: Final[dict[str, str]] = {
    "россия": "RUS",
    "российская федерация": "RUS",
    "беларусь": "BLR",
    "республика беларусь": "BLR",
    "армения": "ARM",
    "республика армения": "ARM",
    "кыргызстан": "KGZ",
    "кыргызская республика": "KGZ",
    "киргизия": "KGZ",
}
"""Titles of the blocks. How Kyrgyzstan is printed is not documented: three spellings are known."""

_MONTHS: Final = (
    "январ",
    "феврал",
    "март",
    "апрел",
    "ма[йя]",
    "июн",
    "июл",
    "август",
    "сентябр",
    "октябр",
    "ноябр",
    "декабр",
)
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")
_SPAN: Final = re.compile(r"\b(мес|кварт|полугод)")
_LEADING: Final = re.compile(r"[\W_]*(\d{1,2})(?!\d)(?:\s*[-–—]\s*(\d{1,2})(?!\d))?")
TABLE: Final = "таб_9_00"


def fold(text: str) -> str:
    """Put text into small Cyrillic letters with single blanks, whichever alphabet it mixes.

    >>> fold("АРМЕHИЯ") == fold("Армения")
    True
    """
    plain = unicodedata.normalize("NFC", text).casefold().translate(_LOOKALIKES)
    return " ".join(plain.split()).strip(" :.")


def is_table(name: str) -> bool:
    """Say whether a file of the archive is the table of six-digit codes."""
    file = PurePosixPath(name.replace("\\", "/"))
    return fold(file.name).startswith(fold(TABLE)) and file.suffix.lower() in {".xls", ".xlsx"}


def period_of(name: str, *, archive: str, year: int | None = None) -> date:
    """Read the month that a table states from the folder it lies in.

    Parameters
    ----------
    name
        The table's path in the archive; its folder's name begins with the month's number, or
        names the month.
    archive
        The archive's file name, which may hold the year.
    year
        The year, if no name holds it.

    Returns
    -------
    date
        The month's first day.

    Raises
    ------
    UsageError
        The names say no month or year, or more than one.

    Examples
    --------
    >>> period_of("2024/03/таб_9_00.xls", archive="trade.rar")
    datetime.date(2024, 3, 1)
    """
    path = PurePosixPath(name.replace("\\", "/"))
    return date(_year(f"{path.parent}", archive, year, name), _month(path, name), 1)


def _month(path: PurePosixPath, name: str) -> int:
    own = fold(path.stem).removeprefix(fold(TABLE)).strip(" ._-")
    for text in (*(fold(part) for part in reversed(path.parts[:-1])), own):
        found = _months(_YEAR.sub(" ", text).strip())
        cumulative = _SPAN.search(text) is not None
        if len(found) == 1 and 1 <= min(found) <= len(_MONTHS) and not cumulative:
            return found.pop()
        if found or cumulative:
            raise UsageError(
                f"{name}: {text!r} is not one month. Tables of several months are cumulative "
                "and cannot be read as a month."
            )
    raise UsageError(f"{name}: no folder says which month it is. Name it 01 to 12.")


def _months(text: str) -> set[int]:
    leading = _LEADING.match(text)
    numbers = {int(number) for number in leading.groups() if number} if leading else set()
    return numbers | {i for i, stem in enumerate(_MONTHS, 1) if re.search(rf"\b{stem}", text)}


def _year(folder: str, archive: str, year: int | None, name: str) -> int:
    told = {int(found) for found in _YEAR.findall(f"{folder} {archive}")}
    if year is not None and told <= {year}:
        return year
    if year is None and len(told) == 1:
        return told.pop()
    said = " and ".join(map(str, sorted(told))) or "none"
    wanted = "" if year is None else f", and {year} was asked for"
    raise UsageError(
        f"{name} in {archive}: the names hold the years: {said}{wanted}. Give the right year."
    )
