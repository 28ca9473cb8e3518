"""What follows from each answer that Trade-IDDS is known to give. Answers are written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hongkong_answers import cell, goods, out, release, said
from kept_answer import kept

from tradeflow.errors import BadAnswer, QueryRefused, ResponseChanged, Throttled
from tradeflow.sources.call import Accepted, Split
from tradeflow.sources.hongkong.judge import judge

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Verdict

UNDEFINED = "code 999999 is not defined"


def periods(verdict: Verdict) -> list[str]:
    assert isinstance(verdict, Accepted | Split)
    calls = verdict.then if isinstance(verdict, Accepted) else verdict.into
    return [dict(call.params)["period"] for call in calls]


def codes(verdict: Verdict) -> list[str]:
    assert isinstance(verdict, Split)
    return [dict(call.params)["code"] for call in verdict.into]


def test_goods_are_asked_for_the_months_that_are_out(tmp_path: Path) -> None:
    assert periods(judge(out(tmp_path, "202401", "202402"))) == ["202401,202402"]


def test_a_month_that_is_not_out_is_left_off(tmp_path: Path) -> None:
    call = release(asked="2026-10-01", last=date(2026, 10, 1))
    refusal = said(tmp_path, call, name="Validation error", message=["period not defined"])
    verdict = judge(refusal)
    assert periods(verdict) == ["202401,202609"]
    assert isinstance(verdict, Split)
    assert verdict.into[0].told("asked") == "2026-10-01"


def test_the_only_month_is_not_out(tmp_path: Path) -> None:
    call = release(asked="2024-01-01", last=date(2024, 1, 1))
    at = datetime(2024, 2, 10, tzinfo=UTC)
    refusal = said(tmp_path, call, name="Fail", message="未被定义", at=at)
    assert judge(refusal) == Accepted()


def test_an_old_month_is_not_refused_for_being_late(tmp_path: Path) -> None:
    refusal = said(tmp_path, release(), name="Validation error", message=[UNDEFINED])
    with pytest.raises(QueryRefused, match="2024-03 must be out"):
        judge(refusal)


@pytest.mark.parametrize("message", [UNDEFINED, "未被定义", [UNDEFINED]])
def test_one_bad_code_kills_the_call_and_is_closed_in_on(tmp_path: Path, message: object) -> None:
    call = goods("854231,854232,999999")
    verdict = judge(said(tmp_path, call, name="Validation error", message=message))
    assert codes(verdict) == ["854231", "854232,999999"]
    assert all(c.told("partner") == "RUS" for c in verdict.into)  # type: ignore[union-attr]


def test_the_code_that_kills_the_call_stands_alone(tmp_path: Path) -> None:
    refusal = said(tmp_path, goods("999999"), name="Fail", message=[UNDEFINED])
    assert judge(refusal) == Accepted()


def test_no_record_is_an_answer(tmp_path: Path) -> None:
    assert judge(said(tmp_path, goods(), name="Fail", message=["No record found"])) == Accepted()


@pytest.mark.parametrize(
    ("name", "seconds"), [("Usage limit", 30.0), ("Server busy", 15.0), ("Too many calls", 30.0)]
)
def test_the_source_asks_for_patience(tmp_path: Path, name: str, seconds: float) -> None:
    with pytest.raises(Throttled, match=name) as caught:
        judge(said(tmp_path, goods(), name=name, message=["Please try later"]))
    assert caught.value.seconds == seconds


def test_origin_and_code_together_may_be_refused(tmp_path: Path) -> None:
    call = goods("854231,854232", origin="CHN")
    refusal = said(tmp_path, call, name="Validation error", message=["coclass is not allowed"])
    with pytest.raises(QueryRefused, match=r"ask for --codes TOTAL .* by origin"):
        judge(refusal)


@pytest.mark.parametrize("name", ["Access denied", "Validation error"])
def test_a_question_that_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(QueryRefused, match=name):
        judge(said(tmp_path, goods(), name=name, message=["for a reason"]))


def rows(**changed: Any) -> dict[str, Any]:  # noqa: ANN401
    return {**cell(goods(), "202401", "1,234"), **changed}


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (rows(cc="KZ"), "cc 'KZ', which was not asked"),
        (rows(code="854232"), "code '854232', which was not asked"),
        (rows(period="202404"), "period '202404', which was not asked"),
        (rows(period="2024-01"), "which was not asked"),
        (rows(ttype="4"), "ttype '4'"),
        (rows(sv="VCy"), "sv 'VCy'"),
        (rows(figure="-5"), "'-5' is not a number of at least 0"),
        (rows(figure="1,23"), "is not a number"),
        (rows(figure="nan"), "is not a number"),
    ],
)
def test_an_answer_to_another_question(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    with pytest.raises(BadAnswer, match=words):
        judge(said(tmp_path, goods(), row))


def test_rows_that_are_counted_and_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="1 of 2 rows arrived"):
        judge(said(tmp_path, goods(), rows(), count=2))


def test_no_trade_at_all_cannot_be(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="no month has any trade"):
        judge(out(tmp_path))


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"header":{}}', b'{"header":{"status":"Success"}}']
)
def test_what_is_no_answer_at_all(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadAnswer):
        judge(kept(tmp_path, goods(), body))


def test_a_new_dimension_is_a_change_and_a_description_is_not(tmp_path: Path) -> None:
    fine = said(tmp_path, goods(), rows(ccDescEN="Russia", unitEN="KG", coDescTC="x"))
    assert judge(fine) == Accepted()
    with pytest.raises(ResponseChanged) as caught:
        judge(said(tmp_path, goods(), rows(tm="AIR")))
    assert caught.value.new == ("tm",)
    gone = {name: value for name, value in rows().items() if name != "cc"}
    with pytest.raises(ResponseChanged) as caught:
        judge(said(tmp_path, goods(), gone))
    assert caught.value.gone == ("cc",)
