"""The pictures of the witnesses: legible, in words, and with their provenance, on any axes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from chart_snapshots import KEPT, snapshot
from figure_texts import hard_to_read, words
from matplotlib.figure import Figure
from witness_results import RESULTS, path, result

import tradeflow as tf
from tradeflow.charts.intervals import percent, reach
from tradeflow.charts.page import Sheet, figure_of
from tradeflow.charts.provenance import provenance_of

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

COLUMN = 3.5  # inches: a column of a journal
PLOTS = {**{name: name for name in RESULTS}, "path of a contrast": "contrast"}


def draw(name: str, ax: Axes | None = None) -> Axes:
    if name == "path of a contrast":
        return path(ax)
    return result(name).plot(ax=ax)  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", PLOTS)
def test_sheets_are_legible_and_name_their_sources(name: str, tmp_path: Path) -> None:
    ax = draw(name)
    fig = figure_of(ax)
    assert isinstance(fig, Sheet)
    assert hard_to_read(fig) == []
    said, made = words(fig), provenance_of(result(PLOTS[name]))
    assert " ".join(made.footer().split()) in said
    assert "compatible with a use of the goods, never proof" in said
    assert "prove" not in said
    assert ("SIMULATED DATA, no real trade." in said) == made.simulated
    assert tf.cite(tf.save_figure(ax, tmp_path / "x.svg")).provenance == made


@pytest.mark.parametrize("name", PLOTS)
def test_on_a_column_of_a_journal(name: str, tmp_path: Path) -> None:
    ax = Figure(figsize=(COLUMN, 4.6), layout="constrained").subplots()
    assert draw(name, ax) is ax
    fig = figure_of(ax)
    assert hard_to_read(fig) == []
    said = words(fig)
    assert "To cite" not in said
    assert all(word in said for entry in result(PLOTS[name]).provenance for word in entry.split())
    found = tf.cite(tf.save_figure(fig, tmp_path / "x.pdf"))
    assert found.provenance == provenance_of(result(PLOTS[name]))
    assert found.title in said.replace("\N{NO-BREAK SPACE}", " ")


def test_routes_on_low_axes_tell_each_hub_in_a_line() -> None:
    ax = Figure(figsize=(COLUMN, 3.3), layout="constrained").subplots()
    result("routes").plot(ax=ax)
    assert hard_to_read(figure_of(ax)) == []
    assert words(figure_of(ax)).count("of the loss") == len(result("routes").hubs)


@pytest.mark.parametrize("name", PLOTS)
def test_figures_are_those_kept(name: str) -> None:
    """`python tests/chart_snapshots.py` keeps new ones; look at what changed before you do."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    drawn = snapshot(draw(name))
    assert drawn["texts"] == kept[name]["texts"]
    assert drawn["colours"] == kept[name]["colours"]
    for now, before in zip(drawn["lines"], kept[name]["lines"], strict=True):
        assert now == pytest.approx(before, rel=1e-3, abs=1e-3, nan_ok=True)


def test_routes_are_on_one_scale() -> None:
    """The areas of the bands at the donor are to each other as the US dollars."""
    found = result("routes")
    ax = found.plot()
    rows = found.totals("polars").filter(category="all").to_dicts()
    hubs = sorted((r["excess_usd"] for r in rows if r["partner"] != "all"), reverse=True)
    heights = [
        max(p[1] for p in start) - min(p[1] for p in start)
        for start in ([v for v in one.get_path().vertices if v[0] < 0.2] for one in ax.patches)
    ]
    amounts = [abs(x) for x in (rows[0]["loss_usd"], *hubs)]
    assert heights == pytest.approx([x * heights[0] / amounts[0] for x in amounts], rel=1e-6)


def test_intervals_beyond_the_axis_get_arrows_and_figures() -> None:
    ax = result("contrast").plot()
    ends = result("contrast").low[result("contrast").moved].min()
    assert ax.get_xlim()[0] > ends
    assert [line.get_marker() for line in ax.lines].count("<") == 1
    assert "(below \N{MINUS SIGN}99.9 to" in words(ax)


def test_an_axis_reaches_over_all_but_the_widest() -> None:
    sizes = np.array([[1.0, 0.5, 1.5], [-0.5, -1.0, np.inf], [np.nan, np.nan, np.nan]])
    low, high = reach(sizes)
    assert low < -1.0
    assert 1.5 < high < 4
    assert reach(np.full((2, 3), np.nan)) == (-1.0, 1.0)
    assert percent(float("-inf")) == "below \N{MINUS SIGN}99.9 %"
    assert percent(700.0) == "over +1,000,000 %"
