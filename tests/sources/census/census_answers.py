"""Answers of the US Census Bureau written by hand, and what makes them."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tradeflow.sources.call import Answer
from tradeflow.sources.census.calls import data_call, release_call

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Call

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SPAN = (date(2021, 1, 1), date(2021, 3, 1))
CHIPS = data_call("export", "RUS", "854231", "HS10", SPAN)
OUT = release_call("export", SPAN)
HEADER = (
    *("ALL_VAL_MO", "QTY_1_MO", "QTY_2_MO", "QTY_1_MO_FLAG", "QTY_2_MO_FLAG"),
    *("UNIT_QY1", "UNIT_QY2", "CTY_CODE", "COMM_LVL", "E_COMMODITY", "time"),
)


def line(
    value: str = "12345",
    *,
    first: tuple[str | None, ...] = ("70", None, "NO"),
    second: tuple[str | None, ...] = ("0", "M", None),
    country: str = "4621",
    code: str = "8542310000",
    month: str = "2021-03",
) -> list[str | None]:
    """One row; a quantity is its number, flag and unit."""
    pairs = zip(first, second, strict=True)
    counted = [cell for pair in pairs for cell in pair]
    return [value, *counted, country, "HS10", code, month]


def answer(
    folder: Path,
    content: object,
    *,
    call: Call = CHIPS,
    status: int = 200,
    location: str = "",
    at: datetime = NOW,
) -> Answer:
    """An answer whose body is `content`, as it is if bytes, else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    digest = hashlib.sha256(body).hexdigest()
    path = folder / digest
    path.write_bytes(body)
    return Answer(
        call=call,
        path=path,
        status=status,
        headers=(("location", location),) if location else (),
        retrieved_at=at,
        sha256=digest,
        size=len(body),
        url="",
    )


def out(folder: Path, *months: str, at: datetime = NOW) -> Answer:
    """Say that months are out."""
    rows = [[f"2021-{month}", "160000000000"] for month in months]
    return answer(folder, [["time", "ALL_VAL_MO"], *rows], call=OUT, at=at)
