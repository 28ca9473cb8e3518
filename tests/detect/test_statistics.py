"""The detector's statistics against simulation, numeric optima and other implementations."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, special, stats
from statsmodels.stats.multitest import multipletests

from tradeflow.detect.annual.baskets import draw_baskets, share_as_far
from tradeflow.detect.annual.comparable import FEWEST, common_movement, neighbours
from tradeflow.detect.annual.contrast import contrast, noise_variance, shift_of
from tradeflow.detect.annual.verdicts import rarity_of, verdict_of
from tradeflow.detect.annual.windows import windows
from tradeflow.detect.local_level import Null, drift_ratio
from tradeflow.detect.moderated import VariancePrior, _inverse_trigamma, fit_prior, moderate
from tradeflow.detect.multiplicity import q_values
from tradeflow.errors import TooShortError

if TYPE_CHECKING:
    from numpy.typing import NDArray

YEARS = tuple(date(year, 1, 1) for year in range(2017, 2024))
CUT = windows(YEARS, date(2022, 1, 1), baseline=3)
MONTE_CARLO = 0.05  # relative: 20,000 draws and more
MOMENTS_TO_OPTIMUM = 0.10  # relative: two consistent estimates of one prior


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(0, 1) | st.just(float("nan"))),
)
def test_q_values_are_benjamini_and_hochbergs(p: np.ndarray) -> None:
    asked = ~np.isnan(p)
    found = q_values(p)
    assert np.isnan(found[~asked]).all()
    if asked.any():
        np.testing.assert_allclose(found[asked], multipletests(p[asked], method="fdr_bh")[1])


@pytest.mark.parametrize("x", np.logspace(-6, 6, 13))
def test_inverse_trigamma(x: float) -> None:
    assert special.polygamma(1, _inverse_trigamma(x)) == pytest.approx(x, rel=1e-8)


@pytest.mark.parametrize(("df", "prior"), [(3.0, (4.0, 0.05)), (1.9, (2.0, 0.5)), (10, (20, 2.0))])
def test_the_prior_is_recovered(df: float, prior: tuple[float, float]) -> None:
    rng = np.random.default_rng(7)
    true = VariancePrior(*prior)
    sigma2 = true.df * true.variance / rng.chisquare(true.df, 60_000)
    variance = sigma2 * rng.chisquare(df, sigma2.size) / df
    found = fit_prior(variance, df)
    assert found.df == pytest.approx(true.df, rel=2 * MONTE_CARLO)
    assert found.variance == pytest.approx(true.variance, rel=MONTE_CARLO)
    # moderation must estimate better than each series alone
    alone = np.log(variance / sigma2)
    together = np.log(moderate(variance, df, found) / sigma2)
    assert together.std() < alone.std()


def test_the_prior_by_moments_agrees_with_the_likelihood() -> None:
    """Variances over the prior variance follow an F distribution (Smyth 2004, section 6)."""
    rng = np.random.default_rng(11)
    df, true = 4.0, VariancePrior(6.0, 0.03)
    variance = true.variance * stats.f(df, true.df).rvs(20_000, random_state=rng)

    def minus_log_likelihood(theta: np.ndarray) -> float:
        df0, s02 = np.exp(theta)
        return -float(np.sum(stats.f.logpdf(variance / s02, df, df0) - np.log(s02)))

    best = optimize.minimize(minus_log_likelihood, np.log([3.0, 0.1]), method="Nelder-Mead")
    found = fit_prior(variance, df)
    assert found.df == pytest.approx(np.exp(best.x[0]), rel=MOMENTS_TO_OPTIMUM)
    assert found.variance == pytest.approx(np.exp(best.x[1]), rel=MOMENTS_TO_OPTIMUM)


def test_equal_variances_are_pooled_whole() -> None:
    variance = 0.2 * np.random.default_rng(3).chisquare(5, 4_000) / 5
    shaken = fit_prior(np.full(50, 0.2), 5)
    np.testing.assert_allclose(
        moderate(np.array([0.1, 0.3]), 5, shaken), shaken.variance, rtol=0.01
    )
    assert fit_prior(variance, 5).df > 50


@pytest.mark.parametrize("drift", [0.0, 0.5, 3.2])
def test_the_local_level_by_brute_force(drift: float) -> None:
    rng = np.random.default_rng(5)
    n, periods = 200_000, len(YEARS)
    level = np.cumsum(np.sqrt(drift) * rng.normal(size=(n, periods)), axis=1)
    y = level + rng.normal(size=(n, periods))
    null = Null.of(periods, drift)
    for weights in (CUT.contrast, CUT.step(5), CUT.step(6)):
        assert weights.sum() == pytest.approx(0)
        assert null.variance_of(weights) == pytest.approx((y @ weights).var(), rel=MONTE_CARLO)
    for window in (CUT.history, CUT.baseline):
        kept = y[:, window]
        squares = ((kept - kept.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
        scale, df = null.spread(window)
        assert (squares / scale).mean() == pytest.approx(1, rel=MONTE_CARLO)
        assert 2 / (squares / scale).var() == pytest.approx(df, rel=MONTE_CARLO)


@pytest.mark.parametrize("drift", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("periods", [5, 12])
def test_the_drift_is_recovered(drift: float, periods: int) -> None:
    rng = np.random.default_rng(17)
    n = 40_000
    noise = np.sqrt(0.1 * 5 / rng.chisquare(5, size=(n, 1)))  # each series has its own scale
    level = np.cumsum(np.sqrt(drift) * rng.normal(size=(n, periods)), axis=1)
    y = noise * (level + rng.normal(size=(n, periods)))
    y[rng.random(y.shape) < 0.02] = np.nan
    assert drift_ratio(y) == pytest.approx(drift, rel=0.15, abs=0.05)


NOISE = np.random.default_rng(1).normal(size=(100, 7))
MOSTLY_STILL = np.where(np.arange(100)[:, None] < 60, 0.0, NOISE)
CANNOT_TELL = [NOISE[:, :2], NOISE[:, :1], np.zeros((9, 6)), MOSTLY_STILL]


@pytest.mark.parametrize("residual", CANNOT_TELL, ids=lambda x: str(x.shape))
def test_two_periods_or_still_series_cannot_tell_drift_from_noise(
    residual: NDArray[np.float64],
) -> None:
    assert drift_ratio(residual) == 2.0


def test_the_shift_is_the_ratio_of_means_over_the_common_movement() -> None:
    expected = np.array([[0.8, 0.9, 0.95, 1.0, 1.05, 1.5, 2.0]])
    flat = 7e6 * expected
    assert shift_of(flat, expected, CUT)[0] == pytest.approx(0, abs=1e-12)
    tripled = np.where(CUT.after, 3 * flat, flat)
    assert shift_of(tripled, expected, CUT)[0] == pytest.approx(np.log(3))
    assert noise_variance(flat, expected, CUT, Null.of(7, 1.0))[0] == pytest.approx(0, abs=1e-20)


def test_the_test_is_exact_where_theory_is() -> None:
    """Without drift and with one variance, p-values are those of a t test with pooled variance."""
    rng = np.random.default_rng(23)
    log = rng.normal(0, 0.005, size=(4_000, 7))  # small, so that the log of a sum is near the mean
    null, prior = Null.of(7, 0.0), VariancePrior(1e6, 0.005**2)
    found = contrast(np.exp(log), np.ones((1, 7)), CUT, null, prior)
    z = log @ CUT.contrast / (0.005 * np.sqrt(1 / 3 + 1 / 2))
    np.testing.assert_allclose(found.p, 2 * stats.norm.sf(np.abs(z)), atol=0.03)
    assert stats.kstest(found.p, "uniform").pvalue > 0.01
    reach = stats.norm.ppf(0.95) * 0.005 * np.sqrt(1 / 3 + 1 / 2)
    np.testing.assert_allclose(found.half_width(0.90), reach, rtol=1e-3)


def test_neighbours_are_the_nearest_controls_of_the_section() -> None:
    rng = np.random.default_rng(29)
    size, section = np.exp(rng.normal(15, 2, 300)), rng.integers(1, 4, 300)
    control = rng.random(300) < 0.7
    found = neighbours(size, section, control, count=20)
    for i, row in enumerate(found):
        pool = [j for j in np.flatnonzero(control & (section == section[i])) if j != i]
        far = sorted(pool, key=lambda j: abs(np.log(size[j] / size[i])))
        assert set(row) == set(far[:20])
        assert i not in row
    with pytest.raises(TooShortError, match=f"more than {FEWEST}"):
        neighbours(size, section, np.arange(300) < FEWEST)


def test_the_common_movement_is_a_median() -> None:
    values = np.ones((40, 7))
    values[:, 5:] = 2.0
    values[:15, 6] = 1e9  # fewer than half run away
    near = np.tile(np.arange(40), (3, 1))
    found = common_movement(values, CUT.baseline, near)
    np.testing.assert_allclose(found, [[1, 1, 1, 1, 1, 2, 2]] * 3)


@given(st.integers(1, 6), st.integers(7, 60), st.integers(0, 2**32), st.text(max_size=5))
def test_baskets_draw_from_their_pools(members: int, pool: int, seed: int, name: str) -> None:
    near = np.array([np.random.default_rng(i).permutation(200)[:pool] for i in range(members)])
    found = draw_baskets(near, count=50, seed=seed, name=name)
    assert found.shape == (50, members)
    assert all(len(set(row)) == members for row in found.tolist())
    assert all(np.isin(found[:, i], near[i]).all() for i in range(members))
    np.testing.assert_array_equal(found, draw_baskets(near, count=50, seed=seed, name=name))
    other = draw_baskets(near, count=50, seed=seed, name=name + "x")
    assert pool * members < 20 or not np.array_equal(found, other)


def test_baskets_are_drawn_evenly() -> None:
    near = np.tile(np.arange(12), (3, 1))
    found = draw_baskets(near, count=30_000, seed=1, name="any")
    for column in found.T:
        assert stats.chisquare(np.bincount(column, minlength=12)).pvalue > 0.001


def test_the_placebo_share_is_uniform_under_exchangeability() -> None:
    rng = np.random.default_rng(31)
    shares = np.array([share_as_far(x[0], x[1:]) for x in rng.normal(size=(8_000, 20))])
    ranks = np.rint(shares * 20).astype(int)
    assert set(ranks) == set(range(1, 21))
    assert stats.chisquare(np.bincount(ranks)[1:]).pvalue > 0.001


@pytest.mark.parametrize(
    ("shift", "placebo", "share"),
    [
        (1.0, [0.1, 0.2, 0.3], 0.25),
        (-1.0, [0.1, -2.0, 0.3], 0.5),
        (0.2, [np.nan, 0.2, 0.1], 2 / 3),
        (0.0, [0.1, 0.2, 0.3], 1.0),
    ],
)
def test_share_as_far(shift: float, placebo: list[float], share: float) -> None:
    assert share_as_far(shift, np.array(placebo)) == pytest.approx(share)


@pytest.mark.parametrize(
    ("q", "shift", "excess", "verdict"),
    [
        (0.1, 0.5, 2e5, "surge"),
        (0.1, -0.5, -2e5, "drop"),
        (0.11, 0.5, 2e5, "no shift"),
        (0.01, 0.5, 9e4, "no shift"),
        (0.01, -0.5, -9e4, "no shift"),
        (float("nan"), 0.5, 2e5, "no shift"),
    ],
)
def test_verdict_words(q: float, shift: float, excess: float, verdict: str) -> None:
    found = verdict_of(q=q, shift=shift, excess_usd=excess, rate=0.1, floor_usd=1e5)
    assert found == verdict


@pytest.mark.parametrize(
    ("level", "verdict", "rarity"),
    [
        (0.05, "surge", "exceptional"),
        (0.05, "no shift", "not rare"),
        (0.051, "drop", "borderline"),
        (0.1, "surge", "borderline"),
        (0.101, "surge", "not rare"),
        (float("nan"), "not comparable", "not tested"),
    ],
)
def test_rarity_words(level: float, verdict: str, rarity: str) -> None:
    assert rarity_of(level, verdict=verdict, limit=0.05) == rarity


@pytest.mark.parametrize(
    ("since", "baseline", "after", "masks"),
    [
        (2022, 3, None, ("1111100", "0011100", "0000011")),
        (2022, 9, 1, ("1111100", "1111100", "0000010")),
        (2019, 3, 2, ("1100000", "1100000", "0011000")),
    ],
)
def test_windows(since: int, baseline: int, after: int | None, masks: tuple[str, ...]) -> None:
    cut = windows(YEARS, date(since, 1, 1), baseline=baseline, after=after)
    found = (cut.history, cut.baseline, cut.after)
    assert tuple("".join("01"[int(x)] for x in mask) for mask in found) == masks


@pytest.mark.parametrize("since", [2017, 2018, 2024])
def test_windows_need_two_before_and_one_after(since: int) -> None:
    with pytest.raises(TooShortError, match="At least two periods"):
        windows(YEARS, date(since, 1, 1), baseline=3)
