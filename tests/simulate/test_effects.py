"""The truth is what the data show, compared with the same seed without the effect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from tradeflow.simulate.effects import (
    CodeSplit,
    CountryGrowth,
    DivertedRoute,
    LevelShift,
    LostInTransit,
    MirrorSilence,
    PartnerCodeChange,
    PriceChange,
    Spike,
    TemporaryChange,
    VolumeChange,
    WorldGrowth,
)
from tradeflow.simulate.settings import Noise, Prices, Rates
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from tradeflow.simulate.effects import Effect
    from tradeflow.simulate.simulation import Simulation

CODE = "848210"
EXACT = 1e-12  # relative: only the rounding of exp stands between the two worlds
WORLD = World(
    n_codes=12,
    codes=(CODE, "853400"),
    mirrors=("KAZ", "KGZ"),
    rates=Rates(),
    prices=Prices(estimated_share=0.0),
    noise=Noise(intermittent_share=0.0, structural_zero_share=0.0),
)
MARCH = WORLD.position(WORLD.month(62))  # 2022-03


def pair(*effects: Effect, world: World = WORLD) -> tuple[Simulation, Simulation]:
    return simulate(world, seed=11), simulate(replace(world, effects=effects), seed=11)


def log_ratio(before: Simulation, after: Simulation, measure: str = "value_usd") -> np.ndarray:
    """Shape (n_routes, n_goods, n_periods)."""
    old, new = getattr(before.reports, measure), getattr(after.reports, measure)
    return np.log(new / old)


def cell(simulation: Simulation, partner: str, reporter: str = "CHN") -> tuple[int, int]:
    routes = [(r.reporter, r.partner, r.flow) for r in simulation.reports.routes]
    row = [good.hs6 for good in simulation.goods].index(CODE)
    return routes.index((reporter, partner, "export")), row


def paths() -> list[tuple[Effect, np.ndarray]]:
    age = np.arange(WORLD.months) - MARCH
    step = (age >= 0) * 1.0
    return [
        (LevelShift(CODE, "RUS", "2022-03", 0.5), 0.5 * step),
        (VolumeChange(CODE, "RUS", "2022-03-01", -0.4), -0.4 * step),
        (Spike(CODE, "RUS", "2022-03", 2.0), 2.0 * (age == 0)),
        (TemporaryChange(CODE, "RUS", "2022-03", 1.0, decay=0.5), step * 0.5 ** np.maximum(age, 0)),
    ]


@pytest.mark.parametrize(("effect", "path"), paths())
def test_paths_are_exactly_multiplicative(effect: Effect, path: np.ndarray) -> None:
    before, after = pair(effect)
    for measure in ("value_usd", "net_kg"):
        found = log_ratio(before, after, measure)
        place = cell(after, "RUS")
        np.testing.assert_allclose(found[place], path, atol=EXACT)
        found[place] = 0
        assert not found.any()
    assert after.truth["log_size"].to_list() == [effect.size]


def test_a_level_shift_moves_the_mean_of_the_logs_by_its_size() -> None:
    before, after = pair(LevelShift(CODE, "RUS", "2022-03", 0.5))
    place = cell(after, "RUS")
    old, new = (np.log(s.reports.value_usd[place][MARCH:]).mean() for s in (before, after))
    assert new - old == pytest.approx(0.5, abs=EXACT)


def test_a_level_shift_of_a_lumpy_series_keeps_its_expectation() -> None:
    noise = Noise(intermittent_share=1.0, intermittent_zero_share=0.5, structural_zero_share=0.0)
    world = World(n_codes=300, listed_share=0.1, rates=Rates(), noise=noise, hubs=())
    codes = [good.hs6 for good in simulate(world, seed=2).goods]
    shifts = tuple(LevelShift(code, "RUS", "2020-01", 1.0) for code in codes)
    before, after = (
        simulate(w, seed=2).matrix().values[:, 36:] for w in (world, replace(world, effects=shifts))
    )
    ratio = after.sum(axis=1) / before.sum(axis=1)
    assert np.median(ratio) == pytest.approx(np.e, rel=0.05)
    assert (after == 0).mean() < (before == 0).mean() - 0.15


def test_a_price_change_moves_value_and_not_weight() -> None:
    before, after = pair(PriceChange(CODE, "RUS", "2022-03", 0.7))
    place = cell(after, "RUS")
    found = log_ratio(before, after)[place]
    np.testing.assert_allclose(found, 0.7 * (np.arange(WORLD.months) >= MARCH), atol=EXACT)
    assert not log_ratio(before, after, "net_kg").any()


def test_a_price_change_moves_an_estimated_weight_too() -> None:
    world = replace(WORLD, prices=Prices(estimated_share=1.0))
    before, after = pair(PriceChange(CODE, "RUS", "2022-03", 0.7), world=world)
    found = log_ratio(before, after, "net_kg")[cell(after, "RUS")]
    np.testing.assert_allclose(found[MARCH:], 0.7, atol=EXACT)


def test_world_growth_hits_all_partners_alike() -> None:
    before, after = pair(WorldGrowth(CODE, "2022-03", 0.6, ramp_months=6))
    found = log_ratio(before, after)
    row = cell(after, "RUS")[1]
    np.testing.assert_allclose(found[:, row, MARCH + 5 :], 0.6, atol=EXACT)
    np.testing.assert_allclose(
        found[:, row], np.broadcast_to(found[0, row], found[:, row].shape), atol=EXACT
    )
    assert not np.delete(found, row, axis=1).any()
    assert after.truth.select("russia_specific", "is_anomaly").row(0) == (False, False)


def test_country_growth_hits_all_goods_alike() -> None:
    before, after = pair(CountryGrowth("RUS", "2022-03", 0.3, ramp_months=0))
    found = log_ratio(before, after)
    route = cell(after, "RUS")[0]
    np.testing.assert_allclose(found[route, :, MARCH:], 0.3, atol=EXACT)
    assert not np.delete(found, route, axis=0).any()
    assert after.truth.select("russia_specific", "is_anomaly").row(0) == (True, False)


@pytest.mark.parametrize("lag", [0, 2])
def test_a_diverted_route_conserves_what_is_sent(lag: int) -> None:
    before, after = pair(DivertedRoute(CODE, "KAZ", "2022-03", share=0.4, lag_months=lag))
    for measure in ("value_usd", "net_kg"):
        old, new = (getattr(s.reports, measure) for s in (before, after))
        direct, to_hub = cell(after, "RUS"), cell(after, "KAZ")
        onward = cell(after, "RUS", "KAZ")
        np.testing.assert_allclose(new[direct] + new[to_hub], old[direct] + old[to_hub], rtol=EXACT)
        leaving = (old[direct] - new[direct])[MARCH:]
        np.testing.assert_allclose(leaving, 0.4 * old[direct][MARCH:], rtol=1e-9)
        arriving = (new[onward] - old[onward])[MARCH + lag :]
        np.testing.assert_allclose(arriving, leaving[: len(leaving) - lag], rtol=1e-6)
        assert (new[onward] == old[onward])[: MARCH + lag].all()
    assert after.truth["log_size"][0] == pytest.approx(np.log(0.6))
    assert not after.truth["is_anomaly"][0]


def trade_of(frame: pl.DataFrame, codes: list[str], *, edition: str) -> pl.DataFrame:
    rows = frame.filter(pl.col("hs6").is_in(codes), pl.col("edition") == edition)
    return rows.group_by("reporter", "partner", "flow", "period").agg(
        pl.col("value_usd", "net_kg").sum()
    )


def test_a_split_at_any_month_conserves_the_total() -> None:
    split = CodeSplit(CODE, "2020-05", successors=("848220", "848230"), first_share=0.7)
    before, after = (
        s.flows
        for s in (
            simulate(replace(WORLD, effects=e), seed=11, backend="polars") for e in ((), (split,))
        )
    )
    three = [CODE, "848220", "848230"]
    for edition in ("HS2017", "HS2022"):
        columns = ["reporter", "partner", "flow", "period"]
        old, new = (trade_of(f, three, edition=edition).sort(columns) for f in (before, after))
        assert old.select(columns).equals(new.select(columns))
        for measure in ("value_usd", "net_kg"):
            np.testing.assert_allclose(new[measure], old[measure], rtol=EXACT)
    last = after.filter(pl.col("hs6") == CODE)["period"].max()
    first = after.filter(pl.col("hs6") == "848220")["period"].min()
    assert (f"{last:%Y-%m}", f"{first:%Y-%m}") == ("2020-04", "2020-05")


def test_a_split_by_the_edition_follows_its_family() -> None:
    simulation = simulate(replace(WORLD, effects=(CodeSplit("854150"),)), seed=11, backend="polars")
    rows = simulation.flows.filter(pl.col("hs6").str.starts_with("85415"))
    spans = rows.group_by("edition", "hs6").agg(pl.col("period").min()).sort("edition", "hs6")
    assert spans.select(pl.col("hs6"), pl.col("period").dt.to_string("%Y-%m")).rows() == [
        ("854150", "2017-01"),
        ("854151", "2022-01"),
        ("854159", "2022-01"),
    ]
    goods = simulation.keys()["hs6"].to_list()
    matrix = simulation.matrix().values[goods.index("854151")]
    direct = rows.filter(
        pl.col("reporter") == "CHN", pl.col("partner") == "RUS", pl.col("flow") == "export"
    )
    by_month = direct.group_by("period").agg(pl.col("value_usd").sum()).sort("period")
    np.testing.assert_allclose(by_month["value_usd"], matrix, rtol=EXACT)


def test_a_partner_under_another_name() -> None:
    change = PartnerCodeChange("ARM", "2022-03", recorded_as="GEO")
    before, after = (
        simulate(replace(WORLD, effects=e), seed=11, backend="polars").flows
        for e in ((), (change,))
    )
    exports = pl.col("reporter") == "CHN"
    spans = (
        after.filter(exports)
        .group_by("partner")
        .agg(pl.col("period").min().alias("first"), pl.col("period").max().alias("last"))
    )
    found = {p: (f"{a:%Y-%m}", f"{b:%Y-%m}") for p, a, b in spans.iter_rows()}
    assert (found["ARM"], found["GEO"]) == (("2017-01", "2022-02"), ("2022-03", "2024-12"))
    assert after["value_usd"].equals(before["value_usd"])


def test_a_mirror_falls_silent_and_goods_are_lost() -> None:
    lost = LostInTransit(CODE, "KGZ", "2021-01", share=0.75)
    before, after = pair(MirrorSilence("KAZ", "2022-03"), lost)
    imports = pl.from_pandas(after.flows).filter(pl.col("flow") == "import")
    last = dict(imports.group_by("reporter").agg(pl.col("period").max()).iter_rows())
    assert {r: f"{p:%Y-%m}" for r, p in last.items()} == {"KAZ": "2022-02", "KGZ": "2024-12"}
    assert imports["valuation"].unique().to_list() == ["CIF"]
    found = log_ratio(before, after)
    mirror = [(r.reporter, r.flow) for r in after.reports.routes].index(("KGZ", "import"))
    place = mirror, cell(after, "RUS")[1]
    np.testing.assert_allclose(found[place][48:], np.log(0.25), atol=EXACT)
    found[place] = 0
    assert not found.any()


def test_mirrors_agree_with_exports_but_for_freight_and_noise() -> None:
    world = replace(WORLD, n_codes=200, mirror=replace(WORLD.mirror, delay_months=1))
    reports = simulate(world, seed=1).reports
    routes = [(r.reporter, r.partner) for r in reports.routes]
    exported, imported = (
        reports.value_usd[routes.index(r)] for r in (("CHN", "KAZ"), ("KAZ", "CHN"))
    )
    gap = np.log(imported[:, 1:] / exported[:, :-1])
    assert gap.mean() == pytest.approx(np.log(1.06), abs=0.005)
    assert gap.std() == pytest.approx(0.1, abs=0.005)


def test_only_lasting_direct_volume_is_to_be_found() -> None:
    effects = (
        LevelShift(CODE, "RUS", "2022-03", 0.5),
        LevelShift(CODE, "DEU", "2022-03", 0.5),
        LevelShift(CODE, "RUS", "2022-03", 0.5, reporter="KAZ"),
        PriceChange(CODE, "RUS", "2022-03", 0.5),
        Spike(CODE, "RUS", "2022-03", 0.5),
    )
    truth = simulate(replace(WORLD, effects=effects), seed=11).truth
    found = truth.filter("is_anomaly")
    assert found.select("kind", "reporter", "partner", "hs6").rows() == [
        ("level_shift", "CHN", "RUS", CODE)
    ]
    assert truth["russia_specific"].sum() == 4


def test_drawn_effects_come_at_their_rates_and_as_the_data_show() -> None:
    rates = Rates(level_shift_share=0.3, price_change_share=0.2, fall_share=0.5)
    world = replace(WORLD, n_codes=600, listed_share=0.1, rates=rates)
    drawn, none = simulate(world, seed=4), simulate(replace(world, rates=Rates()), seed=4)
    counts = dict(drawn.truth["kind"].value_counts().iter_rows())
    assert counts["level_shift"] / 600 == pytest.approx(0.3, abs=0.05)
    assert counts["price_change"] / 600 == pytest.approx(0.2, abs=0.05)
    assert (drawn.truth["log_size"] < 0).mean() == pytest.approx(0.5, abs=0.08)
    assert drawn.truth["hs6"].n_unique() == drawn.truth.height
    last = log_ratio(none, drawn)[0, :, -1]
    size = dict(drawn.truth.select("hs6", "log_size").iter_rows())
    expected = [size.get(good.hs6, 0.0) for good in drawn.goods]
    np.testing.assert_allclose(last, expected, atol=EXACT)
