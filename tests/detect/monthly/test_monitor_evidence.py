"""p- and e-values of the alarm: exact sums, plain loops, and many looks at simulated worlds."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tradeflow.detect.monthly.engines import LOGS, Windows, moving_sum
from tradeflow.detect.monthly.evidence import rank_e, rank_p, running_e
from tradeflow.detect.monthly.hurdle import surprise
from tradeflow.detect.monthly.money import excess
from tradeflow.detect.monthly.smoothing import Forecasts
from tradeflow.detect.monthly.strata import first_autocorrelation, strata
from tradeflow.detect.monthly.watch import watch
from tradeflow.detect.multiplicity import e_bh
from tradeflow.simulate.arrays import simulate_panel

MONTHS, RATE, WORLDS, SERIES, PLACEBOS = 24, 0.10, 150, 200, 600


@pytest.mark.parametrize("placebos", [0, 1, 7, 500])
def test_rank_e_values_spend_their_whole_expectation(placebos: int) -> None:
    pool = np.random.default_rng(placebos).normal(size=placebos + 1)
    p = [float(rank_p(pool[i], np.delete(pool, i))) for i in range(placebos + 1)]
    np.testing.assert_allclose(np.sort(p), np.arange(1, placebos + 2) / (placebos + 1))
    assert rank_e(np.array(p), placebos).mean() == pytest.approx(1.0)


def walks(n: int, draw: np.random.Generator) -> np.ndarray:
    """Errors that depend on one another from month to month, with heavy tails."""
    shock = draw.standard_t(3, size=(n, MONTHS))
    return shock + 0.3 * np.cumsum(shock[:, ::-1], axis=1)


def looks(shifted: int) -> tuple[np.ndarray, np.ndarray]:
    """Final e-values, and the worst false-discovery proportion of all looks, by world."""
    final, worst, found = [], [], 0
    real = np.arange(SERIES) < shifted
    for world in range(WORLDS):
        draw = np.random.default_rng([77, world])
        error = walks(SERIES, draw)
        error[real, 6:] += 60.0
        now, then = (
            Windows(x, np.arange(len(x)) % SERIES, np.zeros(len(x), dtype=np.int64), x)
            for x in (error, walks(PLACEBOS, draw))
        )
        e = running_e(now, then, np.zeros(SERIES, dtype=np.intp), LOGS, guard=0, plan=MONTHS)
        assert (np.diff(e, axis=1) >= 0).all()
        lists = [e_bh(column, RATE) for column in e.T]
        worst.append(max((x & ~real).sum() / max(x.sum(), 1) for x in lists))
        final.append(e[:, -1])
        found += lists[-1][real].sum()
    assert found >= 0.5 * shifted * WORLDS
    return np.array(final), np.array(worst)


def test_however_often_one_looks_e_values_keep_their_promise() -> None:
    final, worst = looks(0)
    by_world = final.mean(axis=1)
    error = by_world.std(ddof=1) / np.sqrt(WORLDS)
    assert 0.8 < by_world.mean() <= 1 + 3 * error  # the supremum over 24 looks; wastes little
    for alpha in (0.2, 0.05, 0.01):
        share = (final >= 1 / alpha).mean()
        assert share <= alpha
    assert worst.mean() <= RATE + 3 * np.sqrt(RATE * (1 - RATE) / WORLDS)


def test_however_often_one_looks_the_list_keeps_its_rate() -> None:
    _, worst = looks(40)
    assert worst.mean() <= RATE + 3 * worst.std(ddof=1) / np.sqrt(WORLDS)


def test_moving_sums_are_those_of_a_plain_loop() -> None:
    x = np.random.default_rng(3).normal(size=(5, 20))
    x[2, 4] = np.nan
    plain = np.column_stack([x[:, i : i + 6].sum(axis=1) for i in range(15)])
    np.testing.assert_allclose(moving_sum(x, 6), plain, atol=1e-12)


def test_surprise_is_the_beta_binomial_and_the_t_prediction() -> None:
    draw = np.random.default_rng(4)
    values = np.where(draw.random((3, 60)) < 0.3, np.exp(draw.normal(size=(3, 60))), 0.0)
    values[1, [3, 55]] = np.nan
    seen = np.arange(48, 60) < 60
    found = surprise(
        values, np.arange(3), np.full(3, 48), np.tile(seen, (3, 1)) & ~np.isnan(values[:, 48:]), 3
    )
    for i in range(3):
        past = values[i, :48][~np.isnan(values[i, :48])]
        size = np.log(past[past > 0])
        law = stats.betabinom(3, len(size) + 0.5, len(past) - len(size) + 0.5)
        for j in range(10):
            window = values[i, 48 + j : 51 + j]
            k = (window > 0).sum()
            p = min(2 * min(law.cdf(k), law.sf(k - 1)), 1.0)
            other = 1.0
            if k:
                spread = size.std(ddof=1) * np.sqrt(1 / k + 1 / len(size))
                t = (np.log(window[window > 0]).mean() - size.mean()) / spread
                other = 2 * stats.t(len(size) - 1).sf(abs(t))
            expected = np.nan if np.isnan(window).any() else -2 * np.log(p * other)
            np.testing.assert_allclose(found[i, j], expected, rtol=1e-9)


def test_excess_is_that_of_a_plain_loop_over_series_and_placebos() -> None:
    draw = np.random.default_rng(5)
    made = Forecasts(draw.normal(size=(9, 3)), draw.uniform(0.1, 0.5, size=(9, 3)))
    actual, error = np.exp(draw.normal(size=(9, 3))), draw.normal(size=(150, 3))
    error[7, 2] = np.nan
    stratum, owner = np.arange(9) % 2, np.arange(150) % 2
    found = excess(actual, made, error, stratum, owner, engine=LOGS)
    whole = ~np.isnan(error).any(axis=1)
    for i in range(9):
        paths = error[whole & (owner == stratum[i])]
        sums = np.exp(made.mean[i] + made.width[i] * paths).sum(axis=1)
        least, most = np.quantile(sums, [0.05, 0.95])
        total = actual[i].sum()
        expected = [total - np.exp(made.mean[i]).sum(), total - most, total - least]
        np.testing.assert_allclose(found[:, i], expected, rtol=1e-12)


def test_strata_split_by_persistence_then_zeros_then_size_while_placebos_last() -> None:
    draw = np.random.default_rng(6)
    noise = draw.normal(size=(1200, 60))
    noise[::2] = np.cumsum(noise[::2], axis=1)
    values = np.exp(0.2 * noise + draw.normal(size=(1200, 1)))
    values[::3, ::20] = 0.0
    persistent = np.arange(1200) % 2 == 0
    found = first_autocorrelation(np.log(np.where(values > 0, values, np.nan)))
    assert found[persistent].mean() > 0.5
    assert found[~persistent].mean() < 0.2
    assert not strata(values, np.arange(1000)).any()
    for copies, parts in ((1, 2), (2, 4), (4, 6)):
        owner = np.tile(np.arange(1200), copies)
        label = strata(values, owner)
        assert len(np.unique(label)) == parts
        assert np.bincount(label[owner]).min() >= 600
    two = strata(values, np.arange(1200))
    assert found[two == 0].max() <= found[two == 1].min()


def test_persistent_and_independent_series_each_keep_their_size() -> None:
    parts = [simulate_panel(500, 108, seed=9, rho=rho).values for rho in (0.0, 0.7)]
    p = watch(np.concatenate(parts), 96, 3, LOGS, (1, 6)).p
    for group in (p[:500], p[500:]):
        share = (group <= 0.1).mean(axis=0)
        assert (share >= 0.04).all()
        assert (share <= 0.1 + 3 * np.sqrt(0.09 / 500)).all()


def test_forecasts_of_a_watch_without_any_placebo_say_nothing() -> None:
    values = np.exp(np.random.default_rng(7).normal(size=(4, 50)))
    found = watch(values, 47, 3, LOGS, (1, 3))
    assert (found.p == 1).all()
    assert (found.e == 1).all()
    assert (found.placebos == 0).all()
    assert (found.low == 0).all()
    assert np.isinf(found.high).all()
    assert not found.persisted.any()
