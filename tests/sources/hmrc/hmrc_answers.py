"""Pages of uktradeinfo written by hand, and the calls that they answer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from kept_answer import NOW, kept

from tradeflow.sources.hmrc.plan import goods_call, release_call
from tradeflow.sources.spans import Span

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tradeflow.sources.call import Answer, Call

SPAN = Span("HS2022", date(2024, 1, 1), date(2024, 3, 1))
OUT = release_call("export", ["RUS"], SPAN.first, SPAN.last)
NEXT = "https://source.test/OTS?$filter=f&$count=true&$skip=2"


def goods(codes: str = "854231", *, partner: str = "RUS", flow: str = "export") -> Call:
    return goods_call(flow, partner, SPAN, codes.split(","))


def row(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    """Exports of processors to Russia through one port."""
    return {
        "MonthId": 202401,
        "FlowTypeId": 4,
        "SuppressionIndex": 0,
        "CommodityId": 85423190,
        "CommoditySitcId": 77641,
        "CountryId": 75,
        "PortId": 101,
        "Value": 1000.0,
        "NetMass": 50.0,
        "SuppUnit": None,
        **changed,
    }


def page(
    folder: Path,
    *rows: dict[str, Any],
    call: Call | None = None,
    count: object = None,
    following: object = None,
    at: datetime = NOW,
) -> Answer:
    body: dict[str, object] = {"@odata.context": "x", "@odata.count": len(rows), "value": rows}
    if count is not None:
        body["@odata.count"] = count
    if following is not None:
        body["@odata.nextLink"] = following
    return kept(folder, call or goods(), body, at=at)


def out(folder: Path, *months: int, call: Call = OUT) -> Answer:
    """Say that months are out."""
    rows = [{"@odata.id": None, "MonthId": month, "Value": 1e9} for month in months]
    return kept(folder, call, {"value": rows})
