"""What is asked of the US Census Bureau, and how it is explained."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.sources.census.source import SOURCE
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from tradeflow.sources.plan import FetchPlan

TODAY = date(2026, 11, 1)


def planned(**question: object) -> FetchPlan:
    words = {"reporter": "USA", "since": "2022-01", "until": "2022-03", **question}
    return SOURCE.plan(make_query("census", today=TODAY, **words))


def conditions(plan: FetchPlan, number: int = 1) -> dict[str, str]:
    return dict(plan.calls[number].params)


def test_a_subheading_is_asked_with_a_star_and_no_name_twice() -> None:
    plan = planned(codes="854231")
    assert plan.calls[1].path == "/data/timeseries/intltrade/exports/hs"
    asked = conditions(plan)
    assert asked == {
        "get": "ALL_VAL_MO,QTY_1_MO,QTY_2_MO,QTY_1_MO_FLAG,QTY_2_MO_FLAG,UNIT_QY1,UNIT_QY2",
        "CTY_CODE": "4621",
        "COMM_LVL": "HS10",
        "E_COMMODITY": "854231*",
        "time": "from 2022-01 to 2022-03",
    }
    assert not set(asked["get"].split(",")) & set(asked)


def test_imports_have_names_of_their_own() -> None:
    plan = planned(codes="854231", flow="import", partner="CHN")
    assert plan.calls[1].path == "/data/timeseries/intltrade/imports/hs"
    asked = conditions(plan)
    assert asked["I_COMMODITY"] == "854231*"
    assert asked["CTY_CODE"] == "5700"
    assert asked["get"].startswith("GEN_VAL_MO,GEN_QY1_MO,GEN_QY2_MO,GEN_QY1_MO_FLAG")
    assert any("customs value" in note for note in plan.notes)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"codes": "85"}, {"COMM_LVL": "HS2", "E_COMMODITY": "85"}),
        ({"codes": "8542"}, {"COMM_LVL": "HS4", "E_COMMODITY": "8542"}),
        ({"codes": "85423100"}, {"COMM_LVL": "HS10", "E_COMMODITY": "85423100*"}),
        ({"codes": "8542310015"}, {"COMM_LVL": "HS10", "E_COMMODITY": "8542310015"}),
        ({"codes": "854231", "level": "HS6"}, {"COMM_LVL": "HS6", "E_COMMODITY": "854231*"}),
        ({"codes": "854231", "flow": "re_export"}, {"DF": "2"}),
        ({"codes": "854231", "flow": "domestic_export"}, {"DF": "1"}),
        ({"codes": "TOTAL"}, {"get": "ALL_VAL_MO"}),
    ],
)
def test_levels_and_origins(question: dict[str, str], expected: dict[str, str]) -> None:
    assert conditions(planned(**question)).items() >= expected.items()


def test_all_goods_of_all_countries_is_not_mistaken_for_the_question_what_is_out() -> None:
    plan = planned(codes="TOTAL", partner="W00")
    releases, total = plan.calls
    assert dict(releases.params) == dict(total.params)
    assert releases.id != total.id


def test_each_edition_is_asked_in_its_own_months_and_both_in_the_month_of_the_change() -> None:
    plan = planned(category="uav_parts", since="2021-11", until="2022-03")
    spans = {call.told("code"): call.told("since") + call.told("until") for call in plan.calls[1:]}
    assert spans["880310"] == "2021-112022-01"
    assert spans["880710"] == "2022-012022-03"
    assert set(spans) == {
        *("880310", "880320", "880330", "880390"),
        *("880710", "880720", "880730", "880790"),
    }


def test_a_line_is_not_asked_beside_the_subheading_that_brings_it() -> None:
    plan = planned(codes="8542310015,854231,8542")
    assert [call.told("code") for call in plan.calls[1:]] == ["8542", "854231"]


def test_the_explanation_says_what_is_asked_and_what_cannot_be_there() -> None:
    text = " ".join(planned(codes="854231", since="2026-06", until="2026-10").explain().split())
    assert "2 calls to census" in text
    assert "releases: total exports, to see which months are out, 2026-06 to 2026-10" in text
    assert "data: exports, partner RUS, 854231, 2026-06 to 2026-10" in text
    assert "Months after 2026-08 are probably not out on 2026-11-01" in text
    assert "Shipments of small value" in text


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        ({"reporter": "CHN", "codes": "854231"}, UsageError, "reporter='USA'"),
        ({"codes": "854231", "freq": "A", "since": 2020, "until": 2021}, UsageError, "freq='M'"),
        ({"codes": "854"}, UsageError, "2, 4 or 6 to 10 digits"),
        ({"codes": "8542310015", "level": "HS6"}, UsageError, "six digits of level=HS6"),
        ({"codes": "854231", "level": "HS8"}, UnknownNameError, "Allowed: HS10, HS6"),
        ({"codes": "854231", "levle": "HS6"}, UnknownNameError, "Did you mean 'level'"),
        ({"codes": "854231", "partner": "PSE"}, UnknownNameError, "no country code for PSE"),
    ],
)
def test_what_cannot_be_asked(question: dict[str, Any], error: type, words: str) -> None:
    with pytest.raises(error, match=words):
        planned(**question)
