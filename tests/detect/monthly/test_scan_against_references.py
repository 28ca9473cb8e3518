"""The scan against generalised least squares, numerical integration and brute force."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import statsmodels.api as sm
from monthly_panels import months
from scipy.integrate import quad
from scipy.special import betaln

from tradeflow.detect.monthly import shift_scan
from tradeflow.detect.monthly.design import candidate_dates, regressors
from tradeflow.detect.monthly.null import NullTable, simulate_null
from tradeflow.detect.monthly.shift_scan import DRIFT_GRID, ShiftScan

T = 72
PERIODS = months(T, date(2018, 1, 1))
X = regressors(PERIODS, lunar=True)
DATES = candidate_dates(PERIODS, margin=12)
RNG = np.random.default_rng(8)
Y = RNG.normal(size=(40, T)) + RNG.normal(scale=0.3, size=(40, T)).cumsum(axis=1)
GAPS = np.isin(np.arange(T), [0, 3, 4, 20, 37, 38, 39, 66], invert=True)
ALL = np.ones(T, dtype=bool)


def covariance(q: float, known: np.ndarray) -> np.ndarray:
    month = np.flatnonzero(known) + 1.0
    return np.eye(len(month)) + q * np.minimum.outer(month, month)


def step(tau: int) -> np.ndarray:
    return (np.arange(T) >= tau).astype(float)


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
@pytest.mark.parametrize(("tau", "q"), [(12, 0.0), (30, 0.1), (38, 3.0), (60, 0.003)])
def test_step_error_and_noise_are_those_of_gls(
    monkeypatch: pytest.MonkeyPatch, tau: int, q: float, known: np.ndarray
) -> None:
    monkeypatch.setattr(shift_scan, "DRIFT_GRID", np.array([q]))
    found = ShiftScan(X, np.array([tau]), known).run(Y[:3])
    for i in range(3):
        gls = sm.GLS(
            Y[i, known], np.column_stack([X, step(tau)])[known], sigma=covariance(q, known)
        ).fit()
        assert found.date[i] == tau
        assert found.size[i] == pytest.approx(gls.params[-1], rel=1e-8)
        assert found.se[i] == pytest.approx(gls.bse[-1], rel=1e-8)
        assert found.noise[i] ** 2 * gls.df_resid == pytest.approx(gls.ssr, rel=1e-8)


@pytest.mark.parametrize(("tau", "q"), [(15, 0.0), (41, 0.03), (58, 1.0)])
def test_ratio_is_the_likelihood_integrated_over_the_step(
    monkeypatch: pytest.MonkeyPatch, tau: int, q: float
) -> None:
    monkeypatch.setattr(shift_scan, "DRIFT_GRID", np.array([q]))
    found = ShiftScan(X, np.array([tau])).run(Y[:1])
    df, sigma = T - X.shape[1], covariance(q, ALL)

    def squares(delta: float) -> float:
        return float(sm.GLS(Y[0] - delta * step(tau), X, sigma=sigma).fit().ssr)

    null, wide = squares(0.0), 60 * found.se[0]
    area, _ = quad(
        lambda d: (squares(d) / null) ** (-df / 2),
        *(found.size[0] + np.array([-wide, wide])),
        points=[found.size[0]],
        epsabs=0,
        epsrel=1e-8,
    )
    # With delta in units of the noise, as if it were known a priori to any extent; constants that
    # are the same for every date and drift are left out of the statistic.
    left = found.noise[0] ** 2 * (df - 1)
    logs = np.log(area) - betaln(0.5, (df - 1) / 2) - np.log(left) / 2
    assert found.ratio[0] == pytest.approx(2 * logs, abs=1e-6)


def likelihood(y: np.ndarray, columns: np.ndarray, q: float, known: np.ndarray) -> float:
    """Restricted log likelihood with the variance concentrated out, less its constants.

    A step is in units of the noise, so that its size has no unit.
    """
    y, columns, inverse = y[known], columns[known], np.linalg.inv(covariance(q, known))
    information = columns.T @ inverse @ columns
    e = y - columns @ np.linalg.solve(information, columns.T @ inverse @ y)
    determinants = -np.linalg.slogdet(inverse)[1] + np.linalg.slogdet(information)[1]
    return float(-0.5 * ((len(y) - X.shape[1]) * np.log(e @ inverse @ e) + determinants))


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
def test_best_date_and_drift_are_those_of_a_full_search(known: np.ndarray) -> None:
    dates = DATES[::7]
    found = ShiftScan(X, dates, known).run(Y[:4])
    for i in range(4):
        null = np.array([likelihood(Y[i], X, q, known) for q in DRIFT_GRID])
        score = np.array(
            [
                max(likelihood(Y[i], np.column_stack([X, step(d)]), q, known) for q in DRIFT_GRID)
                for d in dates
            ]
        )
        assert found.date[i] == dates[score.argmax()]
        assert found.null_drift[i] == null.argmax()
        assert found.ratio[i] == pytest.approx(2 * (score.max() - null.max()), abs=1e-7)
        np.testing.assert_allclose(found.profile[i], 2 * (score.max() - score), atol=1e-7)


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
def test_numbers_of_missing_months_are_not_read(known: np.ndarray) -> None:
    scan = ShiftScan(X, DATES, known)
    other = np.where(known, Y, 1e6)
    np.testing.assert_array_equal(scan.run(Y).ratio, scan.run(other).ratio)


@pytest.mark.parametrize("lost", ["nuisance", "before"])
def test_a_step_that_the_regressors_mimic_is_never_chosen(lost: str) -> None:
    columns, known = (np.column_stack([X, step(30)]), ALL) if lost == "nuisance" else (X, ALL)
    if lost == "before":  # nothing is known before the step: it is the constant
        known = np.arange(T) >= 30
    found = ShiftScan(columns, DATES, known).run(Y + 50 * step(30))
    assert (found.date != 30).all()
    assert np.isinf(found.profile[:, np.flatnonzero(DATES == 30)]).all()
    assert np.isfinite([found.ratio, found.size, found.se]).all()


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
def test_regressors_and_units_change_nothing_but_the_scale(known: np.ndarray) -> None:
    scan = ShiftScan(X, DATES, known)
    plain, moved = scan.run(Y), scan.run(7 * Y + (X @ RNG.normal(size=X.shape[1])))
    np.testing.assert_array_equal(plain.date, moved.date)
    np.testing.assert_allclose(moved.ratio, plain.ratio, atol=1e-8)
    np.testing.assert_allclose(moved.size, 7 * plain.size, atol=1e-9)
    np.testing.assert_allclose(moved.se, 7 * plain.se, rtol=1e-9)


def test_order_and_chunks_do_not_matter() -> None:
    scan, order = ShiftScan(X, DATES), RNG.permutation(len(Y))
    whole, mixed = scan.run(Y), scan.run(Y[order])
    alone = [scan.run(Y[[i]]) for i in range(len(Y))]
    for name in ("ratio", "size", "se", "noise", "date", "null_drift", "profile"):
        expected = getattr(whole, name)
        np.testing.assert_allclose(getattr(mixed, name), expected[order], rtol=1e-9, atol=1e-9)
        single = np.concatenate([getattr(one, name) for one in alone])
        np.testing.assert_allclose(single, expected, rtol=1e-9, atol=1e-9)


def test_p_values_are_shares_of_the_simulated_null() -> None:
    table = simulate_null(ShiftScan(X, DATES[::10]), draws=500)
    for i in range(len(DRIFT_GRID)):
        drift = np.full(500, i)
        p = table.p_value(table.ratio[i], drift)
        assert ((p > 0) & (p <= 1)).all()
        assert (np.diff(p) <= 0).all()  # a larger ratio never has a larger p
        own = NullTable(table.ratio[[i]]).p_value(table.ratio[i], np.zeros(500, dtype=int))
        assert (own <= 0.1).mean() == pytest.approx(0.1, abs=0.005)
        assert (own <= 0.01).mean() == pytest.approx(0.01, abs=0.008)  # read off the fitted tail
        assert (p >= own).all()  # the next drift up can only raise it
    far = table.p_value(table.ratio[0][-1] + np.array([10.0, 20.0]), np.zeros(2, dtype=int))
    assert 0 < far[1] < far[0] < 1 / 500
