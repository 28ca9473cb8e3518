"""Price, volume and mix: against published indices, by their laws, and where the truth is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from figure_texts import words
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import tradeflow as tf
from tradeflow.detect.witness.price.decompose import Groups, decompose
from tradeflow.detect.witness.price.price_volume import price_volume
from tradeflow.detect.witness.price.windows import Window, totals
from tradeflow.errors import TooShortError, UsageError
from tradeflow.simulate.effects import PriceChange, VolumeChange
from tradeflow.simulate.settings import Prices, Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

SINCE = "2022-03"
DEARER, MORE = "848210", "851762"
FOUR_DECIMALS = 5e-5
STRIKING, UNREMARKABLE = 0.001, 0.1  # calibrated p-values

# International Labour Organization et al. (2004), Consumer Price Index Manual, chapter 19, tables
# 19.1, 19.2 (data) and 19.4 (Fisher, fixed base); six goods, five periods.
PRICES = np.array(
    [
        [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
        [1.2, 3.0, 1.3, 0.7, 1.4, 0.8],
        [1.0, 1.0, 1.5, 0.5, 1.7, 0.6],
        [0.8, 0.5, 1.6, 0.3, 1.9, 0.4],
        [1.0, 1.0, 1.6, 0.1, 2.0, 0.2],
    ]
)
QUANTITIES = np.array(
    [
        [1.0, 1.0, 2.0, 1.0, 4.5, 0.5],
        [0.8, 0.9, 1.9, 1.3, 4.7, 0.6],
        [1.0, 1.1, 1.8, 3.0, 5.0, 0.8],
        [1.2, 1.2, 1.9, 6.0, 5.6, 1.3],
        [0.9, 1.2, 2.0, 12.0, 6.5, 2.5],
    ]
)
FISHER = [1.4011, 1.2721, 1.1762, 1.0712]


@pytest.mark.parametrize(("period", "published"), list(enumerate(FISHER, start=1)))
def test_fisher_is_the_published_one(period: int, published: float) -> None:
    value = PRICES * QUANTITIES
    split = decompose(
        (value[0], value[period]),
        (QUANTITIES[0], QUANTITIES[period]),
        Groups.of([np.arange(6)]),
    )
    assert np.exp(split.price[0]) == pytest.approx(published, abs=FOUR_DECIMALS)


amounts = arrays(np.float64, (4, 4), elements=st.floats(0.01, 1e6))
gone = arrays(np.bool_, (2, 4))


@given(amounts, gone)
def test_parts_add_up_whatever_comes_and_goes(
    amount: NDArray[np.float64], absent: NDArray[np.bool_]
) -> None:
    """Sums are exact, time reverses all signs, and a unit of weight is only a unit."""
    absent[:, 0] = False  # one code is traded throughout
    v0, v1, k0, k1 = np.where(np.concatenate([absent, absent]), 0.0, amount)
    value, weight = (v0, v1), (k0, k1)
    groups = Groups.of([np.arange(4), np.array([0])])
    split = decompose(value, weight, groups)
    np.testing.assert_allclose(split.price + split.volume + split.mix, split.value, atol=1e-9)
    parts = np.array([split.price_usd, split.volume_usd, split.mix_usd])
    rounding = 1e-14 * np.abs(parts).max()  # parts may cancel from trillions to thousands
    np.testing.assert_allclose(
        parts.sum(axis=0),
        split.after - split.before,
        rtol=1e-9,
        atol=1e-9 * (split.after + split.before).max() + rounding,
    )
    assert split.price[1] == pytest.approx(np.log(v1[0] / k1[0] / (v0[0] / k0[0])), abs=1e-9)
    assert split.mix[1] == pytest.approx(0, abs=1e-9)
    back = decompose(value[::-1], weight[::-1], groups)
    scale = (split.after + split.before).max()
    for name in ("price", "volume", "mix", "price_usd", "volume_usd", "mix_usd"):
        tolerance = 1e-9 * (scale if name.endswith("usd") else 1)
        forth, reverse = getattr(split, name), getattr(back, name)
        np.testing.assert_allclose(reverse, -forth, rtol=1e-7, atol=tolerance)
    tonnes = decompose(value, (weight[0] / 1e3, weight[1] / 1e3), groups)
    np.testing.assert_allclose(tonnes.price, split.price, atol=1e-9)


def test_the_same_calendar_months_are_compared() -> None:
    season = np.tile(np.arange(1.0, 13), 4)[None, :]
    before, after = totals(season, Window(origin=36, length=5, years=2, season=12))
    assert before == after == pytest.approx(1 + 2 + 3 + 4 + 5)
    season[0, 37] = np.nan  # a month without a number leaves both sides
    before, after = totals(season, Window(origin=36, length=5, years=2, season=12))
    assert before == after == pytest.approx(1 + 3 + 4 + 5)


def simulated(*effects: PriceChange | VolumeChange) -> Panel:
    world = World(
        months=84,
        n_codes=60,
        codes=(DEARER, MORE),
        rates=Rates(),
        effects=effects,
        prices=Prices(estimated_share=0.0),
    )
    return tf.panel(tf.simulate(world, seed=5, backend="polars").flows, by="hs6")


@pytest.fixture(scope="module")
def known() -> Panel:
    return simulated(PriceChange(DEARER, "RUS", SINCE, 0.6), VolumeChange(MORE, "RUS", SINCE, 1.6))


def test_price_and_volume_are_told_apart(known: Panel) -> None:
    """The same world without the effects differs by just them, in just that part."""
    result, calm = (price_volume(panel, since=SINCE) for panel in (known, simulated()))
    direct = (pl.col("reporter") == "CHN") & (pl.col("partner") == "RUS")
    for code, part, other, size in (
        (DEARER, "price", "volume", 0.6),
        (MORE, "volume", "price", 1.6),
    ):
        row, before = (
            r.to_frame("polars").row(by_predicate=direct & (pl.col("hs6") == code), named=True)
            for r in (result, calm)
        )
        assert row[f"{part}_log"] - before[f"{part}_log"] == pytest.approx(size, abs=1e-9)
        assert row[f"{other}_log"] == pytest.approx(before[f"{other}_log"], abs=1e-9)
        assert row[f"{part}_p"] <= STRIKING
        assert row[f"{other}_p"] > UNREMARKABLE


@pytest.mark.parametrize("part", ["price", "volume"])
def test_intervals_and_p_values_keep_their_promise(known: Panel, part: str) -> None:
    """Where nothing happens 90 % of intervals hold 0; binomial bands, three deviations wide."""
    heard = price_volume(known, since=SINCE).to_frame("polars").filter(pl.col("rule") == "")
    calm = heard.filter(~pl.col("hs6").is_in([DEARER, MORE]))
    p = calm[f"{part}_p"].to_numpy()
    outside = ((calm[f"{part}_log_low"] > 0) | (calm[f"{part}_log_high"] < 0)).to_numpy()
    assert len(p) > 600
    for level in (0.05, 0.1, 0.5):
        # series share goods and months, so that they count for a third of their number
        assert (p <= level).mean() == pytest.approx(
            level, abs=3 * np.sqrt(3 * level * (1 - level) / len(p))
        )
    assert ((p <= 0.1) == outside).mean() > 0.99


def test_estimated_weights_are_left_out_and_said() -> None:
    """Flags and repeated unit values name the same series; either way they are counted."""
    settings = World(months=84, n_codes=20, rates=Rates())
    flows = tf.simulate(settings, seed=4, backend="polars").flows
    panel = tf.panel(flows, by="hs6")
    flagged = price_volume(panel, since=SINCE, flows=flows)
    found = price_volume(panel, since=SINCE)
    why = flagged.rule == "not heard: estimated weights for more than 50% of the value"
    assert why.sum() > 20
    assert (flagged.rule == found.rule).mean() > 0.98
    assert (flagged.estimated >= found.estimated).all()
    assert "with an estimated weight" in found.summary()
    with pytest.raises(UsageError, match="not the table"):
        price_volume(panel, since=SINCE, flows=flows.filter(pl.col("hs6") > "2"))


def test_without_weights_nothing_is_heard(eu: pl.DataFrame) -> None:
    panel = tf.panel(eu, by="hs6", together="reporter")
    result = price_volume(panel, since=SINCE, baseline=1)
    frame = result.to_frame("polars")
    assert frame.columns[:3] == ["reporter", "partner", "hs6"]
    assert frame.height == len(panel.keys)
    assert not result.heard.any()
    assert "not heard: no weight for more than 50% of the value" in frame["rule"].to_list()
    assert frame["price_log"].null_count() == frame["price_q"].null_count() == frame.height
    assert "0 heard" in result.summary()
    assert "cannot be told apart for any of" in words(result.plot())


def test_annual_categories_agree_with_sums_made_by_hand(
    annual: pl.DataFrame, category_panel: Panel
) -> None:
    result = price_volume(category_panel, since=2022)
    assert result.kept_estimates
    row = result.to_frame("polars").row(by_predicate=pl.col("category") == "bearings", named=True)
    codes = tf.members("bearings", edition="HS2017")["hs6"].to_list()
    year = pl.col("period").dt.year()
    by_code = (
        annual.filter(pl.col("hs6").is_in(codes))
        .group_by("hs6")
        .agg(
            *(
                pl.col(column).filter(year.is_in(years)).sum().alias(f"{letter}{k}")
                for column, letter in (("value_usd", "v"), ("net_kg", "k"))
                for k, years in enumerate(([2020, 2021], [2022, 2023]))
            )
        )
    )
    v0, v1, k0, k1 = (by_code[name].to_numpy() for name in ("v0", "v1", "k0", "k1"))
    laspeyres, paasche = (v1 / k1 * k0).sum() / v0.sum(), v1.sum() / (v0 / k0 * k1).sum()
    assert row["price_log"] == pytest.approx(np.log(laspeyres * paasche) / 2, abs=1e-12)
    assert row["volume_log"] == pytest.approx(np.log(k1.sum() / k0.sum()), abs=1e-12)
    assert row["value_since_usd"] - row["value_before_usd"] == pytest.approx(v1.sum() - v0.sum())
    assert row["volume_p"] < 0.05 < row["price_p"]  # Russia bought more bearings, not dearer ones


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"since": 2017}, TooShortError),
        ({"since": 2030}, TooShortError),
        ({"since": 2022, "baseline": 0}, UsageError),
        ({"since": 2022, "after": 0}, UsageError),
    ],
)
def test_what_cannot_be_asked_is_refused(
    category_panel: Panel, options: dict[str, int], error: type[Exception]
) -> None:
    with pytest.raises(error):
        price_volume(category_panel, **options)


def test_weights_alone_have_no_price(annual: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="panel of values"):
        price_volume(tf.panel(annual, by="category", measure="net_kg"), since=2022)


def test_simulated_data_say_so(known: Panel) -> None:
    result = price_volume(known, since=SINCE)
    assert "SIMULATED" in result.summary()
    assert "SIMULATED" in words(result.plot())


def test_a_category_without_a_comparable_code_of_its_own_is_not_heard(
    category_panel: Panel,
) -> None:
    """Before 2022 drones stood under cameras: the price of cameras is not that of drones."""
    table = price_volume(category_panel, since=2022).to_frame("polars")
    drones = table.row(by_predicate=pl.col("category") == "uav_complete", named=True)
    assert drones["rule"] == "not heard: not comparable across a change of the classification"
    assert drones["price_log"] is drones["volume_p"] is None
    cameras = table.row(by_predicate=pl.col("category") == "optics_thermal", named=True)
    assert cameras["rule"] == ""  # has comparable codes of its own
