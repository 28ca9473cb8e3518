"""The page that links to the archives, one a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urlencode, urljoin, urlsplit

from tradeflow.errors import ResponseChanged

BASE: Final = "https://stat.gov.kz"
PATH: Final = "/ru/industries/economy/foreign-market/spreadsheets/"
PARAMS: Final = (("year", ""), ("name", "40108"), ("period", ""), ("type", ""))
PAGE: Final = f"{BASE}{PATH}?{urlencode(PARAMS)}"
CELL: Final = "divTableCell"
_YEAR: Final = re.compile(r"(?<!\d)20\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class ArchiveLink:
    """A link in the page's table.

    Attributes
    ----------
    year
        The year in the link's text; None if it names none, or several.
    title
        The link's text.
    url
        Absolute address.
    """

    year: int | None
    title: str
    url: str


def parse_listing(html: str, *, page: str = PAGE) -> tuple[ArchiveLink, ...]:
    """List the archives that the page links to.

    Parameters
    ----------
    html
        The page.
    page
        Its address; links to other hosts are left out.

    Returns
    -------
    tuple of ArchiveLink
        In the page's order, each address once.

    Raises
    ------
    ResponseChanged
        No cell of the page's table links to a year's archive.
    """
    reader = _Links()
    reader.feed(html)
    reader.close()
    links: dict[str, ArchiveLink] = {}
    for href, text in reader.links:
        url, title = _absolute(page, href), " ".join(text.split())
        if href and _same_site(url, page):
            links.setdefault(url, ArchiveLink(_year(title), title, url))
    if not any(link.year for link in links.values()):
        raise ResponseChanged(
            page, gone=[f"div.{CELL} a with a year"], new=[link.title for link in links.values()]
        )
    return tuple(links.values())


def _year(title: str) -> int | None:
    years = set(_YEAR.findall(title))
    return int(years.pop()) if len(years) == 1 else None


def _absolute(page: str, href: str) -> str:
    """Complete an address; one that is none, such as ``//[``, becomes empty."""
    try:
        return urljoin(page, href)
    except ValueError:
        return ""


def _same_site(url: str, page: str) -> bool:
    there, here = urlsplit(url), urlsplit(page)
    return (there.scheme, there.netloc) == (here.scheme, here.netloc)


class _Links(HTMLParser):
    """Collects addresses and texts of links inside the table's cells."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.cells: list[bool] = []  # of the open <div>s: is it a cell
        self.open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "div":
            self.cells.append(CELL in (known.get("class") or "").split())
        if tag == "a" and any(self.cells):
            self.links.append((known.get("href") or "", ""))
            self.open = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self.cells:
            self.cells.pop()
        if tag in {"a", "div"}:
            self.open = False

    def handle_data(self, data: str) -> None:
        if self.open:
            href, text = self.links[-1]
            self.links[-1] = href, text + data
