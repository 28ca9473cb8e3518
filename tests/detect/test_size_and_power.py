"""False alarms and missed shifts on worlds where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import CHANGE, drifting, sample_codes, table

import tradeflow as tf
from tradeflow.detect.annual.codes import ShiftOptions, fit_codes

WORLDS = [
    {"drift": 0.0, "noise": 0.05, "noise_df": 6.0},
    {"drift": 1.0, "noise": 0.05, "noise_df": 3.0},
    {"drift": 3.0, "noise": 0.026, "noise_df": 2.0},  # what the embedded data look like
]
NOMINAL = (0.03, 0.07)  # share of p-values up to 5 %
CATEGORY_SIZE = 0.10  # the same for sums of few goods, where large members dominate


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: f"drift {world['drift']:g}")
def test_size(world: dict[str, float]) -> None:
    p = []
    for seed in (1, 2):
        codes = sample_codes(seed, unlisted=2_400)
        flows = table(drifting(seed, len(codes), **world), codes)
        fit = fit_codes(tf.panel(flows, by="hs6"), ShiftOptions())
        p.append(fit.result.p[fit.status == ""])
    share = (np.concatenate(p) <= 0.05).mean()
    assert NOMINAL[0] <= share <= NOMINAL[1]


def test_worlds_without_shifts_raise_few_alarms() -> None:
    p, exceptional, flagged = [], 0, 0
    for seed in (1, 2, 3):
        codes = sample_codes(seed, unlisted=1_000)
        flows = table(drifting(seed, len(codes)), codes)
        groups = tf.detect_shifts(tf.panel(flows), baskets=200).rows
        p += [row.p for row in groups if row.p == row.p]
        exceptional += sum(row.exceptional for row in groups)
        rows = tf.detect_shifts(tf.panel(flows, by="hs6"), baskets=1).rows
        flagged += sum(row.verdict in {"surge", "drop"} for row in rows)
    assert flagged <= 3
    assert exceptional <= 2
    assert (np.array(p) <= 0.05).mean() <= CATEGORY_SIZE


@pytest.mark.parametrize(("sign", "verdict"), [(1.5, "surge"), (-1.5, "drop")])
def test_injected_shifts_are_found(sign: float, verdict: str) -> None:
    """Every tenth listed code moves by 1.5 log points; nearly all of them, and they alone."""
    codes = sample_codes(5, unlisted=1_500)
    values = drifting(5, len(codes), drift=0.2, noise=0.01)
    moved = list(range(0, 100, 10))
    values[np.ix_(moved, range(CHANGE, 7))] *= np.exp(sign)
    rows = tf.detect_shifts(tf.panel(table(values, codes), by="hs6"), baskets=50)
    found = [rows[codes[i]] for i in moved]
    material = [row for row in found if row.before_usd > 1e6]
    assert len(material) >= 8
    assert sum(row.verdict == verdict and row.exceptional for row in material) >= 8
    assert np.median([row.shift for row in material]) == pytest.approx(sign, abs=0.2)
    others = [row for row in rows.rows if row.name not in {row.name for row in found}]
    assert sum(row.verdict in {"surge", "drop"} for row in others) <= 5


def test_an_injected_category_is_exceptional() -> None:
    codes = sample_codes(7, unlisted=1_500)
    values = drifting(7, len(codes), drift=0.5, noise=0.02)
    bearings = [i for i, code in enumerate(codes) if code[:4] == "8482" and i < 101]
    assert len(bearings) == 4
    values[np.ix_(bearings, range(CHANGE, 7))] *= np.exp(2.0)
    rows = tf.detect_shifts(tf.panel(table(values, codes)), baskets=1_000)
    assert (rows["bearings"].verdict, rows["bearings"].exceptional) == ("surge", True)
    assert [row.name for row in rows.rows if row.exceptional] == ["bearings"]
    assert rows.rows[0].name == "bearings"
    assert rows["bearings"].shift == pytest.approx(2.0, abs=0.4)


def test_trade_that_stops_is_a_drop() -> None:
    codes = sample_codes(9, unlisted=1_000)
    values = drifting(9, len(codes), drift=0.2, noise=0.01)
    stopped = codes.index("848210")
    values[stopped] = 2e7 * np.exp(0.12 * np.arange(7))
    values[stopped, CHANGE:] = 0.0
    row = tf.detect_shifts(tf.panel(table(values, codes), by="hs6"), baskets=50)["848210"]
    assert (row.verdict, row.after_usd, row.ratio) == ("drop", 0.0, 0.0)
    grown = 2e7 * np.exp(0.12 * 5.5)
    assert row.excess_usd == pytest.approx(-grown, rel=0.2)
    assert row.excess_low_usd < row.excess_usd < row.excess_high_usd < 0


def test_price_and_volume_part_ways() -> None:
    """Twice the weight at three times the price, beyond comparable goods."""
    codes = sample_codes(11, unlisted=1_000)
    values = drifting(11, len(codes), drift=0.2, noise=0.001)
    kilograms = values / 10
    four = [codes.index(code) for code in ("848210", "848220", "848230", "848250")]
    kilograms[np.ix_(four, range(CHANGE, 7))] *= 2
    values[np.ix_(four, range(CHANGE, 7))] *= 6
    rows = tf.detect_shifts(tf.panel(table(values, codes, net_kg=kilograms)), baskets=200)
    row = rows["bearings"]
    assert row.price_part == pytest.approx(np.log(3), abs=0.1)
    assert row.volume_part == pytest.approx(np.log(2), abs=0.1)
