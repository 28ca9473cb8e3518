"""What would be asked of Comtrade, and what the plan says about it."""

from __future__ import annotations

import re

import pytest
from comtrade_help import one_ask, query

from tradeflow.errors import KeyRefused, TradeflowError, UnknownNameError, UsageError
from tradeflow.nomenclature.categories import members
from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.editions import known_codes
from tradeflow.sources.comtrade.ask import Ask, data_calls
from tradeflow.sources.comtrade.plan import plan

JAMMERS = {"category": "jammers", "since": "2022-01"}
BOTH = sorted(known_codes("HS2017") & known_codes("HS2022") - {"271000"})


def test_keyless_asks_what_is_released_then_one_month_per_call() -> None:
    found = plan(query(category="jammers", since="2021-12", until="2022-01"))
    (first,) = found.calls
    assert first.path == "/public/v1/getDa/C/M/HS"
    assert first.params == (("reporterCode", "156"),)
    assert [dict(call.params)["period"] for call in found.foreseen] == ["202112", "202201"]
    assert {call.path for call in found.foreseen} == {"/public/v1/preview/C/M/HS"}
    asked = dict(found.foreseen[0].params)
    assert asked["breakdownMode"] == "classic"
    assert (asked["customsCode"], asked["motCode"], asked["partner2Code"]) == ("C00", "0", "0")
    assert (asked["flowCode"], asked["partnerCode"]) == ("X", "643")


def test_codes_are_those_of_each_months_edition() -> None:
    found = plan(query(category="uav_complete", since="2021-12", until="2022-01"))
    before, after = (set(dict(call.params)["cmdCode"].split(",")) for call in found.foreseen)
    assert "880622" in after
    assert not {code for code in before if code.startswith("8806")}  # no drones before HS2022
    assert before <= known_codes("HS2017")
    assert after <= known_codes("HS2022")


def test_a_key_puts_twelve_months_and_a_hundred_codes_into_one_call() -> None:
    found = plan(query(keyed=True, codes=BOTH[:150], since="2022-01", until="2023-12"))
    assert [len(Ask.of(call).periods) for call in found.foreseen] == [12, 12, 12, 12]
    assert [len(Ask.of(call).codes) for call in found.foreseen] == [100, 50, 100, 50]
    assert {call.path for call in found.foreseen} == {"/data/v1/get/C/M/HS"}
    assert found.per_day == 500
    assert found.interval == 6.0


def test_an_answer_that_may_be_full_is_counted_first() -> None:
    everybody = sorted(set(iso3_map("comtrade").values()) - {"W00", "CHN"})
    ask = one_ask(
        partners=tuple(everybody),
        codes=tuple(BOTH[:100]),
        periods=tuple(f"2023{month:02}" for month in range(1, 13)),
        releases=("unknown",) * 12,
        cap=100_000,
    )
    calls = data_calls(ask)
    assert {call.kind for call in calls} == {"count"}
    assert all(("countOnly", "true") in call.params for call in calls)


def test_keyless_calls_stay_below_the_preview_and_every_address_below_4000() -> None:
    everybody = sorted(set(iso3_map("comtrade").values()) - {"CHN"})
    for keyed in (False, True):
        asked = query(
            keyed=keyed, partner=everybody, codes=BOTH[:300], since="2023-01", until="2023-12"
        )
        calls = plan(asked).foreseen
        assert max(len(call.target) for call in calls) < 4000
        assert keyed or max(call.rows for call in calls) < 500
        # every cell is asked once
        cells = [
            (p, c, m) for a in map(Ask.of, calls) for p in a.periods for c in a.codes
            for m in a.partners
        ]  # fmt: skip
        assert len(cells) == len(set(cells)) == 12 * 300 * len(everybody)


def test_what_an_ask_says_about_itself_can_be_read_back() -> None:
    ask = one_ask(partners=("RUS", "KAZ"), codes=("854231", "854232"))
    (call,) = data_calls(ask)
    assert Ask.of(call) == ask


