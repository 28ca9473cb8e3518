"""What HMRC would be asked."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.sources.hmrc.plan import plan
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from tradeflow.sources.call import Call
    from tradeflow.sources.plan import FetchPlan

ASKED: dict[str, Any] = {
    "reporter": "GBR",
    "since": "2024-01",
    "until": "2024-12",
    "today": date(2026, 11, 1),
}
SHORTEST_SERVER_LIMIT = 2048  # characters of a query string, where nobody set another


def planned(**question: Any) -> FetchPlan:  # noqa: ANN401
    asked = {**ASKED, **question}
    if "category" not in asked:
        asked.setdefault("codes", "854231")
    return plan(make_query("hmrc", **asked))


def filters(**question: Any) -> list[str]:  # noqa: ANN401
    return [dict(call.params)["$filter"] for call in planned(**question).calls[1:]]


def test_a_subheading_is_a_range_of_numbers() -> None:
    (words,) = filters()
    assert words == (
        "MonthId ge 202401 and MonthId le 202412 and (CountryId eq 75 or CountryId eq 977) and "
        "(FlowTypeId eq 2 or FlowTypeId eq 4) and "
        "((CommodityId ge 85423100 and CommodityId lt 85423200))"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("030471", "(CommodityId ge 3047100 and CommodityId lt 3047200)"),
        ("03047190", "CommodityId eq 3047190"),
        ("8542", "(CommodityId ge 85420000 and CommodityId lt 85430000)"),
        ("01", "(CommodityId ge 1000000 and CommodityId lt 2000000)"),
    ],
)
def test_codes_as_numbers_without_their_leading_zero(code: str, words: str) -> None:
    assert words in filters(codes=code)[0]


def test_first_which_months_are_out() -> None:
    (words,) = (value for _, value in planned(flow="import").calls[0].params)
    assert words == (
        "filter(MonthId ge 202401 and MonthId le 202412 and CountryId eq 720 and "
        "(FlowTypeId eq 1 or FlowTypeId eq 3) and "
        "(CommodityId ge 84000000 and CommodityId lt 85000000))"
        "/groupby((MonthId),aggregate(Value with sum as Value))"
    )


def test_a_long_list_of_codes_is_cut_and_every_address_stays_short() -> None:
    for category in ("electronic_components", "optics_thermal", "uav_complete"):
        calls = planned(category=category, since="2012-01", until="2026-08").calls
        assert len(calls) > 3
        assert all(len(call.target) < SHORTEST_SERVER_LIMIT for call in calls)


def test_the_span_is_cut_at_the_borders_of_the_editions() -> None:
    spans = [(c.told("edition"), c.told("first"), c.told("last")) for c in _goods("2016-11")]
    assert spans == [
        ("HS2012", "2016-11-01", "2016-12-01"),
        ("HS2017", "2017-01-01", "2021-12-01"),
        ("HS2022", "2022-01-01", "2024-12-01"),
    ]


def _goods(since: str) -> tuple[Call, ...]:
    return planned(since=since).calls[1:]


def test_a_code_that_a_shorter_one_holds_is_not_asked_twice() -> None:
    (words,) = filters(codes="854231,8542,85423190,9013")
    assert words.count("CommodityId ge") == 2


def test_what_is_not_in_the_edition_is_named_and_what_cannot_be_out_too() -> None:
    found = planned(codes="880621,854231", since="2021-12", until="2026-10")
    notes = (*found.forecasts, *found.notes)
    assert notes[0].startswith(
        "HMRC publishes a month about six weeks after its end: up to 2026-08"
    )
    assert notes[1] == "Not in HS2017 (2021-12 to 2021-12), so not asked: 880621."


def test_the_plan_in_words() -> None:
    text = " ".join(planned(category="jammers", partner="RUS,KAZ").explain().split())
    assert "3 calls to hmrc, at least 1.1 s apart" in text
    assert "releases: exports of machinery, China, to see which months are out" in text
    assert "2024-01 to 2024-12" in text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"reporter": "CHN"}, r"Give --reporter GBR \(reporter='GBR'\)"),
        ({"freq": "A", "since": "2023", "until": "2024"}, "freq='M'"),
        ({"flow": "re_export"}, "does not tell re-exports apart"),
        ({"codes": "TOTAL"}, "states no totals"),
        ({"codes": "8542310000"}, "2, 4, 6 and 8 digits"),
        ({"codes": "854"}, "2, 4, 6 and 8 digits"),
        ({"partner": "W00"}, "name the partners"),
        ({"partner": "GGY"}, "HMRC has no number for GGY"),
    ],
)
def test_what_hmrc_cannot_be_asked(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        planned(**wrong)


def test_hmrc_has_no_options() -> None:
    with pytest.raises(UnknownNameError):
        planned(origin="CHN")
