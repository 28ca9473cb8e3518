"""What the embedded data must and must not say."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
import synthetic

import tradeflow as tf
from tradeflow.errors import TooShortError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from tradeflow.detect.annual.result import ShiftTable

SURGES = ["machine_tools", "bearings", "test_measurement", "navigation", "chip_making"]
QUIET = ["chips", "cover_goods", "jammers"]


@pytest.mark.parametrize(
    ("category", "verdict"),
    [
        *((name, "surge") for name in SURGES),
        *((name, "no shift") for name in QUIET),
        ("uav_complete", "not comparable"),
    ],
)
def test_verdicts(by_category: ShiftTable, category: str, verdict: str) -> None:
    assert by_category[category].verdict == verdict


@pytest.mark.parametrize(
    ("category", "rarity"),
    [
        ("machine_tools", "exceptional"),
        ("chip_making", "exceptional"),
        ("bearings", "borderline"),
        ("navigation", "borderline"),
        ("jammers", "not rare"),
        ("chips", "not rare"),
        ("cover_goods", "not rare"),
        ("uav_parts", "not rare"),
        ("uav_complete", "not tested"),
    ],
)
def test_rarity(by_category: ShiftTable, category: str, rarity: str) -> None:
    row = by_category[category]
    assert row.rarity == rarity
    assert row.exceptional == (rarity == "exceptional")


@pytest.mark.parametrize("code", ["901380", "854150", "852990"])
def test_a_fall_by_classification_is_no_drop(by_code: ShiftTable, code: str) -> None:
    row = by_code[code]
    assert row.verdict == "not comparable"
    assert row.after_usd < row.before_usd
    assert np.isnan([row.ratio, row.shift, row.excess_usd, row.q, row.placebo_share]).all()
    assert not row.exceptional
    assert any("851712" in flag for flag in row.flags)


def test_under_carriages_drive_the_parts_of_drones(by_category: ShiftTable) -> None:
    driver = by_category["uav_parts"].drivers[0]
    assert driver.hs6 == "880320"
    assert 0.6 < driver.share < 0.75


def test_jammers_hide_a_fall_and_a_rise(by_category: ShiftTable) -> None:
    change = {d.hs6: d.change_usd for d in by_category["jammers"].drivers}
    assert change["854370"] < 0 < change["854390"]
    assert any("no six-digit code isolates jammers" in f for f in by_category["jammers"].flags)


def test_no_comparable_drones(by_category: ShiftTable) -> None:
    row = by_category["uav_complete"]
    assert any("2021/22" in flag for flag in row.flags)
    assert row.drivers == ()
    assert row.before_usd > 0


def test_placebo_years_keep_their_promise(by_category: ShiftTable, by_code: ShiftTable) -> None:
    for table in (by_category, by_code):
        assert [year.since.year for year in table.placebo_years] == [2019, 2020, 2021]
        for year in table.placebo_years:
            assert 0.03 < year.nominal_share < 0.08
            assert year.flagged_share < 0.01
            assert year.tested > 2_000
    assert sum(y.categories_shifted for y in by_category.placebo_years) <= 2


@pytest.mark.parametrize("by", ["category", "hs6"])
def test_the_arithmetic_of_a_row(by: str, request: pytest.FixtureRequest) -> None:
    table = request.getfixturevalue("by_category" if by == "category" else "by_code")
    tested = [row for row in table.rows if np.isfinite(row.shift)]
    assert len(tested) >= 17
    for row in tested:
        assert row.ratio == pytest.approx(row.after_usd / row.before_usd)
        if row.after_usd:
            assert np.exp(row.shift) == pytest.approx(row.ratio / row.expected_ratio)
        kept = row.after_usd - row.excess_usd
        assert kept == pytest.approx(row.before_usd * row.expected_ratio, abs=1e-6)
        assert row.excess_low_usd <= row.excess_usd <= row.excess_high_usd
        assert row.p <= row.q <= 1
        assert 0 < row.placebo_share <= 1
        if np.isfinite(row.price_part):
            assert row.price_part + row.volume_part == pytest.approx(row.shift)
        if row.verdict in {"surge", "drop"}:
            assert row.q <= table.options.q
            assert (row.shift > 0) == (row.verdict == "surge") == (row.excess_usd > 0)
            assert abs(row.excess_usd) >= table.options.floor_usd
        if row.drivers:
            change = sum(d.change_usd for d in row.drivers)
            assert change == pytest.approx(row.after_usd - row.before_usd)
            assert sum(d.excess_usd for d in row.drivers) == pytest.approx(row.excess_usd)
            assert sum(d.share for d in row.drivers) == pytest.approx(1)


def test_price_and_volume_by_hand(by_code: ShiftTable) -> None:
    """Ball bearings: the unit value of 2022-23 over that of 2019-21, in the volume's own terms."""
    row = by_code["848210"]
    before, after = (2019, 2020, 2021), (2022, 2023)
    dollars = sum(row.values_usd[y] for y in after) / 2
    assert row.after_usd == pytest.approx(dollars)
    assert row.before_usd == pytest.approx(sum(row.values_usd[y] for y in before) / 3)
    raw = np.log(dollars / row.before_usd)
    kilograms = np.mean([row.weights_kg[y] for y in after])
    volume = np.log(kilograms / np.mean([row.weights_kg[y] for y in before]))
    # beyond comparable goods, so near the raw parts but not equal to them
    assert np.sign(row.shift) == np.sign(raw - np.log(row.expected_ratio))
    assert volume > 0
    assert row.volume_part > 0


def test_unknown_rows(by_category: ShiftTable) -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'chips'"):
        by_category["chip"]


def test_the_summary_says_what_the_rows_say(by_category: ShiftTable) -> None:
    text = by_category.summary()
    for row in by_category.rows:
        assert row.name in text
    assert "surge, exceptional" in text
    assert "8803.20 Under-carriages" in text
    assert "Placebo year 2021" in text
    assert "BACI V202501: 2019-2021 against 2022-2023" in text


def test_goods_that_all_stand_still_judge_nothing() -> None:
    """Half of them may; then the others tell how far trade strays."""
    codes = synthetic.sample_codes(1, unlisted=200)
    values = synthetic.drifting(1, len(codes))
    values[::2] = 1e6
    half = tf.detect_shifts(tf.panel(synthetic.table(values, codes)), baskets=200)
    assert {row.verdict for row in half.rows} == {"no shift"}
    values[:] = 1e6
    values[:9, 5:] *= 5
    with pytest.raises(TooShortError, match="Hardly any comparable good moves"):
        tf.detect_shifts(tf.panel(synthetic.table(values, codes)), baskets=200)


@pytest.mark.parametrize("given", ["flows.csv", tf.load_sample(), None], ids=lambda x: str(type(x)))
def test_what_is_no_panel_is_refused(given: object) -> None:
    for verb in (tf.detect_shifts, tf.screen, partial(tf.monitor, since="2022-03")):
        with pytest.raises(UsageError, match=r"Expected a panel, got \w+. .* tf.panel\(flows\)"):
            verb(given)
