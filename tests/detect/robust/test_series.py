from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from figure_texts import words as words_of
from matplotlib.figure import Figure

import tradeflow as tf
from tradeflow.detect.robust.fit import detect_shift
from tradeflow.errors import (
    DataError,
    DuplicateKeyError,
    SchemaError,
    TooShortError,
    TradeflowError,
    UsageError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

RNG = np.random.default_rng(11)
VALUES = 20 + np.cumsum(np.r_[np.zeros(30), 9, np.zeros(29)]) + RNG.normal(size=60)
MONTHS = pd.date_range("2019-01-01", periods=60, freq="MS")


def with_value(place: int, value: float) -> np.ndarray[Any, Any]:
    changed = VALUES.copy()
    changed[place] = value
    return changed


def index_like(days: Sequence[Any] | pd.DatetimeIndex) -> pd.Series[float]:
    return pd.Series(VALUES[: len(days)], index=pd.DatetimeIndex(days))


def frame_with(name: str, first: str, second: str) -> pl.DataFrame:
    kinds = [first] * 30 + [second] * 30
    return pl.DataFrame({"period": MONTHS.date, "value": VALUES, name: kinds})


BAD = {
    "too short": (VALUES[:20], TooShortError, "three for each"),
    "empty": ([], DataError, "missing"),
    "constant": (np.full(60, 3.0), DataError, "constant"),
    "all zero": (np.zeros(60), DataError, "constant"),
    "all missing": (np.full(60, np.nan), DataError, "missing"),
    "infinite": (with_value(3, np.inf), DataError, "infinite"),
    "negative infinite": (with_value(3, -np.inf), DataError, "infinite"),
    "beyond all sense": (with_value(3, 1e200), DataError, "beyond"),
    "complex": (VALUES + 1j, SchemaError, "not numbers"),
    "dates as values": (MONTHS, SchemaError, "not numbers"),
    "periods as index of a frame": (
        pd.DataFrame({"value": VALUES}, index=MONTHS.to_period("M")),
        SchemaError,
        "give the column of values alone",
    ),
    "a panel": (tf.panel(tf.load_sample()), UsageError, "a panel of 18. Take one"),
    "two levels without noise": (np.where(np.arange(60) < 31, 5.0, 3.0), DataError, "exactly"),
    "a straight line": (np.arange(60.0), DataError, "exactly"),
    "units that differ": (frame_with("unit", "kg", "t"), DataError, "more than one unit: kg, t"),
    "flows that differ": (frame_with("flow", "M", "X"), DataError, "more than one flow"),
    "periods as text": (pd.Series(VALUES, index=MONTHS.astype(str)), SchemaError, "not a date"),
    "no time": (pd.Series(VALUES, index=[*MONTHS[:59], pd.NaT]), SchemaError, "not a date"),
    "quarters as months": (
        pd.Series(VALUES, index=pd.period_range("2001Q1", periods=60, freq="Q")),
        UsageError,
        "period=4",
    ),
    "mostly zero": (np.where(np.arange(60) % 7 == 0, VALUES, 0.0), DataError, "exactly"),
    "text": (["a"] * 60, SchemaError, "not numbers"),
    "two series": (np.ones((60, 2)), SchemaError, "shape"),
    "no value column": (pl.DataFrame({"period": MONTHS.date, "usd": VALUES}), SchemaError, "value"),
    "number as period": (pd.Series(VALUES, index=range(5, 65)).rename_axis("x"), None, ""),
    "duplicated": (index_like([*MONTHS[:30], *MONTHS[29:59]]), DuplicateKeyError, "2021-06"),
    "unsorted": (index_like([*MONTHS[:30], MONTHS[59], *MONTHS[30:59]]), DataError, "unsorted"),
    "daily": (index_like(pd.date_range("2019-01-01", periods=60)), DuplicateKeyError, "2019-01"),
    "mixed": (
        index_like([*MONTHS[:30], *pd.date_range("2021-09-01", periods=15, freq="3MS")]),
        DataError,
        "mixed",
    ),
    "yearly with season": (
        index_like(pd.date_range("1950", periods=60, freq="YS")),
        UsageError,
        "harmonics=0",
    ),
}


@pytest.mark.parametrize("name", [name for name, bad in BAD.items() if bad[1]])
def test_bad_series_are_refused_with_words(name: str) -> None:
    series, kind, words = BAD[name]
    with pytest.raises(TradeflowError, match=words) as caught:
        detect_shift(series)
    assert isinstance(caught.value, kind)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"trend": 4}, "trend"),
        ({"trend": 1.5}, "whole"),
        ({"harmonics": 7}, "0 to 6"),
        ({"coverage": 0.5}, "coverage"),
        ({"coverage": 1.1}, "coverage"),
        ({"conflev": 1.0}, "conflev"),
        ({"max_shifts": -1}, "max_shifts"),
        ({"candidates": [70]}, "outside"),
        ({"candidates": ["2020"]}, "neither"),
        ({"candidates": [1]}, "two values"),
        ({"candidates": []}, "two values"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_options_are_refused_with_words(options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        detect_shift(VALUES, **options)


def forms() -> dict[str, Any]:
    return {
        "pandas dates": pd.Series(VALUES, index=MONTHS),
        "pandas periods": pd.Series(VALUES, index=MONTHS.to_period("M")),
        "month ends": pd.Series(VALUES, index=MONTHS + pd.offsets.MonthEnd()),
        "pandas frame": pd.DataFrame({"period": MONTHS, "value": VALUES}),
        "frame of periods": pd.DataFrame({"period": MONTHS.to_period("M"), "value": VALUES}),
        "polars frame": pl.DataFrame({"period": MONTHS.date, "value": VALUES}),
        "lazy frame": pl.LazyFrame({"period": MONTHS.date, "value": VALUES}),
        "one unit": frame_with("unit", "kg", "kg"),
    }


@pytest.mark.parametrize("form", forms())
def test_every_form_gives_the_same_answer(form: str) -> None:
    plain = detect_shift(VALUES)
    dated = detect_shift(forms()[form])
    assert [s.position for s in dated.shifts] == [s.position for s in plain.shifts] == [31]
    assert dated.shifts[0].size == plain.shifts[0].size
    assert str(dated.shifts[0].date) == "2021-07-01"


def test_absent_months_are_missing_months() -> None:
    series = pd.Series(VALUES, index=MONTHS)
    absent = detect_shift(series.drop(MONTHS[[5, 40]]))
    missing = detect_shift(with_value(5, np.nan) * np.where(np.arange(60) == 40, np.nan, 1.0))
    assert absent.n_missing == missing.n_missing == 2
    assert absent.coefficients[0] == missing.coefficients[0]


ODD = {
    "negative": -VALUES,
    "near the largest": VALUES * 1e97,
    "near the smallest": VALUES * 1e-300,
    "a half missing": np.where(np.arange(60) % 2, VALUES, np.nan),
    "a year missing": np.where(abs(np.arange(60) - 26) < 7, np.nan, VALUES),
    "zero before the shift": np.where(np.arange(60) < 31, 0.0, VALUES),
    "few values": RNG.integers(0, 3, 60),
    "tiny noise before the shift": np.where(np.arange(60) < 33, 1e-6 * VALUES, 1e3 * VALUES),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_series_give_finite_answers(name: str) -> None:
    found = detect_shift(ODD[name])
    shifts = [(s.size, s.se, s.t, s.p) for s in found.shifts]
    assert np.isfinite([(c.estimate, c.se, c.t) for c in found.coefficients]).all()
    assert np.isfinite([*found.fitted, *found.profile, found.scale, *np.ravel(shifts)]).all()
    assert all(shift.p <= 0.01 for shift in found.shifts)


def test_equal_values_are_said() -> None:
    found = detect_shift(ODD["zero before the shift"])
    assert any("31 of 60 values are exactly 0" in sentence for sentence in found.unidentified)


def test_masked_values_are_missing() -> None:
    masked = detect_shift(np.ma.masked_array(with_value(5, 1e6), np.arange(60) == 5))
    assert masked.n_missing == 1
    assert masked.coefficients == detect_shift(with_value(5, np.nan)).coefficients


def test_candidates_by_date_and_position_agree() -> None:
    series = pd.Series(VALUES, index=MONTHS)
    by_date = detect_shift(series, candidates=MONTHS.date[24:40])
    by_place = detect_shift(series, candidates=range(25, 41))
    assert by_date.shifts == by_place.shifts


def test_frames_summary_and_plot() -> None:
    found = detect_shift(pd.Series(with_value(12, 60.0), index=MONTHS))
    assert list(found.to_frame("shifts", backend="polars")["position"]) == [31]
    assert found.to_frame("outliers")["position"].tolist() == [13]
    assert len(found.to_frame()) == 60
    assert "identified" in found.to_frame("coefficients").columns
    assert found.wedge.shape == (len(found.wedge_dates), 60)
    assert len(found.profile) == len(found.wedge_dates)
    text = found.summary()
    assert "level shift at 2021-07" in text
    assert "2020-01 (" in text
    assert "Level shift at 2021-07" in words_of(found.plot())
    axes = Figure().subplots()
    assert found.plot(axes) is axes


def test_a_result_without_shifts_or_outliers_still_prints() -> None:
    found = detect_shift(RNG.normal(size=60), max_shifts=0, harmonics=0)
    assert len(found.to_frame("shifts")) == len(found.to_frame("outliers")) == 0
    assert "no level shift" in found.summary()
    assert "No level shift" in words_of(found.plot())


def test_import_does_not_load_the_compiler() -> None:
    code = "import sys, tradeflow.detect.robust.fit as f; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
