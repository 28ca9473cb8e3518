"""The contrast: its estimates, its error rates, and what it says when it cannot be heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from figure_texts import words

import tradeflow as tf
from tradeflow.detect.witness.contrast.contrast import contrast
from tradeflow.detect.witness.contrast.event_bands import rank_p, rank_quantile, sup_t
from tradeflow.detect.witness.contrast.ppml import ppml
from tradeflow.detect.witness.contrast.two_way import screen_shares
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.panel.model import Panel
from tradeflow.panel.states import State
from tradeflow.simulate.settings import Noise, Rates
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.contrast.contrast import Against
    from tradeflow.options import Freq

FIVE = tuple(f"{k:06d}" for k in range(5))
PLACES = ("RUS", "DEU", "IND", "KAZ", "TUR", "VNM")


def panel_of(values: NDArray[np.float64], *, freq: Freq = "M") -> Panel:
    """Panel of an array (goods, destinations, periods) from 2019 on; NaN is not released."""
    goods, places, periods = values.shape
    keys = [("CHN", PLACES[j], f"{k:06d}") for k in range(goods) for j in range(places)]
    step = [(i, 1) if freq == "A" else (i // 12, i % 12 + 1) for i in range(periods)]
    flat = np.ascontiguousarray(values.reshape(-1, periods))
    state = np.where(np.isnan(flat), State.NOT_RELEASED, State.REPORTED).astype(np.uint8)
    return Panel(
        values=flat,
        state=state,
        net_kg=np.full_like(flat, np.nan),
        keys=pl.DataFrame(keys, schema=["reporter", "partner", "hs6"], orient="row"),
        periods=tuple(date(2019 + year, month, 1) for year, month in step),
        freq=freq,
        by="hs6",
        measure="value_usd",
        unit="USD",
        provenance=("simulated 1",),
    )


def noisy(goods: int, places: int, periods: int, seed: int = 1) -> NDArray[np.float64]:
    """Levels, and noise with some zeros."""
    rng = np.random.default_rng(seed)
    y = np.exp(rng.normal(10, 1, (goods, places, 1)) + rng.normal(0, 0.5, (goods, places, periods)))
    y[rng.random(y.shape) < 0.05] = 0
    return np.asarray(y)


@pytest.mark.parametrize("season", [False, True])
@pytest.mark.parametrize("against", ["both", "destinations"])
@pytest.mark.parametrize("treated", [None, ("000001", "000004")])
def test_effect_is_that_of_ppml_with_dummies(
    *, season: bool, against: Against, treated: tuple[str, ...] | None
) -> None:
    """Two algorithms, one likelihood: also with cells missing and all goods of a list at once."""
    y = noisy(6, 4, 40)
    y[2, 1, 5:9], y[1, 0, 30], y[4, 2, 38] = np.nan, np.nan, np.nan
    result = contrast(panel_of(y), since="2022-01", against=against, season=season, treated=treated)
    k, j, t = (np.asarray(a)[~np.isnan(y)] for a in np.indices(y.shape))
    dummies = [(k == c) & (j == 0) & (t >= 36) for c in ([1, 4] if treated else [1])]
    groups = [(k * 4 + j) * 12 + (t % 12 if season else 0), k * 40 + t]
    groups += [j * 40 + t] if against == "both" else []
    fit = ppml(y[~np.isnan(y)], np.column_stack(dummies), np.column_stack(groups))
    heard = [1, 4] if treated else [1]
    assert result.effect[heard] == pytest.approx(fit.coef, abs=1e-5)
    assert result.dropped == {"NOT_RELEASED": 6}


def test_without_season_it_is_the_closed_form() -> None:
    y = noisy(40, 5, 48)
    post = np.arange(48) >= 42
    result = contrast(panel_of(y), since="2022-07", against="destinations", season=False)
    shares = screen_shares(y, post)
    assert result.effect == pytest.approx(shares.effect, abs=1e-6)
    rest = y[:, 1:].sum(axis=1)
    small = y[:, 0].sum(axis=1) < 0.25 * rest.sum(axis=1)  # two linearisations of one error
    assert small.sum() >= 15
    assert np.median(result.se[small] / shares.se[small]) == pytest.approx(1, abs=0.15)
    odds = [y[:, 0, when].sum(axis=1) / rest[:, when].sum(axis=1) for when in (post, ~post)]
    assert shares.effect == pytest.approx(np.log(odds[0] / odds[1]))


def test_recovers_effect_and_excess_beside_growth_of_everything_else() -> None:
    """World demand, all of Russia's imports and the code's level move; the effect is exact."""
    rng = np.random.default_rng(3)
    y = np.exp(
        rng.normal(9, 1, (8, 5, 1)) + rng.normal(0, 1, (8, 1, 60)) + rng.normal(0, 1, (1, 5, 60))
    )
    counterfactual = y[2, 0, 54:].sum()
    y[2, 0, 54:] *= 1.5
    noise = np.exp(np.random.default_rng(4).normal(0, 1e-6, y.shape))
    listed = ("000002", "000005")
    result = contrast(panel_of(y * noise), since="2023-07", treated=listed, against="both")
    expected = np.where(np.arange(8) == 2, np.log(1.5), np.where(np.arange(8) == 5, 0, np.nan))
    assert result.effect == pytest.approx(expected, abs=1e-4, nan_ok=True)
    assert result.excess[2] == pytest.approx(0.5 * counterfactual, rel=1e-3)
    assert result.path[2][np.array(result.bins) < result.since] == pytest.approx(0, abs=5e-3)
    assert result.path[2][-2:] == pytest.approx(np.log(1.5), abs=5e-3)
    assert result.moved[2]


WORLDS = {
    "as usual": Noise(),
    "drift and autocorrelation": Noise(rho=0.6, drift=0.1, tails="t3"),
}


@pytest.mark.parametrize("name", WORLDS)
def test_error_rates_on_simulated_worlds(name: str) -> None:
    """All trade with Russia, and some goods with everybody, double; then half of a list shifts."""
    null, shifted = [], []
    for seed in range(2):
        world = World(
            n_codes=40, months=54, partners=PLACES, hubs=(), rates=Rates(), noise=WORLDS[name]
        )
        made = simulate(world, seed=seed)
        y = np.stack([made.matrix(place).values for place in PLACES], axis=1)
        y[:, 0, 48:] *= 2
        y[1::6, :, 48:] *= 2
        null.append(contrast(panel_of(y), since="2023-01").p)
        y[::6, 0, 48:] *= np.exp(0.5)
        listed = [f"{k:06d}" for k in range(0, len(y), 3)]
        p = contrast(panel_of(y), since="2023-01", treated=listed).p
        shifted.append(p[::6])
        null.append(p[3::6])
    rates = []
    for p_values in (null, shifted):
        p = np.concatenate(p_values)
        rates.append(np.mean(p[~np.isnan(p)] <= 0.05))
    assert rates[0] <= 0.07
    assert rates[1] >= (0.5 if name == "as usual" else 0.15)


def test_bands() -> None:
    """Independent estimates need Sidak's point, equal ones that of a single estimate."""
    from scipy.stats import norm

    for m in (2, 10):
        sidak = norm.ppf((1 + 0.9 ** (1 / m)) / 2)
        assert sup_t(np.diag(np.arange(1.0, m + 1))) == pytest.approx(sidak, abs=0.03)
        assert sup_t(np.ones((m, m))) == pytest.approx(norm.ppf(0.95), abs=0.03)
    placebo = np.random.default_rng(0).random(137)
    edge = rank_quantile(placebo)
    below, above = rank_p(np.array([edge - 1e-9, edge + 1e-9]), placebo)
    assert above <= 0.10 < below + 1 / 138


