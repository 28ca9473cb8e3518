"""Cover goods: the detection limit is what it says, and both references are heard or not, said."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from figure_texts import words
from hypothesis import assume, given
from hypothesis import strategies as st

import tradeflow as tf
from tradeflow.detect.witness.cover.cover import cover
from tradeflow.detect.witness.cover.limit import hidden_share
from tradeflow.errors import TooShortError, UnknownCodeError, UnknownNameError, UsageError
from tradeflow.simulate.effects import LevelShift, PriceChange
from tradeflow.simulate.settings import Prices, Rates
from tradeflow.simulate.world import World

SINCE = "2022-03"
TOYS, GAMES, SENSITIVE = "950300", "950450", "848210"
OPTIONS = {"since": SINCE, "hidden": "bearings"}
PIECE_KG = 0.25
STRIKING, UNREMARKABLE = 0.01, 0.05  # calibrated p-values


@given(st.floats(0.01, 2.0), st.floats(0.1, 1e3), st.floats(0.1, 1e3))
def test_the_limit_moves_the_unit_value_just_out(half: float, price: float, hidden: float) -> None:
    assume(abs(hidden / price - 1) > 1e-3)
    share = hidden_share(np.array([half]), np.array([price]), np.array([hidden]))[0]
    if np.isfinite(share):
        mixed = (1 - share) * price + share * hidden
        assert abs(np.log(mixed / price)) == pytest.approx(half, rel=1e-6)
        assert 0 < share <= 1
    else:
        assert abs(np.log(hidden / price)) < half * (1 + 1e-9)  # even all of it would not be seen


def make_flows(*effects: PriceChange | LevelShift) -> pl.DataFrame:
    world = World(
        months=84,
        n_codes=40,
        codes=(TOYS, GAMES, SENSITIVE),
        hubs=(),
        rates=Rates(),
        effects=effects,
        prices=Prices(estimated_share=0.0),
    )
    return tf.simulate(world, seed=5, backend="polars").flows


@pytest.fixture(scope="module")
def flows() -> pl.DataFrame:
    return make_flows()


def row_of(flows: pl.DataFrame, hs6: str = TOYS) -> dict[str, object]:
    table = cover(flows, **OPTIONS).table
    return table.row(by_predicate=pl.col("hs6") == hs6, named=True)


def hide(flows: pl.DataFrame, share: float, price: float) -> pl.DataFrame:
    """Put goods at another price under the code of toys to Russia, a share of the weight."""
    there = (
        (pl.col("hs6") == TOYS)
        & (pl.col("partner") == "RUS")
        & (pl.col("period") >= pl.lit(SINCE + "-01").str.to_date())
    )
    added = pl.col("net_kg") * share / (1 - share)
    return flows.with_columns(
        value_usd=pl.col("value_usd") + pl.when(there).then(added * price).otherwise(0.0),
        net_kg=pl.col("net_kg") + pl.when(there).then(added).otherwise(0.0),
    )


def test_goods_beyond_the_limit_are_seen_and_below_it_are_not(flows: pl.DataFrame) -> None:
    honest = row_of(flows)
    assert min(honest["change_p"], honest["destinations_p"]) > UNREMARKABLE
    limit, price = honest["limit_share"], honest["hidden_unit_value"]
    assert 0 < limit < 0.2
    for share, seen in ((limit / 5, False), (3 * limit, True)):
        row = row_of(hide(flows, share, price))
        assert (row["destinations_p"] <= STRIKING) is seen
        assert row["destinations"] == honest["destinations"] >= 3
    truth = np.log(1 + 3 * limit * (price / honest["unit_value_since"] - 1))
    moved = row["destinations_log"] - honest["destinations_log"]
    assert moved == pytest.approx(truth, rel=0.05)


def test_a_price_that_moves_everywhere_is_not_about_one_destination() -> None:
    """The change against itself is seen; against other destinations there is none."""
    partners = World().partners
    row = row_of(make_flows(*(PriceChange(TOYS, p, SINCE, 0.5) for p in partners)))
    assert row["change_p"] <= STRIKING
    assert row["destinations_p"] > UNREMARKABLE
    assert abs(row["destinations_log"]) < 0.1 < row["change_log"]


def test_a_change_of_volume_or_mix_is_no_change_of_unit_value() -> None:
    row = row_of(make_flows(LevelShift(GAMES, "RUS", SINCE, 2.0)), hs6="all")
    assert row["change_p"] > UNREMARKABLE
    assert abs(row["mix_log"]) > abs(row["change_log"])


def test_pieces_are_read_where_there_are_any(flows: pl.DataFrame) -> None:
    """Pieces of one weight give the same changes per piece as per kilogram."""
    counted = flows.with_columns(quantity=pl.col("net_kg") / PIECE_KG, quantity_unit=pl.lit("p/st"))
    result = cover(counted, **OPTIONS)
    per = dict(zip(("kg", "p/st"), result.table.partition_by("unit"), strict=True))
    np.testing.assert_allclose(per["p/st"]["change_log"], per["kg"]["change_log"], atol=1e-9)
    ratio = per["p/st"]["unit_value_since"] / per["kg"]["unit_value_since"]
    np.testing.assert_allclose(ratio.to_numpy(), PIECE_KG)
    assert "No supplementary quantity" not in result.summary()


def test_a_panel_and_its_flows_agree(flows: pl.DataFrame) -> None:
    """As do a table in another order, and a panel by category."""
    table = cover(flows, **OPTIONS).table
    assert cover(tf.panel(flows, by="hs6"), **OPTIONS).table.equals(table)
    assert cover(tf.panel(flows, by="category"), **OPTIONS).table.equals(table)
    assert cover(flows.reverse(), **OPTIONS).table.equals(table)


def test_russia_alone_is_heard_against_itself_only(annual: pl.DataFrame) -> None:
    """Toys from China to Russia: 9.04 to 9.78 USD a kilogram, nothing that stands out."""
    result = cover(annual, since=2022)
    table = result.to_frame("polars")
    assert table["hs6"].to_list() == ["all", TOYS, GAMES]
    assert (table["rule"] == "").all()
    assert set(table["rule_destinations"]) == {"not heard: fewer than 3 other destinations"}
    toys = table.row(1, named=True)
    published = annual.filter(pl.col("hs6") == TOYS).sort("period")
    value, weight = (published[name].to_numpy() for name in ("value_usd", "net_kg"))
    assert toys["unit_value_before"] == pytest.approx(value[3:5].sum() / weight[3:5].sum())
    assert toys["unit_value_since"] == pytest.approx(value[5:7].sum() / weight[5:7].sum())
    assert toys["change_p"] > 0.5
    assert 0.05 < toys["limit_share"] < 0.5
    assert "leave no trace" in result.summary()
    assert "0 of 2 heard moved" in words(result.plot())


def test_goods_that_are_not_there_are_said(flows: pl.DataFrame) -> None:
    result = cover(flows, **OPTIONS, goods=[TOYS, "950490"])
    row = result.table.row(by_predicate=pl.col("hs6") == "950490", named=True)
    assert row["rule"] == row["rule_destinations"] == "not heard: not in the table"
    assert row["change_log"] is row["change_q"] is row["limit_share"] is None
    assert "not in the table" in result.summary()
    assert "SIMULATED" in words(result.plot())


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"partner": "USA"}, UnknownNameError),
        ({"goods": "toy"}, UnknownNameError),
        ({"goods": ["95030"]}, UnknownCodeError),
        ({"goods": []}, UsageError),
        ({"hidden": "jamers"}, UnknownNameError),
        ({"since": "2017-06"}, TooShortError),
    ],
)
def test_what_cannot_be_asked_is_refused(
    flows: pl.DataFrame, options: dict[str, object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        cover(flows, **{**OPTIONS, **options})


def test_families_are_not_codes(flows: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="six-digit"):
        cover(tf.panel(flows, by="family"), **OPTIONS)


def test_what_could_hide_is_less_than_what_was_declared(
    flows: pl.DataFrame, annual: pl.DataFrame
) -> None:
    """A limit that is worth more than all toys is none: no amount would have been seen."""
    seen = row_of(flows)
    whole = seen["limit_usd"] / seen["limit_share"] / seen["hidden_unit_value"]  # kilograms
    assert 0 < seen["limit_usd"] < whole * seen["unit_value_since"]
    result = cover(annual, since=2022)
    toys = result.table.row(by_predicate=pl.col("hs6") == TOYS, named=True)
    assert toys["limit_share"] * toys["hidden_unit_value"] > toys["unit_value_since"]
    assert toys["limit_usd"] is None
    assert "no amount of them would be seen, for 18.5% of the quantity" in result.summary()


def test_price_and_mix_make_the_unit_value(annual: pl.DataFrame) -> None:
    result = cover(annual, since=2022)
    together = result.table.row(0, named=True)
    change = np.log(together["unit_value_since"] / together["unit_value_before"])
    assert together["change_log"] + together["mix_log"] == pytest.approx(change)
    assert "9.48 to 9.95 (x1.05); x1.08 [0.52, 2.24] price" in result.summary()
    assert "x0.97 mix" in result.summary()
