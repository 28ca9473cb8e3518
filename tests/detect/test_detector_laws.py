"""What must not change the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from synthetic import drifting, sample_codes, table

import tradeflow as tf
from tradeflow.errors import TooShortError, TradeflowError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from tradeflow.detect.annual.result import ShiftTable

MONEY = ["before_usd", "after_usd", "excess_usd", "excess_low_usd", "excess_high_usd"]
CODES = sample_codes(41, unlisted=500)
FLOWS = table(drifting(41, len(CODES)), CODES)
OPTIONS = {"baskets": 100, "floor_usd": 1e5}


def ask(flows: pl.DataFrame, by: str, **options: float) -> ShiftTable:
    return tf.detect_shifts(tf.panel(flows, by=by), **(OPTIONS | options))


@pytest.fixture(scope="module", params=["category", "hs6"])
def answer(request: pytest.FixtureRequest) -> ShiftTable:
    return ask(FLOWS, request.param)


@given(scale=st.sampled_from([1e-3, 0.1, 1 / 7, 7.3, 1e6]) | st.floats(1e-3, 1e3))
@settings(max_examples=4)
def test_another_currency_changes_only_money(answer: ShiftTable, scale: float) -> None:
    flows = FLOWS.with_columns(pl.col("value_usd") * scale)
    other = ask(flows, answer.by, floor_usd=OPTIONS["floor_usd"] * scale).to_frame("polars")
    ours = answer.to_frame("polars")
    text = ["drivers", "flags"]  # drivers print money
    assert_frame_equal(ours.drop(*MONEY, *text), other.drop(*MONEY, *text), rel_tol=1e-6)
    assert_frame_equal(
        ours.select(pl.col(MONEY) * scale), other.select(MONEY), rel_tol=1e-6, abs_tol=scale
    )


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=3)
def test_the_order_of_rows_changes_nothing(answer: ShiftTable, seed: int) -> None:
    shuffled = FLOWS.sample(fraction=1, shuffle=True, seed=seed)
    assert ask(shuffled, answer.by).records() == answer.records()


def test_pandas_and_polars_give_the_same_numbers(answer: ShiftTable) -> None:
    assert ask(FLOWS.to_pandas(), answer.by).records() == answer.records()
    assert answer.to_frame()["q"].to_numpy() == pytest.approx(
        answer.to_frame("polars")["q"].to_numpy(), nan_ok=True
    )


def test_another_category_does_not_change_a_category() -> None:
    """Placebo baskets depend on the category's name and seed, not on its company."""
    whole = ask(FLOWS, "category")
    fewer = FLOWS.filter(~pl.col("hs6").is_in(["848610", "848620", "848640"]))
    assert ask(fewer, "category")["bearings"].placebo_share == whole["bearings"].placebo_share


def test_the_seed_changes_baskets_only(answer: ShiftTable) -> None:
    other = ask(FLOWS, answer.by, seed=1)
    assert [row.name for row in other.rows if row.shift == answer[row.name].shift] or all(
        np.isnan(row.shift) for row in other.rows
    )
    for row in other.rows:
        assert answer[row.name].shift == pytest.approx(row.shift, nan_ok=True)


def test_records_are_json(answer: ShiftTable) -> None:
    keys = {"verdict", "ratio", "excess_usd", "q", "placebo_share", "exceptional"}
    for record in answer.records():
        assert keys | {answer.by, "drivers", "flags", "values_usd", "weights_kg"} <= record.keys()
        assert not any(isinstance(v, float) and not np.isfinite(v) for v in record.values())


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"baseline": 0}, UsageError, "baseline is 0; it must be at least 1"),
        ({"baskets": 0}, UsageError, "baskets is 0"),
        ({"q": 1.5}, UsageError, "between 0 and 1"),
        ({"floor_usd": 0.0}, UsageError, "floor_usd is 0.0"),
        ({"seed": -1}, UsageError, "seed is -1"),
        ({"since": "soon"}, UsageError, "Write 2022"),
        ({"since": 2017}, TooShortError, "At least two periods before 2017-01-01"),
        ({"since": 2030}, TooShortError, "the data have 7 and 0"),
    ],
)
def test_bad_options(options: dict, error: type[TradeflowError], said: str) -> None:
    with pytest.raises(error, match=said):
        ask(FLOWS, "hs6", **options)


@pytest.mark.parametrize(
    ("panel", "error", "said"),
    [
        (lambda: tf.panel(FLOWS, by="family"), UsageError, "by category or hs6"),
        (lambda: tf.panel(FLOWS, by="hs6", measure="net_kg"), UsageError, "panel of values"),
        (
            lambda: tf.panel(tf.load_sample("eu-high-priority-monthly"), by="hs6"),
            UsageError,
            "monthly",
        ),
        (
            lambda: tf.panel(pl.concat([FLOWS, two_partners()]), by="hs6"),
            UsageError,
            "One reporter and one partner",
        ),
        (
            lambda: tf.panel(FLOWS.filter(pl.col("hs6").is_in(CODES[:120])), by="hs6"),
            TooShortError,
            "Give the flows of all codes",
        ),
    ],
)
def test_bad_panels(panel, error: type[TradeflowError], said: str) -> None:  # noqa: ANN001
    with pytest.raises(error, match=said):
        tf.detect_shifts(panel())


def two_partners() -> pl.DataFrame:
    return FLOWS.with_columns(partner=pl.lit("KAZ"))


def test_an_unknown_backend(answer: ShiftTable) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'polars'"):
        answer.to_frame("polar")
