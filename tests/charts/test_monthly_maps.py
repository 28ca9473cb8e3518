"""Heat map, rankings and gallery of months."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from figure_texts import hard_to_read, words
from matplotlib.colors import to_rgb
from monthly_worlds import CODES, LATE, all_states, european

import tradeflow as tf
from tradeflow.charts.monthly.gallery import draw_monthly
from tradeflow.charts.monthly.heatmap import plot_heatmap
from tradeflow.charts.monthly.results import plot_monitor
from tradeflow.charts.page import figure_of
from tradeflow.detect.monthly.year_on_year import year_on_year
from tradeflow.errors import TooShortError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from matplotlib.axes import Axes

STEP = 8.0  # least difference of lightness (CIE L*, 0 to 100) between neighbours in grey
MAPS: dict[str, tuple[Callable[[], pl.DataFrame], str | None]] = {
    "EU": (european, None),
    "Germany": (european, "DEU"),
    "all states": (all_states, "CHN"),
}


@pytest.fixture(scope="module", params=MAPS)
def drawn(request: pytest.FixtureRequest) -> tuple[str, Axes]:
    flows, reporter = MAPS[request.param]
    return request.param, plot_heatmap(flows(), reporter=reporter)


def test_maps_can_be_read(drawn: tuple[str, Axes]) -> None:
    world, ax = drawn
    fig = figure_of(ax)
    assert hard_to_read(fig) == []
    assert ("SIMULATED DATA" in words(fig)) == (world == "all states")


def test_the_map_of_states_names_those_that_occur(drawn: tuple[str, Axes]) -> None:
    world, ax = drawn
    legend = ax.get_legend()
    assert legend is not None
    said = {text.get_text() for text in legend.get_texts()}
    occur = {
        "EU": {"withheld or not listed", "not comparable across editions"},
        "Germany": {"withheld or not listed", "not comparable across editions"},
        "all states": {"not released", "estimated or mirror", "provisional"},
    }
    every = set().union(*occur.values())
    assert said & every == occur[world]


def test_cells_are_ratios_to_the_year_before(drawn: tuple[str, Axes]) -> None:
    world, ax = drawn
    flows, reporter = MAPS[world]
    shown = np.asarray(ax.images[0].get_array().filled(np.nan))
    rows = flows().filter((pl.col("partner") == "RUS") & (pl.col("flow") == "export"))
    if reporter:
        rows = rows.filter(pl.col("reporter") == reporter)
    totals = (
        rows.filter(pl.col("hs6") == "854231").group_by("period").agg(pl.col("value_usd").sum())
    )
    by_month = dict(totals.iter_rows())
    name = "8542.31 Processors and controllers"
    (row,) = [i for i, t in enumerate(ax.get_yticklabels()) if t.get_text() == name]
    months = sorted(rows["period"].unique().to_list() + ([LATE] if world == "all states" else []))
    checked = 0
    for column, month in enumerate(months[12:]):
        before, now = by_month.get(month.replace(year=month.year - 1)), by_month.get(month)
        if month.month > 2 and before and now and np.isfinite(shown[row, column]):
            expected = np.searchsorted([0.25, 0.5, 0.8, 1.25, 2, 4], now / before)
            assert shown[row, column] == expected
            checked += 1
    assert checked >= 10


def test_a_month_not_released_has_no_colour() -> None:
    ax = plot_heatmap(all_states(), reporter="CHN")
    shown = np.asarray(ax.images[0].get_array().filled(np.nan))
    months = sorted({*all_states()["period"], LATE})[12:]
    assert np.isnan(shown[:, months.index(LATE)]).all()
    assert np.isnan(shown[:, months.index(LATE.replace(year=LATE.year + 1))]).all()
    assert np.isfinite(shown).mean() > 0.8


def test_provisional_cells_are_marked_by_category_and_by_code() -> None:
    ax = plot_heatmap(all_states(), reporter="CHN")
    rows = all_states().filter((pl.col("reporter") == "CHN") & (pl.col("partner") == "RUS"))
    may_change = rows.filter(pl.col("status") == "provisional")
    (marks,) = [line for line in ax.lines if line.get_marker() == "o"]
    marked = set(zip(marks.get_xdata(), marks.get_ydata(), strict=True))
    shown = np.isfinite(np.asarray(ax.images[0].get_array().filled(np.nan)))
    months = sorted({*rows["period"], LATE})[12:]
    names = [label.get_text() for label in ax.get_yticklabels()]
    for code, row in (
        (code, i) for code in CODES for i, n in enumerate(names) if f"{code[:4]}.{code[4:]}" in n
    ):
        stated = may_change.filter(pl.col("hs6") == code)["period"]
        columns = {months.index(month) for month in stated if month in months}
        assert columns
        assert {x for x, y in marked if y == row} == {x for x in columns if shown[row, x]}


def lightness(color: str) -> float:
    """CIE L*, which a grey print keeps."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    y = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return 116 * y ** (1 / 3) - 16 if y > 0.008856 else 903.3 * y


