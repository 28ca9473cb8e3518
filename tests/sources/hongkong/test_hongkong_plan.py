"""What Hong Kong would be asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.sources.hongkong.plan import plan
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from tradeflow.sources.plan import FetchPlan

ASKED: dict[str, Any] = {
    "reporter": "HKG",
    "flow": "re_export",
    "since": "2024-01",
    "until": "2024-12",
    "today": date(2026, 11, 1),
}


def planned(**question: Any) -> FetchPlan:  # noqa: ANN401
    asked = {**ASKED, **question}
    if "category" not in asked:
        asked.setdefault("codes", "854231")
    return plan(make_query("hongkong", **asked))


def params(**question: Any) -> list[dict[str, str]]:  # noqa: ANN401
    return [dict(call.params) for call in planned(**question).foreseen]


def test_chinese_goods_that_hong_kong_sends_on_to_russia() -> None:
    (call,) = params(origin="CHN")
    assert call == {
        "lang": "EN",
        "sv": "VCm,QCm",
        "freq": "M",
        "period": "202401,202412",
        "ttype": "3",
        "ccclass": "C",
        "cc": "RU",
        "coclass": "C",
        "co": "CN",
        "codeclass": "HKHS6",
        "code": "854231",
    }


def test_first_of_all_which_months_are_out() -> None:
    (first,) = planned(until="2024-03").calls
    assert dict(first.params) == {
        "lang": "EN",
        "sv": "VCm",
        "freq": "M",
        "period": "202401,202403",
        "ttype": "3",
    }


@pytest.mark.parametrize(
    ("flow", "number"),
    [("import", "1"), ("domestic_export", "2"), ("re_export", "3"), ("export", "4")],
)
def test_kinds_of_trade(flow: str, number: str) -> None:
    assert {call["ttype"] for call in params(flow=flow)} == {number}


def test_the_partner_of_imports_is_their_origin() -> None:
    (call,) = params(flow="import", partner="CHN")
    assert (call["coclass"], call["co"]) == ("C", "CN")
    assert "cc" not in call


def test_the_world_is_asked_without_a_partner() -> None:
    (call,) = params(partner="W00")
    assert not {"cc", "co", "ccclass", "coclass"} & call.keys()


def test_the_span_is_cut_at_the_borders_of_the_editions() -> None:
    periods = [call["period"] for call in params(since="2016-11", until="2022-02")]
    assert periods == ["201611,201612", "201701,202112", "202201,202202"]


def test_at_most_twenty_codes_of_one_length_in_a_call() -> None:
    codes = [f"8542{n}" for n in ("31", "32", "33", "39", "90")] + ["8542", "85", "TOTAL"]
    codes += [f"8708{n}" for n in (10, 22, 29, 30, 40, 50, 70, 80, 91, 92, 93, 94, 95, 99)]
    codes += ["84713010", "870821", "847330", "847150"]
    asked = params(codes=codes)
    counts = [(call.get("codeclass"), len(call.get("code", "").split(","))) for call in asked]
    assert counts == [
        (None, 1),
        ("HKHS2", 1),
        ("HKHS4", 1),
        ("HKHS6", 20),
        ("HKHS6", 2),
        ("HKHS8", 1),
    ]
    assert [call["sv"] for call in asked] == ["VCm"] * 3 + ["VCm,QCm"] * 3


def test_a_category_is_asked_in_the_codes_of_each_edition() -> None:
    before, after = params(category="uav_complete", since="2021-12", until="2022-01")
    assert "880621" in after["code"]
    assert "8806" not in before["code"]


def test_a_code_that_the_edition_does_not_have_is_not_asked_and_named() -> None:
    plan_ = planned(codes="880621,854231", since="2021-12", until="2022-01")
    assert [dict(c.params)["code"] for c in plan_.foreseen] == ["854231", "854231,880621"]
    assert "Not in HS2017 (2021-12 to 2021-12), so not asked: 880621." in plan_.notes


def test_what_cannot_be_out_yet_is_said_and_not_foreseen() -> None:
    plan_ = planned(until="2026-10", since="2026-08")
    assert [dict(c.params)["period"] for c in plan_.foreseen] == ["202608,202608"]
    assert "up to 2026-08 can be expected on 2026-11-01" in " ".join(plan_.explain().split())


def test_the_plan_in_words() -> None:
    text = " ".join(planned(category="jammers", partner="RUS,KAZ", origin="CHN").explain().split())
    assert "Re-exports reported by HKG (Hong Kong), partner RUS (Russia), KAZ (Kazakhstan)" in text
    assert "3 calls to hongkong, at least 0.5 s apart" in text
    assert "releases: total re-exports, to see which months are out, 2024-01 to 2024-12" in text
    assert "of origin CHN, partner KAZ" in text
    assert "one user reports that the source refuses this" in text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reporter": "CHN"}, r"Give --reporter HKG \(reporter='HKG'\)"),
        ({"freq": "A", "since": "2023", "until": "2024"}, "freq='M'"),
        ({"flow": "import", "origin": "CHN"}, "leave out --option origin"),
        ({"codes": "85423"}, "2, 4, 6 and 8 digits"),
        ({"codes": "8542310000"}, "2, 4, 6 and 8 digits"),
        ({"since": "2011-12"}, "the oldest is HS2012"),
    ],
)
def test_what_hong_kong_cannot_be_asked(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        planned(**wrong)


@pytest.mark.parametrize("wrong", [{"dataset": "x"}, {"origin": "XXX"}])
def test_what_nobody_knows(wrong: dict[str, str]) -> None:
    with pytest.raises(UnknownNameError):
        planned(**wrong)
