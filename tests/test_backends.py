"""pandas or Polars in, the same answer; where a frame comes back, it is of the kind given."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sample_lake import make_lake
from small_world import VERBS, china

import tradeflow as tf
from tradeflow.panel.model import Panel

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tradeflow.detect.annual.result import ShiftTable
    from tradeflow.options import Backend

pytestmark = pytest.mark.filterwarnings("ignore::tradeflow.errors.LowCoverageWarning")

KINDS = {"pandas": pd.DataFrame, "polars": pl.DataFrame}
ALSO_TAKE_FRAMES = {"classify", "write_flows", "plot_category", "plot_heatmap"}
"""Asked below, each in its own way."""

ELSEWHERE = {"report"}
"""Writes a page of a findings result; tested where the page is."""

ASK_SOURCES = {"fetch", "ingest"}
"""Their `backend` is tested with the sources that they ask."""


def public(wanted: Callable[[inspect.Parameter], bool]) -> set[str]:
    functions = {name: getattr(tf, name) for name in tf.__all__}
    return {
        name
        for name, function in functions.items()
        if inspect.isfunction(function)
        and any(map(wanted, inspect.signature(function).parameters.values()))
    }


def test_no_verb_that_takes_frames_is_forgotten() -> None:
    taken = public(lambda p: "Frame" in str(p.annotation).replace("pl.DataFrame", ""))
    assert taken - ELSEWHERE - ALSO_TAKE_FRAMES <= set(VERBS)
    assert taken >= ALSO_TAKE_FRAMES


def same(one: Any, other: Any) -> None:  # noqa: ANN401
    if isinstance(one, Panel):
        np.testing.assert_array_equal(one.values, other.values)
        np.testing.assert_array_equal(one.state, other.state)
        assert_frame_equal(one.keys, other.keys)
    else:
        assert_frame_equal(one.to_frame(backend="polars"), other.to_frame(backend="polars"))


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_answer_from_both_kinds(verb: str) -> None:
    ask = VERBS[verb]
    polars, pandas = ask(lambda frame: frame), ask(lambda frame: frame.to_pandas())
    same(polars, pandas)
    if not isinstance(polars, Panel):
        for backend, kind in KINDS.items():
            assert type(polars.to_frame(backend=backend)) is kind


@pytest.mark.parametrize("backend", KINDS)
def test_a_frame_comes_back_in_the_kind_given(backend: Backend, tmp_path: Path) -> None:
    kind = KINDS[backend]
    table = tf.load_sample("china-russia-totals", backend=backend)
    classified = tf.classify(table)
    assert type(table) is type(classified) is kind
    path = tf.write_flows(table, tmp_path / "flows.csv")
    assert type(tf.read_flows(path, backend=backend)) is kind
    assert (
        path.read_bytes()
        == tf.write_flows(
            tf.load_sample("china-russia-totals", backend="polars"), tmp_path / "other.csv"
        ).read_bytes()
    )
    made = tf.simulate(seed=1, backend=backend)
    assert type(made.flows) is kind


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_lake(tmp_path_factory.mktemp("lake"))


@pytest.mark.parametrize("backend", KINDS)
def test_a_lake_gives_the_kind_asked_for(backend: Backend, lake: Path) -> None:
    assert type(tf.load_lake(lake, freq="A", backend=backend)) is KINDS[backend]
    assert type(tf.revisions(lake, backend=backend)) is KINDS[backend]
    calendar = tf.release_calendar(lake, backend=backend)
    assert type(calendar) is KINDS[backend]
    flows = tf.load_lake(lake, freq="M", source="Comext DS-045409")
    told = tf.panel(flows, by="category", together="reporter", calendar=calendar)
    same(told, tf.panel(flows, by="category", together="reporter"))


@pytest.mark.parametrize("backend", KINDS)
def test_tables_of_facts_come_in_the_kind_asked_for(backend: Backend) -> None:
    tables = [
        tf.members("jammers", backend=backend),
        tf.listed_on("2024-03-01", backend=backend),
        tf.events(kind="notice", backend=backend),
    ]
    panel = tf.panel(tf.load_sample("china-russia-annual"), by="category")
    tables.append(tf.baseline_sensitivity(panel, baselines=(), backend=backend))
    assert {type(table) for table in tables} == {KINDS[backend]}
    assert [len(table) for table in tables] == [4, 50, 2, 0]


def test_every_backend_option_is_asked() -> None:
    asked = {"load_sample", "read_flows", "simulate", "load_lake", "revisions"}
    asked |= {"members", "listed_on", "events", "release_calendar", "baseline_sensitivity"}
    assert public(lambda p: p.name == "backend") == asked | ASK_SOURCES


def test_figures_take_both_kinds(by_category: ShiftTable) -> None:
    totals = {}
    for backend in KINDS:
        table = tf.load_sample("china-russia-annual", backend=backend)
        axes = tf.plot_category(table, "jammers", shifts=by_category).axes
        totals[backend] = [ax.get_ylim() for ax in axes]
    assert totals["pandas"] == totals["polars"]
    drawn = [tf.plot_heatmap(table) for table in (china(), china().to_pandas())]
    assert drawn[0].get_yticks().tolist() == drawn[1].get_yticks().tolist()


@pytest.mark.parametrize("make", [list, np.asarray, pd.Series, pl.Series], ids=str)
def test_one_series_of_any_kind(make: Callable[..., Any]) -> None:
    values = [*np.tile([1.0, 1.2, 0.9], 8), *np.tile([5.0, 5.3, 4.8], 8)]
    (shift,) = tf.detect_shift(make(values), harmonics=0, amplitude=0).shifts
    assert shift.position == 25
