"""Many questions at once: against other programs, by hand, and by simulation with fixed seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.multitest import multipletests

from tradeflow.detect.multiplicity import (
    Combination,
    by_values,
    combine_e,
    e_bh,
    e_values,
    null_share,
    placebo_fdr,
    q_values,
    storey_q,
)
from tradeflow.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

RATE = 0.10
MONTE_CARLO_SDS = 3.0
"""A simulated mean may lie so many of its standard errors above its bound."""


def at_most(draws: np.ndarray, bound: float) -> bool:
    return draws.mean() <= bound + MONTE_CARLO_SDS * draws.std(ddof=1) / np.sqrt(len(draws))


def false_share(reported: np.ndarray, real: np.ndarray) -> float:
    return float((reported & ~real).sum() / max(reported.sum(), 1))


@pytest.mark.parametrize(("ours", "method"), [(q_values, "fdr_bh"), (by_values, "fdr_by")])
def test_as_statsmodels_with_missing_left_out(
    ours: Callable[[np.ndarray], np.ndarray], method: str
) -> None:
    rng = np.random.default_rng(1)
    p = np.r_[rng.uniform(size=200), rng.uniform(size=50) ** 6]
    holes = rng.permutation(len(p))[:30]
    p[holes] = np.nan
    asked = np.isfinite(p)
    found = ours(p)
    np.testing.assert_allclose(found[asked], multipletests(p[asked], method=method)[1], rtol=1e-12)
    assert np.isnan(found[~asked]).all()


@pytest.mark.parametrize("share", [0.5, 0.8, 1.0])
def test_share_of_true_nulls_is_recovered(share: float) -> None:
    rng = np.random.default_rng(2)
    n, tolerance = 20_000, 0.03
    nulls = int(share * n)
    p = np.r_[rng.uniform(size=nulls), norm.sf(rng.normal(3.0, 1.0, n - nulls))]
    assert null_share(p) == pytest.approx(share, abs=tolerance)
    assert np.all(storey_q(p) <= q_values(p))


def test_storey_keeps_its_rate() -> None:
    rng = np.random.default_rng(3)
    real = np.arange(500) < 200
    draws = []
    for _ in range(300):
        p = norm.sf(rng.standard_normal(500) + 3.0 * real)
        draws.append(false_share(storey_q(p) <= RATE, real))
    assert at_most(np.array(draws), RATE)


@pytest.mark.parametrize("kappa", [0.3, 0.5, 0.8])
def test_e_values_expect_at_most_one(kappa: float) -> None:
    # The variance is infinite for kappa <= 1/2: p is drawn as the midpoints of a fine grid as
    # well, where the mean of a convex falling function is below its integral, 1.
    n = 1_000_000
    grid = (np.arange(n) + 0.5) / n
    assert e_values(grid, kappa).mean() <= 1.0
    drawn = e_values(np.random.default_rng(4).uniform(size=n), kappa)
    tolerance = 0.05
    assert drawn.mean() == pytest.approx(1.0, abs=tolerance)


def test_e_bh_by_hand() -> None:
    e = np.array([39.0, 25.0, np.nan, 13.4, 1.0])
    # 4 asked, rate .1: thresholds 40, 20, 13.3, 10. The first fails, the third holds: 3 reported.
    assert e_bh(e, 0.10).tolist() == [True, True, False, True, False]
    assert not e_bh(np.array([39.0, 1.0, 1.0, 1.0]), 0.10).any()
    assert e_bh(np.array([np.inf, 0.0]), 0.10).tolist() == [True, False]
    assert e_bh(np.array([np.nan, np.nan]), 0.10).tolist() == [False, False]
    assert e_bh(np.empty(0), 0.10).shape == (0,)


def test_e_bh_keeps_its_rate_under_strong_dependence() -> None:
    rng = np.random.default_rng(5)
    real = np.arange(200) < 40
    draws, found = [], 0
    for _ in range(600):
        common = rng.standard_normal() * np.sqrt(0.8)
        z = common + np.sqrt(0.2) * rng.standard_normal(200) + 5.0 * real
        reported = e_bh(e_values(norm.sf(z)), RATE)
        draws.append(false_share(reported, real))
        found += (reported & real).sum()
    assert at_most(np.array(draws), RATE)
    assert found / (600 * 40) > 0.5, "a procedure that reports nothing keeps every rate"


@pytest.mark.parametrize("how", ["product", "average"])
def test_e_bh_keeps_its_rate_when_stopped_at_the_best_month(how: Combination) -> None:
    # Someone looks every month and stops when the list is longest: the worst time for nulls.
    rng = np.random.default_rng(6)
    n, months, repeats = 60, 12, 300
    real = np.arange(n) < 6
    draws = []
    for _ in range(repeats):
        z = rng.standard_normal((n, months)) + 2.0 * real[:, None]
        e = e_values(norm.sf(z))
        lists = []
        for seen in range(1, months + 1):
            so_far = np.where(np.arange(months) < seen, e, np.nan)
            lists.append(e_bh(combine_e(so_far, how), RATE))
        longest = max(lists, key=np.sum)
        draws.append(false_share(longest, real))
    assert at_most(np.array(draws), RATE)


def test_stopping_breaks_q_values_of_the_smallest_p() -> None:
    # Why e-values: the same impatience with the best month's p-value breaks the promise.
    rng = np.random.default_rng(7)
    draws = []
    for _ in range(200):
        best = norm.sf(rng.standard_normal((60, 12))).min(axis=1)
        draws.append(float((q_values(best) <= RATE).any()))
    assert np.mean(draws) > 2 * RATE


def test_months_not_seen_are_bets_not_placed() -> None:
    e = np.array([[4.0, np.nan, 0.5], [np.nan, np.nan, np.nan], [0.0, np.inf, 1.0]])
    np.testing.assert_allclose(combine_e(e, "average"), [5.5 / 3, np.nan, np.inf])
    np.testing.assert_allclose(combine_e(e, "product"), [2.0, np.nan, 0.0])


def test_placebo_rate_by_hand() -> None:
    real = np.array([3.0, np.nan, 10.0, 7.0, 7.0])
    placebo = np.array([[8.0, 1.0, 1.0, 1.0], [2.0, 7.0, 4.0, np.nan]])
    # 7 placebos for 4 series asked. At 10: 0 of 7. At 7: 2/7 x 4 / 3. At 3: 3/7 x 4 / 4.
    expected = [3 / 7, np.nan, 0.0, 8 / 21, 8 / 21]
    np.testing.assert_allclose(placebo_fdr(real, placebo), expected, rtol=1e-12)


def test_placebo_rate_is_kept() -> None:
    rng = np.random.default_rng(8)
    real = np.arange(300) < 60
    draws = []
    for _ in range(200):
        placebo = rng.standard_normal((20, 300))
        score = rng.standard_normal(300) + 4.0 * real
        draws.append(false_share(placebo_fdr(score, placebo) <= RATE, real))
    assert at_most(np.array(draws), RATE)


def test_nothing_asked() -> None:
    nothing = np.array([np.nan, np.nan])
    for method in (q_values, by_values, storey_q, e_values):
        assert np.isnan(method(nothing)).all()
    assert np.isnan(placebo_fdr(nothing, np.ones((1, 2)))).all()
    assert null_share(nothing) == 1.0


def test_bad_input_is_refused() -> None:
    p = np.array([0.5])
    with pytest.raises(UsageError, match="kappa"):
        e_values(p, 1.0)
    with pytest.raises(UsageError, match="between 0 and 1"):
        e_values(np.array([1.5]))
    with pytest.raises(UsageError, match="negative"):
        combine_e(np.array([[-1.0]]))
    with pytest.raises(UnknownNameError):
        combine_e(np.array([[1.0]]), "median")
    with pytest.raises(UsageError, match="rate"):
        e_bh(p, 0.0)
    with pytest.raises(UsageError, match="placebo"):
        placebo_fdr(p, np.full((1, 1), np.nan))
