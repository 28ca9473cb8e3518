"""Eurostat Comext on loopback. Figures are GENERATED, except the recorded lines of `RECORDED`.

As documented: cells counted over all positions, a key instead of data from 500,000 cells on,
413 from five million on, one code that a year does not have spoiling the whole call, CRLF, empty
values, ``LAST UPDATE`` with a blank, a sparse JSON-stat cube, another base for bulk files. The
shapes of errors and asynchronous notices are partly guesses, as the source's own are not on
record.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import py7zr
from loopback import Fake, Reply, Request, as_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

QUESTION: dict[str, Any] = {
    "reporter": "DEU,TUR",
    "partner": "RUS,KAZ",
    "category": "jammers",
    "since": "2020-06",
    "until": "2026-09",
}
FIXTURES = Path(__file__).parent / "fixtures" / "comext"
RECORDED = (FIXTURES / "ds-045409_annual.csv").read_text()
HEADER = RECORDED.splitlines()[0]
BULK_HEADER = (FIXTURES / "full_v2_sample.dat").read_text().splitlines()[0]
NAMES = ("freq", "reporter", "partner", "product", "flow", "indicators")
NEWEST = {"TR": "2026-06", "GE": "2026-03"}
NEWEST_OF_OTHERS = "2026-08"
KG_PER_UNIT = {"QUANTITY_IN_100KG": 100.0, "QUANTITY_KG": 1.0}
INDICATORS = {
    "DS-045409": {"VALUE_IN_EUROS", "QUANTITY_IN_100KG", "SUPPLEMENTARY_QUANTITY"},
    "DS-059341": {"VALUE_EUR", "QUANTITY_KG"},
}
NOT_FOUND = {"error": [{"status": 404, "id": 100, "label": "ERR_NOT_FOUND_4: not here"}]}


class FakeComext(Fake):
    """Eurostat.

    Attributes
    ----------
    later_from, refused_from
        Cells from which on an answer comes later, or never.
    invalid
        Codes that do not exist, with the year in which they do not.
    promise
        How an answer for later is announced: ``xml``, ``json``, or ``words`` without a key.
    states
        What an asynchronous answer goes through, one state per time it is asked for.
    """

    def __init__(self) -> None:
        super().__init__()
        self.later_from, self.refused_from = 500_000, 5_000_000
        self.invalid: set[tuple[str, str]] = set()
        self.promise, self.zipped = "xml", False
        self.states = ["SUBMITTED", "PROCESSING", "AVAILABLE"]
        self.promised: dict[str, tuple[str, dict[str, Any]]] = {}
        self.polls: dict[str, int] = {}
        self.announced: set[str] = set()
        self.bulk: dict[str, str] = {}

    def answer(self, request: Request) -> Reply:
        base, _, rest = request.path.removeprefix("/").partition("/dissemination/")
        if request.path == "/dissemination/files":
            return self._files(request)
        if base != "comext":
            return Reply(json.dumps(NOT_FOUND).encode(), 404)
        if rest.startswith("1.0/async/"):
            return self._asynchronous(*rest.split("/")[2:])
        asked = _from_csv(rest, request) if rest.startswith("sdmx/2.1/") else _from_json(request)
        return self._data(rest.split("/")[3], asked, request)

    def _data(self, dataset: str, asked: dict[str, Any], request: Request) -> Reply:
        if dataset not in INDICATORS:
            return Reply(json.dumps(NOT_FOUND).encode(), 404)
        bad = {c for c, year in self.invalid for p in asked["periods"] if p[:4] == year}
        wrong = [c for c in asked["product"] if c in bad]
        if wrong or not INDICATORS[dataset].issuperset(asked["indicators"]):
            words = f"INVALID_QUERY: code {min(wrong, default='')} of dimension product"
            return _error(asked, 400, words)
        cells = prod(len(asked[name]) for name in (*NAMES, "periods"))
        if cells >= self.refused_from:
            words = f"EXTRACTION_TOO_BIG: estimated {cells} rows, max authorised is 5000000"
            return _error(asked, 413, words)
        if cells >= self.later_from and request.path + str(request.params) not in self.announced:
            return self._promise(dataset, asked, request)
        return self._table(dataset, asked)

    def _table(self, dataset: str, asked: dict[str, Any]) -> Reply:
        made = _json_stat if asked["form"] == "JSON" else _csv
        reply = made(dataset, asked)
        reply.body = reply.body if not self.zipped else _gzip(reply.body)
        return reply

    def _promise(self, dataset: str, asked: dict[str, Any], request: Request) -> Reply:
        words = "ASYNCHRONOUS_RESPONSE. Your request will be treated asynchronously."
        if self.promise == "words":
            self.announced.add(request.path + str(request.params))
            return as_json({"warning": {"status": 413, "label": words}})
        seed = json.dumps([dataset, asked, len(self.promised)], sort_keys=True).encode()
        key = str(UUID(hashlib.md5(seed).hexdigest()))  # noqa: S324
        self.promised[key] = (dataset, asked)
        if self.promise == "json":
            return as_json({"warning": {"status": 413, "label": f"{words} {key}"}})
        text = f"<env:Envelope><queued><id>{key}</id><status>SUBMITTED</status></queued></env>"
        return Reply(text.encode(), media="application/xml")

    def _asynchronous(self, what: str, key: str) -> Reply:
        if key not in self.promised:
            return Reply(
                b"<fault><faultcode>100</faultcode>UNKNOWN_REQUEST</fault>", 404, "text/xml"
            )
        if what == "data":
            return self._table(*self.promised[key])
        count = self.polls[key] = self.polls.get(key, 0) + 1
        state = self.states[min(count, len(self.states)) - 1]
        return Reply(f"<status>{state}</status>".encode(), media="text/xml")

    def _files(self, request: Request) -> Reply:
        if not request.get("file"):
            sizes = {name: len(packed(name, text)) for name, text in self.bulk.items()}
            others = ["partxixu_202601.7z,FILE,12,2026-03-01", "readme.txt,FILE,1,2026-03-01"]
            lines = [f"{name},FILE,{size},2026-03-01T11:00" for name, size in sizes.items()]
            text = "\r\n".join(["NAME,TYPE,SIZE,LAST_UPDATE", *others, *lines, ""])
            return Reply(text.encode(), media="text/csv")
        name = request.get("file").rpartition("/")[2]
        if name not in self.bulk:
            return Reply(json.dumps(NOT_FOUND).encode(), 404)
        return Reply(packed(name, self.bulk[name]), media="application/octet-stream")


FAKE = FakeComext


@cache
def packed(name: str, text: str) -> bytes:
    """One bulk file as Eurostat packs it."""
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w") as archive, tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / name.replace(".7z", ".dat")
        inside.write_text(text)
        archive.write(inside, inside.name)
    return buffer.getvalue()


def bulk_line(**cells: str) -> str:
    """One line in the layout of the real one, some cells replaced."""
    line = dict(zip(BULK_HEADER.split(","), REAL_LINE.split(","), strict=True))
    assert set(cells) <= set(line)
    return ",".join((line | cells).values())


REAL_LINE = (FIXTURES / "full_v2_sample.dat").read_text().splitlines()[1]


def value(indicator: str, cell: Iterable[str]) -> float | None:
    """A generated figure: the same cell always has the same; every seventh is absent."""
    text = "/".join([*cell, "value" if "VALUE" in indicator else "amount"])
    number = int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)
    if "/TOTAL/" not in text and number % 7 == 0:
        return None
    amount = float(number % 1_000_000)
    return amount / KG_PER_UNIT[indicator] if indicator in KG_PER_UNIT else amount


def cells_of(asked: dict[str, Any]) -> Iterator[tuple[tuple[str, ...], str, float | None]]:
    """All positions asked for that are released, in order, with their figures."""
    for cell in product(*(asked[name] for name in NAMES), asked["periods"]):
        *_, period = cell
        if period <= NEWEST.get(cell[1], NEWEST_OF_OTHERS)[: len(period)]:
            place = (*cell[:5], period)
            yield place, cell[5], value(cell[5], place)


def _csv(dataset: str, asked: dict[str, Any]) -> Reply:
    recorded = _recorded(asked) if dataset == "DS-045409" else []
    lines = recorded or [
        f"ESTAT:{dataset}(1.0),15/09/26 11:00:00,{','.join(place[:5])},{indicator},{place[5]},"
        f"{'' if figure is None else figure}"
        for place, indicator, figure in cells_of(asked)
        if figure is not None or sum(map(ord, place[3])) % 2
    ]
    text = "\r\n".join([HEADER, *lines, ""])
    return Reply(text.encode(), media="application/vnd.sdmx.data+csv;version=1.0.0")


def _recorded(asked: dict[str, Any]) -> list[str]:
    if asked["freq"] != ["A"] or asked["product"] != ["030462"]:
        return []
    lines = [line.split(",") for line in RECORDED.splitlines()[1:]]
    return [
        ",".join(line)
        for line in lines
        if all(line[2 + i] in asked[name] for i, name in enumerate(NAMES))
        and line[8] in asked["periods"]
    ]


def _json_stat(dataset: str, asked: dict[str, Any]) -> Reply:
    dimensions = {name: asked[name] for name in NAMES} | {"time": asked["periods"]}
    places = {
        (*place[:5], indicator, place[5]): figure for place, indicator, figure in cells_of(asked)
    }
    figures = enumerate(places.get(cell) for cell in product(*dimensions.values()))
    return as_json(
        {
            "version": "2.0",
            "class": "dataset",
            "source": "ESTAT",
            "updated": "2026-09-15T11:00:00+0200",
            "id": list(dimensions),
            "size": [len(codes) for codes in dimensions.values()],
            "dimension": {
                name: {"category": {"index": {code: i for i, code in enumerate(codes)}}}
                for name, codes in dimensions.items()
            },
            "value": {str(i): figure for i, figure in figures if figure is not None},
            "extension": {"id": dataset},
        }
    )


def _error(asked: dict[str, Any], status: int, label: str) -> Reply:
    if asked["form"] == "JSON":
        error = {"error": [{"status": status, "id": 150, "label": label}]}
        return Reply(json.dumps(error).encode(), status)
    text = f"<S:Fault><faultcode>{status}</faultcode><faultstring>{label}</faultstring></S:Fault>"
    return Reply(text.encode(), status, "application/xml")


def _from_csv(rest: str, request: Request) -> dict[str, Any]:
    sides = [side.split("+") for side in rest.split("/")[4].split(".")]
    span = request.get("startPeriod"), request.get("endPeriod")
    return {**dict(zip(NAMES, sides, strict=True)), "periods": _periods(*span), "form": "CSV"}


def _from_json(request: Request) -> dict[str, Any]:
    span = request.get("sinceTimePeriod"), request.get("untilTimePeriod")
    return {
        **{name: request.all(name) for name in NAMES},
        "periods": _periods(*span),
        "form": "JSON",
    }


def _periods(first: str, last: str) -> list[str]:
    if "-" not in first:
        return [str(year) for year in range(int(first), int(last) + 1)]
    start, end = (int(p[:4]) * 12 + int(p[5:]) - 1 for p in (first, last))
    return [f"{i // 12}-{i % 12 + 1:02}" for i in range(start, end + 1)]


def _gzip(body: bytes) -> bytes:
    import gzip

    return gzip.compress(body, mtime=0)
