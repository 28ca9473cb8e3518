"""Every public plot on a caller's axes: a column of a journal, a mosaic, and what is none."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import polars as pl
import pytest
from figure_texts import hard_to_read, visible_texts, words
from matplotlib.figure import Figure
from monthly_worlds import JUMP, all_states, european, simulated

import tradeflow as tf
from tradeflow.charts.credit import credits_of
from tradeflow.charts.page import figure_of
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.panel.model import Panel

COLUMN = 3.5, 4.6  # inches: a column of a journal


def _annual() -> pl.DataFrame:
    return tf.load_sample(backend="polars")  # type: ignore[return-value]


@cache
def _shifts() -> Any:  # noqa: ANN401  a result
    return tf.detect_shifts(tf.panel(_annual()), baskets=500)


@cache
def _findings() -> Any:  # noqa: ANN401  a result
    return tf.findings(_annual(), since="2022")


@cache
def _panel() -> Panel:
    return tf.panel(simulated().filter(pl.col("reporter") == "CHN"), by="category")


@cache
def _watched() -> Any:  # noqa: ANN401  a result
    return tf.monitor(_panel(), since=JUMP)


@cache
def _described() -> Any:  # noqa: ANN401  a result
    return tf.screen(tf.panel(european().filter(pl.col("partner") == "RUS"), together="reporter"))


@cache
def _shift() -> Any:  # noqa: ANN401  a result
    step = np.where(np.arange(60) < 30, 0.0, 4e6)
    return tf.detect_shift(5e6 + step + 1e5 * np.random.default_rng(1).standard_normal(60))


PLOTS: dict[str, Callable[[Any], Any]] = {
    "overview of years": lambda ax: tf.plot_overview(_shifts(), ax=ax),
    "overview of alarms": lambda ax: tf.plot_overview(_watched(), ax=ax),
    "overview of shifts": lambda ax: tf.plot_overview(_described(), ax=ax),
    "ShiftTable": lambda ax: _shifts().plot(ax=ax),
    "MonitorResult": lambda ax: _watched().plot(ax=ax),
    "ScreenResult": lambda ax: _described().plot(ax=ax),
    "ShiftResult": lambda ax: _shift().plot(ax=ax),
    "FindingsResult": lambda ax: _findings().plot(ax=ax),
    "category of years": lambda ax: tf.plot_category(_annual(), "chips", shifts=_shifts(), ax=ax),
    "category, not comparable": lambda ax: tf.plot_category(
        _annual(), "uav_complete", shifts=_shifts(), ax=ax
    ),
    "category of months": lambda ax: tf.plot_category(
        all_states(), "bearings", since=JUMP, reporter="CHN", ax=ax
    ),
    "heat map": lambda ax: tf.plot_heatmap(all_states(), reporter="CHN", ax=ax),
    "heat map of the EU": lambda ax: tf.plot_heatmap(european(), ax=ax),
}


@pytest.mark.parametrize("name", PLOTS)
def test_on_a_column_of_a_journal(name: str) -> None:
    settings, ax = dict(mpl.rcParams), Figure(figsize=COLUMN, layout="constrained").subplots()
    assert PLOTS[name](ax) is ax
    fig = figure_of(ax)
    assert fig.axes == [ax]
    assert hard_to_read(fig) == []
    title, provenance = credits_of(fig)
    assert provenance is not None
    said = words(fig).replace("\N{NO-BREAK SPACE}", " ")
    assert title in said
    assert all(word in said for entry in provenance.sources for word in entry.split())
    assert (dict(mpl.rcParams), plt.get_fignums()) == (settings, [])


@pytest.mark.parametrize("name", ["overview of years", "FindingsResult", "heat map", "ShiftResult"])
def test_in_a_mosaic_neighbours_stay_as_they_are(name: str) -> None:
    fig = Figure(figsize=(12, 7), layout="constrained")
    axes = fig.subplot_mosaic("ab;ac")
    PLOTS[name](axes["a"])
    assert hard_to_read(fig) == []
    others = [text for key in "bc" for text in axes[key].findobj(mpl.text.Text)]
    numbers = {text.get_text() for text in others if text in set(visible_texts(fig))}
    assert numbers == {"0.0", "0.2", "0.4", "0.6", "0.8", "1.0"}


@pytest.mark.parametrize("name", PLOTS)
@pytest.mark.parametrize(
    "wrong", [Figure().subplots(2), Figure(), "axes"], ids=["two", "none", "text"]
)
def test_what_is_no_axes_is_told(name: str, wrong: object) -> None:
    with pytest.raises(UsageError, match=r"ax is of type \w+: give one matplotlib.axes.Axes"):
        PLOTS[name](wrong)


def test_axes_that_were_removed_are_told() -> None:
    ax = Figure().subplots()
    ax.remove()
    with pytest.raises(UsageError, match="were removed from their figure"):
        PLOTS["ShiftResult"](ax)


def test_member_colours_are_named_where_they_have_no_panels() -> None:
    ax = PLOTS["category of years"](Figure(figsize=COLUMN, layout="constrained").subplots())
    legend = ax.get_legend()
    assert legend is not None
    named = {text.get_text() for text in legend.get_texts()}
    assert "8542.31 Processors and controllers" in named
