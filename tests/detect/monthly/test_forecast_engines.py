"""The two engines against statsmodels, against plain loops, and against what must not matter."""

from __future__ import annotations

import numba
import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from tradeflow.detect.monthly import smoothing
from tradeflow.detect.monthly.counts import forecast_counts
from tradeflow.detect.monthly.smoothing import forecast

T, AHEAD = 84, 12
RNG = np.random.default_rng(21)
SEASON = RNG.normal(scale=0.3, size=12)
Y = 12 + np.tile(SEASON, 7) + np.cumsum(RNG.normal(scale=0.1, size=(6, T)), axis=1)
Y += RNG.normal(scale=0.1, size=Y.shape)
ALPHA, SHARE, PHI, GAMMA = 0.3, 0.1, 0.9, 0.1
PARAMETER = np.array([ALPHA, SHARE, PHI, GAMMA])


def ends(n: int, end: int = T) -> np.ndarray:
    return np.full(n, end, dtype=np.int64)


def test_filter_and_widths_are_those_of_exponential_smoothing() -> None:
    model = ETSModel(
        Y[0],
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add",
        seasonal_periods=12,
        initialization_method="known",
        initial_level=12.0,
        initial_trend=0.01,
        initial_seasonal=SEASON,
    )
    fit = model.smooth([ALPHA, ALPHA * SHARE, GAMMA * (1 - ALPHA), PHI])
    out, first = np.empty(AHEAD), np.array([12.0, 0.01, 1e6])
    loss = smoothing._smooth(Y[0], PARAMETER, first, SEASON, out)
    np.testing.assert_allclose(out, fit.forecast(AHEAD), rtol=1e-9)
    assert loss == pytest.approx((fit.resid[12:] ** 2).mean(), rel=1e-9)


def test_width_adds_up_what_later_shocks_do_to_the_forecast() -> None:
    ahead, first = 15, np.array([12.0, 0.01, 1e6])
    shocked = Y[0] + (np.arange(T) == T - 1)
    paths = np.empty((2, ahead))
    for y, path in zip((Y[0], shocked), paths, strict=True):
        smoothing._smooth(y, PARAMETER, first, SEASON, path)
    effect = paths[1] - paths[0]  # of a unit shock, so many months later
    width = np.empty(ahead)
    smoothing._widths(PARAMETER, 0.2, width)
    variance = 1 + np.r_[0.0, np.cumsum(effect[:-1] ** 2)]
    np.testing.assert_allclose(width, 0.2 * np.sqrt(variance), rtol=1e-9)


def by_hand(y: np.ndarray, first: np.ndarray) -> tuple[float, np.ndarray]:
    level, slope, scale2 = first
    season, cuts = list(SEASON), []
    for t, value in enumerate(y):
        ahead = level + PHI * slope
        if np.isnan(value):
            level, slope = ahead, PHI * slope
            continue
        error = value - ahead - season[t % 12]
        error = np.sign(error) * min(abs(error), 4 * np.sqrt(scale2))
        scale2 = 0.9 * scale2 + 0.1 * error**2
        level, slope = ahead + ALPHA * error, PHI * slope + ALPHA * SHARE * error
        season[t % 12] += GAMMA * (1 - ALPHA) * error
        cuts += [error**2] if t >= 12 else []
    damp = np.cumsum(PHI ** np.arange(1, AHEAD + 1))
    tail = [season[(len(y) + h) % 12] for h in range(AHEAD)]
    return float(np.mean(cuts)), level + damp * slope + tail


def test_cut_errors_and_missing_months_are_those_of_a_plain_loop() -> None:
    y = Y[1].copy()
    y[[0, 13, 40, 41, 42]] = np.nan
    y[[20, 60]] += 5.0, -3.0
    first, out = np.array([12.0, 0.01, 0.04]), np.empty(AHEAD)
    loss = smoothing._smooth(y, PARAMETER, first, SEASON, out)
    expected, path = by_hand(y, first)
    assert loss == pytest.approx(expected, rel=1e-12)
    np.testing.assert_allclose(out, path, rtol=1e-12)


def test_an_exactly_seasonal_series_is_forecast_exactly() -> None:
    y = np.tile(3 + RNG.normal(size=(5, 12)), (1, 8))
    y[:, [5, 30, 31]] = np.nan
    made = forecast(y, ends(5), AHEAD)
    np.testing.assert_allclose(made.mean, y[:, T : T + AHEAD], atol=1e-6)
    np.testing.assert_array_less(made.width, 1e-4)


def test_units_move_the_forecast_and_nothing_else() -> None:
    made, moved = (forecast(y, ends(6), AHEAD) for y in (Y, 3 * Y + 7))
    np.testing.assert_allclose(moved.mean, 3 * made.mean + 7, rtol=1e-9)
    np.testing.assert_allclose(moved.width, 3 * made.width, rtol=1e-9)


def test_one_wild_month_trains_the_baseline_little() -> None:
    wild = Y.copy()
    wild[:, 70] += 3.0
    assert np.abs(forecast(wild, ends(6), 1).mean - forecast(Y, ends(6), 1).mean).max() < 0.5


