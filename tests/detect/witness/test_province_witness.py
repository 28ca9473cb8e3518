"""Provinces: shares whose shift is known, in tables made by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from figure_texts import words
from hypothesis import given
from hypothesis import strategies as st
from place_flows import START, drawn, placed

from tradeflow.detect.witness.province.concentration import herfindahl, share_shift
from tradeflow.detect.witness.province.province import province
from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.provinces import registered_place
from tradeflow.nomenclature.tables import table

SINCE = "2022-01"
PLACES = ("44", "33", "31")
BEFORE, AFTER = [0.3, 0.5, 0.2], [0.9, 0.5, 0.2]


def test_intervals_cover_a_known_shift_at_about_their_rate() -> None:
    truth = AFTER[0] / sum(AFTER) - BEFORE[0]
    codes = ("848210", "851762", "854231", "852691")
    inside, p = [], []
    for seed in range(15):
        amounts = [drawn(4 * seed + i, BEFORE, AFTER) for i in range(3)]
        still = drawn(4 * seed + 3, BEFORE, BEFORE)
        flows = pl.concat(
            placed(dict(zip(PLACES, values, strict=True)), hs6)
            for hs6, values in zip(codes, [*amounts, still], strict=True)
        )
        frame = province(flows, since=SINCE, by="hs6").to_frame("polars")
        moved = frame.filter((pl.col("region") == "44") & (pl.col("hs6") != codes[3]))
        inside += moved["shift_low"].le(truth).__and__(moved["shift_high"].ge(truth)).to_list()
        p += frame.filter(pl.col("hs6") == codes[3])["p"].to_list()
    assert 0.78 <= np.mean(inside) <= 0.98
    assert np.mean(np.array(p) <= 0.1) <= 0.2


def test_guangdong_first_and_who_made_the_change() -> None:
    values = drawn(1, BEFORE, AFTER)
    flows = pl.concat(
        [
            placed(dict(zip(["Guangdong Province", "330000", "上海市"], values, strict=True))),
            placed({None: values[0]}, "854231"),
            placed({"44": values[0], None: values[1]}, "851762"),
            placed({"44": values[0][:40]}, "852691"),
        ]
    )
    found = province(flows, since=SINCE)
    frame = found.to_frame("polars")
    assert frame.columns[:4] == ["reporter", "partner", "category", "region"]
    bearings = frame.filter(pl.col("category") == "bearings")
    assert bearings["region"].to_list() == ["44", "31", "33"]
    assert bearings["contribution"].sum() == pytest.approx(1)
    assert bearings["share_after"].sum() == pytest.approx(1)
    assert bearings["shift"].sum() == pytest.approx(0, abs=1e-12)
    guangdong = bearings.row(0, named=True)
    assert guangdong["shift_low"] > 0 < guangdong["log_odds_low"]
    assert guangdong["herfindahl_low"] > 0.5
    rules = dict(frame.select("category", "rule").iter_rows())
    assert rules["chips"] == "not heard: no registered place"
    assert rules["radio_links"] == "not heard: some rows have no registered place"
    assert rules["navigation"].startswith("not heard: fewer than 12 months")
    assert province(flows, since=SINCE, province="Zhejiang").to_frame("polars")["region"][0] == "33"
    assert "SIMULATED" in found.summary()
    assert "no registered place" in found.summary()
    assert "Guangdong rose in 1 of 1 category" in words(found.plot())


def test_the_embedded_sources_have_no_place(eu: pl.DataFrame) -> None:
    found = province(eu.filter(pl.col("reporter") == "DEU"), since="2022-03", reporter="DEU")
    assert set(found.to_frame("polars")["rule"]) == {"not heard: no registered place"}


def test_a_code_that_was_split_is_not_compared() -> None:
    values = drawn(1, BEFORE, AFTER)
    old = placed(dict(zip(PLACES, values[:, :START], strict=True)), "854150")
    both = placed(dict(zip(PLACES, values, strict=True)), "854151", "HS2022")
    new = both.filter(pl.col("period") >= pl.date(2022, 1, 1))
    frame = province(pl.concat([old, new]), since=SINCE, by="hs6").to_frame("polars")
    assert set(frame["rule"]) == {"not heard: not comparable across a change of the classification"}


@given(st.integers(0, 10_000), st.floats(0.01, 1000))
def test_shares_add_up_and_have_no_currency(seed: int, rate: float) -> None:
    values = np.random.default_rng(seed).gamma(1, 1, (4, 14))
    one = share_shift(values[:, :8], values[:, 8:])
    two = share_shift(rate * values[:, :8], rate * values[:, 8:])
    np.testing.assert_allclose(two.se, one.se, rtol=1e-9)
    assert one.shift.sum() == pytest.approx(0, abs=1e-12)
    index = herfindahl(values[:, 0] - values[:, 1])
    assert 1 / 4 <= index <= 1 + 1e-12


def test_the_standard_error_is_the_jackknifes() -> None:
    # Another way to the same number: leave one block out (Cochran 1977, section 6.17).
    values = np.random.default_rng(3).gamma(4, 1, (3, 40))
    drop = [np.delete(values, b, axis=1).sum(axis=1) for b in range(40)]
    shares = np.array([v / v.sum() for v in drop])
    jackknife = np.sqrt(39 / 40 * np.square(shares - shares.mean(axis=0)).sum(axis=0))
    still = np.ones((3, 5))
    np.testing.assert_allclose(share_shift(values, still).se, jackknife, rtol=0.03)


def test_places_as_files_write_them() -> None:
    rows = table("gacc_provinces")
    assert rows.height == 31
    for code, english, chinese in rows.select("code", "name_en", "name_zh").iter_rows():
        assert registered_place(english).code == registered_place(chinese).code == code
    for written, code in (
        ("Xinjiang Uygur Autonomous Region", "65"),
        ("Inner Mongolia Autonomous Region", "15"),
        ("Shanghai Province", "31"),
        ("440300", "44"),
    ):
        assert registered_place(written).code == code
    with pytest.raises(UnknownNameError, match="Guangdong"):
        registered_place("Guangdon")


def test_bad_questions_are_typed(eu: pl.DataFrame) -> None:
    with pytest.raises(UsageError, match="no monthly exports of CHN to RUS"):
        province(eu, since=SINCE)
    with pytest.raises(UnknownNameError):
        province(eu, since=SINCE, province="Atlantis")


@pytest.mark.parametrize("by", ["hs6", "family", "category"])
def test_two_releases_are_not_added_up(by: str) -> None:
    values = dict(zip(PLACES, drawn(1, BEFORE, AFTER), strict=True))
    one = placed(values)
    two = pl.concat([one, one.with_columns(release=pl.lit("again"))])
    with pytest.raises(UsageError, match="filter one"):
        province(two, since=SINCE, by=by)  # type: ignore[arg-type]
