"""What must raise no alarm in a simulated world: code splits, late and missing months."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

import tradeflow as tf
from tradeflow.panel.states import State
from tradeflow.simulate.effects import LateMonth
from tradeflow.simulate.settings import Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    import polars as pl

    from tradeflow.panel.model import Panel
    from tradeflow.simulate.simulation import Simulation

LATE = LateMonth("2022-08", delay_months=3)


@pytest.fixture(scope="module")
def world() -> Simulation:
    quiet = Rates(code_splits=12, collapse_log=-0.4)
    made = World(months=72, n_codes=120, rates=quiet, effects=(LATE,))
    return tf.simulate(made, seed=3, backend="polars")


def to_russia(flows: pl.DataFrame) -> Panel:
    return tf.panel(flows.filter(reporter="CHN", partner="RUS", flow="export"), by="hs6")


def test_a_code_split_is_named_and_neither_a_shift_nor_an_alarm(world: Simulation) -> None:
    panel = to_russia(world.flows)
    broken = (panel.state == State.BREAK).any(axis=1)
    assert broken.sum() >= 12
    for rule in (tf.screen(panel).rule, tf.monitor(panel, since="2022-03").rule):
        assert (rule[broken] != "").all()
        assert sum("not comparable" in r for r in rule[broken]) >= 12
    watched = tf.monitor(panel, since="2022-03")
    assert not watched.alarm.any()
    assert not watched.alarm_anytime.any()
    assert not tf.screen(panel).shifted.any()


def test_a_late_month_is_no_fall(world: Simulation) -> None:
    """In November 2022 August is not out yet, and September is."""
    known = to_russia(world.as_of("2022-10-25"))
    whole = to_russia(world.flows)
    late = known.periods.index(date(2022, 8, 1))
    assert np.isin(known.state[:, late], [State.NOT_RELEASED, State.BREAK]).all()
    assert known.periods[-1] == date(2022, 9, 1)
    watched = tf.monitor(known, since="2022-06")
    assert not watched.alarm.any()
    tested = watched.rule == ""
    assert tested.sum() > 80
    assert np.isnan(watched.actual[tested, 2]).all()
    assert not tf.screen(known).shifted.any()
    full = tf.monitor(whole, since="2022-06")
    same = tested & (full.rule == "")
    np.testing.assert_allclose(watched.p[same, 0], full.p[same, 0], atol=0.2)
