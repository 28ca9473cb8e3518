"""The European Central Bank on loopback, exchange rates only.

The header is REAL (tests/fixtures/ecb). Rates are the packaged table's, which are the Bank's own
to six decimals, and GENERATED from 2026-11 on. Titles are made up, with the quoted commas that
real ones have. An empty selection is answered 404, as inferred.
"""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from loopback import Fake, Reply, Request

from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADER = (Path(__file__).parent / "fixtures/ecb/header_full.csv").read_text().strip().split(",")
GENERATED = ("2026-11", "2026-12", "2027-01")


def rates() -> dict[tuple[str, str], float]:
    rows = table("ecb_rates").select("currency", "month", "units_per_eur").iter_rows()
    held = {(currency, month): rate for currency, month, rate in rows}
    last = {currency: rate for (currency, month), rate in held.items() if month == "2026-10"}
    later = {
        (currency, month): round(rate * (1 + number / 100), 6)
        for number, month in enumerate(GENERATED, start=1)
        for currency, rate in last.items()
    }
    return held | later


class FakeEcb(Fake):
    """Knows the monthly series.

    Attributes
    ----------
    released
        The last month that has a mean.
    suspended
        From when on a currency has lines without a value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.released = "2026-10"
        self.suspended: dict[str, str] = {}

    def answer(self, request: Request) -> Reply:
        base, _, key = request.path.rpartition("/")
        parts = key.split(".")
        if base != "/service/data/EXR" or request.get("format") != "csvdata" or parts[0] != "M":
            return Reply(b"<html>Not found</html>", 404, "text/html")
        rows = list(self._rows(parts[1].split("+"), request))
        if not rows:
            return Reply(b"No results found.", 404, "text/plain")
        text = StringIO(newline="")
        csv.writer(text).writerows([HEADER, *rows])
        return Reply(text.getvalue().encode(), media="text/csv")

    def _rows(self, currencies: list[str], request: Request) -> Iterator[list[str]]:
        first = request.get("startPeriod")
        last = min(request.get("endPeriod") or self.released, self.released)
        for (currency, month), rate in sorted(rates().items()):
            if currency in currencies and first <= month <= last:
                gone = month >= self.suspended.get(currency, "9999")
                yield line(currency, month, "" if gone else repr(rate))


def line(currency: str, month: str, value: str) -> list[str]:
    """One line with all columns."""
    cells = {
        "KEY": f"EXR.M.{currency}.EUR.SP00.A",
        "FREQ": "M",
        "CURRENCY": currency,
        "CURRENCY_DENOM": "EUR",
        "EXR_TYPE": "SP00",
        "EXR_SUFFIX": "A",
        "TIME_PERIOD": month,
        "OBS_VALUE": value,
        "OBS_STATUS": "A",
        "TIME_FORMAT": "P1M",
        "TITLE_COMPL": f"Reference rate, {currency}/Euro, mean, of the month",
        "UNIT": currency,
        "UNIT_MULT": "0",
    }
    return [cells.get(name, "") for name in HEADER]


FAKE = FakeEcb