@pytest.mark.parametrize("engine", [forecast, forecast_counts])
def test_months_after_the_end_are_not_read(engine: smoothing.forecast) -> None:
    other = Y.copy()
    other[:, 60:] = 99.0
    made, again = engine(Y, ends(6, 60), 6), engine(other, ends(6, 60), 6)
    np.testing.assert_array_equal(made.mean, again.mean)
    np.testing.assert_array_equal(made.width, again.width)


@pytest.mark.parametrize("engine", [forecast, forecast_counts])
def test_threads_do_not_matter(engine: smoothing.forecast) -> None:
    before, found = numba.get_num_threads(), []
    try:
        for n in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(n)
            made = engine(np.tile(Y, (9, 1)), ends(54), AHEAD)
            found.append(made.mean.tobytes() + made.width.tobytes())
    finally:
        numba.set_num_threads(before)
    assert found[0] == found[1]


def test_too_little_to_start_from_is_no_forecast() -> None:
    y = Y.copy()
    y[0, 23:] = np.nan
    assert np.isnan(forecast(y, ends(6), 3).mean[0]).all()
    assert np.isnan(forecast_counts(np.zeros((1, T)), ends(1), 3).mean).all()


@pytest.mark.parametrize("engine", [forecast, forecast_counts])
def test_a_series_may_begin_long_after_its_panel(engine: smoothing.forecast) -> None:
    late = np.concatenate([np.full((6, 60), np.nan), Y], axis=1)
    made, moved = engine(Y, ends(6), AHEAD), engine(late, ends(6, 60 + T), AHEAD)
    np.testing.assert_allclose(moved.mean, made.mean, rtol=1e-8)
    np.testing.assert_allclose(moved.width, made.width, rtol=1e-8)


def test_short_and_long_histories_err_by_like_multiples_of_their_width() -> None:
    draw = np.random.default_rng(8)
    noise = draw.normal(size=(400, 120)) + np.tile(draw.normal(size=(400, 12)), 10)
    relative = []
    for end in (36, 60, 108):
        made = forecast(noise, ends(400, end), AHEAD)
        error = (noise[:, end : end + AHEAD] - made.mean) / made.width
        relative.append(np.sqrt((error**2).mean()))
    np.testing.assert_allclose(relative, relative[-1], rtol=0.15)


def test_counts_of_one_calendar_month_alone_do_not_crash() -> None:
    y = np.full((1, T), np.nan)
    y[0, ::12] = 1e12
    assert np.isfinite(forecast_counts(y, ends(1), 3).mean).all()


def counts_design(n: int) -> np.ndarray:
    month = np.arange(n)
    angle = 2 * np.pi * month / 12
    waves = [f(k * angle) for k in (1, 2) for f in (np.cos, np.sin)]
    return np.column_stack([np.ones(n), month / 12, *waves])


EXPECTED = np.exp(8 + 0.5 * np.cos(2 * np.pi * np.arange(T) / 12) + 0.02 * np.arange(T))
LUMPY = EXPECTED * RNG.choice([0.0, 0.5, 1.0, 1.5, 2.0], size=(5, T))  # far from any outlier


def test_counts_are_those_of_quasi_poisson_regression() -> None:
    y = LUMPY.copy()
    y[:, [3, 50]] = np.nan
    made, design = forecast_counts(y, ends(5), AHEAD), counts_design(T + AHEAD)
    for i in range(5):
        known = ~np.isnan(y[i])
        model = sm.GLM(y[i, known], design[:T][known], family=sm.families.Poisson())
        fit = model.fit(scale="X2", tol=1e-12, maxiter=100)
        mean = design[T:] @ fit.params
        np.testing.assert_allclose(made.mean[i], mean, rtol=1e-7)
        line = np.einsum("ij,jk,ik->i", design[T:], fit.cov_params(), design[T:])
        width = np.sqrt(fit.scale / np.exp(mean) + line)
        np.testing.assert_allclose(made.width[i], width, rtol=1e-6)


def test_one_huge_month_moves_counts_little() -> None:
    wild = LUMPY.copy()
    wild[:, 75] = 30 * EXPECTED[75]
    moved = forecast_counts(wild, ends(5), 6).mean - forecast_counts(LUMPY, ends(5), 6).mean
    design = counts_design(T + 6)
    plain = sm.GLM(wild[0], design[:T], family=sm.families.Poisson()).fit()
    naive = design[T:] @ plain.params - forecast_counts(LUMPY, ends(5), 6).mean[0]
    assert np.abs(moved).max() < 0.5 < np.abs(naive).max()


@pytest.mark.parametrize("factor", [1e-3, 90.0, 1e6])
def test_counts_do_not_depend_on_the_currency(factor: float) -> None:
    made, other = (forecast_counts(y, ends(5), 6) for y in (LUMPY, factor * LUMPY))
    np.testing.assert_allclose(other.mean, made.mean + np.log(factor), rtol=1e-6)
    np.testing.assert_allclose(other.width, made.width, rtol=1e-6)
