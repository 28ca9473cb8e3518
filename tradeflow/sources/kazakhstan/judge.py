"""What follows from one answer of Kazakhstan's office."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

from tradeflow.errors import BadAnswer, InputFileError, MissingTool, ResponseChanged
from tradeflow.sources.archive import members
from tradeflow.sources.call import Accepted
from tradeflow.sources.kazakhstan.listing import CELL, ArchiveLink, parse_listing
from tradeflow.sources.kazakhstan.plan import LISTING, archive_call, codes_of
from tradeflow.sources.kazakhstan.words import TABLE, is_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.call import Answer, Call, Verdict

_SHOWN: Final = 5


def judge(answer: Answer) -> Verdict:
    """Accept the page and ask for the archives it links to; accept an archive that is whole.

    Raises
    ------
    BadAnswer
        Another page, or a damaged archive; asking again may help.
    ResponseChanged
        The page has no archives or two of a year asked for, or an archive has no table of
        six-digit codes.
    UnsafeArchive
        The archive expands too far, or would leave its folder.
    """
    if answer.call.kind == LISTING:
        return Accepted(tuple(_archives(answer)))
    _check_archive(answer)
    return Accepted()


def links_of(answer: Answer) -> dict[int, ArchiveLink]:
    """Read the page: the link to each year's archive.

    Raises
    ------
    BadAnswer, ResponseChanged
        As :func:`judge`.
    """
    page = answer.read().decode("utf-8", errors="replace")
    if CELL not in page or "</html" not in page.casefold():
        raise BadAnswer(
            f"kazakhstan, {answer.call.note}: the page has no table of archives, or is cut off. "
            "Maintenance passes; if the site has changed, download the archive and read it by "
            "`tradeflow ingest kazakhstan`."
        )
    asked, links = _years(answer.call), dict[int, ArchiveLink]()
    for link in parse_listing(page, page=answer.url):
        if link.year is None:
            continue
        first = links.setdefault(link.year, link)
        if first != link and link.year in asked:
            # which of two is the table, or the newer one, no document says
            both = [first.title, link.title]
            raise ResponseChanged(answer.url, gone=[f"one archive of {link.year}"], new=both)
    return links


def _archives(answer: Answer) -> Iterator[Call]:
    about = answer.call.about
    for year, link in sorted(links_of(answer).items()):
        if year in _years(answer.call) and codes_of(about, year):
            parts = urlsplit(link.url)
            params = tuple(parse_qsl(parts.query, keep_blank_values=True))
            yield archive_call(parts.path, params, year, about)


def _years(call: Call) -> range:
    """Years of the months asked for."""
    first, last = (date.fromisoformat(call.told(name)).year for name in ("first", "last"))
    return range(first, last + 1)


def _check_archive(answer: Answer) -> None:
    where = f"kazakhstan, {answer.call.note}"
    try:
        names = [member.name for member in members(answer.path)]
    except MissingTool:
        return  # it is kept; the reading will say what to install
    except InputFileError as error:
        raise BadAnswer(f"{where}: {error.problem}") from error
    if not any(map(is_table, names)):
        raise ResponseChanged(where, gone=[f"{TABLE}*.xls"], new=names[:_SHOWN])
