"""The figures of categories by month: legible, honest about every state, the same every time."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from figure_texts import hard_to_read, words
from matplotlib.figure import Figure
from monthly_worlds import ESTIMATED, JUMP, LATE, MIRROR, all_states, european, simulated

import tradeflow as tf
from tradeflow.charts.monthly.axis import HALF_MONTH, days_of
from tradeflow.charts.monthly.category import draw_monthly_category
from tradeflow.charts.monthly.marks import STATES, draw_months, months_of
from tradeflow.charts.monthly.words import headline
from tradeflow.detect.monthly.answers import MonthlyAnswers, monthly_answers
from tradeflow.errors import TooShortError, UnknownNameError, UsageError
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes

WORLDS = {
    "EU": (european, "2022-03", None),
    "EU, short": (european, "2022-08", "DEU"),
    "all states": (all_states, JUMP, "CHN"),
    "long watch": (simulated, "2022-03", "CHN"),
}
COLUMN = 3.5  # inches: a column of a journal


@cache
def answers(world: str) -> MonthlyAnswers:
    flows, since, reporter = WORLDS[world]
    return monthly_answers(flows(), since=since, reporter=reporter)


@cache
def drawn(world: str, name: str) -> Figure:
    return draw_monthly_category(answers(world), name)


CASES = [
    ("EU", "chips"),
    ("EU", "navigation"),
    ("EU", "electronic_components"),
    ("EU", "uav_parts"),
    ("EU, short", "bearings"),
    ("all states", "bearings"),
    ("all states", "machine_tools"),
    ("all states", "uav_propulsion"),
    ("long watch", "chips"),
]


@pytest.mark.parametrize(("world", "name"), CASES)
def test_figures_can_be_read(world: str, name: str) -> None:
    assert hard_to_read(drawn(world, name)) == []


@pytest.mark.parametrize(("world", "name"), CASES)
def test_figures_say_what_they_must(world: str, name: str) -> None:
    told, said = answers(world), words(drawn(world, name))
    assert " ".join(headline(told, told.names().index(name)).split()) in said
    assert "m USD a month" in said
    assert "compatible with a use of the goods, never proof" in said
    assert ("SIMULATED DATA, no real trade." in said) == (WORLDS[world][0] is not european)
    assert ("Full-scale invasion of Ukraine, 24 Feb 2022" in said) == (world in {"EU", "EU, short"})


def legend(fig: Figure) -> set[str]:
    (found,) = fig.legends
    return {text.get_text() for text in found.get_texts()}


def states_held(told: MonthlyAnswers, name: str) -> set[str]:
    """What the legend must explain, from the states alone, of the category and its codes."""
    row = told.names().index(name)
    codes = told.panel.members[row]
    parts = told.panel.parts
    assert parts is not None
    state = np.vstack([told.panel.state[[row]], parts.state[codes]])
    values = np.vstack([told.panel.values[[row]], parts.values[codes]])
    known = np.isfinite(values)
    plain = (state == State.REPORTED) & known
    late = np.vstack([told.provisional[[row]], told.code_provisional[codes]])
    held = {
        "reported": plain & ~late,
        "provisional": plain & late,
        "estimated": (state == State.ESTIMATED) & known,
        "mirror report": state == State.MIRROR,
        "no trade": state == State.ZERO,
        "at least: some members withheld": (state == State.WITHHELD) & known,
        "withheld or not listed": (state == State.WITHHELD) & ~known,
        "not comparable across editions": state == State.BREAK,
        "not released": state == State.NOT_RELEASED,
    }
    return {word for word, cells in held.items() if cells.any()}


@pytest.mark.parametrize(("world", "name"), CASES)
def test_the_legend_names_the_states_that_occur_and_no_others(world: str, name: str) -> None:
    said = legend(drawn(world, name)) & (set(STATES) - {"no weight"})
    assert said == states_held(answers(world), name)


def test_every_state_is_seen_in_some_case() -> None:
    seen = set().union(*(legend(drawn(*case)) for case in CASES))
    assert set(STATES) - seen <= {"at least: some members withheld", "no weight"}


def joined(ax: Axes) -> list[np.ndarray]:
    """Pairs of neighbouring points that a solid line joins, shape (pairs, 2)."""
    lines = [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata()) > 2]
    return [
        np.column_stack([np.asarray(line.get_xdata()), np.asarray(line.get_ydata())])
        for line in lines
    ]


@pytest.mark.parametrize(("world", "name"), CASES)
def test_no_line_runs_through_a_month_without_a_number(world: str, name: str) -> None:
    told = answers(world)
    months = days_of(told.panel.periods)
    pairs = 0
    for ax in drawn(world, name).axes:
        for points in joined(ax):
            known = np.isfinite(points[:, 1])
            assert set(points[:, 0]) <= set(months)
            steps = np.diff(points[:, 0])[known[1:] & known[:-1]]
            pairs += len(steps)
            assert (steps < 2 * HALF_MONTH + 1).all()
    assert pairs > 0


def test_a_late_month_is_hatched_and_never_a_fall() -> None:
    value = drawn("all states", "chips").axes[0]
    (day,) = days_of([LATE])
    at_zero = [p for points in joined(value) for p in points if p[0] == day and p[1] == 0]
    assert at_zero == []
    spans = [p for p in value.patches if p.get_label() == "not released"]
    assert [p.get_x() + p.get_width() / 2 for p in spans] == [pytest.approx(day)]


def test_guesses_have_marks_of_their_own() -> None:
    value = drawn("all states", "chips").axes[0]
    marks = {line.get_label(): line for line in value.lines}
    for word, months in (("estimated", ESTIMATED), ("mirror report", MIRROR)):
        assert list(marks[word].get_xdata()) == days_of(months).tolist()
    looks = {(marks[w].get_marker(), marks[w].get_markerfacecolor()) for w in STATES if w in marks}
    assert len(looks) == sum(word in marks for word in STATES)


def test_without_a_forecast_the_figure_says_why() -> None:
    said = words(drawn("EU", "chips"))
    assert "No forecast: 26 months before Mar 2022, less a guard of three, are fewer" in said
    assert "95 % below its earlier level" in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "forecast" not in legend(drawn("EU", "chips"))
    assert "likeliest month of the level shift" in legend(drawn("EU", "chips"))


def test_an_alarm_is_told_and_marked() -> None:
    told, name = answers("all states"), "machine_tools"
    assert told.watched is not None
    assert told.watched.alarm[told.names().index(name)]
    assert "an alarm" in headline(told, told.names().index(name))
    assert "alarm over 6 months" in legend(drawn("all states", name))
    assert "outside the interval" in legend(drawn("all states", name))


def test_where_no_placebo_reaches_there_is_no_interval() -> None:
    told, name = answers("long watch"), "chips"
    assert told.watched is not None
    row = told.names().index(name)
    sure = np.isfinite(told.watched.high[row])
    assert 0 < sure.sum() < len(sure)
    assert "forecast, too far ahead for an interval" in legend(drawn("long watch", name))


@pytest.mark.parametrize("world", ["EU", "all states"])
def test_value_alone_fits_a_column(world: str) -> None:
    flows, since, reporter = WORLDS[world]
    ax = Figure(figsize=(COLUMN, 4.2), layout="constrained").subplots()
    found = tf.plot_category(flows(), "chips", since=since, reporter=reporter, ax=ax)
    assert found is ax
    fig = ax.get_figure()
    assert isinstance(fig, Figure)
    assert hard_to_read(fig) == []
    assert ("SIMULATED" in words(fig)) == (world != "EU")


def test_same_bytes_every_time(tmp_path: Path) -> None:
    for ending in ("png", "svg"):
        paths = [tmp_path / f"{i}.{ending}" for i in range(2)]
        for path in paths:
            tf.save_figure(draw_monthly_category(answers("all states"), "chips"), path)
        assert paths[0].read_bytes() == paths[1].read_bytes()
    assert tf.cite(paths[0]).provenance.simulated


def test_frames_of_both_kinds_give_the_same_figure(tmp_path: Path) -> None:
    frames = [tf.load_sample("eu-high-priority-monthly"), european()]
    made = [tf.plot_category(frame, "bearings", reporter="DEU") for frame in frames]
    paths = [tf.save_figure(fig, tmp_path / f"{i}.svg") for i, fig in enumerate(made)]
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"reporter": "CHN"}, UsageError, "no exports of CHN"),
        ({"partner": "USA"}, UsageError, "It has exports to: ARM"),
        ({"since": "2031-01"}, TooShortError, "the table holds 2020-01 to 2022-11"),
    ],
)
def test_helpful_errors(options: dict[str, str], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        tf.plot_category(european(), "chips", **options)


def test_a_category_without_codes_in_the_flows() -> None:
    with pytest.raises(UnknownNameError, match="The flows hold: uav_parts, radio_links"):
        tf.plot_category(european(), "jammers")


def test_reporters_that_are_late_are_not_added_up() -> None:
    late = european().filter((pl.col("reporter") != "AUT") | (pl.col("period").dt.year() < 2022))
    other = late.with_columns(source=pl.lit("SIMULATED"))
    with pytest.raises(UsageError, match="Filter the periods or the reporters first"):
        tf.plot_category(other, "chips")


@pytest.mark.parametrize(
    ("state", "value", "word"),
    [
        (State.REPORTED, 3.0, "reported"),
        (State.ZERO, 0.0, "no trade"),
        (State.NOT_RELEASED, np.nan, "not released"),
        (State.NOT_RELEASED, 3.0, "not released"),
        (State.WITHHELD, np.nan, "withheld or not listed"),
        (State.WITHHELD, 3.0, "at least: some members withheld"),
        (State.BREAK, 3.0, "not comparable across editions"),
        (State.ESTIMATED, 3.0, "estimated"),
        (State.MIRROR, 3.0, "mirror report"),
    ],
)
def test_each_state_has_its_word_and_no_line_joins_what_is_partial(
    state: State, value: float, word: str
) -> None:
    periods = tuple(date(2022, month, 1) for month in range(1, 6))
    values, states = np.full(5, 3.0), np.zeros(5, dtype=np.uint8)
    values[2], states[2] = value, state
    ax = Figure().subplots()
    draw_months(ax, months_of(periods, values, states, np.zeros(5, dtype=bool)))
    said = set(ax.get_legend_handles_labels()[1])
    assert said == {"reported", word}
    through = any(np.isfinite(points[1:4, 1]).all() for points in joined(ax))
    assert through == (state in {State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR})


def test_events_of_china_are_numbered_and_named() -> None:
    flows = simulated().with_columns(source=pl.lit("GACC"), release=pl.lit("as if real"))
    told = monthly_answers(flows, since=JUMP, reporter="CHN")
    fig = draw_monthly_category(told, "chips")
    assert hard_to_read(fig) == []
    said = words(fig)
    for event in ("HS2022 enters Chinese statistics", "No.31/2024 published"):
        assert event in said.replace("\N{NO-BREAK SPACE}", " ")
