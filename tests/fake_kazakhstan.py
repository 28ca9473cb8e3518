"""The page and the archives of Kazakhstan's table 40108 on loopback.

All of it is GENERATED: the cells of the page and the layout of the tables as one client's code
reads them, the numbers drawn. Archives are stored rars or zips of xlsx, not packed rars of xls.
"""

from __future__ import annotations

import zlib
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from archive_files import rar, xlsx, zipped
from kazakhstan_files import HEADER
from loopback import Fake, Reply, Request

from tradeflow.sources.kazakhstan.listing import PARAMS, PATH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

QUESTION: Final[dict[str, Any]] = {
    "reporter": "KAZ",
    "partner": "RUS,KGZ",
    "codes": "848210,8543",
    "since": "2021-12",
    "until": "2023-02",
}
"""Both editions; the page and three archives."""

HELD: Final[dict[int, tuple[int, ...]]] = {2021: (12,), 2022: (12,), 2023: (1,)}
"""Years that the page links to, and the months in their archives."""

BLOCKS: Final = {"RUS": "РОССИЯ", "BLR": "БЕЛАРУСЬ", "ARM": "АРМЕHИЯ", "KGZ": "КЫРГЫЗСТАН"}
GOODS: Final = ("010121", "848210", "854370")
FLOWS: Final = ("export", "import")
NEVER: Final = ("KGZ", "848210")  # not traded
PACKS: Final[dict[str, tuple[Callable[[Mapping[str, bytes]], bytes], str]]] = {
    "rar": (rar, "application/x-rar-compressed"),
    "zip": (zipped, "application/octet-stream"),
}


def thousand_dollars(flow: str, partner: str, code: str, year: int, month: int) -> float:
    """A value that depends on nothing but its cell."""
    if (partner, code) == NEVER:
        return 0.0
    return 1.5 + zlib.crc32(f"{flow} {partner} {code} {year} {month}".encode()) % 90_000


def table(year: int, month: int) -> list[list[object]]:
    rows = list(HEADER)
    for partner, title in BLOCKS.items():
        rows.append(["", title, *[""] * 7])
        for code in GOODS:
            out, back = (thousand_dollars(f, partner, code, year, month) for f in FLOWS)
            numbers = [*(out / 8, "", out or "-"), *(back / 8, "", back or "-")]
            rows.append([f"{code[:4]}.{code[4:]}", "товар", "", *numbers])
    return rows


@cache
def archive(year: int, months: tuple[int, ...], pack: str) -> bytes:
    files = {f"{year}/{m:02d}/таб_9_00_6 знаков.xlsx": xlsx(table(year, m)) for m in months}
    return PACKS[pack][0](files)


def page(years: Mapping[int, object]) -> bytes:
    cells = "".join(
        f'<div class="divTableRow"><div class="divTableCell"><a href="/api/iblock/element/{year}'
        f'/file/ru/">Взаимная торговля ({year} г.)</a></div></div>'
        for year in sorted(years, reverse=True)
    )
    return f'<html><body><div class="divTable">{cells}</div></body></html>'.encode()


class FakeKazakhstan(Fake):
    """Serves the archives that :data:`HELD` names, addressed below the page's own host.

    Attributes
    ----------
    held
        Years that have an archive, and the months in it.
    pack
        ``"rar"`` or ``"zip"``.
    listing
        The page; made of `held` if None.
    files
        Contents of archives, by year, that are not made of `held`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.held = dict(HELD)
        self.pack = "rar"
        self.listing: bytes | None = None
        self.files: dict[int, bytes] = {}

    def answer(self, request: Request) -> Reply:
        if request.path == PATH and request.params == PARAMS:
            body = page(self.held) if self.listing is None else self.listing
            return Reply(body, media="text/html; charset=UTF-8")
        words = request.path.strip("/").split("/")
        if words[:3] == ["api", "iblock", "element"] and int(words[3]) in self.held:
            year = int(words[3])
            body = self.files.get(year) or archive(year, self.held[year], self.pack)
            return Reply(body, media=PACKS[self.pack][1])
        return Reply(b"<html>404</html>", 404, "text/html")


FAKE: Final = FakeKazakhstan
