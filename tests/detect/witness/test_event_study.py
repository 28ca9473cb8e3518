"""Event study: errors as another implementation has them, and what they are worth under drift."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from figure_texts import words
from hypothesis import given
from hypothesis import strategies as st

import tradeflow as tf
from tradeflow.detect.witness.events.event_study import event_study
from tradeflow.detect.witness.events.groups import group_events
from tradeflow.detect.witness.events.hac import bandwidth, newey_west
from tradeflow.errors import UsageError
from tradeflow.panel.model import Panel
from tradeflow.panel.states import State
from tradeflow.simulate.arrays import simulate_panel

if TYPE_CHECKING:
    from numpy.typing import NDArray

EVENT, LATER = "2022-02-24", "2022-11-01"
MONTHS, AT, SECOND = 84, 62, 70  # 2017-01 on; first months that the two events could move


@pytest.mark.parametrize("lags", [0, 3, 7])
def test_errors_are_those_of_statsmodels(lags: int) -> None:
    rng = np.random.default_rng(1)
    design = np.column_stack([rng.normal(size=(48, 6)), np.ones(48)])
    y = rng.normal(size=(5, 48)).cumsum(axis=1)
    fit = newey_west(y, design, np.array([0, 1]), lags)
    for i, series in enumerate(y):
        oracle = sm.OLS(series, design).fit(
            cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True}, use_t=True
        )
        np.testing.assert_allclose(fit.coefficient[i], oracle.params[:2], rtol=1e-9)
        np.testing.assert_allclose(fit.covariance[i], oracle.cov_params()[:2, :2], rtol=1e-9)
        f = oracle.f_test(np.eye(7)[:2])
        assert fit.wald[i] == pytest.approx(float(f.fvalue), rel=1e-9)
        assert fit.df == int(f.df_denom)


def test_an_exact_fit_has_no_statistic() -> None:
    design = np.column_stack([np.arange(20.0), np.ones(20)])
    assert np.isnan(newey_west(np.ones((1, 20)), design, np.array([0]), 2).wald[0])


@given(st.integers(1, 10_000))
def test_bandwidth_grows_slower_than_the_sample(periods: int) -> None:
    assert 0 <= bandwidth(periods) <= max(4 * (periods / 100) ** (2 / 9), 0) + 1e-9
    assert bandwidth(periods + 1) >= bandwidth(periods)


def panel_of(values: NDArray[np.float64]) -> Panel:
    n = len(values)
    keys = {"reporter": ["CHN"] * n, "partner": ["RUS"] * n, "hs6": [f"{i:06d}" for i in range(n)]}
    months = pl.date_range(date(2017, 1, 1), date(2023, 12, 1), "1mo", eager=True).to_list()
    state = np.where(values > 0, State.REPORTED, State.ZERO).astype(np.uint8)
    return Panel(
        values=np.ascontiguousarray(values),
        state=state,
        net_kg=np.full_like(values, np.nan),
        keys=pl.DataFrame(keys),
        periods=tuple(months),
        freq="M",
        by="hs6",
        measure="value_usd",
        unit="USD",
        provenance=("SIMULATED 1",),
    )


def drifting(n: int, seed: int = 2, drift: float = 0.1) -> NDArray[np.float64]:
    """Series whose level drifts, as trade's does, and to which nothing happens."""
    return simulate_panel(n, MONTHS, seed=seed, noise_sd=0.1, seasonal=0.1, drift=drift).values


def test_under_drift_only_the_calibrated_p_value_keeps_its_promise() -> None:
    """Methods, section 0.1: Newey-West rejects far too often where nothing happened."""
    result = event_study(panel_of(drifting(600)), events=[EVENT])
    table = result.table
    claimed, calibrated = ((table[name] <= 0.05).mean() for name in ("p_hac", "p"))
    assert claimed > 0.25
    assert calibrated == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 600))
    assert result.false_alarms == pytest.approx(claimed, abs=0.08)
    inside = (table["level_log_low"] < 0) & (table["level_log_high"] > 0)
    assert inside.mean() == pytest.approx(0.9, abs=0.05)
    claims = (table["level_hac_low"] < 0) & (table["level_hac_high"] > 0)
    assert claims.mean() < 0.8
    assert "trade drifts" in result.summary()