def test_colours_differ_in_grey_and_falls_have_a_line() -> None:
    from tradeflow.charts.style import RATIO_LINES, RATIOS

    light = [lightness(color) for color in RATIOS]
    middle = len(light) // 2
    assert np.diff(light[: middle + 1]).min() > STEP
    assert np.diff(light[middle:]).max() < -STEP
    assert all(
        abs(lightness(line) - lightness(cell)) > 30
        for line, cell in zip(RATIO_LINES, RATIOS[: len(RATIO_LINES)], strict=True)
    )


def test_year_on_year_against_plain_division() -> None:
    panel = tf.panel(european().filter(pl.col("partner") == "RUS"), together="reporter")
    row = panel.row("chips")
    found = year_on_year(panel, merge_new_year=False)[row]
    plain = np.log(panel.values[row, 12:] / panel.values[row, :-12])
    np.testing.assert_allclose(found, plain)
    merged = year_on_year(panel, merge_new_year=True)[row]
    assert merged[0] == merged[1]
    np.testing.assert_allclose(merged[2:12], plain[2:12])


def test_a_map_needs_more_than_a_year() -> None:
    with pytest.raises(TooShortError, match="give 13 or more"):
        plot_heatmap(european().filter(pl.col("period").dt.year() == 2020))


def test_rankings_are_by_excess_and_by_change() -> None:
    flows = all_states().filter((pl.col("partner") == "RUS") & (pl.col("reporter") == "CHN"))
    watched = tf.monitor(tf.panel(flows), since="2024-01")
    ax = tf.plot_overview(watched)
    assert hard_to_read(figure_of(ax)) == []
    at = np.maximum(watched.longest, 0)
    excess = watched.excess[np.arange(len(at)), at]
    order = np.argsort(-np.where(watched.rule == "", excess, -np.inf), kind="stable")
    first = watched.keys["category"][int(order[0])]
    assert ax.get_yticklabels()[0].get_text().startswith(tf.category(first).title.split()[0])
    screened = tf.screen(tf.panel(european(), together="reporter"))
    ranked = tf.plot_overview(screened)
    assert hard_to_read(figure_of(ranked)) == []
    assert len(ranked.get_yticks()) == int((screened.shifted | screened.sudden).sum())


def test_alarms_are_filled_and_come_first() -> None:
    flows = tf.simulate(seed=3, backend="polars").flows
    assert isinstance(flows, pl.DataFrame)
    panel = tf.panel(flows.filter(pl.col("reporter") == "CHN"), by="hs6")
    watched = tf.monitor(panel, since="2024-01", q=0.5)
    ax = plot_monitor(watched)
    filled = [line for line in ax.lines if line.get_marker() == "o" and line.get_mfc() != "white"]
    alarms = min(int(watched.alarm.sum()), 30)
    assert sum(len(line.get_xdata()) for line in filled) == alarms
    assert len(ax.get_yticks()) == 30


def test_gallery_of_months_is_the_same_every_time(tmp_path: Path) -> None:
    few = european().filter(pl.col("hs6").is_in(["848220", "852691"]))
    first, second = (draw_monthly(few, tmp_path / n, since="2022-03") for n in ("a", "b"))
    stems = ["overview", "heatmap", "navigation", "bearings"]
    assert [p.name for p in first] == [f"{s}.{end}" for s in stems for end in ("png", "svg")]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]
    assert all(not tf.cite(p).provenance.simulated for p in first)
