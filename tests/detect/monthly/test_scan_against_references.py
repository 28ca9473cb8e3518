"""The scan against generalised least squares, numerical integration and brute force."""

from __future__ import annotations

from datetime import date

import numba
import numpy as np
import pytest
import statsmodels.api as sm
from monthly_panels import months
from scipy.integrate import quad
from scipy.special import betaln

from tradeflow.detect.monthly.design import candidate_dates, regressors
from tradeflow.detect.monthly.null import NullTable, simulate_null
from tradeflow.detect.monthly.outliers import outlying
from tradeflow.detect.monthly.scan_kernel import DATE_SET_LOSS, PATIENCE
from tradeflow.detect.monthly.shift_scan import DRIFT_GRID, WINDOW, Scanned, ShiftScan
from tradeflow.simulate.arrays import simulate_panel

T = 72
PERIODS = months(T, date(2018, 1, 1))
X = regressors(PERIODS, lunar=True)
DATES = candidate_dates(PERIODS, margin=12)
RNG = np.random.default_rng(8)
Y = RNG.normal(size=(40, T)) + RNG.normal(scale=0.3, size=(40, T)).cumsum(axis=1)
GAPS = np.isin(np.arange(T), [0, 3, 4, 20, 37, 38, 39, 66], invert=True)
ALL = np.ones(T, dtype=bool)
NAMES = ("ratio", "lasting", "size", "se", "date", "first", "last", "null_drift", "lasting_drift")


def scan_at(
    drifts: float | np.ndarray = DRIFT_GRID, *, dates: np.ndarray = DATES, x: np.ndarray = X
) -> ShiftScan:
    return ShiftScan(x, dates, drifts=np.atleast_1d(drifts), clean=False)


def gappy(known: np.ndarray, y: np.ndarray = Y) -> np.ndarray:
    return np.where(known, y, np.nan)


def covariance(q: float, known: np.ndarray) -> np.ndarray:
    month = np.flatnonzero(known) + 1.0
    return np.eye(len(month)) + q * np.minimum.outer(month, month)


def step(tau: int) -> np.ndarray:
    return (np.arange(T) >= tau).astype(float)


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
@pytest.mark.parametrize(("tau", "q"), [(12, 0.0), (30, 0.1), (38, 3.0), (60, 0.003)])
def test_step_and_error_are_those_of_gls(tau: int, q: float, known: np.ndarray) -> None:
    found = scan_at(q, dates=np.array([tau])).run(gappy(known, Y[:3]))
    for i in range(3):
        gls = sm.GLS(
            Y[i, known], np.column_stack([X, step(tau)])[known], sigma=covariance(q, known)
        ).fit()
        assert found.date[i] == tau
        assert found.size[i] == pytest.approx(gls.params[-1], rel=1e-7)
        assert found.se[i] == pytest.approx(gls.bse[-1], rel=1e-7)


@pytest.mark.parametrize(("tau", "q"), [(15, 0.0), (41, 0.03), (58, 1.0)])
def test_ratio_is_the_likelihood_integrated_over_the_step(tau: int, q: float) -> None:
    found = scan_at(q, dates=np.array([tau])).run(Y[:1])
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
    logs = np.log(area) - betaln(0.5, (df - 1) / 2) - np.log(squares(found.size[0])) / 2
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


def best_likelihood(y: np.ndarray, columns: np.ndarray, known: np.ndarray) -> float:
    return max(likelihood(y, columns, q, known) for q in DRIFT_GRID)


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
def test_best_date_drift_and_date_set_are_those_of_a_full_search(known: np.ndarray) -> None:
    dates = DATES[::7]
    found = scan_at(dates=dates).run(gappy(known, Y[:4]))
    for i in range(4):
        null = np.array([likelihood(Y[i], X, q, known) for q in DRIFT_GRID])
        score = np.array(
            [best_likelihood(Y[i], np.column_stack([X, step(d)]), known) for d in dates]
        )
        near = dates[2 * (score.max() - score) <= DATE_SET_LOSS]
        assert found.date[i] == dates[score.argmax()]
        assert (found.first[i], found.last[i]) == (near.min(), near.max())
        assert found.null_drift[i] == null.argmax()
        assert found.ratio[i] == pytest.approx(2 * (score.max() - null.max()), abs=1e-6)


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
def test_lasting_is_the_ratio_without_the_months_around_the_step(known: np.ndarray) -> None:
    found = scan_at().run(gappy(known, Y[:4]))
    for i in range(4):
        at, rest = found.date[i], known.copy()
        rest[at - WINDOW[0] : at + WINDOW[1]] = False
        with_step = best_likelihood(Y[i], np.column_stack([X, step(at)]), rest)
        null = [likelihood(Y[i], X, q, rest) for q in DRIFT_GRID]
        expected = min(found.ratio[i], PATIENCE * 2 * (with_step - max(null)))
        assert found.lasting[i] == pytest.approx(expected, abs=1e-6)
        assert found.lasting_drift[i] == np.argmax(null)


