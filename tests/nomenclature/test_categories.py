"""Categories, lists as of a date, and national refinements."""

from __future__ import annotations

import polars as pl
import pytest

from tradeflow.errors import TradeflowError, UnknownNameError, UsageError
from tradeflow.nomenclature.categories import (
    all_categories,
    category,
    kind_of,
    listed_codes,
    listed_on,
    members,
    refinements,
)

TIERS = {"1": 4, "2": 5, "3.A": 16, "3.B": 9, "4.A": 11, "4.B": 5}
HS2017 = {
    "chips": ["854231", "854232", "854233", "854239"],
    "machine_tools": ["845710", "845811", "845891", "845961", "846693"],
    "chip_making": ["848610", "848620", "848640"],
    "jammers": ["852550", "852560", "854370", "854390"],
    "uav_parts": ["880310", "880320", "880330", "880390"],
    "uav_complete": ["852580", "880211", "880220"],
    "bearings": ["848210", "848220", "848230", "848250"],
    "cover_goods": ["950300", "950450"],
}


@pytest.mark.parametrize(("name", "codes"), HS2017.items())
def test_members_before_2022(name: str, codes: list[str]) -> None:
    assert members(name, edition="HS2017")["hs6"].sort().to_list() == codes


def test_each_code_of_2022_is_in_one_category() -> None:
    codes = members(edition="HS2022")["hs6"]
    assert codes.is_unique().all()
    assert set(listed_on("2024-03-01")["hs6"]) <= set(codes)
    assert set(members(edition="HS2022")["category"]) == set(all_categories())
    assert len(all_categories()) == 18


def test_every_category_says_what_it_cannot_show() -> None:
    for one in all_categories().values():
        assert min(len(one.title), len(one.definition), len(one.beware), len(one.cannot_show)) > 3
        assert kind_of(one.role) in {"signal", "noisy", "control"}
    weights = members(edition="HS2022")["specificity_weight"].cast(pl.Float64)
    assert weights.is_between(0, 1).all()


@pytest.mark.parametrize(
    ("day", "n"), [("2023-12-18", 45), ("2024-02-22", 45), ("2024-02-23", 50), ("2026-01-01", 50)]
)
def test_the_list_as_of_a_day(day: str, n: int) -> None:
    assert listed_on(day).height == n


def test_the_difference_is_tier_4b() -> None:
    now, then = listed_on("2024-03-01"), listed_on("2023-12-31")
    new = now.filter(~pl.col("hs6").is_in(then["hs6"].to_list()))
    assert new["hs6"].sort().to_list() == HS2017["machine_tools"]
    assert dict(now.group_by("tier").len().iter_rows()) == TIERS


def test_listed_codes_follow_the_editions() -> None:
    """A code of 2017 is no control if what it became is listed."""
    old = listed_codes("HS2017")
    assert {"880330", "854150", "854140", "852580", "854890"} <= old
    assert {"391220", "842952"} & {*members("benchmark_war_goods", edition="HS2017")["hs6"]} <= old
    assert not old & {"610910", "870323", "640399"}


def test_refinements_point_at_the_category() -> None:
    assert refinements("jammers")["cn8"].str.starts_with("85").all()
    assert "85437099" in refinements("jammers")["cn8"].to_list()


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: category("jamers"), UnknownNameError, "Did you mean 'jammers'"),
        (lambda: members("machine tools"), UnknownNameError, "Did you mean 'machine_tools'"),
        (lambda: listed_on("2022-01-01"), UsageError, "Do not project a later list"),
        (lambda: listed_on("yesterday"), UsageError, "2022-01-01"),
        (lambda: listed_on("2024-03-01", name="CHLP"), UnknownNameError, "Did you mean 'CHPL'"),
    ],
)
def test_bad_questions(call, error: type[Exception], said: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=said) as caught:
        call()
    assert isinstance(caught.value, TradeflowError)