def test_intervals_agree_with_p_values() -> None:
    result = contrast(panel_of(noisy(30, 5, 40)), since="2022-01")
    outside = (result.low > 0) | (result.high < 0)
    assert ((result.p <= 0.10 - 1 / result.placebos) <= outside).all()
    assert (outside <= (result.p <= 0.10 + 1 / result.placebos)).all()
    assert ((result.excess_low <= result.excess) & (result.excess <= result.excess_high)).all()


def test_unit_does_not_matter_and_money_follows_it() -> None:
    y = noisy(8, 4, 40)
    one, thousand = (
        contrast(panel_of(f * y), since="2022-01", treated=FIVE[1:3], against="both")
        for f in (1, 1e3)
    )
    assert thousand.p == pytest.approx(one.p, nan_ok=True)
    assert thousand.effect == pytest.approx(one.effect, nan_ok=True, abs=1e-6)
    assert thousand.excess == pytest.approx(1e3 * one.excess, nan_ok=True, rel=1e-4)
    assert one.pooled is not None
    assert thousand.pooled is not None
    assert thousand.pooled.effect == pytest.approx(one.pooled.effect, abs=1e-6)


def test_says_why_it_is_not_heard() -> None:
    y = noisy(9, 4, 40)
    y[0] = 0
    y[1, 0, 36:] = 0
    y[2, 0, :36] = 0
    y[3, 1:, 36:] = 0
    y[4, 0, 36:] = np.nan
    y[5, 0, :30] = np.nan
    made = panel_of(y)
    broken = made.state.copy()
    broken[6 * 4, 36:] = State.BREAK  # with numbers, which may not be compared
    result = contrast(replace(made, state=broken), since="2022-01", against="both")
    assert result.rule.tolist() == [
        "not heard: no trade before",
        "not heard: no trade since: the log change has no bound",
        "not heard: no trade before",
        "not heard: no other destination buys it since",
        "not heard: no comparable months since",
        "not heard: fewer than 12 comparable months before",
        "not heard: no comparable months since",
        "",
        "",
    ]
    assert result.dropped == {"NOT_RELEASED": 34, "BREAK": 4}
    frame = result.to_frame("polars")
    assert isinstance(frame, pl.DataFrame)
    assert frame.columns[:3] == ["reporter", "partner", "hs6"]
    assert len(frame) == 9
    assert frame.filter(pl.col("rule") != "")["effect_log"].is_null().all()
    assert not frame.select(pl.col(pl.Float64).is_nan().any()).to_numpy().any()
    assert "2 heard, 2 not heard: no trade before" in result.summary()
    assert "simulated" in result.summary()
    with pytest.raises(UsageError, match="no path to draw"):
        result.plot(name="000000")
    assert "of 2 codes heard" in words(result.plot())
    assert "simulated 1" in words(result.plot(name="000008"))


