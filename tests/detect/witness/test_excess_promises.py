"""The witness of the donors: error rates, known effects, who is heard, and bad input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from figure_texts import words

import tradeflow as tf
from tradeflow.detect.witness.excess.excess import excess
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.panel.model import Panel
from tradeflow.panel.states import State
from tradeflow.simulate.effects import LevelShift
from tradeflow.simulate.settings import Noise, Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.detect.witness.excess.result import Method

SINCE = "2022-03"
STEADY = Noise(intermittent_share=0.0, structural_zero_share=0.0)
PARTNERS = ("RUS", "DEU", "IND", "VNM", "THA", "KAZ")


def simulated(seed: int, **world: Any) -> Panel:  # noqa: ANN401  settings of the world
    settings = {"hubs": (), "rates": Rates(), "noise": STEADY} | world
    made = tf.simulate(World(**settings), seed=seed, backend="polars")
    return tf.panel(made.flows, by="hs6")


def made_up(months: int = 60, seed: int = 0, *, freq: str = "M", zeros: float = 0.0) -> Panel:
    """One good of one reporter with six partners, from 2018 on."""
    rng = np.random.default_rng(seed)
    common = rng.normal(0, 0.05, months).cumsum()
    own = rng.normal(0, 0.02, (len(PARTNERS), months)).cumsum(axis=1)
    values = 1e6 * np.exp(common + own + rng.normal(0, 0.1, own.shape))
    values[rng.random(values.shape) < zeros] = 0.0
    keys = {"reporter": ["CHN"] * 6, "partner": list(PARTNERS), "hs6": ["854231"] * 6}
    place = range(months)
    return Panel(
        values=values,
        state=np.where(values == 0, State.ZERO, State.REPORTED).astype(np.uint8),
        net_kg=np.full_like(values, np.nan),
        keys=pl.DataFrame(keys),
        periods=tuple(
            date(2018 + i // 12, i % 12 + 1, 1) if freq == "M" else date(2005 + i, 1, 1)
            for i in place
        ),
        freq=freq,  # type: ignore[arg-type]
        by="hs6",
        measure="value_usd",
        unit="USD",
        provenance=("SIMULATED array",),
    )


def changed(panel: Panel, row: int, columns: slice, value: float, state: State) -> Panel:
    values, states = panel.values.copy(), panel.state.copy()
    values[row, columns], states[row, columns] = value, state
    return replace(panel, values=values, state=states)


# --- error rates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "rates", "seeds", "codes"),
    [
        ("sdid", Rates(), (20, 21, 22), 40),
        ("sdid", Rates(world_growth_share=0.5), (30, 31, 32), 40),
        ("structural", Rates(world_growth_share=0.5), (33,), 50),
    ],
)
def test_without_an_effect(
    method: Method, rates: Rates, seeds: tuple[int, ...], codes: int
) -> None:
    """Goods that surge everywhere are no excess: p keeps its level, intervals their coverage.

    Measured over 600 series: p <= 0.10 in 8 % and 6 %, coverage 90 % and 94 %; the bands allow for
    three standard errors of what a test can afford to draw.
    """
    rows = [
        excess(simulated(seed, rates=rates, n_codes=codes), since=SINCE, method=method)
        for seed in seeds
    ]
    frame = pl.concat([r.to_frame("polars") for r in rows]).filter(pl.col("rule") == "")
    error = np.sqrt(0.09 / len(frame))
    assert len(frame) >= 45
    covered = (frame["excess_usd_low"] <= 0) & (frame["excess_usd_high"] >= 0)
    assert abs(covered.mean() - 0.90) <= 3 * error
    assert (frame["p"] <= 0.10).mean() <= 0.10 + 3 * error
    assert (frame["p_student"] <= 0.10).mean() <= 0.10 + 3 * error
    at_floor = frame["p_time"] * (frame["fake_dates"] + 1) <= 1.01
    assert at_floor.mean() <= 1 / 7 + 3 * np.sqrt(1 / 7 * 6 / 7 / len(frame))


@pytest.mark.parametrize("method", ["sdid", "structural"])
def test_a_known_shift_is_measured(method: Method) -> None:
    """Log shifts of 0.8 to Russia; one donor surges as well and is named as treated."""
    codes = ("710700", "390512", "901580", "160561")
    effects = tuple(
        LevelShift(code, partner, SINCE, log_size=0.8)
        for code in codes
        for partner in ("RUS", "KAZ")
    )
    panel = simulated(7, n_codes=4, effects=effects, noise=replace(STEADY, noise_sd=0.1))
    found = excess(panel, since=SINCE, treated=("KAZ",), method=method)
    frame = found.to_frame("polars").filter(pl.col("hs6").is_in(codes), pl.col("rule") == "")
    truth = 100 * np.expm1(0.8)
    assert len(frame) == len(codes)
    inside = (pl.col("excess_percent_low") < truth) & (pl.col("excess_percent_high") > truth)
    assert len(frame.filter(inside)) >= len(codes) - 1
    assert frame["excess_percent"].median() == pytest.approx(truth, rel=0.25)
    assert (frame["p"] == frame["p_least"]).all()
    assert (frame["p_student"] < 0.01).all()
    assert frame["left_out"].str.contains("KAZ: said to be treated itself").all()
    assert not frame["weights"].str.contains("KAZ").any()


# --- laws ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["sdid", "structural"])
@pytest.mark.parametrize("since", ["2022-01", "2022-02", "2022-03"])
def test_the_counterfactual_does_not_read_what_it_judges(method: Method, since: str) -> None:
    """Not even through January and February, which are merged on either side of the date only."""
    panel = made_up()
    start = sum(p < date.fromisoformat(f"{since}-01") for p in panel.periods)
    values = panel.values.copy()
    values[0, start:] *= 3
    base, tripled = (
        excess(p, since=since, method=method) for p in (panel, replace(panel, values=values))
    )
    np.testing.assert_allclose(tripled.expected, base.expected)
    np.testing.assert_allclose(tripled.expected_high, base.expected_high)
    gap = tripled.total[0, -1] - base.total[0, -1]
    assert gap == pytest.approx(2 * panel.values[0, start:].sum())


@pytest.mark.parametrize("method", ["sdid", "structural"])
@pytest.mark.parametrize("scale", ["log", "level"])
def test_units_of_money_do_not_matter(method: Method, scale: Any) -> None:  # noqa: ANN401
    panel = made_up(zeros=0.03 if scale == "level" else 0.0)
    base = excess(panel, since=SINCE, method=method, scale=scale)
    cents = excess(
        replace(panel, values=100 * panel.values), since=SINCE, method=method, scale=scale
    )
    assert base.rule[0] == ""
    assert cents.total == pytest.approx(100 * base.total, rel=1e-6, nan_ok=True)
    assert cents.total_low == pytest.approx(100 * base.total_low, rel=1e-6, nan_ok=True)
    assert cents.p == base.p


@pytest.mark.parametrize("method", ["sdid", "structural"])
def test_frames_agree(method: Method) -> None:
    found = excess(made_up(), since=SINCE, method=method)
    frame, paths = found.to_frame("polars"), found.paths("polars")
    assert frame.columns[:3] == ["reporter", "partner", "hs6"]
    assert frame.columns[-1] == "rule"
    after = paths.filter(pl.col("period") >= found.since)
    assert after["excess_usd"].sum() == pytest.approx(frame["excess_usd"][0])
    assert after["total_usd_low"][-1] == frame["excess_usd_low"][0]
    assert frame["excess_usd_low"][0] < frame["excess_usd"][0] < frame["excess_usd_high"][0]
    share = 100 * frame["excess_usd"][0] / after["expected_usd"].sum()
    assert frame["excess_percent"][0] == pytest.approx(share)
    assert pl.from_pandas(found.to_frame()).drop("caution").shape == frame.drop("caution").shape
    text = found.summary()
    assert "SIMULATED" in text
    assert "1 heard" in text
    assert "cannot fall below 0.167" in text


def test_years() -> None:
    found = excess(made_up(19, freq="A"), since="2022-02-24", partner="DEU")
    assert found.since == date(2022, 1, 1)
    assert found.rule[0] == ""
    assert np.isfinite(found.total[0, -2:]).all()
    assert found.p_time[0] >= 1 / (1 + found.fake_dates[0])


# --- who is heard --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "options", "rule"),
    [
        (lambda p: changed(p, 0, slice(None), np.nan, State.NOT_RELEASED), {}, "all months are"),
        (lambda p: changed(p, 0, slice(50, 60), np.nan, State.WITHHELD), {}, "none of the months"),
        (lambda p: changed(p, 0, slice(0, 30), np.nan, State.WITHHELD), {}, "fewer than 24 months"),
        (lambda p: changed(p, 0, slice(9, 10), 0.0, State.ZERO), {}, "no trade in some months"),
        (lambda p: changed(p, 0, slice(0, 50), 0.0, State.ZERO), {"scale": "level"}, "no trade b"),
        (lambda p: changed(p, 0, slice(48, 60), 1.0, State.BREAK), {}, "not comparable"),
        (lambda p: changed(p, 0, slice(0, 60), 9.0, State.REPORTED), {}, "the same number in all"),
        (lambda p: p, {"donors": ["DEU"]}, "fewer than 3 donors"),
        (lambda p: p, {"treated": ("DEU", "IND", "VNM")}, "fewer than 3 donors"),
        (lambda p: p, {"worst_fit": 0.01}, "the fit before the date misses by more than 0.01"),
    ],
)  # fmt: skip
def test_who_is_not_heard_says_why(
    change: Callable[[Panel], Panel], options: dict[str, Any], rule: str
) -> None:
    found = excess(change(made_up()), since=SINCE, **options)
    assert found.rule[0].startswith(f"not heard: {rule}")
    row = found.to_frame("polars").row(0, named=True)
    assert row["excess_usd"] is None
    assert row["p"] is None
    assert f"1 {found.rule[0]}" in found.summary()
    assert "None of 1 series could be heard" in words(found.plot())


@pytest.mark.parametrize(
    ("cells", "value", "state", "reason"),
    [
        (slice(3, 5), np.nan, State.WITHHELD, "2 months missing"),
        (slice(3, 6), 0.0, State.ZERO, "no trade in 3 months"),
        (slice(40, 60), 1.0, State.BREAK, "not comparable across a change of the classification"),
    ],
)
def test_donors_left_out_say_why(cells: slice, value: float, state: State, reason: str) -> None:
    found = excess(changed(made_up(), 1, cells, value, state), since=SINCE)
    assert found.left_out[0] == (("DEU", reason),)
    assert found.p_least[0] == 1 / 5
    assert dict(found.weights[0]).keys() <= set(PARTNERS[2:])


def test_missing_months_are_said_and_not_counted() -> None:
    panel = changed(made_up(), 0, slice(55, 57), np.nan, State.NOT_RELEASED)
    found = excess(panel, since=SINCE)
    assert "2 months missing" in found.caution[0]
    assert found.after[0] == 8
    assert np.isnan(found.total[0, 55:57]).all()
    assert np.isfinite(found.total[0, -1])


def test_reporters_and_goods_are_asked_apart() -> None:
    one = made_up()
    other = one.keys.with_columns(hs6=pl.lit("854232"))
    both = replace(
        one,
        values=np.vstack([one.values, one.values[::-1]]),
        state=np.vstack([one.state, one.state]),
        keys=pl.concat([one.keys, other]),
    )
    found = excess(both, since=SINCE)
    alone = excess(one, since=SINCE)
    assert found.keys["hs6"].to_list() == ["854231", "854232"]
    np.testing.assert_array_equal(found.total[0], alone.total[0])


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"since": "2017-01"}, TooShortError, "0 periods lie before"),
        ({"since": "2030-01"}, TooShortError, "0 from it on"),
        ({"partner": "RUZ"}, UnknownNameError, "Did you mean 'RUS'"),
        ({"donors": ["USA", "DEU"]}, UnknownNameError, "'USA' is not known"),
        ({"donors": ["RUS", "DEU"]}, UsageError, "neither a donor"),
        ({"donors": "all"}, UsageError, "write 'others'"),
        ({"donors": []}, UsageError, "nothing to compare it with"),
        ({"treated": ("RUS",)}, UsageError, "neither a donor"),
        ({"treated": ("KAZAKHSTAN",)}, UnknownNameError, "KAZAKHSTAN"),
        ({"method": "sc"}, UnknownNameError, "Allowed: sdid, structural"),
        ({"scale": "logs"}, UnknownNameError, "Allowed: log, level"),
    ],
)
def test_refusals(options: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        excess(made_up(), **({"since": SINCE} | options))


def test_one_partner_is_nothing_to_compare_with(category_panel: Panel) -> None:
    with pytest.raises(UsageError, match="no partner besides RUS"):
        excess(category_panel, since="2022")


def test_picture_states_finding_and_source() -> None:
    said = words(excess(made_up(), since=SINCE).plot())
    assert "8542.31 Processors and controllers: " in said
    assert "Exports of China to Russia. p = 0." in said
    assert "SIMULATED DATA, no real trade." in said
