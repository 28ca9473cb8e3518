"""The US Census Bureau on loopback. All figures are GENERATED; no answer with a key is recorded.

As documented: the redirect to a page about the key, 204 for nothing, conditions echoed as
columns, a code shorter than its level answered with nothing, total and group rows when no
country is asked for, zero lines for goods that were traded earlier in the year.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from loopback import Fake, Reply, Request, as_json

from tradeflow.sources.census.fields import EXPORTS, IMPORTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.census.fields import Fields

QUESTION: dict[str, Any] = {
    "reporter": "USA",
    "partner": ["RUS", "KAZ"],
    "category": "uav_parts",
    "since": "2021-12",
    "until": "2022-03",
}
COUNTRIES = ("1220", "2010", "4621", "4634", "5700")
TAILS = ("0015", "9000")
VARIABLES = {f.flow: {f.value, *f.counted} for f in (EXPORTS, IMPORTS)}
UNITS = {"0015": ("NO", "KG"), "9000": ("X", None)}
LEVELS = {"HS2": 2, "HS4": 4, "HS6": 6, "HS10": 10}
OLD, NEW = ("880310", "880330"), ("880710", "880730")  # of HS2017 and HS2022
CHANGE = "2022-01"  # on the 27th: the month has both
GOODS = ("854231", "854370", *OLD, *NEW, "980110")
EMBARGO = ("4621", "2022-03")  # nothing goes there any more; lines of the year remain, as zeros


class FakeCensus(Fake):
    """Knows the key ``canary-key-42`` and no other.

    Attributes
    ----------
    released
        The last month that is out.
    """

    def __init__(self) -> None:
        super().__init__()
        self.released = "2026-09"

    def answer(self, request: Request) -> Reply:
        if request.path.endswith("_key.html"):
            body = f"<html><title>{request.path[6:13].title()} Key</title></html>"
            return Reply(body.encode(), media="text/html")
        if request.get("key") != "canary-key-42":
            page = "invalid" if request.get("key") else "missing"
            headers = {"X-DataWebAPI-KeyError": "1", "Location": f"/data/{page}_key.html"}
            return Reply(status=302, media="text/html", headers=headers)
        fields = EXPORTS if request.path == EXPORTS.path else IMPORTS
        asked = request.get("get").split(",")
        unknown = set(asked) - VARIABLES[fields.flow]
        if unknown:
            return Reply(f"error: unknown variable '{min(unknown)}'".encode(), 400, "text/plain")
        rows = list(self._rows(request, fields, asked))
        echoed = [name for name, _ in request.params if name not in {"get", "key"}]
        return as_json([[*asked, *echoed], *rows]) if rows else Reply(status=204)

    def _rows(self, request: Request, fields: Fields, asked: list[str]) -> Iterator[list[Any]]:
        code = request.get(fields.code)
        for month in self._months(request.get("time")):
            for line in _lines(code.rstrip("*"), request.get("COMM_LVL"), whole="*" not in code):
                cells = _cells(fields, line, request, month)
                if cells is None:
                    continue
                conditions = {
                    "CTY_CODE": request.get("CTY_CODE"),
                    "COMM_LVL": request.get("COMM_LVL"),
                    "DF": request.get("DF"),
                    fields.code: line,
                    "time": month,
                }
                echoed = [conditions[n] for n, _ in request.params if n not in {"get", "key"}]
                yield [*(cells[name] for name in asked), *echoed]

    def _months(self, words: str) -> Iterator[str]:
        first, last = words.removeprefix("from ").split(" to ")
        for year in range(int(first[:4]), int(last[:4]) + 1):
            for number in range(1, 13):
                month = f"{year}-{number:02d}"
                if first <= month <= min(last, self.released):
                    yield month


def _lines(prefix: str, level: str, *, whole: bool) -> list[str]:
    if not level:
        return [""]  # all goods together
    digits = LEVELS[level]
    known = {(code + tail)[:digits] for code in GOODS for tail in TAILS}
    if whole:
        return [line for line in sorted(known) if line == prefix]
    return [line for line in sorted(known) if line.startswith(prefix)]


def _cells(fields: Fields, line: str, request: Request, month: str) -> dict[str, str | None] | None:
    country = request.get("CTY_CODE")
    if (line[:6] in OLD and month > CHANGE) or (line[:6] in NEW and month < CHANGE):
        return None
    if line and (country, month) >= EMBARGO and country == EMBARGO[0]:
        if month[:4] > EMBARGO[1][:4]:
            return None
        value = 0
    else:
        value = drawn(fields.flow, line, country, month)
        foreign = value // 3
        value = {"1": value - foreign, "2": foreign}.get(request.get("DF"), value)
    first, second = UNITS.get(line[6:], ("NO", None))
    return {
        fields.value: str(value),
        fields.quantities[0]: str(value // 1000) if first == "NO" else "0",
        fields.quantities[1]: str(value // 50) if second else None,
        fields.flags[0]: None if first == "NO" else "M",
        fields.flags[1]: None if second else "M",
        "UNIT_QY1": first,
        "UNIT_QY2": second,
    }


def drawn(flow: str, line: str, country: str, month: str) -> int:
    """A value that depends on nothing but its cell."""
    digest = hashlib.sha256(f"{flow} {line} {country} {month}".encode()).digest()
    return 2_500 + int.from_bytes(digest[:4]) % 1_000_000


FAKE = FakeCensus
