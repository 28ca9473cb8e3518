"""What was only inferred about Trade-IDDS: one small call per question, to the real address."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import QueryRefused
from tradeflow.flows.fetch import fetch
from tradeflow.sources.hongkong.plan import goods_call
from tradeflow.sources.hongkong.source import SOURCE
from tradeflow.sources.http.session import Session
from tradeflow.sources.spans import Span

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

pytestmark = pytest.mark.live
MONTH = Span("HS2022", date(2024, 1, 1), date(2024, 1, 1))


def ask(home: Path, **question: Any) -> Delivery:  # noqa: ANN401
    asked = {"reporter": "HKG", "partner": "RUS", "flow": "re_export", "codes": "854231"}
    span = {"since": "2024-01", "until": "2024-01"}
    return fetch("hongkong", home=home, backend="polars", **{**asked, **span, **question})


def body(folder: Path, codes: str) -> dict[str, Any]:
    call = goods_call((("flow", "re_export"), ("origin", "")), "RUS", MONTH, codes.split(","))
    path = folder / "body"
    with path.open("w+b") as file:
        Session(SOURCE, ledger=folder).ask(call, file)
    answer: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
    return answer


def test_total_trade_without_a_code_shows_which_months_are_out(tmp_path: Path) -> None:
    assert set(map(str, ask(tmp_path).coverage["state"])) <= {"reported", "zero"}


def test_a_month_that_is_not_out_is_refused_as_not_defined(tmp_path: Path) -> None:
    today = date.today()  # noqa: DTZ011
    last = date(today.year + (today.month == 1) * -1, (today.month - 2) % 12 + 1, 1)
    states = ask(tmp_path, since=date(last.year - 1, last.month, 1), until=last).coverage["state"]
    assert str(states[-1]) == "not released"


def test_a_code_that_nobody_has_is_refused_as_not_defined(tmp_path: Path) -> None:
    assert "not defined" in json.dumps(body(tmp_path, "999998")["header"]["status"])


def test_a_quantity_comes_with_its_unit(tmp_path: Path) -> None:
    rows = body(tmp_path, "854231")["dataSet"]
    assert all(row["unitEN"] for row in rows if row["sv"] == "QCm")


def test_origin_and_destination_without_a_code(tmp_path: Path) -> None:
    assert len(ask(tmp_path, origin="CHN", codes="TOTAL").flows) == 1


def test_origin_destination_and_code_together(tmp_path: Path) -> None:
    """One user says that this is refused; if it is not, the note in the plan can go."""
    with pytest.raises(QueryRefused):
        ask(tmp_path, origin="CHN")
