"""Trade-IDDS of Hong Kong on loopback.

Everything that it serves is GENERATED, in the form that programs read from the live service
(seen 2026-10); nothing here was recorded. Figures are checksums of the cell, so that a test can
work them out.
"""

from __future__ import annotations

import hashlib
import zlib
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Final

from loopback import HTML, Fake, Reply, as_json

from tradeflow.nomenclature.editions import edition_of
from tradeflow.sources.spans import is_known, months_between

if TYPE_CHECKING:
    from loopback import Request

QUESTION: Final = {
    "reporter": "HKG",
    "partner": "RUS,KAZ",
    "flow": "re_export",
    "codes": "854231,847330,8542",
    "since": "2016-11",
    "until": "2022-02",
}
"""Three editions, two partners, two lengths of code: twelve calls and one for the months."""

UNDEFINED: Final = "{} is not defined / 未被定义"


def thousands(*cell: str) -> int:
    """The figure of a cell; nil, and so left out, for about one cell in five."""
    seed = zlib.crc32("|".join(cell).encode())
    return 0 if seed % 5 == 0 else seed % 5_000_000


class FakeHongkong(Fake):
    """Knows months up to `last`, sends every question to a page of its own, counts cookies.

    Attributes
    ----------
    last
        The last month that is out, as ``202609``.
    no_such_codes
        Codes that kill a call although their edition has them.
    origin_with_codes
        Whether origin and code may be asked together; one user says that they may not.
    units
        Whether quantities come with ``unitEN``.
    refusals
        Status and message by the number of the question (from 1).
    """

    def __init__(self) -> None:
        super().__init__()
        self.last = "202609"
        self.no_such_codes: set[str] = set()
        self.origin_with_codes = True
        self.units = True
        self.refusals: dict[int, tuple[str, str]] = {}
        self._tickets: dict[str, Request] = {}

    @property
    def questions(self) -> list[Request]:
        return [request for request in self.requests if request.path == "/api/get"]

    def answer(self, request: Request) -> Reply:
        if request.path == "/api/get":
            return self._redirect(request)
        ticket = request.path.removeprefix("/api/").removesuffix("/get")
        if ticket not in self._tickets or f"ticket={ticket}" not in request.headers.get(
            "Cookie", ""
        ):
            return Reply(HTML, media="text/html")
        return self._data(self._tickets[ticket])

    def _redirect(self, request: Request) -> Reply:
        ticket = hashlib.md5(repr(request.params).encode(), usedforsecurity=False).hexdigest()
        self._tickets[ticket] = request
        return Reply(
            status=302,
            media="text/html",
            headers={"Location": f"/api/{ticket}/get", "Set-Cookie": f"ticket={ticket}; Path=/"},
        )

    def _data(self, request: Request) -> Reply:
        if refusal := self.refusals.get(len(self.questions)):
            return _status(*refusal)
        first, last = (f"{p}" for p in request.get("period").split(","))
        codes = [code for code in request.get("code").split(",") if code]
        if request.get("co") and request.get("cc") and codes and not self.origin_with_codes:
            return _status("Validation error", "coclass and codeclass cannot be used together", 3)
        if last > self.last:
            return _status("Validation error", UNDEFINED.format(f"period {last}"), 2)
        months = [f"{m:%Y%m}" for m in months_between(_day(first), _day(last))]
        for code, month in product(codes, (first, last)):
            known = is_known(code, edition_of("HKG", _day(month)))
            if not known or code in self.no_such_codes:
                return _status("Validation error", UNDEFINED.format(f"code {code}"), 2)
        rows = [
            self._row(request, month, code, measure)
            for month in months
            for code in codes or [""]
            for measure in request.get("sv").split(",")
        ]
        rows = [row for row in rows if row["figure"] != "0"]
        if not rows:
            return _status("Fail", "No record found")
        return as_json(_envelope("Success", 0, [], rows))

    def _row(self, request: Request, month: str, code: str, measure: str) -> dict[str, str]:
        row = {"freq": "M", "period": month, "ttype": request.get("ttype")}
        for name in ("co", "cc", "codeclass"):
            if request.get(name):
                row[name] = request.get(name)
        if code:
            row |= {"code": code, "codeDescEN": f"Goods of {code}"}
        number = thousands(
            month, request.get("ttype"), request.get("co"), request.get("cc"), code, measure
        )
        if not code and not request.get("cc"):
            number = 300_000_000 + number  # all goods: never nil
        unit = {"unitEN": "KG"} if measure == "QCm" and self.units else {}
        return {**row, "sv": measure, "figure": f"{number:,}", **unit}


def _day(month: str) -> date:
    return date(int(month[:4]), int(month[4:]), 1)


def _status(name: str, message: str, code: int = 1) -> Reply:
    return as_json(_envelope(name, code, [message], []))


def _envelope(name: str, code: int, message: list[str], rows: list[dict[str, str]]) -> object:
    return {
        "header": {
            "status": {"name": name, "code": code, "message": message},
            "title": "Merchandise trade statistics",
            "count": {"noOfRecords": len(rows)},
            "tablenote": [],
        },
        "dataSet": rows,
    }


FAKE: Final = FakeHongkong
