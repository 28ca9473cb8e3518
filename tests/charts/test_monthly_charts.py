"""Pictures of the monthly methods: they name their source, and simulated data say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from matplotlib.figure import Figure

import tradeflow as tf
from tradeflow.charts.monthly.axis import HALF_MONTH

if TYPE_CHECKING:
    from tradeflow.panel.model import Panel


@pytest.fixture(scope="module")
def simulated() -> Panel:
    flows = tf.simulate(seed=7, backend="polars").flows
    return tf.panel(flows, by="category")


def test_simulated_data_say_so(simulated: Panel) -> None:
    ax = Figure().subplots()
    assert tf.screen(simulated).plot(ax=ax) is ax
    assert "SIMULATED seed 7" in ax.get_title(loc="left")
    ax = Figure().subplots()
    assert tf.monitor(simulated, since="2024-01").plot(ax=ax) is ax
    assert "SIMULATED seed 7" in ax.get_title(loc="left")


def test_the_axis_spans_the_panel(simulated: Panel) -> None:
    ax = tf.screen(simulated).plot()
    first, last = (ax.convert_xunits(day) for day in (simulated.periods[0], simulated.periods[-1]))
    assert ax.get_xlim() == (first - HALF_MONTH, last + HALF_MONTH)


def test_summaries_name_the_source(simulated: Panel) -> None:
    assert "SIMULATED" in tf.screen(simulated).summary()
    assert "SIMULATED" in tf.monitor(simulated, since="2024-01").summary()
