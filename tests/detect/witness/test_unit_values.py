"""Unit values: computed weights are found at a stated error rate, and tails are calibrated."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from figure_texts import words
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import tradeflow as tf
from tradeflow.detect.witness.price.cells import price_cells
from tradeflow.detect.witness.price.repeated import FALSE_POSITIVES, repeated
from tradeflow.detect.witness.price.unit_value_scores import OTHERS, common
from tradeflow.detect.witness.price.unit_values import unit_values
from tradeflow.errors import UsageError
from tradeflow.simulate.effects import PriceChange
from tradeflow.simulate.settings import Prices, Rates
from tradeflow.simulate.world import World

SINCE = "2022-03"
DEARER = "848210"
NEXT_TO_COMPUTED = 0.003  # weighed cells that happen to stand beside a heap of computed ones


def reported(share: float, *, rounded: bool) -> tuple[np.ndarray, ...]:
    """Values, weights, goods and truth of all cells with trade, as offices print them or not."""
    prices = Prices(estimated_share=share, flag_estimated=False)
    world = World(months=60, n_codes=40, rates=Rates(), prices=prices)
    reports = tf.simulate(world, seed=11).reports
    cell = np.nonzero(reports.value_usd > 0)
    value, net_kg = reports.value_usd[cell], reports.net_kg[cell]
    if rounded:
        value, net_kg = np.round(value), np.round(net_kg)
    return value, net_kg, cell[1], reports.estimated[cell[:2]]


@pytest.mark.parametrize("rounded", [False, True])
def test_weighed_cells_are_seldom_taken_for_computed_ones(rounded: bool) -> None:  # noqa: FBT001
    value, net_kg, good, _ = reported(0.0, rounded=rounded)
    assert len(value) > 20_000
    assert repeated(value, net_kg, good).mean() <= FALSE_POSITIVES


@pytest.mark.parametrize(("rounded", "power"), [(False, 0.99), (True, 0.95)])
def test_computed_weights_are_found(rounded: bool, power: float) -> None:  # noqa: FBT001
    """Among those large enough for their unit value to be known to 0.1 %."""
    value, net_kg, good, truth = reported(0.15, rounded=rounded)
    found = repeated(value, net_kg, good)
    large = net_kg > 1_000
    assert found[truth & large].mean() >= power
    assert found[~truth].mean() <= NEXT_TO_COMPUTED


def test_a_few_equal_unit_values_are_not_enough() -> None:
    """Three equal cells can be chance; four with nothing near them are not."""
    value, net_kg = np.full(4, 5e6), np.full(4, 1e6)
    code = np.zeros(4, dtype=np.intp)
    assert not repeated(value[:3], net_kg[:3], code[:3]).any()
    assert repeated(value, net_kg, code).all()
    assert not repeated(value, net_kg, np.arange(4)).any()  # of four different codes
    assert not repeated(value, np.zeros(4), code).any()
    assert not repeated(value[:0], net_kg[:0], code[:0]).any()


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(1, 9), st.integers(1, 4)),
        elements=st.one_of(st.integers(-5, 5).map(float), st.just(np.nan)),
    )
)
def test_the_median_of_the_others_is_that(moved: np.ndarray) -> None:
    """Against deleting each row in turn, ties and gaps and all."""
    found = common(moved, np.zeros(len(moved), dtype=np.intp))
    for i in range(len(moved)):
        others = np.delete(moved, i, axis=0)
        for t in range(moved.shape[1]):
            column = others[~np.isnan(others[:, t]), t]
            assert found[i, t] == (np.median(column) if len(column) >= OTHERS else 0.0)


@pytest.fixture(scope="module")
def flows() -> pl.DataFrame:
    world = World(
        months=84, n_codes=60, rates=Rates(), effects=(PriceChange(DEARER, "RUS", SINCE, 0.6),)
    )
    return tf.simulate(world, seed=5, backend="polars").flows


def test_tails_are_calibrated_and_a_false_price_is_found(flows: pl.DataFrame) -> None:
    result = unit_values(tf.panel(flows, by="hs6"), since=SINCE)
    frame = result.to_frame("polars")
    struck = (
        (pl.col("hs6") == DEARER) & (pl.col("partner") == "RUS") & (pl.col("reporter") == "CHN")
    )
    assert frame.filter(struck, "outlying").height >= 11
    calm = frame.filter(~struck, pl.col("rule") == "")
    assert calm["outlying"].mean() < 0.001
    for level in (0.01, 0.1, 0.5):
        assert (calm["p"] <= level).mean() == pytest.approx(level, rel=0.4)
    inside = (calm["unit_value"] > calm["expected_low"]) & (
        calm["unit_value"] < calm["expected_high"]
    )
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    assert "stand out" in result.summary()
    assert "SIMULATED" in words(result.plot())


def test_every_series_is_in_the_frame(flows: pl.DataFrame) -> None:
    panel = tf.panel(flows, by="hs6")
    frame = unit_values(panel, since=SINCE).to_frame("polars")
    key = ["reporter", "partner", "hs6"]
    assert frame.columns[:3] == key
    assert frame.select(key).unique().height == len(panel.keys)
    silent = frame.filter(pl.col("rule") != "")
    assert silent["rule"].str.starts_with("not heard: ").all()
    assert silent["unit_value"].null_count() == silent["q"].null_count() == silent.height


def test_a_published_weight_of_nothing_is_missing(annual: pl.DataFrame) -> None:
    """BACI lists 134 values without a weight; each is missing, none is free of weight."""
    without = annual.filter(pl.col("net_kg").is_null()).height
    cells = price_cells(tf.panel(annual, by="hs6"))
    assert cells.missing.sum() + (cells.broken & (cells.total > 0)).sum() >= without
    assert np.isnan(cells.value[cells.missing]).all()
    assert (cells.net_kg[cells.value > 0] > 0).all()


def test_reconciled_cells_can_be_refused(annual: pl.DataFrame) -> None:
    panel = tf.panel(annual, by="hs6")
    assert price_cells(panel).kept_estimates
    refused = unit_values(panel, since=2022, keep_estimated=False)
    assert not (refused.rule == "").any()
    assert "only estimated weights" in refused.summary()


@pytest.mark.parametrize(
    ("by", "options", "word"), [("category", {}, "mixes goods"), ("hs6", {"q": 1.5}, "between")]
)
def test_what_has_no_unit_value_is_refused(
    annual: pl.DataFrame, by: str, options: dict[str, float], word: str
) -> None:
    with pytest.raises(UsageError, match=word):
        unit_values(tf.panel(annual, by=by), since=2022, **options)
