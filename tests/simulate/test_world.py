"""The simulated world keeps the contract of the flow table and its own promises."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_polars
from tradeflow.nomenclature.editions import edition_of
from tradeflow.simulate.effects import LevelShift
from tradeflow.simulate.settings import TRAPS, Levels, Noise, Prices, Rates, Season
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World
from tradeflow.sources import registry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.simulate.simulation import Simulation

SMALL = World(n_codes=20, months=84, mirrors=("KAZ", "KGZ"))
QUIET = replace(SMALL, rates=Rates(), codes=("848210",))
NO_ZEROS = Noise(structural_zero_share=0.0, intermittent_share=0.0)


def flows_of(simulation: Simulation) -> pl.DataFrame:
    return to_polars(simulation.flows)


@pytest.fixture(scope="module")
def default() -> Simulation:
    return simulate(seed=7, backend="polars")


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_flows_keep_the_contract_and_say_that_they_are_simulated(backend: str) -> None:
    simulation = simulate(SMALL, seed=7, backend=backend)
    assert type(simulation.flows).__module__.startswith(backend)
    frame = check_flows(flows_of(simulation))
    assert frame["source"].unique().to_list() == ["SIMULATED"]
    assert frame["release"].unique().to_list() == ["seed 7"]
    assert simulation.flows is simulation.flows


def test_backends_hold_the_same_rows() -> None:
    pandas, polars = (simulate(SMALL, seed=7, backend=b) for b in ("pandas", "polars"))
    assert_frame_equal(check_flows(flows_of(pandas)), flows_of(polars))


def test_the_default_world_is_what_its_docstring_says(default: Simulation) -> None:
    frame = default.flows
    exports = frame.filter(pl.col("reporter") == "CHN")
    assert exports["partner"].n_unique() == 11
    assert frame.filter(pl.col("reporter") != "CHN")["partner"].unique().to_list() == ["RUS"]
    assert (default.world.month(0).isoformat(), default.world.months) == ("2017-01-01", 96)
    stated = frame.select("reporter", "period", "edition").unique().iter_rows()
    assert all(edition_of(r, p) == e for r, p, e in stated)
    assert frame["edition"].n_unique() == 2
    kinds = set(default.truth["kind"])
    assert {"level_shift", "world_growth", "code_split", "price_change", "collapse"} <= kinds
    assert "no real trade" in default.summary()
    assert len(default.goods) == default.world.n_codes + TRAPS.code_splits
    assert sum(good.listed for good in default.goods) >= 0.3 * 120


def test_same_seed_same_bytes_other_seed_other_trade() -> None:
    first, again, other = (simulate(SMALL, seed=s) for s in (3, 3, 4))
    assert first.reports.value_usd.tobytes() == again.reports.value_usd.tobytes()
    assert first.reports.net_kg.tobytes() == again.reports.net_kg.tobytes()
    assert_frame_equal(flows_of(first), flows_of(again))
    assert_frame_equal(first.truth, again.truth)
    assert not np.isin(other.matrix().values[0], first.matrix().values).any()


def values_of(simulation: Simulation, partner: str, codes: Sequence[str]) -> np.ndarray:
    matrix = simulation.matrix(partner)
    rows = [matrix.keys["hs6"].to_list().index(code) for code in codes]
    return matrix.values[rows]


def test_a_larger_world_holds_the_smaller_one() -> None:
    small = simulate(SMALL, seed=5)
    codes = [good.hs6 for good in small.goods]
    for larger in (
        replace(SMALL, n_codes=50),
        replace(SMALL, partners=(*SMALL.partners, "BRA", "EGY")),
        replace(SMALL, reporters=("CHN", "JPN")),
        replace(SMALL, hubs=()),
    ):
        if larger.hubs:  # what is diverted depends on the hubs
            large = simulate(larger, seed=5)
            for partner in ("RUS", "DEU", "KAZ"):
                np.testing.assert_array_equal(
                    values_of(small, partner, codes), values_of(large, partner, codes)
                )


def test_a_longer_world_continues_the_shorter_one() -> None:
    short, long = (simulate(replace(QUIET, months=m), seed=5) for m in (72, 96))
    for measure in ("value_usd", "net_kg"):
        long_values = long.matrix(measure=measure).values
        np.testing.assert_array_equal(short.matrix(measure=measure).values, long_values[:, :72])


@settings(max_examples=25)
@given(st.integers(0, 2**40), st.integers(12, 60), st.floats(0, 0.9))
def test_any_seed_gives_a_valid_table(seed: int, months: int, zero_share: float) -> None:
    noise = Noise(intermittent_share=0.5, intermittent_zero_share=zero_share, tails="t3")
    world = World(n_codes=4, listed_share=0.5, months=months, noise=noise, partners=("RUS", "KAZ"))
    simulation = simulate(replace(world, hubs=("KAZ",)), seed=seed, backend="polars")
    check_flows(simulation.flows)
    assert np.isfinite(simulation.reports.value_usd).all()


def test_matrix_is_the_flow_table() -> None:
    simulation = simulate(QUIET, seed=7, backend="polars")
    values, keys, periods = simulation.matrix("KAZ", measure="net_kg")
    assert values.shape == (keys.height, len(periods))
    rows = simulation.flows.filter(
        pl.col("reporter") == "CHN", pl.col("partner") == "KAZ", pl.col("flow") == "export"
    )
    assert rows["net_kg"].sum() == pytest.approx(values.sum(), rel=1e-12)
    assert rows.height == (values > 0).sum()


def test_shares_of_zeros_are_those_asked_for() -> None:
    noise = Noise(
        structural_zero_share=0.2,
        intermittent_share=0.25,
        intermittent_zero_share=0.5,
        noise_sd=0.1,
    )
    world = World(n_codes=600, listed_share=0.1, rates=Rates(), noise=noise, mirrors=())
    values = simulate(world, seed=1).reports.value_usd
    never = (values == 0).all(axis=2)
    assert never.mean() == pytest.approx(0.2, abs=0.02)
    sometimes = ((values == 0).any(axis=2) & ~never).sum() / (~never).sum()
    assert sometimes == pytest.approx(0.25, abs=0.04)
    lumpy = values[(values == 0).any(axis=2) & ~never]
    assert (lumpy == 0).mean() == pytest.approx(0.5, abs=0.06)  # growth fills some months


MONTE_CARLO = 0.06  # relative, on variances of 4,500 series by 96 months


@pytest.mark.parametrize("lag", [1, 12])
def test_noise_and_drift_have_the_moments_asked_for(lag: int) -> None:
    noise = replace(NO_ZEROS, rho=0.6, drift=0.1, noise_sd_spread=0.0, outlier_share=0.0)
    world = World(
        n_codes=300,
        listed_share=0.1,
        noise=replace(noise, common_share=0.4),
        season=Season(strength=0.0, route_strength=0.0, lunar_log=0.0),
        rates=Rates(),
        prices=Prices(estimated_share=0.0),
        levels=Levels(growth_mean=0.0, growth_sd=0.0),
    )
    log = np.log(simulate(world, seed=6).reports.net_kg)
    change = log[:, :, lag:] - log[:, :, :-lag]
    expected = world.noise.noise_sd**2 * (2 * (1 - 0.6**lag) + 0.1 * lag)
    assert change.var() == pytest.approx(expected, rel=MONTE_CARLO)
    shared = (change[0] * change[1]).mean() / change.var()
    assert shared == pytest.approx(0.4, abs=MONTE_CARLO)


def test_seasons_the_lunar_new_year_and_february_2020() -> None:
    season = Season(strength=0.0, route_strength=0.0, lunar_log=-1.0)
    noise = replace(NO_ZEROS, noise_sd=0.0, outlier_share=0.0)
    world = World(n_codes=40, season=season, noise=noise, rates=Rates(collapse_log=-0.7))
    simulation = simulate(world, seed=2)
    direct = [route.reporter == "CHN" for route in simulation.reports.routes]
    weight = np.log(simulation.reports.net_kg[direct])[~simulation.reports.estimated[direct]]
    change = np.diff(weight, axis=1).mean(axis=0)
    month = {f"{p:%Y-%m}": i for i, p in enumerate(simulation.world.periods())}
    assert (
        change[month["2018-02"] - 1] < -0.5
    )  # thirteen of the fifteen days from 16 February 2018 on
    assert abs(change[month["2019-01"] - 1]) < 0.02  # 5 February 2019: none in January
    assert change[month["2020-02"] - 1] < change[month["2020-01"] - 1] < -0.1
    assert change[month["2020-03"] - 1] == pytest.approx(0.7 + 8 / 15, abs=0.1)


def test_estimated_weights_are_value_over_one_unit_value() -> None:
    world = replace(QUIET, prices=replace(QUIET.prices, estimated_share=0.5))
    frame = simulate(world, seed=7, backend="polars").flows
    frame = frame.with_columns(unit=pl.col("value_usd") / pl.col("net_kg"))
    guessed = frame.filter("weight_estimated").group_by("hs6", "edition")
    spread = guessed.agg((pl.col("unit").max() / pl.col("unit").min()).log().alias("log"))
    assert spread["log"].max() < 1e-9
    weighed = frame.filter(~pl.col("weight_estimated")).group_by("hs6", "partner")
    assert weighed.agg(pl.col("unit").log().std())["unit"].min() > 0.02
    silent = replace(world, prices=replace(world.prices, flag_estimated=False))
    unflagged = simulate(silent, seed=7, backend="polars").flows
    assert unflagged["weight_estimated"].null_count() == unflagged.height
    assert_frame_equal(
        unflagged.drop("weight_estimated"), frame.select(unflagged.columns).drop("weight_estimated")
    )


def test_a_panel_can_be_made_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    info = replace(registry.SOURCES["BACI"], name="SIMULATED", released_together=False)
    monkeypatch.setitem(registry.SOURCES, "SIMULATED", info)
    simulation = simulate(QUIET, seed=7)
    frame = flows_of(simulation).filter(pl.col("reporter") == "CHN", pl.col("partner") == "RUS")
    panel = tf.panel(frame, by="hs6")
    matrix = simulation.matrix()
    traded = (matrix.values > 0).any(axis=1)
    assert panel.keys["hs6"].to_list() == matrix.keys["hs6"].filter(pl.Series(traded)).to_list()
    np.testing.assert_allclose(panel.values, matrix.values[traded], rtol=1e-12)


def test_an_effect_changes_nothing_elsewhere() -> None:
    shift = LevelShift("848210", "RUS", "2020-06", 1.0)
    before = simulate(replace(SMALL, codes=("848210",)), seed=9)
    after = simulate(replace(SMALL, codes=("848210",), effects=(shift,)), seed=9)
    same = before.reports.value_usd == after.reports.value_usd
    row = [good.hs6 for good in after.goods].index("848210")
    assert [tuple(cell) for cell in np.argwhere(~same.all(axis=2))] == [(0, row)]