def test_outliers_are_left_out_as_if_missing() -> None:
    y = Y.copy()
    y[:, 25] += 30
    y[::2, 50] -= 30
    marked = outlying(y, X)
    assert marked[:, 25].all()
    assert marked[::2, 50].all()
    cleaned, missing = ShiftScan(X, DATES).run(y), scan_at().run(np.where(marked, np.nan, y))
    np.testing.assert_allclose(cleaned.ratio, missing.ratio, atol=1e-8)
    np.testing.assert_array_equal(cleaned.null_drift, missing.null_drift)


def same(found: Scanned, other: Scanned, rows: np.ndarray | slice = slice(None)) -> None:
    for name in NAMES:
        np.testing.assert_array_equal(getattr(found, name), getattr(other, name)[rows])


def test_a_step_that_the_regressors_mimic_is_never_chosen() -> None:
    found = scan_at(x=np.column_stack([X, step(30)])).run(Y + 50 * step(30))
    assert (found.date != 30).all()
    assert np.isfinite([found.ratio, found.size, found.se]).all()


def test_a_series_that_begins_late_is_dated_after_its_beginning() -> None:
    found = scan_at().run(gappy(np.arange(T) >= 30, Y + 50 * step(30)))
    assert (found.date > 30).all()
    assert np.isfinite([found.ratio, found.size, found.se]).all()


def test_no_date_where_nothing_is_left_to_test() -> None:
    found = scan_at().run(gappy(np.arange(T) < 12, Y[:2]))
    assert (found.date == -1).all()
    assert np.isnan([found.ratio, found.lasting, found.size, found.se]).all()


@pytest.mark.parametrize("known", [ALL, GAPS], ids=["complete", "gaps"])
def test_regressors_and_units_change_nothing_but_the_scale(known: np.ndarray) -> None:
    scan = scan_at()
    plain = scan.run(gappy(known))
    moved = scan.run(gappy(known, 7 * Y + (X @ RNG.normal(size=X.shape[1]))))
    np.testing.assert_array_equal(plain.date, moved.date)
    np.testing.assert_allclose(moved.ratio, plain.ratio, atol=1e-7)
    np.testing.assert_allclose(moved.size, 7 * plain.size, atol=1e-8)
    np.testing.assert_allclose(moved.se, 7 * plain.se, rtol=1e-8)


def test_order_chunks_and_threads_change_no_bit() -> None:
    y = simulate_panel(200, T, seed=2, drift=0.1, outlier_share=0.02).values
    y[::3, 10:14] = np.nan
    scan, order = ShiftScan(X, DATES), RNG.permutation(len(y))
    whole = scan.run(np.log(y))
    same(scan.run(np.log(y[order])), whole, order)
    for i in (0, 1, 199):
        same(scan.run(np.log(y[[i]])), whole, np.array([i]))
    threads = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        same(scan.run(np.log(y)), whole)
    finally:
        numba.set_num_threads(threads)


def test_p_values_are_shares_of_the_simulated_null() -> None:
    scan = ShiftScan(X, DATES[::10])
    table = simulate_null(scan, draws=500)
    found = scan.run(Y)
    for i in range(len(DRIFT_GRID)):
        all_at = at_drift(table.ratio[i], i)
        p = table.p_sudden(all_at)
        assert ((p > 0) & (p <= 1)).all()
        assert (np.diff(p) <= 0).all()  # a larger ratio never has a larger p
        own = NullTable(table.ratio[[i]], table.lasting[[i]]).p_sudden(at_drift(table.ratio[i], 0))
        assert (own <= 0.1).mean() == pytest.approx(0.1, abs=0.005)
        assert (own <= 0.01).mean() == pytest.approx(0.01, abs=0.008)  # read off the fitted tail
        assert (p >= own).all()  # the next drift up can only raise it
    far = table.p_sudden(at_drift(table.ratio[0][-1] + np.array([10.0, 20.0]), 0))
    assert 0 < far[1] < far[0] < 1 / 500
    assert (table.p_lasting(found) >= 1 / 501).any()


def at_drift(ratio: np.ndarray, drift: int) -> Scanned:
    """Statistics as if the scan had found them at one drift."""
    whole = np.full(len(ratio), drift)
    return Scanned(ratio, ratio, whole, whole, whole, ratio, ratio, whole, whole)
