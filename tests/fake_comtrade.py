"""UN Comtrade on loopback: endpoints, caps and faults as its specification says.

China's trade of 2010 is a real recording (fixtures/comtrade/ORIGIN.md). Every other number is
GENERATED from the cell's own name and is no observation.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from loopback import Fake, Reply, Request, as_json

from tradeflow.nomenclature.editions import known_codes
from tradeflow.sources.comtrade.fields import EDITIONS, FINAL, TARIFFLINE

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURES: Final = Path(__file__).parent / "fixtures/comtrade"
RECORDED: Final = json.loads((FIXTURES / "get_C_A_HS_china_total_2010.json").read_text())["data"]
QUESTION: Final[dict[str, Any]] = {"category": "jammers", "since": "2021-10", "until": "2022-03"}
KEY: Final = "canary-key-42"
MODES: Final = ("3100", "3200")
NAMES: Final = {"5": "u", "8": "kg", "-1": "N/A"}
MISSING_KEY: Final = (
    "Access denied due to missing subscription key. Make sure to include subscription key when "
    "making requests to an API."
)
WRONG_KEY: Final = (
    "Access denied due to invalid subscription key. Make sure to provide a valid key for an "
    "active subscription."
)

Row = dict[str, Any]


class Cell(NamedTuple):
    reporter: int
    period: str
    flow: str
    partner: int
    code: str
    freq: str


def problem(status: int, message: str, **headers: str) -> Reply:
    body = json.dumps({"statusCode": status, "message": message}).encode()
    return Reply(body, status, headers=headers)


def envelope(rows: list[Row], count: int | None = None) -> Reply:
    body = {
        "elapsedTime": "0.09 secs",
        "count": len(rows) if count is None else count,
        "data": rows,
        "error": "",
    }
    return Reply(json.dumps(body, separators=(",", ":")).encode(), gzipped=True)


def number(*cell: object) -> int:
    return zlib.crc32("|".join(map(str, cell)).encode())


class FakeComtrade(Fake):
    """The source.

    Attributes
    ----------
    last
        Last released month by reporter; others have released nothing.
    late
        Reporters that keep to the older edition until a month.
    plus
        Whether breakdowns come although classic totals are asked for.
    caps
        Rows per answer without and with a key.
    calls_left
        Keyed calls left today; None if unlimited.
    """

    def __init__(self) -> None:
        super().__init__()
        self.last = {156: "202412", 643: "202201", 792: "202512", 51: "202509", 32: "202509"}
        self.late = {32: "202206"}
        self.plus = False
        self.caps = {False: 500, True: 100_000}
        self.calls_left: int | None = None
        self.batches: dict[str, list[str]] = {}
        self.lists_nothing = False

    def answer(self, request: Request) -> Reply:
        if len(request.path) + len(urlencode(request.params)) > 4096:
            return problem(414, "Request URL Too Long")
        keyless = request.path.startswith(("/public/", "/files/"))
        return (None if keyless else self.refused(request)) or self.routed(request)

    def refused(self, request: Request) -> Reply | None:
        key = request.headers.get("Ocp-Apim-Subscription-Key") or request.get("subscription-key")
        if not key:
            return problem(401, MISSING_KEY)
        if key != KEY:
            return problem(401, WRONG_KEY)
        if self.calls_left == 0:
            return problem(403, "Out of call volume quota. Quota will be replenished in 05:30:00.")
        if self.calls_left is not None:
            self.calls_left -= 1
        return None

    def routed(self, request: Request) -> Reply:
        routes = (
            (r"/(?:public|data)/v1/getDa(?:Tariffline)?/C/([AM])/HS", self.availability),
            (r"/public/v1/preview(Tariffline)?/C/([AM])/HS", self.preview),
            (r"/data/v1/get(Tariffline)?/C/([AM])/HS", self.keyed),
            (r"/async/v1/get(Tariffline)?/C/([AM])/HS", self.submit),
            (r"/async/v1/getDA/", self.status),
            (r"/files/v1/async-downloads/batchid-([\w-]+)\.zip", self.download),
            (r"/bulk/v1/get(?:Classic)?/C/([AM])/HS", self.listing),
            (r"/bulk/v1/file/(\d+)/([\w-]+)", self.bulk_file),
            (r"/files/v1/app/reference/(\w+)\.json", self.reference),
        )
        for pattern, serve in routes:
            if found := re.fullmatch(pattern, request.path, re.IGNORECASE):
                return serve(request, *found.groups())
        return problem(404, "Resource not found")

    # What is released

    def letters(self, reporter: int, period: str) -> str:
        month = period if len(period) == 6 else f"{period}12"
        border = self.late.get(reporter, "202112")
        return (
            "H3"
            if month < "201201"
            else "H4"
            if month < "201701"
            else ("H5" if month <= border else "H6")
        )

    def released(self, reporter: int, freq: str) -> list[str]:
        last = self.last.get(reporter, "")
        if freq == "A":
            return [str(year) for year in range(2010, int(last[:4] or 0) + 1)]
        months = (f"{y}{m:02}" for y in range(2010, 2027) for m in range(1, 13))
        return [month for month in months if month <= last]

    def availability(self, request: Request, freq: str) -> Reply:
        rows = [
            self.dataset(int(reporter), freq, period)
            for reporter in request.get("reporterCode").split(",")
            for period in self.released(int(reporter), freq)
        ]
        return envelope([] if self.lists_nothing else rows)

    def dataset(self, reporter: int, freq: str, period: str) -> Row:
        letters = self.letters(reporter, period)
        return {
            "datasetCode": f"2{reporter:04}{period}", "typeCode": "C", "freqCode": freq,
            "period": int(period), "reporterCode": reporter, "reporterISO": None,
            "reporterDesc": None, "classificationCode": letters,
            "classificationSearchCode": "HS", "isOriginalClassification": True,
            "isExtendedFlowCode": False, "isExtendedPartnerCode": True,
            "isExtendedPartner2Code": False, "isExtendedCmdCode": True,
            "isExtendedCustomsCode": False, "isExtendedMotCode": False,
            "totalRecords": 112758, "datasetChecksum": -number(reporter, period) // 2,
            "firstReleased": "2025-10-06T10:53:32.8266667",
            "lastReleased": f"2025-10-{1 + number(period) % 28:02}T10:53:32.8266667",
        }  # fmt: skip

    # Rows

    def preview(self, request: Request, line: str | None, freq: str) -> Reply:
        if "," in request.get("period"):
            return problem(400, "Maximum number of periods for preview is 1")
        return self.rows(request, line, freq, cap=self.caps[False])

    def keyed(self, request: Request, line: str | None, freq: str) -> Reply:
        if request.get("period").count(",") > 11:
            return problem(400, "Maximum number of periods is 12")
        return self.rows(request, line, freq, cap=self.caps[True])

    def rows(self, request: Request, line: str | None, freq: str, *, cap: int) -> Reply:
        rows = list(self.found(request, line, freq))
        if request.get("countOnly") == "true":
            return envelope([], len(rows))
        most = min(cap, int(request.get("maxRecords", str(cap))))
        return envelope(rows[:most])

    def found(self, request: Request, line: str | None, freq: str) -> Iterator[Row]:
        lists = [
            request.get(name).split(",")
            for name in ("reporterCode", "period", "flowCode", "partnerCode", "cmdCode")
        ]
        for reporter, period, flow, partner, code in product(*lists):
            if period not in self.released(int(reporter), freq):
                continue
            cell = Cell(int(reporter), period, flow, int(partner), code, freq)
            if line:
                yield from self.lines(cell)
            elif (reporter, period) == ("156", "2010"):
                yield from (row for row in RECORDED if is_of(row, cell))
            else:
                yield from self.cell(cell, classic=request.get("breakdownMode") == "classic")

    def cell(self, cell: Cell, *, classic: bool) -> Iterator[Row]:
        """One total, and its parts by mode of transport unless only totals are asked for."""
        letters, seed = self.letters(cell.reporter, cell.period), number(*cell)
        known = known_codes(EDITIONS[letters])
        coarse = len(cell.code) < 6 and any(code.startswith(cell.code) for code in known)
        there = coarse or cell.code in known or cell.code == "TOTAL"
        if not there or (cell.code != "TOTAL" and seed % 5 == 0):
            return
        total = made(cell, letters, float(seed % 1_000_000) + 0.25)
        yield total
        if self.plus or not classic:
            for mode in MODES:
                yield {**total, "motCode": int(mode), "primaryValue": total["primaryValue"] / 2}

    def lines(self, cell: Cell) -> Iterator[Row]:
        """Two national codes below each code; the second by mode, without a total."""
        letters = self.letters(cell.reporter, cell.period)
        for tail, modes in (("10", ("0",)), ("90", MODES)):
            for mode in modes:
                value = float(number(*cell, tail, mode) % 9999)
                row = made(cell._replace(code=cell.code + tail), letters, value)
                row["motCode"] = int(mode)
                yield {name: row[name] for name in TARIFFLINE}

    # Files

    def submit(self, request: Request, line: str | None, freq: str) -> Reply:
        name = f"{number(request.params):08x}-0000-4000-8000-000000000000"
        self.batches[name] = ["Submitted", "Running", "Completed"]
        self.batches[f"{name}-rows"] = [tsv(list(self.found(request, line, freq)))]
        reply = as_json({"message": "Your request has been submitted", "requestId": name})
        return Reply(reply.body, 202)

    def status(self, request: Request) -> Reply:
        name = request.get("batchId")
        states = self.batches[name]
        status = states.pop(0) if len(states) > 1 else states[0]
        uri = f"https://comtradeapi.un.org/files/v1/async-downloads/batchid-{name}-rows.zip"
        return envelope([{"batchId": name, "status": status, "uri": uri}])

    def download(self, _: Request, name: str) -> Reply:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(zipfile.ZipInfo("rows.txt"), self.batches[name][0])
        return Reply(buffer.getvalue(), media="application/zip")

    def listing(self, request: Request, freq: str) -> Reply:
        reporter = int(request.get("reporterCode"))
        rows = [
            {
                "fileUrl": "redacted", "fileSize": "183.34 KB",
                "isOriginalClassification": original, "reporterCode": reporter,
                "freqCode": freq, "typeCode": "C",
                "classificationCode": self.letters(reporter, period) if original else "H4",
                "refPeriodId": int(period), "period": int(period),
                "publicationDate": "2026-01-29T11:24:10Z", "partitionKey": str(reporter),
                "rowKey": f"{freq}{period}{'O' if original else 'C'}",
            }
            for period in request.get("period").split(",")
            for original in (True, False)
        ]  # fmt: skip
        return envelope(rows)

    def bulk_file(self, _: Request, reporter: str, key: str) -> Reply:
        freq, period = key[0], key[1:-1]
        rows = [
            row
            for partner, code, flow in product((643, 398), ("854231", "854232"), "MX")
            for row in self.cell(
                Cell(int(reporter), period, flow, partner, code, freq), classic=True
            )
        ]
        body = gzip.compress(tsv(rows, bulk=True).encode(), mtime=0)
        return Reply(body, media="application/TSV")

    def reference(self, request: Request, name: str) -> Reply:
        if request.headers.get("If-None-Match") == f'"{name}-1"':
            return Reply(b"", 304)
        path = FIXTURES / f"ref_{name}.json"
        if not path.exists():
            return problem(404, "Resource not found")
        return Reply(path.read_bytes(), headers={"ETag": f'"{name}-1"'})


FAKE = FakeComtrade


def is_of(row: Row, cell: Cell) -> bool:
    told = (row["flowCode"], row["partnerCode"], row["cmdCode"])
    return bool(told == (cell.flow, cell.partner, cell.code))


def made(cell: Cell, letters: str, value: float) -> Row:
    """A generated row with all 47 fields."""
    reporter, period, flow, partner, code, freq = cell
    seed = number(*cell)
    inward, unit = flow == "M", "-1" if code == "TOTAL" else "5"
    return dict.fromkeys(FINAL) | {
        "typeCode": "C", "freqCode": freq, "refPeriodId": int(f"{period:0<6}01"),
        "refYear": int(period[:4]), "refMonth": int(period[4:] or 52), "period": period,
        "reporterCode": reporter, "flowCode": flow, "partnerCode": partner, "partner2Code": 0,
        "classificationCode": letters, "classificationSearchCode": "HS",
        "isOriginalClassification": True, "cmdCode": code,
        "aggrLevel": 0 if code == "TOTAL" else len(code), "isLeaf": len(code) == 6,
        "customsCode": "C00", "mosCode": "0", "motCode": 0, "qtyUnitCode": int(unit),
        "qtyUnitAbbr": NAMES[unit], "qty": float(seed % 77), "isQtyEstimated": False,
        "altQtyUnitCode": -1, "altQtyUnitAbbr": "N/A", "altQty": 0.0,
        "isAltQtyEstimated": False, "netWgt": float(seed % 3) * value / 50,
        "isNetWgtEstimated": seed % 2 == 0, "grossWgt": 0.0, "isGrossWgtEstimated": False,
        "cifvalue": value if inward else None, "fobvalue": None if inward else value,
        "primaryValue": value, "legacyEstimationFlag": 4 if seed % 7 == 0 else 0,
        "isReported": seed % 2 == 0, "isAggregate": seed % 2 == 1,
    }  # fmt: skip


def tsv(rows: list[Row], *, bulk: bool = False) -> str:
    """Tab-separated text; bulk files spell some names otherwise and lack ISO codes and words."""
    spelled = {"cifvalue": "CIFValue", "fobvalue": "FOBValue"} if bulk else {}
    names = [n for n in FINAL if not (bulk and n.endswith(("ISO", "Desc", "Abbr")))]
    lines = [[spelled.get(name, name) for name in names]]
    lines += [["" if row[name] is None else str(row[name]) for name in names] for row in rows]
    return "".join("\t".join(line) + "\n" for line in lines)
