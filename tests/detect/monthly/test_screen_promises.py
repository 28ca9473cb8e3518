"""How often the screen fires on series without a shift, and what it says of those with one."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from monthly_panels import as_panel

import tradeflow as tf
from tradeflow.detect.monthly import screen as screening
from tradeflow.detect.monthly.null import simulate_null
from tradeflow.detect.monthly.screen import screen
from tradeflow.errors import TooShortError, UsageError
from tradeflow.panel.states import State
from tradeflow.simulate.arrays import simulate_panel

if TYPE_CHECKING:
    from tradeflow.detect.monthly.screen import ScreenResult
    from tradeflow.panel.model import Panel

N, T = 1_500, 96
_coarse = lru_cache(screening._prepared.__wrapped__)
HARD = {
    "plain": {},
    "drift": {"drift": 0.1},
    "autoregressive": {"rho": 0.7},
    "heavy tails": {"tails": "t3"},
    "outliers": {"outlier_share": 0.05},
    "autoregressive, heavy tails": {"rho": 0.7, "tails": "t3"},
    "autoregressive, outliers": {"rho": 0.7, "outlier_share": 0.05},
}


@pytest.fixture
def coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A null of few draws, where the p-value matters little."""
    monkeypatch.setattr(screening, "simulate_null", partial(simulate_null, draws=500))
    monkeypatch.setattr(screening, "_prepared", _coarse)


@pytest.mark.parametrize("drift", [0.0, 0.03, 0.1, 0.3])
def test_five_per_cent_screen_fires_in_at_most_seven(drift: float) -> None:
    values = simulate_panel(N, T, seed=11, drift=drift).values
    result = screen(as_panel(values))
    assert (result.rule == "").all()
    assert (result.p <= 0.05).mean() <= 0.07
    assert (result.p_sudden <= 0.05).mean() <= 0.07


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("noise", [0.01, 5.0])
def test_answer_does_not_depend_on_the_size_of_the_noise(noise: float) -> None:
    logs = np.log(simulate_panel(200, T, seed=5, drift=0.1).values)
    centre = logs.mean(axis=1, keepdims=True)
    plain = screen(as_panel(np.exp(logs)), merge_new_year=False)
    other = screen(as_panel(np.exp(centre + (logs - centre) * noise)), merge_new_year=False)
    np.testing.assert_allclose(other.p, plain.p, rtol=1e-6)
    np.testing.assert_array_equal(other.date, plain.date)


@pytest.mark.parametrize("kind", HARD)
def test_list_keeps_its_promise(kind: str) -> None:
    """False discoveries among all discoveries, within two Monte Carlo standard errors."""
    options = HARD[kind] | {"shift_at": (30, 66), "shift_log": (1.0, 2.5)}
    world = simulate_panel(N, T, seed=12, shift_share=0.2, **options)
    result, true = screen(as_panel(world.values)), world.shift_index >= 0
    found = result.shifted
    right = found & true
    assert right.sum() > 60
    assert (found & ~true).sum() / found.sum() <= 0.10 + 2 * np.sqrt(0.1 * 0.9 / found.sum())
    away = np.abs(result.date - world.shift_index)
    assert (away[right] <= 2).mean() >= 0.8
    inside = (result.first <= world.shift_index) & (world.shift_index <= result.last)
    assert inside[right].mean() >= 0.8
    error = np.abs(result.size - world.shift_log) / result.se
    assert (error[right] < 3.3).mean() > 0.8  # the size has its sign and its order


@pytest.mark.parametrize("kind", HARD)
def test_shifts_of_three_log_points_are_found(kind: str) -> None:
    options = HARD[kind] | {"shift_share": 1.0, "shift_at": (30, 66), "shift_log": 3.0}
    result = screen(as_panel(simulate_panel(300, T, seed=13, **options).values))
    assert result.shifted.mean() > 0.9
    months = np.array([p.month for p in result.periods])
    assert (months[result.date] != 2).all()


def test_a_change_that_fades_is_sudden_and_not_a_shift() -> None:
    values = simulate_panel(200, T, seed=14, drift=0.02).values
    values[:100, 50:55] *= np.exp(2 * 0.7 ** np.arange(5))
    result = screen(as_panel(values), merge_new_year=False)
    assert result.shifted.mean() <= 0.02
    assert result.sudden[:100].mean() > 0.5
    assert result.sudden[100:].mean() <= 0.1
    assert "sudden change, not shown to last" in result.summary()


@pytest.fixture(scope="module")
def totals() -> Panel:
    return tf.panel(tf.load_sample("china-russia-totals"), by="total")


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("merged", [True, False])
def test_china_to_russia_in_total(totals: Panel, *, merged: bool) -> None:
    result = screen(totals, merge_new_year=merged)
    at = result.periods[result.date[0]]
    assert result.first[0] <= result.date[0] <= result.last[0]
    assert at == date(2022, 3, 1)
    assert -0.8 < result.size[0] < -0.3
    assert result.p_sudden[0] <= 0.05
    assert result.p[0] > 0.5  # by the autumn trade was back: the fall did not last
    outliers = result.to_frame("polars")["outliers"][0].split()
    assert merged or "2020-02" in outliers