def test_changes_of_two_events_are_told_apart() -> None:
    """A fall after one and a rise after the other, eight months apart."""
    values = drifting(60, drift=0.0)
    moved = values.copy()
    moved[:2, AT:] *= np.exp(-0.8)
    moved[:2, SECOND:] *= np.exp(1.2)
    result = event_study(panel_of(moved), events=[EVENT, LATER])
    for event, truth in ((EVENT, -0.8), (LATER, 1.2)):
        rows = result.table.filter(pl.col("event") == event)
        struck = rows.filter(pl.col("hs6").is_in(["000000", "000001"]))
        assert (struck["q"] <= 0.1).all()
        assert struck["level_log"].to_numpy() == pytest.approx([truth, truth], abs=0.35)
        assert struck["competitors"].to_list() == [LATER if event == EVENT else EVENT] * 2
    assert result.changed.height == 4
    shown = words(result.plot())
    assert "SIMULATED" in shown
    assert "4 of 120 changes hold" in shown


def test_a_unit_of_money_is_only_a_unit() -> None:
    values = drifting(20)
    numbers = ["level_log", "slope_year", "wald", "p"]
    tables = [
        event_study(panel_of(v), events=[EVENT]).table.select(numbers).to_numpy()
        for v in (values, values * 7.2)
    ]
    np.testing.assert_allclose(*tables, rtol=1e-6, atol=1e-9)


def test_events_near_each_other_cannot_be_told_apart() -> None:
    groups = group_events(None, apart=6)
    war = next(g for g in groups if g.event == "invasion")
    assert war.month == date(2022, 3, 1)  # 24 February could move March at the earliest
    assert {"bis-russia-rule", "eu-package-2", "hs2022-china"} <= set(war.same_time)
    months = [g.month.year * 12 + g.month.month for g in groups]
    assert min(np.diff(months)) >= 6
    names = [name for g in groups for name in (g.event, *g.same_time)]
    assert sorted(names) == sorted(tf.events(evidence="seen")["event"])


@pytest.mark.parametrize("apart", [1, 3, 12])
def test_the_order_given_decides_which_event_dates_a_group(apart: int) -> None:
    first, second = group_events(["2022-03-01", "2022-01-01"], apart=apart)[:1], "2022-03-01"
    assert first[0].event == (second if apart > 2 else "2022-01-01")


def test_series_and_events_without_room_are_said() -> None:
    values = drifting(4)
    values[0, 10::3] = 0.0
    values[1, AT] = 0.0
    result = event_study(panel_of(values), events=["2018-01-01", EVENT])
    early, late = result.table.partition_by("event", maintain_order=True)
    assert set(early["rule"]) == {"not heard: fewer than 36 months before or 12 from it on"}
    rules = late["rule"].to_list()
    assert rules[0] == "not heard: no trade in more than 10% of months"
    assert rules[1] == "not heard: a month in the window is missing, or without trade"
    assert rules[2:] == ["", ""]
    assert late["level_log"].is_null().to_list() == [True, True, False, False]
    assert result.table.columns[:3] == ["reporter", "partner", "hs6"]


def test_real_sanctions_come_out_with_the_right_sign(eu: pl.DataFrame) -> None:
    """EU exports of chips and components to Russia fell; three years leave no placebo dates."""
    panel = tf.panel(eu, by="category", together="reporter")
    result = event_study(panel, events=[EVENT], before=24, after=8)
    heard = result.table.filter((pl.col("rule") == "") & (pl.col("partner") == "RUS"))
    fallen = heard.filter(pl.col("category").is_in(["chips", "electronic_components"]))
    assert fallen.height == 2
    assert (fallen["level_hac_high"] < np.log(0.25)).all()
    assert (heard["rule_placebo"] == "not heard: fewer than 19 placebo windows before it").all()
    assert heard["p"].null_count() == heard["q"].null_count() == heard.height
    assert "Do not read them as error rates" in result.summary()
    assert "none calibrated" in words(result.plot())


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"events": []}, "no event"),
        ({"events": ["1999-01-01"]}, "No event lies"),
        ({"events": pl.DataFrame({"day": [1]})}, "columns date and event"),
        ({"before": 3}, "at least"),
        ({"apart": 0}, "at least"),
        ({"q": 2}, "between 0 and 1"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict[str, object], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        event_study(panel_of(drifting(2)), **options)


def test_years_are_refused(category_panel: Panel) -> None:
    with pytest.raises(UsageError, match="months"):
        event_study(category_panel)
