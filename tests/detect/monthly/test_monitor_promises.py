"""The alarm: coverage, false alarms, a baseline that stays frozen, and what is left out."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numba
import numpy as np
import polars as pl
import pytest
from monthly_panels import as_panel

from tradeflow.detect.monthly import hurdle, money
from tradeflow.detect.monthly.money import latest_run
from tradeflow.detect.monthly.monitor import MonitorResult, monitor
from tradeflow.detect.monthly.tables import _longest
from tradeflow.detect.multiplicity import e_bh
from tradeflow.errors import TooShortError, UsageError
from tradeflow.panel.states import State
from tradeflow.simulate.arrays import simulate_panel

T, START = 144, 132
SINCE = date(2028, 1, 1)
KINDS = {"logs": {}, "drift": {"drift": 0.1}, "counts": {"zero_share": 0.3}}
ALL = {**KINDS, "hurdle": {"zero_share": 0.8}}
ENGINE = {"logs": "logs", "drift": "logs", "counts": "counts", "hurdle": "hurdle"}
NUMBERS = ("actual", "expected", "low", "high", "excess", "change", "p", "q", "e", "placebos")


def world(kind: str, n: int, seed: int, **more: object) -> np.ndarray:
    return simulate_panel(n, T, seed=seed, **ALL[kind], **more).values


@pytest.mark.parametrize(("kind", "merged"), [*((kind, False) for kind in ALL), ("logs", True)])
def test_intervals_cover_and_placebos_are_uniform(kind: str, *, merged: bool) -> None:
    result = monitor(as_panel(world(kind, 800, 3)), since=SINCE, merge_new_year=merged)
    assert set(result.engine) == {ENGINE[kind]}
    inside = (result.actual >= result.low) & (result.actual <= result.high)
    assert 0.86 <= inside.mean() <= 0.94
    for k, _ in enumerate(result.spans):
        assert 0.06 <= (result.p[:, k] <= 0.1).mean() <= 0.14
    assert result.alarm.mean() <= 0.02
    assert (result.p >= 1 / (1 + result.placebos[:, None]) - 1e-12).all()


@pytest.mark.parametrize("kind", KINDS)
def test_an_injected_shift_is_in_the_excess(kind: str) -> None:
    more = {"shift_share": 0.3, "shift_at": START, "shift_log": (0.7, 1.5)}
    shifted, plain = world(kind, 400, 5, **more), world(kind, 400, 5)
    result = monitor(as_panel(shifted), since=SINCE, merge_new_year=False)
    true = (shifted != plain).any(axis=1)
    added = np.cumsum((shifted - plain)[:, START:], axis=1)[:, np.array(result.spans) - 1]
    inside = (result.excess_low <= added) & (added <= result.excess_high)
    assert (inside[true].mean(axis=0) >= 0.8).all()
    assert (result.excess[true][:, 2:] > 0).mean() > 0.9
    assert result.alarm[true].mean() > 0.4
    for listed in (result.alarm, result.alarm_anytime):
        false = (listed & ~true).sum() / listed.sum()
        assert false <= 0.1 + 2 * np.sqrt(0.09 / listed.sum())


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("wild", [50.0, 0.0])
def test_watched_months_do_not_move_the_baseline(kind: str, wild: float) -> None:
    values = world(kind, 80, 7)
    other = values.copy()
    other[::2, START - 3 :] *= wild
    plain, moved = (monitor(as_panel(v), since=SINCE) for v in (values, other))
    for name in ("engine", "expected", "low", "high", "placebos"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(moved, name))
    assert (moved.alarm[::2]).mean() > 0.9 or kind in {"counts", "hurdle"}


def test_trade_that_stops_is_the_strongest_alarm() -> None:
    values = world("logs", 100, 8)
    values[:15, START:] = 0.0
    result = monitor(as_panel(values), since=SINCE)
    assert result.alarm[:15].all()
    assert (result.alarm_anytime == (np.arange(100) < 15)).all()
    assert (result.p[:15] == result.p.min(axis=0)).all()
    assert (result.persisted[:15] == T - START).all()
    assert np.isfinite(result.excess[:15]).all()
    assert (result.excess_high[:15] < 0).all()
    table = result.to_frame("polars")
    assert (table.head(15)["change_percent"] == -100).all()


@pytest.mark.parametrize("kind", ALL)
def test_currency_and_order_do_not_matter(kind: str) -> None:
    values = world(kind, 60, 9)
    order = np.random.default_rng(2).permutation(60)
    plain = monitor(as_panel(values), since=SINCE)
    mixed, roubles = (
        monitor(as_panel(values[order]), since=SINCE),
        monitor(as_panel(90 * values), since=SINCE),
    )
    for name in NUMBERS:
        expected = getattr(plain, name)
        np.testing.assert_allclose(getattr(mixed, name), expected[order], rtol=1e-9)
        money = name in {"actual", "expected", "low", "high", "excess"}
        np.testing.assert_allclose(
            getattr(roubles, name), expected * (90 if money else 1), rtol=1e-6, atol=1e-9
        )


@pytest.mark.parametrize(
    ("actual", "run"),
    [
        ([9, 9, 1, 1], 0),
        ([1, 1, 9, 9], 2),
        ([9, -9, -9, -9], 3),
        ([9, 9, np.nan, 9], 3),
        ([9, 9, 9, 9], 4),
        ([9, 9, 9, np.nan], 3),
        ([-9, 9, -9, 9], 1),
        ([np.nan] * 4, 0),
    ],
)
def test_months_persisted_are_the_latest_in_a_row_on_one_side(
    actual: list[float], run: int
) -> None:
    found = latest_run(np.array([actual]), np.zeros((1, 4)), np.full((1, 4), 5.0))
    assert found.tolist() == [run]


@pytest.mark.parametrize("kind", ALL)
def test_what_was_said_early_is_said_again_later(kind: str) -> None:
    values = world(kind, 300, 12)
    late = monitor(as_panel(values), since=SINCE, merge_new_year=False)
    soon = monitor(as_panel(values[:, : START + 7]), since=SINCE, merge_new_year=False)
    for name in ("actual", "expected", "low", "high", "e"):
        np.testing.assert_array_equal(getattr(late, name)[:, :7], getattr(soon, name))
    for name in ("excess", "excess_low", "excess_high", "change", "p", "q"):
        np.testing.assert_array_equal(getattr(late, name)[:, :3], getattr(soon, name))


@pytest.mark.parametrize("kind", ALL)
def test_chunks_and_threads_do_not_matter(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    panel, before = as_panel(world(kind, 40, 13)), numba.get_num_threads()
    plain = monitor(panel, since=SINCE)
    monkeypatch.setattr(money, "_CHUNK", 7)
    monkeypatch.setattr(hurdle, "_CHUNK", 7)
    try:
        numba.set_num_threads(1)
        other = monitor(panel, since=SINCE)
    finally:
        numba.set_num_threads(before)
    for name in (*NUMBERS, "excess_low", "excess_high"):
        np.testing.assert_array_equal(getattr(other, name), getattr(plain, name))


def test_rare_trade_that_becomes_regular_is_an_alarm_and_stays_on_the_list() -> None:
    values = world("hurdle", 300, 14)
    usual = np.where(values > 0, values, np.nan)[:40]
    values[:40, START:] = np.nanmedian(usual, axis=1)[:, None]
    result = monitor(as_panel(values), since=SINCE)
    assert result.alarm[:40].mean() > 0.9
    assert result.alarm_anytime[:40].mean() > 0.5
    assert result.alarm[40:].sum() <= 0.25 * result.alarm.sum()
    lists = [e_bh(column, result.rate) for column in result.e.T]
    assert all((later | ~sooner).all() for sooner, later in pairwise(lists))
    assert (lists[-1] == result.alarm_anytime).all()


RULES = {
    0: "the same number every month",
    1: "no trade in the baseline",
    2: "all months are missing",
    3: "no trade in the baseline, but under watch",
    4: "not comparable across a change of the classification",
    5: "fewer than 30 months in the baseline",
    6: "no month under watch has a number",
    7: "a value is negative or infinite",
    8: "a value is negative or infinite",
    9: "too many gaps in the baseline for a forecast",
}


def left_out() -> MonitorResult:
    values = np.concatenate([world("logs", 18, 10), world("counts", 8, 10)])
    state = np.zeros(values.shape, dtype=np.uint8)
    values[0], values[1], values[2] = 5.0, 0.0, np.nan
    values[3, :START] = 0.0
    values[7, 20], values[8, 139] = -1.0, np.inf
    values[9, 5:60] = np.nan
    values[5, : START - 30], values[6, START:] = np.nan, np.nan
    state[values == 0] = State.ZERO
    state[np.isnan(values)] = State.NOT_RELEASED
    state[4, 100:] = State.BREAK
    return monitor(as_panel(values, state=state), since=SINCE, merge_new_year=False)


def test_what_is_left_out_is_said_and_counted() -> None:
    result = left_out()
    assert {i: str(r) for i, r in enumerate(result.rule) if r} == RULES
    tested = result.rule == ""
    for name in NUMBERS:
        found = np.isfinite(getattr(result, name)).reshape(len(tested), -1)
        assert found[tested].all(), name
        assert not found[~tested].any(), name
    text = result.summary()
    assert "26 series" in text
    assert "16 no alarm" in text
    for words in RULES.values():
        assert f"{list(RULES.values()).count(words)} {words}" in text


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_frame_holds_every_series_and_span(backend: str) -> None:
    frame = left_out().to_frame(backend)
    table = frame if isinstance(frame, pl.DataFrame) else pl.from_pandas(frame)
    assert type(frame).__module__.startswith(backend)
    assert len(table) == 26 * 4
    assert table["q"].null_count() == 4 * len(RULES)
    tested = table.filter(pl.col("q").is_not_null())
    assert (tested["excess_low_usd"] < tested["excess_high_usd"]).all()
    assert set(tested["engine"]) == {"logs", "counts"}


def test_a_month_that_is_not_yet_known_leaves_the_span_before_it() -> None:
    values = world("logs", 60, 15)
    values[:20, -1] = np.nan
    values[:10, START:-1] *= 9.0
    result = monitor(as_panel(values), since=SINCE, merge_new_year=False)
    assert result.longest.tolist() == [2] * 20 + [3] * 40
    assert result.alarm.tolist() == [True] * 10 + [False] * 50
    table = result.to_frame("polars").filter(pl.col("span_months") == 12)
    assert (table["alarm"] == "span not complete").sum() == 20
    assert (_longest(result)["alarm"] == "alarm").to_list() == result.alarm.tolist()
    assert "each over its longest complete span" in result.summary()


def test_few_series_are_honest_about_how_little_they_know() -> None:
    result = monitor(as_panel(world("logs", 2, 11)), since=SINCE)
    assert (result.rule == "").all()
    assert (result.p >= 1 / (1 + result.placebos[:, None])).all()
    assert not result.alarm.any()


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"since": "2019-01"}, TooShortError, "fewer than 30 months in the baseline"),
        ({"since": "2030-01"}, TooShortError, "holds 2017-01 to 2021-12"),
        ({"since": "2000-01"}, TooShortError, "holds 2017-01 to 2021-12"),
        ({"since": "2021-01", "guard": 60}, TooShortError, "guard band of 60"),
        ({"since": "2021-01", "guard": -1}, UsageError, "guard is -1"),
        ({"since": "2021-01", "guard": 1.5}, UsageError, "guard is 1.5"),
        ({"since": "2021-01", "plan": 2}, UsageError, "plan is 2"),
        ({"since": "2021-01", "q": 1.0}, UsageError, "q is 1.0"),
        ({"since": "2021-13"}, UsageError, "cannot be read"),
    ],
)
def test_what_cannot_be_watched_is_refused(
    options: dict[str, object], error: type[Exception], words: str
) -> None:
    values = np.exp(np.random.default_rng(1).normal(size=(3, 60)))
    with pytest.raises(error, match=words):
        monitor(as_panel(values), **options)


def test_years_are_not_watched() -> None:
    with pytest.raises(UsageError):
        monitor(as_panel(np.ones((3, 12)), freq="A"), since="2019-01", guard=0)