def test_two_placebos_are_too_few() -> None:
    result = contrast(panel_of(noisy(1, 3, 40)), since="2022-01", against="destinations")
    assert result.rule.tolist() == ["not heard: too few placebos to judge by"]
    assert result.placebos == 0
    assert np.isnan(result.p).all()


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"exclude": PLACES[1:4]}, UsageError, "no other destination"),
        ({"exclude": PLACES[1:3]}, UsageError, "only KAZ"),
        ({"exclude": ("FRA",)}, UnknownNameError, "FRA"),
        ({"partner": "USA"}, UnknownNameError, "USA"),
        ({"reporter": "DEU"}, UnknownNameError, "DEU"),
        ({"treated": ("999999",)}, UnknownNameError, "999999"),
        ({"treated": ()}, UsageError, "treated= is empty"),
        ({"treated": FIVE, "against": "both"}, UsageError, 'against="destinations"'),
        ({"against": "everything"}, UnknownNameError, "Allowed"),
        ({"since": "2019-01"}, TooShortError, "0 periods before"),
        ({"since": "2030-01"}, TooShortError, "0 since"),
        ({"since": "2020-06", "season": True}, TooShortError, "season=False"),
    ],
)
def test_refuses(options: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        contrast(panel_of(noisy(5, 4, 40)), **{"since": "2022-01", **options})


def test_years_serve_too() -> None:
    y = noisy(20, 6, 8)
    y[3, 0, 6:] *= 20
    result = contrast(panel_of(y, freq="A"), since="2025")
    assert not result.season
    assert result.bins == tuple(date(year, 1, 1) for year in (*range(2019, 2024), 2025, 2026))
    assert result.p[3] == np.nanmin(result.p) <= 0.05


def test_exports_of_the_eu_to_russia_collapse(eu: pl.DataFrame) -> None:
    """After February 2022, relative to neighbours; the table holds only goods under control."""
    panel = tf.panel(eu, by="hs6", together="reporter")
    everything = panel.keys["hs6"].unique().to_list()
    result = contrast(panel, since="2022-03", against="destinations", treated=everything)
    heard = result.rule == ""
    assert heard.sum() >= 12
    assert (result.effect[heard] < -1).all()
    assert result.moved.sum() >= 9
    assert result.pooled is not None
    assert result.pooled.high < -1
    assert np.median(result.pre_trend_p[heard]) > 0.2