def test_the_plan_explains_itself_to_somebody_who_never_saw_comtrade() -> None:
    text = " ".join(plan(query(**JAMMERS)).explain().split())
    assert "37 calls to comtrade, at least 1.1 s apart: at least 41 seconds" in text
    assert "CHN exports, partner RUS, 2022-01, 4 codes of HS2022" in text
    assert "no month of China after 2024-12" in text
    assert "2025-01 to 2026-10 cannot be there" in text
    assert "tradeflow ingest gacc --how" in text
    assert "comtradedeveloper.un.org" in text
    assert "TRADEFLOW_COMTRADE_KEY" in text
    assert "854370 (Electrical machines n.e.c.), 854390 (" in text
    assert "500 rows" in text
    assert "Source: UN Comtrade" in text


def test_russia_has_no_months_after_its_war_began() -> None:
    found = plan(query(reporter="RUS", partner="CHN", codes="TOTAL", since="2021-12"))
    assert [Ask.of(call).periods for call in found.foreseen] == [("202112",), ("202201",)]
    assert "ask Russia's partners" in " ".join(found.explain().split())


@pytest.mark.parametrize(("freq", "stops"), [("M", True), ("A", False)])
def test_only_months_stop(freq: str, stops: bool) -> None:  # noqa: FBT001
    found = plan(query(codes="TOTAL", since="2023", until="2025", freq=freq))
    assert ("cannot be there" in " ".join(found.explain().split())) == stops


def test_codes_are_asked_for_only_where_their_edition_has_them() -> None:
    found = plan(query(codes="880622,854231", since="2021-12", until="2022-01"))
    assert [Ask.of(call).codes for call in found.foreseen] == [("854231",), ("854231", "880622")]
    assert re.search(r"Not in HS2017.*880622", " ".join(found.explain().split()))


def test_a_category_before_its_first_edition_is_said_and_not_asked() -> None:
    found = plan(query(category="jammers", since="2011-12", until="2012-01"))
    assert [Ask.of(call).periods for call in found.foreseen] == [("201201",)]
    assert "held from HS2012" in " ".join(found.explain().split())


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        ({"codes": "85423100"}, UsageError, "kind=tariffline"),
        ({"codes": "854"}, UsageError, "2, 4 or 6 digits"),
        ({"codes": "TOTAL", "kind": "tariffline"}, UsageError, "no TOTAL"),
        ({"codes": "854231", "kind": "tarifline"}, UnknownNameError, "Did you mean 'tariffline'"),
        ({"codes": "854231", "colour": "red"}, UnknownNameError, "kind, delivery, premium"),
        ({"codes": "854231", "delivery": "bulk"}, KeyRefused, "TRADEFLOW_COMTRADE_KEY"),
    ],
)
def test_what_comtrade_cannot_be_asked(
    question: dict[str, str], error: type[TradeflowError], words: str
) -> None:
    with pytest.raises(error, match=re.escape(words)):
        plan(query(since="2023-01", until="2023-02", **question))


@pytest.mark.parametrize("delivery", ["async", "bulk"])
def test_untried_ways_say_so(delivery: str) -> None:
    found = plan(query(keyed=True, codes="854231", since="2023-01", delivery=delivery))
    assert "never" in " ".join(found.explain().split()).casefold()


def test_premium_keys_get_more_rows() -> None:
    found = plan(query(keyed=True, codes="854231", since="2023-01", premium="yes"))
    assert ("maxRecords", "250000") in found.foreseen[0].params


def test_all_categories_at_once() -> None:
    found = plan(query(category="all", since="2021-12", until="2022-01"))
    asked = {"HS2017": set[str](), "HS2022": set[str]()}
    for call in found.foreseen:
        asked[Ask.of(call).edition] |= set(Ask.of(call).codes)
    assert asked == {edition: set(members(edition=edition)["hs6"]) for edition in asked}
