"""Answers of Trade-IDDS written by hand, and the calls that they answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from kept_answer import NOW, kept

from tradeflow.sources.hongkong.plan import goods_call, release_call
from tradeflow.sources.spans import Span

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tradeflow.sources.call import Answer, Call

SPAN = Span("HS2022", date(2024, 1, 1), date(2024, 3, 1))


def goods(
    codes: str = "854231", *, partner: str = "RUS", origin: str = "", flow: str = "re_export"
) -> Call:
    about = (("flow", flow), ("origin", origin))
    return goods_call(about, partner, SPAN, codes.split(","))


def release(
    codes: str = "854231",
    *,
    asked: str = "2024-03-01",
    last: date = SPAN.last,
    flow: str = "re_export",
    origin: str = "",
    partners: str = "RUS",
) -> Call:
    about = (
        ("flow", flow),
        ("partners", partners),
        ("origin", origin),
        ("asked", asked),
        ("HS2022", codes),
    )
    return release_call(about, SPAN.first, last)


def cell(call: Call, month: str, figure: object, measure: str = "VCm", **more: object) -> dict:
    """One row that repeats what the call asked for."""
    repeated = {k: v for k, v in call.params if k in {"freq", "ttype", "co", "cc", "codeclass"}}
    if "code" in dict(call.params):
        repeated |= {"code": dict(call.params)["code"].split(",")[0], "codeDescEN": "Goods"}
    return {**repeated, "period": month, "sv": measure, "figure": figure, **more}


def said(
    folder: Path,
    call: Call,
    *rows: dict[str, object],
    name: str = "Success",
    message: object = (),
    count: object = None,
    at: datetime = NOW,
) -> Answer:
    header = {
        "status": {"name": name, "code": 0, "message": message},
        "count": {"noOfRecords": len(rows) if count is None else count},
        "title": "",
        "tablenote": [],
    }
    return kept(folder, call, {"header": header, "dataSet": list(rows)}, at=at)


def out(folder: Path, *months: str, call: Call | None = None) -> Answer:
    """Say that months are out."""
    call = call or release()
    return said(folder, call, *(cell(call, month, "350,000,000") for month in months))
