"""Findings on the embedded samples, and in simulated worlds with traps."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.detect.findings.verdict import ANOMALOUS, NOT_COMPARABLE, VERDICTS
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.simulate.effects import (
    DivertedRoute,
    Effect,
    LateMonth,
    LevelShift,
    MirrorSilence,
    PartnerCodeChange,
    PriceChange,
    WorldGrowth,
)
from tradeflow.simulate.settings import Prices, Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping

DATE = "2022-03"
KINDS = {
    "bearings": "shift",
    "uav_power": "shift",
    "electronic_components": "shift",
    "chips": "world",
    "machine_tools": "price",
    "test_measurement": "diverted",
}
EFFECTS = {
    "shift": lambda code: LevelShift(code, "RUS", DATE, log_size=0.7),
    "world": lambda code: WorldGrowth(code, DATE, log_size=0.7, ramp_months=1),
    "price": lambda code: PriceChange(code, "RUS", DATE, log_size=0.7),
    "diverted": lambda code: DivertedRoute(code, "KAZ", DATE, share=0.6),
}


def world(effects: tuple[Effect, ...] = (), **options: object) -> World:
    rates = Rates(russia_growth=0.08, collapse_log=-0.4, code_splits=2)
    plain = {"months": 68, "n_codes": 190, "listed_share": 0.5, "rates": rates}
    return World(**plain | {"prices": Prices(estimated_share=0.0)} | options, effects=effects)


@lru_cache
def trapped() -> tuple[pl.DataFrame, tf.FindingsResult]:
    flows = happened(KINDS, LateMonth("2022-06"))
    return flows, tf.findings(flows, since=DATE, reporter="CHN")


def happened(kinds: Mapping[str, str], *more: Effect) -> pl.DataFrame:
    """Flows of a simulated world in which categories do as they are told."""
    goods = {good.hs6 for good in tf.simulate(world(rates=Rates()), seed=5).goods}
    held = pl.DataFrame(tf.members()).filter(pl.col("hs6").is_in(goods))
    effects = [
        EFFECTS[kind](code)
        for name, kind in kinds.items()
        for code in held.filter(category=name)["hs6"].to_list()
    ]
    return tf.simulate(world((*effects, *more)), seed=5, backend="polars").flows


def words(result: tf.FindingsResult) -> dict[str, str]:
    return dict(result.table.select("category", "verdict").iter_rows())


def test_shifts_are_found_and_traps_are_named() -> None:
    said = words(trapped()[1])
    found = [name for name, kind in KINDS.items() if kind == "shift" and said[name] == ANOMALOUS]
    assert len(found) >= 2
    assert said["machine_tools"] == "price, not volume"
    assert said["test_measurement"] == "compatible with diversion"
    assert said["chips"] == "shared with other destinations"
    others = {name: word for name, word in said.items() if KINDS.get(name) != "shift"}
    assert ANOMALOUS not in others.values()


def test_the_table_is_whole_and_holds_no_nan() -> None:
    flows, result = trapped()
    table = result.table
    assert set(table["verdict"]) <= set(VERDICTS)
    assert table["category"].n_unique() == len(table)
    assert table["sentence"].str.ends_with(".").all()
    assert not any(table[c].is_nan().any() for c, t in table.schema.items() if t == pl.Float64)
    assert set(result.to_frame()["verdict"]) == set(table["verdict"])
    assert "SIMULATED" in result.summary()
    assert repr(result) in result.summary()
    mixed = tf.findings(
        flows.sample(fraction=1.0, shuffle=True, seed=1), since=DATE, reporter="CHN"
    )
    assert_frame_equal(mixed.table, table)


@pytest.mark.parametrize("pieces", [True, False])
def test_where_nothing_was_weighed_pieces_tell_price_from_volume(*, pieces: bool) -> None:
    kinds = {"bearings": "shift", "uav_power": "shift", "machine_tools": "price", "chips": "price"}
    flows = happened(kinds)
    counted = flows.with_columns(
        net_kg=pl.col("value_usd") / 30,
        weight_estimated=pl.lit(value=True),
        quantity=pl.col("net_kg").ceil() if pieces else None,
        quantity_unit=pl.lit("u"),
    )
    said = words(tf.findings(counted, since=DATE, reporter="CHN"))
    expected = {"shift": "anomalous", "price": "price, not volume"}
    for name, kind in kinds.items():
        assert said[name] == (expected[kind] if pieces else "anomalous in value"), name


def test_years_have_the_same_words_and_fewer_witnesses(annual_findings: tf.FindingsResult) -> None:
    said, result = words(annual_findings), annual_findings
    assert {name for name, word in said.items() if word == "unusual"} == {
        "machine_tools",
        "chip_making",
        "test_measurement",
    }
    assert said["optics_thermal"] == NOT_COMPARABLE or "uav_complete" in said
    assert ANOMALOUS not in said.values()
    silent = {name for name, _ in result.answers.silent()}
    assert {"contrast", "donors", "mirror", "routes", "province"} <= silent
    assert "price" not in silent


def test_europe_describes_the_collapse_and_what_hubs_could_carry() -> None:
    result = tf.findings(tf.load_sample("eu-high-priority-monthly"), since=DATE)
    rows = result.table.filter(verdict="level shift, alarm not heard")
    assert "chips" in rows["category"].to_list()
    assert (rows["month"].dt.strftime("%Y-%m") == DATE).all()
    assert (rows["size_log"] < -2).all()
    assert (rows["contrast"] == "agrees").all()
    assert (rows["routes_share_high"] < 0.2).all()
    assert rows["sentence"].str.contains("too few months before it for an alarm").all()


@pytest.mark.parametrize("by", ["category", "hs6"])
def test_a_partner_under_another_code_is_not_comparable(by: str) -> None:
    change = PartnerCodeChange("RUS", "2022-04", recorded_as="MNG")
    flows = tf.simulate(world((change,), n_codes=60), seed=3, backend="polars").flows
    result = tf.findings(flows, since=DATE, by=by, reporter="CHN")
    assert set(result.table["verdict"]) == {NOT_COMPARABLE}
    assert result.table["sentence"].str.contains("its code may have changed").all()


def test_a_silent_mirror_is_silence() -> None:
    made = world((MirrorSilence("RUS", "2022-01"),), n_codes=60, mirrors=("RUS", "KAZ"))
    flows = tf.simulate(made, seed=3, backend="polars").flows
    table = tf.findings(flows, since=DATE, reporter="CHN").table
    assert table["mirror"].str.starts_with("not heard").all()
    assert table["mirror"].str.contains("silent").any()
    assert not table["agree"].str.contains("mirror").any()


def test_what_cannot_be_asked_is_refused() -> None:
    flows = tf.load_sample("china-russia-annual")
    with pytest.raises(UsageError, match="no exports to KAZ"):
        tf.findings(flows, since=2022, partner="KAZ")
    with pytest.raises(UnknownNameError):
        tf.findings(flows, since=2022, partner="Rusia")
    for since in (2017, 2024, "2029-03"):
        with pytest.raises(TooShortError, match="2017-01 to 2023-01"):
            tf.findings(flows, since=since)
