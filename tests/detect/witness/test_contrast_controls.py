"""Other goods are compared with only where enough of them are on no list."""

from __future__ import annotations

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.detect.witness.contrast.controls import FEWEST_CONTROLS, count_controls, listed_goods
from tradeflow.simulate.settings import Rates
from tradeflow.simulate.world import World

SINCE = "2022-03"
SIMULATED = "2020-03"


@pytest.fixture(scope="module")
def flows() -> pl.DataFrame:
    """Simulated: 30 goods on no list, and as many on one."""
    world = World(months=44, n_codes=60, listed_share=0.5, rates=Rates(), hubs=())
    return tf.simulate(world, seed=2, backend="polars").flows.filter(reporter="CHN")


def test_goods_that_fell_together_are_not_compared_with_each_other(eu: pl.DataFrame) -> None:
    """Of the EU's exports of listed goods each fell; against one another hardly one seems to."""
    panel = tf.panel(eu, by="hs6", together="reporter")
    chosen, both = tf.contrast(panel, since=SINCE), tf.contrast(panel, since=SINCE, against="both")
    assert (chosen.against, chosen.controls) == ("destinations", 0)
    assert (chosen.effect[chosen.moved] < 0).all()
    assert chosen.moved.sum() > 3 * both.moved.sum()
    assert (both.effect[both.moved] > 0).any()
    assert "alone: only 0 goods that are not asked about are on no list" in chosen.summary()
    assert "beware: only 0 goods" in both.summary()


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
def test_enough_unlisted_goods_are_compared_with(flows: pl.DataFrame, by: str) -> None:
    panel = tf.panel(flows, by=by)
    listed = listed_goods(panel, "RUS")
    free = count_controls(panel, "RUS", listed)
    assert (free >= FEWEST_CONTROLS) == (by != "category")
    asked = listed[: len(listed) // 2]
    found = tf.contrast(panel, since=SIMULATED, treated=asked)
    assert count_controls(panel, "RUS", asked) == found.controls == free
    assert (found.against == "both") == (free >= FEWEST_CONTROLS)
    assert "beware" not in found.summary()
    few = tf.panel(flows.filter(pl.col("hs6").is_in(panel_goods(flows, 19))), by=by)
    assert tf.contrast(few, since=SIMULATED).against == "destinations"


def panel_goods(flows: pl.DataFrame, unlisted: int) -> list[str]:
    """All listed codes, and some others."""
    keys = tf.panel(flows, by="hs6").keys
    free = keys.filter(~pl.col("listed"))["hs6"].unique().sort().to_list()
    return [*keys.filter("listed")["hs6"], *free[:unlisted]]


def test_goods_asked_about_are_no_controls(flows: pl.DataFrame) -> None:
    panel = tf.panel(flows, by="hs6")
    keys = panel.keys.filter(pl.col("partner") == "RUS")
    free = keys.filter(~pl.col("listed"))["hs6"].to_list()
    assert count_controls(panel, "RUS", free[:12]) == len(free) - 12
    assert tf.contrast(panel, since=SIMULATED, treated=free[:12]).against == "destinations"


@pytest.mark.parametrize("by", ["hs6", "category", "family"])
def test_findings_go_by_the_same_rule(flows: pl.DataFrame, eu: pl.DataFrame, by: str) -> None:
    for table, since, against in ((flows, SIMULATED, "both"), (eu, SINCE, "destinations")):
        contrast = tf.findings(table, since=since, by=by).answers.contrast.result
        assert contrast is not None
        assert contrast.against == against
