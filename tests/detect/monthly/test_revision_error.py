"""First releases are noisier than final values, and the intervals know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
import pytest
from monthly_panels import as_panel

from tradeflow.detect.monthly.monitor import MonitorResult, monitor
from tradeflow.detect.monthly.revision import revision_error
from tradeflow.errors import UsageError
from tradeflow.simulate.arrays import simulate_panel

T, WATCHED = 144, 3
SINCE = date(2028, 10, 1)
SD = np.array([0.15, 0.2, 0.3])


def periods(sd: np.ndarray, reporter: str = "CHN") -> pl.DataFrame:
    days = [date(2028, 10, 1), date(2028, 11, 1), date(2028, 12, 1)]
    return pl.DataFrame(
        {"reporter": [reporter] * 3, "period": days, "sd_log": sd.tolist()}
    ).with_columns(pl.col("sd_log").fill_nan(None))


def watched(values: np.ndarray, sd: np.ndarray | None) -> MonitorResult:
    revisions = None if sd is None else periods(sd)
    return monitor(as_panel(values), since=SINCE, merge_new_year=False, revisions=revisions)


@dataclass
class Watches:
    """The same first releases, watched without a revision error and with the true one."""

    values: np.ndarray
    without: MonitorResult
    told: MonitorResult


@pytest.fixture(scope="module", params=[{}, {"zero_share": 0.3}], ids=["logs", "counts"])
def watches(request: pytest.FixtureRequest) -> Watches:
    """Simulated months whose last three are yet to be revised."""
    values = simulate_panel(400, T, seed=3, **request.param).values
    noise = np.random.default_rng(5).normal(size=(400, WATCHED)) * SD
    values[:, -WATCHED:] *= np.exp(noise)
    return Watches(values, watched(values, None), watched(values, SD))


def coverage(result: MonitorResult) -> np.ndarray:
    return ((result.actual >= result.low) & (result.actual <= result.high)).mean(axis=0)


def test_ninety_per_cent_intervals_cover_first_releases(watches: Watches) -> None:
    without, told = watches.without, watches.told
    assert coverage(without)[-1] < 0.89
    assert np.abs(coverage(told) - 0.9).max() <= 0.05
    assert (coverage(told) > coverage(without)).all()
    assert (told.high >= without.high).all()
    assert (told.low <= without.low).all()
    np.testing.assert_array_equal(told.expected, without.expected)


def test_evidence_on_first_releases_is_weaker(watches: Watches) -> None:
    false, fewer = ((w.p[:, 0] <= 0.1).mean() for w in (watches.without, watches.told))
    assert false > fewer
    assert 0.05 <= fewer <= 0.15
    assert watches.told.e[:, -1].mean() < watches.without.e[:, -1].mean()


def test_an_error_of_zero_changes_nothing(watches: Watches) -> None:
    plain, zero = watches.without, watched(watches.values, np.zeros(3))
    for name in ("low", "high", "p", "e", "excess_low", "excess_high", "revision"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(zero, name))
    assert "evision" not in plain.summary()


def test_what_is_not_known_is_said_and_not_invented(watches: Watches) -> None:
    partly = watched(watches.values, np.array([np.nan, 0.1, 0.2]))
    np.testing.assert_array_equal(watches.without.high[:, 0], partly.high[:, 0])
    assert (partly.high[:, 1:] >= watches.without.high[:, 1:]).all()
    assert np.isnan(partly.revision[:, 0]).all()
    assert "Later revisions of 10.5 to 22.1 % (one sd)" in partly.summary()
    assert "Of 1 month under watch it is not known" in partly.summary()


def test_errors_are_matched_by_reporter_and_month() -> None:
    panel = as_panel(np.ones((2, T)))
    told = pl.concat([periods(SD, "KAZ"), periods(SD / 2)])
    start = panel.periods.index(SINCE)
    np.testing.assert_allclose(revision_error(panel, start, told), [SD / 2] * 2)
    np.testing.assert_allclose(revision_error(panel, start, told.to_pandas()), [SD / 2] * 2)
    assert np.isnan(revision_error(panel, start, periods(SD, "KAZ"))).all()
    together = as_panel(np.ones((2, T)))
    object.__setattr__(together, "keys", together.keys.with_columns(reporter=pl.lit("all")))
    np.testing.assert_allclose(revision_error(together, start, told), [SD] * 2)


def test_another_table_is_refused() -> None:
    values = simulate_panel(5, T, seed=3).values
    with pytest.raises(UsageError, match=r"lacks sd_log: give tf.revisions\(what='periods'\)"):
        monitor(as_panel(values), since=SINCE, revisions=periods(SD).drop("sd_log"))
