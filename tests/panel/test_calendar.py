"""The merge of January and February, and the Lunar New Year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tradeflow.panel.calendar import LUNAR_NEW_YEAR, merge_january_february, new_year_share

PERIODS = tuple(date(2015 + i // 12, i % 12 + 1, 1) for i in range(120))
MONTH = np.array([p.month for p in PERIODS])


@pytest.mark.parametrize("start", [0, 5])
def test_merge_keeps_sums_and_other_months(start: int) -> None:
    periods, months = PERIODS[start:], MONTH[start:]
    values = np.random.default_rng(3).gamma(2.0, size=(4, len(periods)))
    merged = merge_january_february(values, periods)
    first, second = np.flatnonzero(months == 1), np.flatnonzero(months == 2)
    second = second[second > first[0]]
    np.testing.assert_array_equal(merged[:, months > 2], values[:, months > 2])
    np.testing.assert_array_equal(merged[:, first], merged[:, second])
    np.testing.assert_allclose(merged.sum(axis=1), values.sum(axis=1), rtol=1e-12)


@pytest.mark.parametrize("lost", [0, 1])
def test_half_a_pair_is_no_number(lost: int) -> None:
    values = np.ones((2, 24))
    values[0, 12 + lost] = np.nan
    merged = merge_january_february(values, PERIODS[:24])
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(merged[0])), [12, 13])
    assert np.isfinite(merged[1]).all()
    assert np.isnan(values).sum() == 1  # the input is left as it was


@pytest.mark.parametrize(("first", "last", "alone"), [(1, 24, 0), (0, 13, 12)])
def test_a_panel_that_begins_or_ends_between_the_two(first: int, last: int, alone: int) -> None:
    merged = merge_january_february(np.ones((1, last - first)), PERIODS[first:last])
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(merged[0])), [alone])


@pytest.mark.parametrize("days", [7, 30])
def test_holiday_share_is_no_season(days: int) -> None:
    share = new_year_share(PERIODS, days=days)
    for m in range(1, 13):
        assert share[m == MONTH].sum() == pytest.approx(0, abs=1e-12)
    assert (share[MONTH > 3] == 0).all()
    by_year = share.reshape(-1, 12).sum(axis=1)  # every year has one whole holiday
    np.testing.assert_allclose(by_year, by_year[0], atol=1e-12)


def test_new_year_days_are_new_moons_between_21_january_and_21_february() -> None:
    assert list(LUNAR_NEW_YEAR) == list(range(2010, 2031))
    for year, day in LUNAR_NEW_YEAR.items():
        assert date(year, 1, 21) <= day <= date(year, 2, 21)
    days = [day.toordinal() for day in LUNAR_NEW_YEAR.values()]
    moons = (np.array(days) - days[0]) / 29.530588
    assert (np.abs(moons - np.round(moons)) < 0.06).all()
