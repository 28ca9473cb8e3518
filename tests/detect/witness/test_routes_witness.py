"""Routes: what an excess could carry, in worlds where it is known and in the EU's real trade."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np
import polars as pl
import pytest
from figure_texts import words
from habit_worlds import CODES, after, detours, world
from habit_worlds import SINCE as WORLD_SINCE
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from tradeflow.detect.witness.routes.diversion import carried
from tradeflow.detect.witness.routes.routes import RoutesResult, routes
from tradeflow.detect.witness.routes.timing import LOSS_90, step_months
from tradeflow.errors import UsageError

SINCE = "2022-03"
SEEDS = range(16)
COVER = (0.83, 0.97)
"""Band for a nominal 90 % over about 80 good-worlds: two binomial standard errors and a bit."""


@pytest.fixture(scope="module")
def eu_routes(eu: pl.DataFrame) -> RoutesResult:
    return routes(eu, since=SINCE)


def test_intervals_cover_the_true_share_at_about_their_rate() -> None:
    covered = []
    for seed in SEEDS:
        real, still = (world(detours(diverted=d), seed) for d in (True, False))
        found = routes(real.flows, since=WORLD_SINCE, donor="CHN", hubs=["KAZ"], by="hs6")
        totals = [after(s, to) for s, to in product((real, still), ("RUS", "KAZ"))]
        for row in found.to_frame("polars").filter(pl.col("rule") == "").iter_rows(named=True):
            direct, hub, direct_0, hub_0 = (total[row["hs6"]] for total in totals)
            truth = (hub - hub_0) / (direct_0 - direct)
            covered.append(row["share_low"] <= truth <= row["share_high"])
    assert len(covered) > 0.9 * len(SEEDS) * len(CODES)
    assert COVER[0] <= np.mean(covered) <= COVER[1]


def test_a_hub_that_carries_nothing_is_not_said_to() -> None:
    p, covered = [], []
    for seed in SEEDS:
        flows = world(detours(diverted=True), seed).flows
        found = routes(flows, since=WORLD_SINCE, donor="CHN", hubs=["KGZ"], by="hs6")
        frame = found.to_frame("polars")
        p += frame["p"].drop_nulls().to_list()
        covered += (frame["excess_usd_low"].le(0) & frame["excess_usd_high"].ge(0)).to_list()
    assert np.mean(np.array(p) <= 0.1) <= 0.2
    assert np.mean(covered) >= 0.8


def test_eu_exports_of_high_priority_goods(eu_routes: RoutesResult, eu: pl.DataFrame) -> None:
    # Known: exports to Russia collapse in March 2022; those to Armenia, Kazakhstan and
    # Kyrgyzstan rise, by far too little to replace them.
    totals = eu_routes.totals("polars").filter(pl.col("category") == "all")
    by_hub = {row["partner"]: row for row in totals.iter_rows(named=True)}
    for hub in ("ARM", "KAZ", "KGZ"):
        assert by_hub[hub]["excess_usd_low"] > 0
        assert by_hub[hub]["onward_rule"] == f"not heard: {hub} reports no exports here"
    assert by_hub["all"]["share_high"] < 0.10
    russia = eu.filter((pl.col("partner") == "RUS") & (pl.col("period") >= date(2022, 3, 1)))
    year_before = eu.filter(
        (pl.col("partner") == "RUS")
        & pl.col("period").is_between(date(2021, 3, 1), date(2021, 11, 1))
    )
    naive = year_before["value_usd"].sum() - russia["value_usd"].sum()
    row = by_hub["all"]
    assert row["loss_usd_low"] < naive < row["loss_usd_high"]
    frame = eu_routes.to_frame("polars").filter(pl.col("category") == "chips")
    assert set(frame["fall_first"]) == set(frame["fall_last"]) == {date(2022, 3, 1)}


def test_every_hub_is_compared_with_the_same_loss(eu: pl.DataFrame) -> None:
    # Bearings never went to Kyrgyzstan: their loss still counts, their excess is nothing.
    never = (pl.col("partner") == "KGZ") & (pl.col("hs6") == "848220")
    found = routes(eu.filter(~never), since=SINCE)
    frame = found.to_frame("polars").filter(pl.col("category") == "bearings")
    rules = dict(frame.select("partner", "rule").iter_rows())
    assert rules["KGZ"] == "not heard: no trade with the hub, before or after"
    assert rules["KAZ"] == ""
    totals = found.totals("polars").filter(pl.col("category") == "all")
    assert totals["loss_usd"].n_unique() == 1


def test_every_series_is_there_and_says_why(eu_routes: RoutesResult, eu: pl.DataFrame) -> None:
    frame = eu_routes.to_frame("polars")
    assert frame.columns[:3] == ["reporter", "partner", "category"]
    assert frame.columns[-1] == "rule"
    assert frame.height == 5 * 7
    unheard = frame.filter(pl.col("rule") != "")
    assert unheard["share"].is_null().all()
    assert unheard["rule"].str.starts_with("not heard: ").all()
    codes = routes(eu, since=SINCE, by="hs6").to_frame("polars")
    broken = codes.filter(pl.col("rule").str.contains("classification"))["hs6"].unique().sort()
    assert broken.to_list() == ["854151", "854159", "901380"]
    assert "Comext" in eu_routes.summary()
    assert "5 not heard" in eu_routes.summary()


def test_chunks_of_money_do_not_matter(eu: pl.DataFrame, eu_routes: RoutesResult) -> None:
    scaled = routes(eu.with_columns(pl.col("value_usd") * 1000), since=SINCE)
    for name, factor in (("share", 1.0), ("excess_usd", 1e3), ("loss_usd_low", 1e3), ("p", 1.0)):
        one, two = (r.to_frame("polars")[name].fill_null(0).to_numpy() for r in (eu_routes, scaled))
        np.testing.assert_allclose(two, one * factor, rtol=1e-6, atol=1e-9)
    shuffled = routes(eu.sample(fraction=1.0, shuffle=True, seed=3), since=SINCE)
    assert_frame_equal(shuffled.to_frame("polars"), eu_routes.to_frame("polars"))


def test_the_picture_says_source_and_bound(eu_routes: RoutesResult) -> None:
    said = words(eu_routes.plot())
    assert "The excess of 5 hubs is" in said
    assert "Shares are the most that hubs could have passed on" in said
    assert "Comext" in said
    assert [name for name in ("Kazakhstan", "Kyrgyzstan", "Armenia") if name not in said] == []


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"since": "2030-01"}, "needs months before it and after it"),
        ({"since": SINCE, "donor": "USA"}, "no monthly exports of USA to RUS"),
        ({"since": SINCE, "hubs": ["RUS"]}, "There is no hub"),
    ],
)
def test_bad_questions_say_what_to_do(eu: pl.DataFrame, options: dict[str, str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        routes(eu, **options)  # type: ignore[arg-type]


def test_a_short_past_and_an_empty_route_are_not_heard(eu: pl.DataFrame) -> None:
    short = routes(eu.filter(pl.col("period") >= date(2021, 1, 1)), since=SINCE)
    assert set(short.to_frame("polars")["rule"]) == {
        "not heard: fewer than 24 months before the shift"
    }
    new = eu.with_columns(
        value_usd=pl.when((pl.col("partner") == "RUS") & (pl.col("period") < date(2022, 3, 1)))
        .then(0.0)
        .otherwise("value_usd"),
        net_kg=None,
    )
    rules = set(routes(new, since=SINCE).to_frame("polars")["rule"])
    assert rules == {"not heard: no trade on the direct route before the shift"}


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_a_share_of_certain_sums_is_their_ratio(excess: float, loss: float) -> None:
    found = carried(np.full(50, excess), np.full(50, loss))
    assert found.low == found.estimate == found.high == pytest.approx(excess / loss)


def test_an_uncertain_loss_has_no_upper_end() -> None:
    loss = np.linspace(-1, 9, 101)  # a tenth of the draws have no loss
    assert np.isinf(carried(np.ones(101), loss).high)


def test_date_sets_hold_the_date_at_about_their_rate() -> None:
    # The bound is Eo and Morley's (2015): for a small shift the sets hold it nine times in ten.
    assert pytest.approx(5.94, abs=0.01) == LOSS_90
    rng, held = np.random.default_rng(5), []
    for _ in range(300):
        y = rng.normal(10, 1, 60) + 1.5 * (np.arange(60) >= 40)
        first, last = step_months(y, 40)
        held.append(first <= 40 <= last)
    assert 0.86 <= np.mean(held) <= 0.98
