"""What follows from each answer that uktradeinfo is known to give. Pages are written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fake_hmrc import FORBIDDEN
from hmrc_answers import NEXT, OUT, goods, out, page, row
from kept_answer import kept

from tradeflow.errors import BadAnswer, QueryRefused, ResponseChanged, Throttled
from tradeflow.sources.call import Accepted, Split
from tradeflow.sources.hmrc.judge import judge

if TYPE_CHECKING:
    from pathlib import Path

TOO_LONG = b'{"error":{"code":"","message":"The node count limit of \'100\' has been exceeded."}}'


def test_the_last_page_holds_as_many_rows_as_were_counted(tmp_path: Path) -> None:
    assert judge(page(tmp_path, row(), row(PortId=102))) == Accepted()
    assert judge(page(tmp_path)) == Accepted()


def test_the_next_page_is_asked_for(tmp_path: Path) -> None:
    pages = page(tmp_path, row(), row(PortId=102), count=3, following=NEXT)
    verdict = judge(pages)
    assert isinstance(verdict, Accepted)
    (call,) = verdict.then
    assert call.params == (("$filter", "f"), ("$count", "true"), ("$skip", "2"))
    assert (call.told("seen"), call.told("partner"), call.path) == ("2", "RUS", "/OTS")
    assert call.note.endswith("2024-01 to 2024-03, from row 3")
    assert judge(page(tmp_path, row(PortId=103), call=call, count=3)) == Accepted()


@pytest.mark.parametrize(("rows", "count"), [(0, 1), (1, 2), (2, 1)])
def test_rows_that_are_counted_and_not_there(tmp_path: Path, rows: int, count: int) -> None:
    lines = [row(PortId=port) for port in range(rows)]
    with pytest.raises(BadAnswer, match=f"{rows:,} of {count:,} rows arrived"):
        judge(page(tmp_path, *lines, count=count))


def test_a_full_page_that_is_all_there_is(tmp_path: Path) -> None:
    lines = [row(PortId=port) for port in range(goods().cap or 0)]
    assert judge(page(tmp_path, *lines)) == Accepted()


@pytest.mark.parametrize("following", ["https://elsewhere.test/OTS?a=b", "/RTS?$skip=2", 7])
def test_the_next_page_lies_in_another_place(tmp_path: Path, following: object) -> None:
    with pytest.raises(BadAnswer):
        judge(page(tmp_path, row(), count=2, following=following))


def test_empty_pages_without_end(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="an empty page is followed by another"):
        judge(page(tmp_path, count=2, following=NEXT))


def test_without_a_count_nobody_can_see_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ResponseChanged) as caught:
        judge(kept(tmp_path, goods(), {"value": [row()]}))
    assert caught.value.gone == ("@odata.count",)


def test_months_that_are_out(tmp_path: Path) -> None:
    assert judge(out(tmp_path, 202401, 202402)) == Accepted()
    assert judge(out(tmp_path)) == Accepted()


def test_the_guard_refuses_calls_at_random(tmp_path: Path) -> None:
    with pytest.raises(Throttled, match="Ip Forbidden") as caught:
        judge(kept(tmp_path, goods(), FORBIDDEN, status=403))
    assert caught.value.seconds == 20.0


@pytest.mark.parametrize("status", [400, 414])
def test_a_filter_that_is_too_long_is_cut(tmp_path: Path, status: int) -> None:
    verdict = judge(kept(tmp_path, goods("854231,854232,854233"), TOO_LONG, status=status))
    assert isinstance(verdict, Split)
    assert [call.told("codes") for call in verdict.into] == ["854231", "854232,854233"]
    assert "node count" in verdict.why


@pytest.mark.parametrize("call", [goods(), OUT])
def test_a_filter_that_cannot_be_cut_is_refused_for_good(tmp_path: Path, call: Any) -> None:  # noqa: ANN401
    with pytest.raises(QueryRefused, match="node count"):
        judge(kept(tmp_path, call, TOO_LONG, status=400))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"CountryId": 79}, "CountryId 79, which was not asked"),
        ({"FlowTypeId": 3}, "FlowTypeId 3"),
        ({"MonthId": 202404}, "MonthId 202404"),
        ({"MonthId": 202400}, "MonthId 202400"),
        ({"CommodityId": 85423210}, "CommodityId 85423210, which was not asked"),
        ({"CommodityId": 8542319}, "CommodityId 8542319"),
        ({"PortId": "101"}, "PortId is '101', which is no whole number"),
        ({"MonthId": True}, "MonthId is 'True'"),
        ({"CommoditySitcId": "x"}, "CommoditySitcId is 'x'"),
        ({"CommoditySitcId": "--5"}, "CommoditySitcId is '--5'"),
        ({"PortId": 10**21}, "PortId is '1000000000000000000000'"),
        ({"NetMass": 10**400}, "NetMass is '1000"),
        ({"Value": -1.0}, "Value is '-1.0', which is no number of at least 0"),
        ({"Value": "1000"}, "Value is '1000'"),
    ],
)
def test_an_answer_to_another_question(tmp_path: Path, changed: dict[str, Any], words: str) -> None:
    with pytest.raises(BadAnswer, match=words):
        judge(page(tmp_path, row(**changed)))


def test_fields_that_come_and_go(tmp_path: Path) -> None:
    fewer = {name: value for name, value in row().items() if name != "NetMass"}
    with pytest.raises(ResponseChanged) as caught:
        judge(page(tmp_path, {**fewer, "GrossMass": 1.0}))
    assert (caught.value.gone, caught.value.new) == (("NetMass",), ("GrossMass",))


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"value":{}}', b'{"value":[1]}', b"\xff"])
def test_what_is_no_page_at_all(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadAnswer):
        judge(kept(tmp_path, goods(), body))
