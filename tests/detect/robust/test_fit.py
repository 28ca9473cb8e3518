from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numba
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from tradeflow.detect.robust.fit import detect_shift

if TYPE_CHECKING:
    from numpy.typing import NDArray

FIXTURES = Path(__file__).parents[2] / "fixtures"

# Rousseeuw et al. (2019) and the FSDA help page; tolerance: half of the last digit printed.
PLANTS = {
    "level": (115.27, 4.51, 0.005, 0.005),
    "t": (1.59, 0.27, 0.005, 0.005),
    "cos1": (-2.83, 3.92, 0.005, 0.005),
    "sin1": (-12.42, 4.69, 0.005, 0.005),
    "cos2": (-9.07, 4.66, 0.005, 0.005),
    "sin2": (-22.60, 4.71, 0.005, 0.005),
    "amplitude t": (-0.0158, 0.0042, 0.00005, 0.00005),
    "shift 2010-10": (-112.62, 7.63, 0.005, 0.005),
}


def published(name: str) -> pl.DataFrame:
    return pl.read_csv(FIXTURES / name, comment_prefix="#", try_parse_dates=True)


def simulated(  # noqa: PLR0917  positions read well here
    n: int,
    seed: int,
    size: float = 0.0,
    at: int | None = None,
    share_bad: float = 0.0,
    noise: float = 1.0,
) -> NDArray[np.float64]:
    """Trend, season and noise of standard deviation 1, a step, and gross errors."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, n + 1)
    y = 100 + 0.03 * t + 3 * np.cos(2 * np.pi * t / 12 + 0.5) + noise * rng.normal(size=n)
    if at:
        y[at - 1 :] += size
    bad = rng.permutation(n)[: int(share_bad * n)]
    y[bad] += rng.choice([-1, 1], len(bad)) * rng.uniform(8, 20, len(bad))
    return y


@pytest.mark.parametrize("max_shifts", [1, 3])
@pytest.mark.parametrize(("conflev", "outliers"), [(0.975, [1, 9, 15, 21]), (0.99, [1, 9, 15])])
@pytest.mark.parametrize("seed", [1, 2024])
def test_plants_as_published(
    conflev: float, outliers: list[int], max_shifts: int, seed: int
) -> None:
    found = detect_shift(
        published("plants_uk.csv"),
        candidates=range(14, 36),
        conflev=conflev,
        max_shifts=max_shifts,
        seed=seed,
    )
    assert [shift.position for shift in found.shifts] == [27]
    assert [c.name for c in found.coefficients] == list(PLANTS)
    for c in found.coefficients:
        estimate, se, tolerance, tolerance_se = PLANTS[c.name]
        assert c.estimate == pytest.approx(estimate, abs=tolerance)
        assert c.se == pytest.approx(se, abs=tolerance_se)
        assert c.identified
    assert [outlier.position for outlier in found.outliers] == outliers
    assert found.unidentified == ()


def test_nile_as_published() -> None:
    found = detect_shift(published("nile.csv"), trend=0, harmonics=0)
    (shift,) = found.shifts
    assert shift.date.year == 1899  # the last year of the old level is 1898
    # Bai and Perron: last year of the old level within [1895, 1902] (observations 25 to 32)
    assert {day.year - 1 for day in shift.date_set} <= set(range(1895, 1903))
    assert shift.size == pytest.approx(-247.8, rel=0.15)  # difference of the two means
    assert shift.p < 1e-6


@pytest.mark.parametrize("harmonics", [0, 1, 3])
@pytest.mark.parametrize("trend", [0, 1, 2])
def test_full_coverage_is_ordinary_least_squares(trend: int, harmonics: int) -> None:
    y = simulated(84, 5, 12.0, 40)
    found = detect_shift(
        y, trend=trend, harmonics=harmonics, amplitude=0, coverage=1.0, max_shifts=1
    )
    t = np.arange(1, 85)
    waves = [f(2 * np.pi * b * t / 12) for b in range(1, harmonics + 1) for f in (np.cos, np.sin)]
    step = t >= found.shifts[0].position
    design = np.column_stack([*(t.astype(float) ** a for a in range(trend + 1)), *waves, step])
    oracle = sm.OLS(y, design).fit()
    assert [c.estimate for c in found.coefficients] == pytest.approx(oracle.params, rel=1e-6)
    assert [c.se for c in found.coefficients] == pytest.approx(oracle.bse, rel=1e-6)
    assert found.scale == pytest.approx(np.sqrt(oracle.scale), rel=1e-8)
    assert found.kept.all()


def test_shift_among_a_fifth_of_gross_errors() -> None:
    at, right, covered, sizes = 51, 0, 0, []
    for seed in range(40):
        found = detect_shift(simulated(84, seed, 6.0, at, 0.2), amplitude=0)
        right += len(found.shifts) == 1 and abs(found.shifts[0].position - at) <= 1
        covered += any(at in shift.date_set for shift in found.shifts)
        sizes.append(found.shifts[0].size)
    assert right >= 36
    assert covered >= 36
    assert np.median(sizes) == pytest.approx(6.0, abs=0.3)


def test_no_shift_in_trend_and_season() -> None:
    found = [detect_shift(simulated(60, seed)) for seed in range(200)]
    p = [(f.shifts or (f.candidate,))[0].p for f in found]
    assert np.mean(np.array(p) > 0.05) >= 0.95
    assert np.mean([len(f.shifts) > 0 for f in found]) <= 0.02
    assert sum(any("No level shift" in s for s in f.unidentified) for f in found) >= 196


def test_two_shifts_in_sequence() -> None:
    y = simulated(96, 3, 8.0, 35)
    y[69:] -= 12
    found = detect_shift(y, amplitude=0)
    assert [shift.position for shift in found.shifts] == [35, 70]
    for shift, size in zip(found.shifts, [8, -12], strict=True):
        assert abs(shift.size - size) < 3.5 * shift.se
    assert len(detect_shift(y, amplitude=0, max_shifts=1).shifts) == 1
    assert detect_shift(y, max_shifts=0).shifts == ()


@pytest.mark.parametrize("factor", [1e-6, 0.3, -1.0, 1e9])
def test_scaling_the_series_scales_the_answer(factor: float) -> None:
    y = simulated(72, 8, 5.0, 40, 0.05)
    one, other = detect_shift(y), detect_shift(factor * y)
    assert [s.position for s in other.shifts] == [s.position for s in one.shifts]
    for a, b in zip(one.coefficients, other.coefficients, strict=True):
        times = 1.0 if a.name.startswith("amplitude") else factor
        assert b.estimate == pytest.approx(times * a.estimate, rel=1e-4, abs=1e-6 * abs(factor))
        assert b.se == pytest.approx(abs(times) * a.se, rel=1e-4)
    assert [o.position for o in other.outliers] == [o.position for o in one.outliers]


@pytest.mark.parametrize("months", [1, 12, 30])
def test_dates_do_not_matter(months: int) -> None:
    frame = published("plants_uk.csv")
    moved = frame.with_columns(pl.col("period").dt.offset_by(f"{months}mo"))
    one, other = detect_shift(frame), detect_shift(moved)
    assert one.shifts[0].position == other.shifts[0].position
    assert one.shifts[0].size == other.shifts[0].size
    assert other.shifts[0].date > one.shifts[0].date


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_threads_do_not_matter(workers: int) -> None:
    series = [simulated(60, seed, 4.0, 30, 0.1) for seed in range(8)]
    with ThreadPoolExecutor(workers) as pool:
        threaded = list(pool.map(detect_shift, series))
    for one, other in zip(threaded, [detect_shift(y) for y in reversed(series)][::-1], strict=True):
        assert one.shifts == other.shifts
        assert one.coefficients == other.coefficients
        assert one.profile.tobytes() == other.profile.tobytes()


def test_numba_threads_do_not_matter() -> None:
    y, before = simulated(72, 5, 4.0, 30, 0.1), numba.get_num_threads()
    answers = []
    for threads in {1, min(2, before)}:
        numba.set_num_threads(threads)
        found = detect_shift(y)
        answers.append(found.wedge.tobytes() + found.profile.tobytes() + found.fitted.tobytes())
    numba.set_num_threads(before)
    assert len(set(answers)) == 1


@pytest.mark.parametrize("seed", [2, 13, 14, 19])
def test_a_shift_that_the_others_explain_is_dropped(seed: int) -> None:
    walk = np.cumsum(np.random.default_rng(seed).normal(size=90))
    found = detect_shift(walk, harmonics=0, max_shifts=5)
    assert all(shift.p <= 0.01 for shift in found.shifts)
    assert sum(c.name.startswith("shift") for c in found.coefficients) == len(found.shifts)
    assert found.candidate is not None
    assert found.candidate.p > 0.01


def test_missing_values_are_left_out() -> None:
    y = simulated(72, 4, 6.0, 40)
    y[[3, 17, 50]] = np.nan
    found = detect_shift(y, amplitude=0)
    assert found.n_missing == 3
    assert abs(found.shifts[0].position - 40) <= 1
    assert np.isfinite(found.fitted).all()
    assert list(np.flatnonzero(np.isnan(found.residuals))) == [3, 17, 50]
    assert all(np.isfinite([c.estimate, c.se, c.t]).all() for c in found.coefficients)


def test_no_season_is_said_and_its_amplitude_left_out() -> None:
    y = 50 + np.random.default_rng(2).normal(size=72)
    found = detect_shift(y)
    assert any("season" in sentence for sentence in found.unidentified)
    assert any("amplitude was left out" in sentence for sentence in found.unidentified)
    assert not any(c.name.startswith("amplitude") for c in found.coefficients)
    assert {c.identified for c in found.coefficients if c.name[:3] in {"cos", "sin"}} == {False}


def test_steady_season_is_said() -> None:
    found = detect_shift(simulated(72, 6))
    assert any("steady" in sentence for sentence in found.unidentified)
    flags = {c.name: c.identified for c in found.coefficients}
    assert flags["cos1"]
    assert not flags["amplitude t"]


def test_a_gross_error_does_not_move_the_answer() -> None:
    y = simulated(72, 9, 6.0, 40)
    spoiled = y.copy()
    spoiled[20] = 1e12
    one, other = detect_shift(y), detect_shift(spoiled)
    assert other.shifts[0].position == one.shifts[0].position
    assert other.shifts[0].size == pytest.approx(one.shifts[0].size, abs=0.5)
    assert [o.position for o in other.outliers] == [21]


def test_even_period_at_its_last_harmonic() -> None:
    found: Any = detect_shift(simulated(84, 1, 5.0, 40), harmonics=6, amplitude=0)
    names = [c.name for c in found.coefficients]
    assert "cos6" in names
    assert "sin6" not in names