def mixed() -> ScreenResult:
    values = simulate_panel(12, T, seed=2).values
    state = np.zeros(values.shape, dtype=np.uint8)
    values[0], values[1], values[2] = 5.0, 0.0, np.nan
    values[3, 20:], values[4, ::2], values[5, ::4] = np.nan, 0.0, np.nan
    values[7, 9], values[8, 9] = -1.0, np.inf
    state[values == 0] = State.ZERO
    state[np.isnan(values)] = State.NOT_RELEASED
    state[6, 60:] = State.BREAK
    return screen(as_panel(values, state=state), merge_new_year=False)


RULES = {
    0: "the same number every month",
    1: "no trade in any month",
    2: "all months are missing",
    3: "fewer than 24 months with trade",
    4: "no trade in more than 10% of months",
    6: "not comparable across a change of the classification",
    7: "a negative or infinite number",
    8: "a negative or infinite number",
}


@pytest.mark.usefixtures("coarse")
def test_what_is_left_out_is_said_and_counted() -> None:
    result = mixed()
    assert {i: str(r) for i, r in enumerate(result.rule) if r} == RULES
    tested = result.rule == ""
    for numbers in (result.p, result.q, result.q_sudden, result.size, result.se, result.drift):
        np.testing.assert_array_equal(np.isfinite(numbers), tested)
    assert (result.date[~tested] == -1).all()
    text = result.summary()
    assert "12 series" in text
    for words, count in Counter(RULES.values()).items():
        assert f"{count} {words}" in text


@pytest.mark.usefixtures("coarse")
@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_frame_holds_every_series_and_no_nan(backend: str) -> None:
    frame = mixed().to_frame(backend)
    table = frame if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame)
    assert type(frame).__module__.startswith(backend)
    assert len(table) == 12
    assert table["q"].null_count() == len(RULES)
    assert table["month"].null_count() == len(RULES)
    tested = table.filter(pl.col("q").is_not_null())
    assert tested["q"].is_sorted()
    assert (tested["size_log_low"] < tested["size_log_high"]).all()
    assert set(table["description"]) == {"no level shift", *RULES.values()}


@pytest.mark.usefixtures("coarse")
def test_order_and_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    values = simulate_panel(90, T, seed=4, drift=0.1, shift_share=0.5).values
    values[::3, 10:14] = np.nan
    order = np.random.default_rng(1).permutation(90)
    whole = screen(as_panel(values))
    monkeypatch.setattr(screening, "CHUNK", 7)
    mixed_up = screen(as_panel(values[order]))
    for name in ("p", "q", "p_sudden", "size", "se", "date", "first", "last", "drift", "outliers"):
        np.testing.assert_array_equal(getattr(mixed_up, name), getattr(whole, name)[order])


@pytest.mark.usefixtures("coarse")
def test_a_known_change_of_the_classification_is_no_shift() -> None:
    change = date(2021, 1, 1)
    values = simulate_panel(60, T, seed=6).values
    values[:, 48:] *= 4
    result = screen(as_panel(values), breaks=[change])
    assert all(result.periods[d] != change for d in result.date)
    assert result.shifted.sum() == 0
    assert screen(as_panel(values)).shifted.mean() > 0.9


@pytest.mark.usefixtures("coarse")
def test_a_series_known_on_one_side_of_all_dates_only() -> None:
    values = simulate_panel(3, 180, seed=3).values
    values[0, 26:] = np.nan
    result = screen(as_panel(values, first=date(2010, 1, 1)), merge_new_year=False)
    assert result.rule[0] == "no months known on both sides of any date"
    np.testing.assert_array_equal(np.isnan(result.q), [True, False, False])


@pytest.mark.parametrize(
    ("freq", "length", "error"), [("A", 9, UsageError), ("M", 11, TooShortError)]
)
def test_what_cannot_be_screened_is_refused(freq: str, length: int, error: type[Exception]) -> None:
    with pytest.raises(error):
        screen(as_panel(np.ones((2, length)), freq=freq))


@pytest.mark.usefixtures("coarse")
def test_the_month_of_a_shift_is_its_beginning_and_no_outlier(eu: pl.DataFrame) -> None:
    """A first month that overshoots sticks out from both neighbours; a spike still does."""
    values = simulate_panel(40, T, seed=6).values
    values[:, 50:] *= 4
    values[:, 50] *= 6
    values[:, 70] *= 20
    result = screen(as_panel(values))
    begun = result.shifted & (result.date == 50)
    assert begun.mean() > 0.5
    assert result.outliers[begun, 70].all()
    assert not result.outliers[begun, 50].any()
    table = screen(tf.panel(eu, by="hs6", together="reporter")).to_frame("polars")
    found = table.filter(pl.col("description") == "level shift")
    months = found.select(pl.col("month").dt.strftime("%Y-%m"), "outliers")
    assert not any(month in outliers.split() for month, outliers in months.iter_rows())
