"""The OData service of uktradeinfo on loopback.

Everything that it serves is GENERATED, in the form that the service's own description gives;
only :data:`PRINTED_ROW` was printed from a live answer (a public tutorial, 2021).
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from loopback import Fake, Reply

from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from collections.abc import Iterator

    from loopback import Request

QUESTION: Final = {
    "reporter": "GBR",
    "partner": "RUS,KAZ",
    "flow": "export",
    "codes": "854231,854370,030471",
    "since": "2016-11",
    "until": "2022-02",
}
"""Three editions and two partners: six calls, one for the months, and the pages that follow."""

PRINTED_ROW: Final = {
    "MonthId": 200001,
    "FlowTypeId": 1,
    "SuppressionIndex": 0,
    "CommodityId": -990,
    "CommoditySitcId": -1,
    "CountryId": 959,
    "PortId": -1,
    "Value": 148391144.0,
    "NetMass": None,
    "SuppUnit": None,
}

GOODS: Final = (85423110, 85423190, 85437090, 3047190)  # the last is 03047190
PORTS: Final = (101, 102, 103)
CHINA: Final = 720
RUSSIA, KAZAKHSTAN, CONFIDENTIAL = 75, 79, 977
FORBIDDEN: Final = b"<html><head><title>403</title></head><body>Ip Forbidden</body></html>"


@dataclass(frozen=True)
class Filter:
    """A filter expression, taken apart."""

    first: int
    last: int
    countries: frozenset[int]
    flows: frozenset[int]
    ranges: tuple[tuple[int, int], ...]

    def has_code(self, code: int) -> bool:
        return any(first <= code < end for first, end in self.ranges)


def read_filter(text: str) -> Filter:
    def numbers(pattern: str) -> list[int]:
        return [int(found) for found in re.findall(pattern, text)]

    ranges = re.findall(r"\(CommodityId ge (\d+) and CommodityId lt (\d+)\)", text)
    single = numbers(r"CommodityId eq (\d+)")
    return Filter(
        first=numbers(r"MonthId ge (\d+)")[0],
        last=numbers(r"MonthId le (\d+)")[0],
        countries=frozenset(numbers(r"CountryId eq (\d+)")),
        flows=frozenset(numbers(r"FlowTypeId eq (\d)")),
        ranges=(*((int(a), int(b)) for a, b in ranges), *((code, code + 1) for code in single)),
    )


def pounds(*cell: int) -> int:
    """Value of a cell at one port; none for about half of all."""
    seed = zlib.crc32("|".join(map(str, cell)).encode())
    return 0 if seed % 2 else seed % 900_000 + 1


class FakeHmrc(Fake):
    """Pages of `page` rows; knows months up to `last`; lets the guard refuse `forbidden` requests.

    Attributes
    ----------
    last
        The last month that is out.
    page
        Rows of a page; the service has 40,000.
    forbidden
        Numbers of the requests (from 1) that the guard answers with 403.
    longest
        Codes in a filter beyond which it is refused with 400; None for no limit.
    absolute
        Whether the address of the next page names the server, as the service does; without it,
        two servers give the same bytes.
    lost
        Rows left out of the end of every last page, without a word.
    """

    def __init__(self) -> None:
        super().__init__()
        self.last = 202609
        self.page = 100
        self.forbidden: set[int] = set()
        self.longest: int | None = None
        self.absolute = False
        self.lost = 0

    def answer(self, request: Request) -> Reply:
        if len(self.requests) in self.forbidden:
            return Reply(FORBIDDEN, 403, "text/html")
        if request.path != "/OTS" or request.get("$orderby"):
            return Reply(b'{"error":{"message":"The query specified is not valid."}}', 400)
        if request.get("$apply"):
            return _odata(self._months(read_filter(request.get("$apply"))))
        wanted = read_filter(request.get("$filter"))
        if self.longest is not None and len(wanted.ranges) > self.longest:
            return Reply(b'{"error":{"message":"The node count limit is exceeded."}}', 400)
        return self._page(request, list(self._rows(wanted)))

    def _months(self, wanted: Filter) -> list[dict[str, Any]]:
        assert wanted.countries == {CHINA}
        return [
            {"@odata.id": None, "MonthId": month, "Value": 1000.0 + month}
            for month in _months(wanted, self.last)
        ]

    def _rows(self, wanted: Filter) -> Iterator[dict[str, Any]]:
        for month in _months(wanted, self.last):
            for code in filter(wanted.has_code, GOODS):
                for country in sorted(wanted.countries - {CONFIDENTIAL}):
                    for port in PORTS:
                        flow = max(wanted.flows)  # non-EU
                        value = pounds(month, flow, code, country, port)
                        if value:
                            yield _row(month, flow, code, country, port, value=value)

    def _page(self, request: Request, rows: list[dict[str, Any]]) -> Reply:
        start = int(request.get("$skip") or 0)
        here = rows[start : start + self.page]
        if start + self.page >= len(rows):
            return _odata(here[: len(here) - self.lost], count=len(rows))
        params = [pair for pair in request.params if pair[0] != "$skip"]
        query = urlencode([*params, ("$skip", str(start + self.page))])
        host = self.url if self.absolute else ""
        return _odata(here, count=len(rows), following=f"{host}/OTS?{query}")


def _months(wanted: Filter, last: int) -> list[int]:
    first, end = (date(n // 100, n % 100, 1) for n in (wanted.first, wanted.last))
    months = [int(f"{month:%Y%m}") for month in months_between(first, end)]
    return [month for month in months if month <= last]


def _row(
    month: int, flow: int, code: int, country: int, port: int, *, value: int
) -> dict[str, Any]:
    return {
        "MonthId": month,
        "FlowTypeId": flow,
        "SuppressionIndex": 0,
        "CommodityId": code,
        "CommoditySitcId": 77641,
        "CountryId": country,
        "PortId": port,
        "Value": float(value),
        "NetMass": float(value // 50),
        "SuppUnit": float(value // 3) if code // 10_000 == 8542 else None,
    }


def _odata(rows: list[Any], *, count: int | None = None, following: str | None = None) -> Reply:
    body: dict[str, Any] = {"@odata.context": "https://api.uktradeinfo.com/$metadata#OTS"}
    if count is not None:
        body["@odata.count"] = count
    body["value"] = rows
    if following:
        body["@odata.nextLink"] = following
    return Reply(json.dumps(body).encode(), media="application/json")


FAKE: Final = FakeHmrc
