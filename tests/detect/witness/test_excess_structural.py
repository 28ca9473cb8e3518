"""The joint forecast against the Kalman filter of statsmodels, and its coverage."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.tsa.statespace.structural import UnobservedComponents

from tradeflow.detect.witness.excess.structural import design, forecast
from tradeflow.errors import TooShortError

MONTHS, START, DRIFT = 72, 60, 0.1


def world(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Series with local level, season and a control; month and control."""
    month, control = np.arange(MONTHS) % 12 + 1, rng.normal(0, 0.1, MONTHS).cumsum()
    level = rng.normal(0, 0.2 * DRIFT**0.5, (count, MONTHS)).cumsum(axis=1)
    noise = rng.normal(0, 0.2, (count, MONTHS))
    return 13 + 0.7 * control + 0.2 * np.sin(month) + level + noise, month, control


def test_kalman_filter_of_statsmodels() -> None:
    """Given q, the mean and the whole covariance are those of an (almost) diffuse Kalman filter."""
    (y,), month, control = world(np.random.default_rng(3), 1)
    x = design(month, control[None])
    ours = forecast(y, x, np.arange(MONTHS), START, drifts=(DRIFT,))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = UnobservedComponents(y[:START], "llevel", exog=x[:START, 1:], mle_regression=False)
    model.ssm.initialize_approximate_diffuse(1e7)
    theirs = model.smooth([1.0, DRIFT]).get_forecast(MONTHS - START, exog=x[START:, 1:])
    assert ours.mean[0] == pytest.approx(theirs.predicted_mean, abs=1e-5)
    ratio = np.diag(ours.scale[0]) / theirs.var_pred_mean
    assert ratio == pytest.approx(np.full(MONTHS - START, ratio[0]), rel=1e-4)
    # covariance of the first with later months: what a later forecast moves when the first is known
    longer = np.append(y[:START], theirs.predicted_mean[0] + 1.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        again = UnobservedComponents(
            longer, "llevel", exog=x[: START + 1, 1:], mle_regression=False
        )
    again.ssm.initialize_approximate_diffuse(1e7)
    moved = again.smooth([1.0, DRIFT]).get_forecast(MONTHS - START - 1, exog=x[START + 1 :, 1:])
    pull = moved.predicted_mean - theirs.predicted_mean[1:]
    assert ours.scale[0][0, 1:] / ours.scale[0][0, 0] == pytest.approx(pull, abs=1e-4)


def test_totals_are_covered_and_marginal_bands_do_not_add_up() -> None:
    """The interval of a total keeps its promise; treating months as independent does not."""
    y, month, control = world(np.random.default_rng(4), 250)
    joint, apart = np.zeros(len(y), bool), np.zeros(len(y), bool)
    reach = norm.ppf(0.95)
    for i, series in enumerate(y):
        made = forecast(series, design(month, control[None]), np.arange(MONTHS), START)
        total = series[START:].sum()
        low, high = np.quantile(made.draw(1_000, i).sum(axis=1), [0.05, 0.95])
        joint[i] = low <= total <= high
        alone = reach * np.sqrt(np.diag(made.variance()).sum())
        apart[i] = abs(total - made.expected().sum()) <= alone
    assert 0.85 <= joint.mean() <= 0.95  # 0.90 give or take 2.6 binomial standard errors
    assert apart.mean() < 0.75


def test_months_that_are_missing_are_time_that_passes() -> None:
    (y,), month, control = world(np.random.default_rng(5), 1)
    x, when = design(month, control[None]), np.arange(MONTHS)
    kept = np.delete(when, slice(START - 6, START))
    gap = forecast(y[kept], x[kept], when[kept], START - 6, drifts=(DRIFT,))
    whole = forecast(y, x, when, START - 6, drifts=(DRIFT,))
    assert gap.mean[0] == pytest.approx(whole.mean[0][6:])
    assert gap.scale[0] == pytest.approx(whole.scale[0][6:, 6:])


def test_too_few_months_are_refused() -> None:
    (y,), month, control = world(np.random.default_rng(6), 1)
    with pytest.raises(TooShortError, match="coefficients"):
        forecast(y, design(month, control[None]), np.arange(MONTHS), 12)
