"""Moments of the simulated series, and independence of how they are drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.simulate.arrays import simulate_panel
from tradeflow.simulate.draws import STRIDE, by_block, in_a_row

MONTE_CARLO = 0.02  # absolute, on moments of 4,000 series by 120 months
FULL = {
    "rho": 0.5,
    "drift": 0.1,
    "tails": "t3",
    "outlier_share": 0.05,
    "zero_share": 0.3,
    "growth": 0.05,
    "shift_share": 0.4,
    "shift_at": (20, 30),
    "shift_log": (0.2, 2.0),
}


def residual(**options: object) -> np.ndarray:
    """Log values around the base level, in noise standard deviations."""
    panel = simulate_panel(4_000, 120, seed=1, noise_sd=0.1, seasonal=0.0, **options)
    return (np.log(panel.values) - panel.level) / 0.1


def autocorrelation(x: np.ndarray) -> float:
    return float((x[:, 1:] * x[:, :-1]).mean() / (x**2).mean())


@pytest.mark.parametrize("tails", ["normal", "t3"])
@pytest.mark.parametrize("rho", [-0.4, 0.0, 0.7])
def test_noise_has_the_variance_and_autocorrelation_asked_for(rho: float, tails: str) -> None:
    noise = residual(rho=rho, tails=tails)
    assert autocorrelation(noise) == pytest.approx(rho, abs=MONTE_CARLO)
    if tails == "normal":  # the sample variance of t3 has no variance of its own
        assert noise.var() == pytest.approx(1.0, abs=MONTE_CARLO)
        assert noise[:, 0].var() == pytest.approx(1.0, abs=0.06)
    assert abs(noise.mean()) < MONTE_CARLO


def test_heavy_tails_are_those_of_student() -> None:
    share = (np.abs(residual(tails="t3")) > 3.182446 / np.sqrt(3)).mean()
    assert share == pytest.approx(0.05, abs=0.002)  # the 97.5 % point of t with 3 d.f.


@pytest.mark.parametrize("drift", [0.02, 0.5])
def test_drift_is_the_ratio_asked_for(drift: float) -> None:
    panel = simulate_panel(4_000, 120, seed=2, noise_sd=0.1, seasonal=0.0, drift=drift)
    steps = np.diff(panel.level, axis=1) / 0.1
    assert steps.var() == pytest.approx(drift, rel=MONTE_CARLO)
    assert abs(autocorrelation(steps)) < MONTE_CARLO


def test_seasons_outliers_zeros_growth() -> None:
    panel = simulate_panel(4_000, 120, seed=3, seasonal=0.2, noise_sd=0.0, growth=0.12)
    np.testing.assert_allclose(panel.season.sum(axis=1), 0, atol=1e-12)
    assert panel.season.std() == pytest.approx(0.2 * np.sqrt(11 / 12), abs=0.005)
    log = np.log(panel.values)
    np.testing.assert_allclose(log[:, 12:] - log[:, :-12], 0.12, atol=1e-12)
    calm = residual()
    struck = residual(outlier_share=0.05) - calm
    assert (np.abs(struck) > 1).mean() == pytest.approx(0.05, abs=0.002)
    assert set(np.round(np.unique(struck), 6)) <= {-8.0, 0.0, 8.0} | {-0.0}
    empty = simulate_panel(4_000, 120, seed=3, zero_share=0.3, noise_sd=0.1, seasonal=0.0)
    assert (empty.values == 0).mean() == pytest.approx(0.3, abs=MONTE_CARLO)
    relative = empty.values / np.exp(empty.level)
    assert relative.mean() == pytest.approx(np.exp(0.1**2 / 2), abs=MONTE_CARLO)


def test_shifts_are_the_truth() -> None:
    options = {"seed": 4, "zero_share": 0.0, "rho": 0.5}
    none = simulate_panel(2_000, 60, **options)
    some = simulate_panel(
        2_000, 60, **options, shift_share=0.3, shift_at=(30, 40), shift_log=(0.2, 1.0)
    )
    shifted = some.shift_index >= 0
    assert shifted.mean() == pytest.approx(0.3, abs=0.03)
    assert set(some.shift_index[shifted]) == set(range(30, 41))
    assert (some.shift_log[~shifted] == 0).all()
    assert 0.2 <= some.shift_log[shifted].min() < some.shift_log[shifted].max() <= 1.0
    after = np.arange(60) >= np.where(shifted, some.shift_index, 60)[:, None]
    change = np.log(some.values / none.values)
    np.testing.assert_allclose(change, after * some.shift_log[:, None], atol=1e-12)


@given(st.integers(0, 2**60), st.integers(1, 30), st.integers(2, 40), st.integers(0, 29))
def test_chunks_do_not_matter(seed: int, n_series: int, n_periods: int, cut: int) -> None:
    options = {**FULL, "seed": seed, "shift_at": 1}
    whole = simulate_panel(n_series, n_periods, **options)
    first = min(cut, n_series - 1)
    part = simulate_panel(n_series - first, n_periods, first=first, **options)
    for name in ("values", "shift_index", "shift_log", "season", "level"):
        assert getattr(whole, name)[first:].tobytes() == getattr(part, name).tobytes()


def test_parts_do_not_disturb_each_other() -> None:
    plain = simulate_panel(50, 48, seed=5)
    shifted = simulate_panel(50, 48, seed=5, shift_share=0.5)
    kept = shifted.shift_index < 0
    assert plain.values[kept].tobytes() == shifted.values[kept].tobytes()


@given(st.integers(0, 999_999), st.integers(1, 50))
def test_a_block_is_its_own(number: int, width: int) -> None:
    numbers = [999_999, number, 0]
    drawn = by_block(3, "part", numbers, 50)
    np.testing.assert_array_equal(by_block(3, "part", [number], width)[0], drawn[1, :width])
    assert STRIDE * 4 > 1_200


def test_uniform_numbers_are_uniform() -> None:
    drawn = in_a_row(1, "part", 0, 1_000, 100)
    assert 0 < drawn.min() < drawn.max() < 1
    assert np.histogram(drawn, 20, (0, 1))[0].std() < 4 * np.sqrt(5_000)
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) < 0.1
    other = in_a_row(1, "another part", 0, 1_000, 100)
    assert abs(np.corrcoef(drawn.ravel(), other.ravel())[0, 1]) < 0.02


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_series": 0}, "n_series is 0"),
        ({"n_series": 2.5}, "n_series is 2.5"),
        ({"n_periods": 1}, "n_periods 1"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": "seven"}, "seed is 'seven'"),
        ({"seed": True}, "seed is True"),
        ({"rho": 1.0}, "rho is 1.0; give a number between -1 and 1"),
        ({"drift": -0.1}, "drift is -0.1"),
        ({"noise_sd": float("nan")}, "noise_sd is nan; give a finite number"),
        ({"zero_share": 1.0}, "zero_share is 1.0"),
        ({"outlier_share": 1.2}, "outlier_share is 1.2"),
        ({"shift_share": 0.5, "shift_at": 0}, "shift_at is 0"),
        ({"shift_at": (10, 5)}, r"shift_at is \(10, 5\)"),
        ({"shift_log": (1.0, 0.5)}, "shift_log"),
    ],
)
def test_bad_options_are_refused_with_a_remedy(options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        simulate_panel(**{"n_series": 3, "n_periods": 24, "seed": 1, **options})


def test_unknown_tails_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="Allowed: normal, t3"):
        simulate_panel(3, 24, seed=1, tails="cauchy")
