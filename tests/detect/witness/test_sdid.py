"""Synthetic difference-in-differences against published numbers, an exact solver, and laws."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from tradeflow.detect.witness.excess.sdid import fit, noise_of, simplex_weights
from tradeflow.errors import TooShortError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.excess.sdid import Estimator

FIXTURE = Path(__file__).parents[2] / "fixtures" / "california_prop99.csv"
START = 19  # 1970 to 1988

# synthdid_estimate, did_estimate, sc_estimate of the R package synthdid, as its documentation
# prints them (sc and did: as Stata's sdid 2.0 prints the same algorithm), to the last digit.
PRINTED = {"sdid": -15.60383, "did": -27.34911, "sc": -19.61966}
HALF_A_DIGIT = 5.1e-6
# Arkhangelsky et al. (2021), table 1: estimate and placebo standard error.
PAPER = {"sdid": (-15.6, 8.4), "did": (-27.3, 17.7), "sc": (-19.6, 9.9)}
MONTE_CARLO = 0.15  # theirs rests on draws of one of 38 donors; ours takes each donor once
# The exact minimum of the same objectives, by quadratic programming.
EXACT = {"sdid": -15.605, "sc": -19.51}
SLOW = 0.01  # of the objective: Frank-Wolfe with full steps nears the minimum as 1 / steps
STOPS_EARLY = {"sdid": 0.003, "sc": 0.11}  # Frank-Wolfe stops when a step gains next to nothing


@pytest.fixture(scope="module")
def smoking() -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """California, the other states, and their names."""
    long = pl.read_csv(FIXTURE, comment_prefix="#")
    wide = long.pivot(on="year", index="state", values="packs").sort("state")
    names = wide["state"].to_list()
    here = names.index("California")
    packs = wide.drop("state").to_numpy()
    return packs[here], np.delete(packs, here, axis=0), [n for n in names if n != "California"]


@pytest.mark.parametrize("estimator", PRINTED)
def test_california(smoking: tuple, estimator: Estimator) -> None:
    treated, donors, _ = smoking
    effect = fit(treated, donors, START, estimator).effect
    assert effect == pytest.approx(PRINTED[estimator], abs=HALF_A_DIGIT)
    assert round(effect, 1) == PAPER[estimator][0]
    rest = [np.delete(donors, j, axis=0) for j in range(len(donors))]
    placebo = [fit(donors[j], rest[j], START, estimator).effect for j in range(len(donors))]
    assert np.std(placebo) == pytest.approx(PAPER[estimator][1], rel=MONTE_CARLO)


def test_california_weights(smoking: tuple) -> None:
    treated, donors, names = smoking
    made = fit(treated, donors, START)
    # summary(synthdid_estimate(...))$controls and $periods of the R package
    states = {"Nevada": 0.124, "New Hampshire": 0.105, "Connecticut": 0.078, "Delaware": 0.070}
    for name, weight in states.items():
        assert made.omega[names.index(name)] == pytest.approx(weight, abs=5e-4)
    assert made.lam[-3:] == pytest.approx([0.366, 0.206, 0.427], abs=5e-4)
    assert made.lam[:-3].sum() == pytest.approx(0, abs=1e-9)


def exact(columns: NDArray[np.float64], target: NDArray[np.float64], zeta: float) -> NDArray:
    """The same problem as non-negative least squares with a heavy row that adds up to 1."""
    m, k = columns.shape
    heavy = 1e4 * np.abs(columns).max()
    rows = [columns / np.sqrt(m), zeta * np.eye(k), heavy * np.ones((1, k))]
    goal = [target / np.sqrt(m), np.zeros(k), [heavy]]
    return nnls(np.vstack(rows), np.concatenate(goal))[0]


@pytest.mark.parametrize("estimator", EXACT)
def test_the_exact_minimum_is_near(smoking: tuple, estimator: Estimator) -> None:
    treated, donors, _ = smoking
    before, noise = donors[:, :START], noise_of(donors[:, :START])

    def centred(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return x - x.mean(axis=0) if estimator == "sdid" else x

    ridge = noise * (12**0.25 if estimator == "sdid" else 1e-6)
    omega = exact(centred(before.T), centred(treated[:START]), ridge)
    gap = treated - omega @ donors
    lam = np.zeros(START)
    if estimator == "sdid":
        lam = exact(centred(before), centred(donors[:, START:].mean(axis=1)), 1e-6 * noise)
    effect = gap[START:].mean() - lam @ gap[:START]
    assert effect == pytest.approx(EXACT[estimator], abs=5e-3)
    assert fit(treated, donors, START, estimator).effect == pytest.approx(
        effect, abs=STOPS_EARLY[estimator]
    )


@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(3, 40), st.floats(0.05, 3))
def test_weights_minimise_on_the_simplex(seed: int, k: int, m: int, zeta: float) -> None:
    rng = np.random.default_rng(seed)
    columns, target = rng.normal(size=(m, k)), rng.normal(size=m)

    def objective(w: NDArray[np.float64]) -> float:
        return float(((columns @ w - target) ** 2).mean() + zeta**2 * (w**2).sum())

    found, best = simplex_weights(columns, target, zeta, 1e-10), exact(columns, target, zeta)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    assert objective(found) <= objective(best / best.sum()) * (1 + SLOW) + 1e-9


@given(st.integers(0, 10**6), st.sampled_from(["sdid", "did", "sc"]), st.floats(0.01, 1e4))
def test_laws(seed: int, estimator: Estimator, unit: float) -> None:
    rng = np.random.default_rng(seed)
    treated, donors = rng.normal(size=30).cumsum(), rng.normal(size=(8, 30)).cumsum(axis=1)
    base = fit(treated, donors, 20, estimator)
    near = pytest.approx(base.effect, abs=1e-6)
    assert fit(unit * treated, unit * donors, 20, estimator).effect / unit == near
    assert fit(treated, donors[::-1], 20, estimator).effect == near
    jump = treated + 5.0 * (np.arange(30) >= 20)
    assert fit(jump, donors, 20, estimator).effect - 5.0 == near
    if estimator != "sc":  # an intercept for every series
        moved = donors + rng.normal(size=(8, 1))
        assert fit(treated + 3.0, moved, 20, estimator).effect == near


# synthdid-py 0.1.0, a port of the R package: synthdid_estimate, did_estimate, sc_estimate with the
# last three rows (Alabama, Arkansas, California) treated.
SEVERAL = {"sdid": -3.744586135660399, "did": 6.031140346552136, "sc": -4.621460691442281}


@pytest.mark.parametrize("estimator", SEVERAL)
def test_several_treated(smoking: tuple, estimator: Estimator) -> None:
    treated, donors, names = smoking
    assert names[:2] == ["Alabama", "Arkansas"]
    made = fit(np.vstack([donors[:2], treated]), donors[2:], START, estimator)
    assert made.effect == pytest.approx(SEVERAL[estimator], abs=1e-6)


@pytest.mark.parametrize("estimator", PRINTED)
def test_a_high_level_costs_no_digits(smoking: tuple, estimator: Estimator) -> None:
    treated, donors, _ = smoking
    effect = fit(treated + 1e8, donors + 1e8, START, estimator).effect
    assert effect == pytest.approx(PRINTED[estimator], abs=STOPS_EARLY.get(estimator, HALF_A_DIGIT))


def test_missing_values_are_refused() -> None:
    y, donors = np.arange(6.0), np.arange(12.0).reshape(2, 6)
    with pytest.raises(UsageError, match="missing"):
        fit(np.where(y == 1, np.nan, y), donors, 4)
    with pytest.raises(UsageError, match="shape"):
        fit(y[:5], donors, 4)


@pytest.mark.parametrize(
    ("donors", "start"), [(np.ones((0, 5)), 3), (np.ones((2, 5)), 1), (np.ones((2, 5)), 5)]
)
def test_refusals(donors: NDArray[np.float64], start: int) -> None:
    with pytest.raises(TooShortError, match="donors"):
        fit(np.ones(5), donors, start)
    with pytest.raises(UnknownNameError, match="estimator"):
        fit(np.ones(5), np.ones((2, 5)), 3, "synth")  # type: ignore[arg-type]
