"""What must not change a panel, on random tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from polars.testing import assert_frame_equal
from synthetic import table

import tradeflow as tf
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from tradeflow.panel.model import Panel

CODES = ["010620", "848210", "848220", "852580", "854370", "854390", "901380", "950300", "999999"]
worlds = arrays(np.int64, (len(CODES), 7), elements=st.integers(0, 10**9)).filter(np.any)


def same(one: Panel, other: Panel) -> None:
    np.testing.assert_array_equal(one.values, other.values)
    np.testing.assert_array_equal(one.state, other.state)
    np.testing.assert_array_equal(one.net_kg, other.net_kg)
    assert_frame_equal(one.keys, other.keys)
    assert (one.periods, one.provenance) == (other.periods, other.provenance)


@pytest.mark.parametrize("by", ["hs6", "family"])
@given(values=worlds)
@settings(max_examples=25)
def test_totals_are_conserved(by: str, values: np.ndarray) -> None:
    flows = table(values.astype(float), CODES)
    found = tf.panel(flows, by=by)
    years = [p.year - 2017 for p in found.periods]
    np.testing.assert_allclose(np.nansum(found.values, axis=0), values[:, years].sum(axis=0))


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
@given(values=worlds, seed=st.integers(0, 1000))
@settings(max_examples=15)
def test_order_and_kind_of_frame_change_nothing(by: str, values: np.ndarray, seed: int) -> None:
    values[1, 0] += 1  # at least one member of a category
    flows = table(values.astype(float), CODES)
    whole = tf.panel(flows, by=by)
    same(whole, tf.panel(flows.sample(fraction=1, shuffle=True, seed=seed), by=by))
    same(whole, tf.panel(flows.to_pandas(), by=by))


@given(values=worlds, cut=st.integers(1, len(CODES) - 1))
@settings(max_examples=15)
def test_splitting_a_code_into_national_lines_changes_nothing(values: np.ndarray, cut: int) -> None:
    flows = table(values.astype(float), CODES)
    halves = [
        flows.with_columns(
            national_code=pl.col("hs6") + end,
            value_usd=pl.col("value_usd") / 2,
            net_kg=pl.col("net_kg") / 2,
        )
        for end in ("10", "90")
    ]
    chosen = pl.col("hs6").is_in(CODES[:cut])
    mixed = pl.concat([flows.filter(~chosen), *(half.filter(chosen) for half in halves)])
    same(tf.panel(flows, by="hs6"), tf.panel(mixed, by="hs6"))


def test_totals_of_all_goods_are_a_panel_of_their_own() -> None:
    flows = tf.load_sample("china-russia-totals", backend="polars")
    panel = tf.panel(flows, by="total")
    published = flows.filter(flow="export").sort("period")["value_usd"].to_numpy()
    np.testing.assert_array_equal(panel.values[0], published)
    assert panel.keys.rows() == [("CHN", "RUS", "TOTAL")]
    with pytest.raises(UsageError, match="by='total'"):
        tf.panel(flows, by="hs6")
    with pytest.raises(UsageError, match="in total"):
        tf.panel(tf.load_sample("china-russia-annual"), by="total")
