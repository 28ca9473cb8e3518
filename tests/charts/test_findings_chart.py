"""The figure of findings: what the table says, and nothing over anything else."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from figure_texts import hard_to_read, words
from matplotlib.figure import Figure

from tradeflow.charts.page import figure_of
from tradeflow.charts.save import save_figure
from tradeflow.charts.witness.findings import MOST
from tradeflow.detect.findings.findings import CARRIED, WITNESSES
from tradeflow.detect.findings.verdict import (
    DESCRIBED,
    NOT_COMPARABLE,
    UNHEARD,
    UNREMARKABLE,
    VERDICTS,
)
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.detect.findings.result import FindingsResult

STANCES = ("agrees", "disagrees", "undecided", "not heard: fewer than 3 donors")
SHAPES = {"agrees": "full o", "disagrees": "full x", "undecided": "open o"}
SHAPES |= {CARRIED[stance]: shape for stance, shape in SHAPES.items()}
QUIET = (UNREMARKABLE, NOT_COMPARABLE, "too thin")
LONG = "Cameras, thermal imaging, sights, lasers and whatever else a title may hold"


@pytest.fixture
def found(annual_findings: FindingsResult) -> FindingsResult:
    return annual_findings


def crowd(verdicts: list[str], scale: float = 1.0) -> pl.DataFrame:
    """Rows as findings have them: sizes far apart, ends that are infinite or not there."""
    signs, ends = itertools.cycle([1, 1, -1]), itertools.cycle([0.5, 30.0, float("inf"), None])
    mixed = itertools.cycle(itertools.product(STANCES, repeat=len(WITNESSES)))
    return (
        pl.DataFrame(
            [
                _row(i, word, next(signs) * scale / 3**i, next(ends))
                for i, word in enumerate(verdicts)
            ],
            infer_schema_length=None,
        )
        .with_columns(
            pl.Series(name, column)
            for name, column in zip(
                WITNESSES,
                zip(*itertools.islice(mixed, 7, 7 + len(verdicts)), strict=True),
                strict=True,
            )
        )
        .with_columns(pl.col("routes").replace(CARRIED))
    )


def _row(i: int, word: str, size: float, reach: float | None) -> dict[str, Any]:
    reach = None if reach is None else reach * abs(size)
    ends = [size, *(None if reach is None else size + s * reach for s in (-1, 1))]
    names = ("", "_low", "_high")
    money = dict(zip(names, ends if word != DESCRIBED else [None] * 3, strict=True))
    return {
        "reporter": "CHN",
        "title": f"{i} {LONG}",
        "verdict": word,
        "month": date(2022, 3, 1),
        "span": 12 - i % 2,
        **{f"excess_usd{end}": x and x * 1e9 for end, x in money.items()},
        **{f"size_log{end}": x and x * 3 for end, x in zip(names, ends, strict=True)},
    }


def made(found: FindingsResult, table: pl.DataFrame) -> FindingsResult:
    return replace(found, table=table, freq="M", provenance=("SIMULATED seed 3",))


@pytest.fixture(params=["as found", "all verdicts", "too many", "described", "one", "none"])
def drawn(request: pytest.FixtureRequest, found: FindingsResult) -> FindingsResult:
    tables = {
        "all verdicts": crowd(list(VERDICTS)),
        "too many": crowd(["unusual"] * (MOST + 7), 20.0),
        "described": crowd([DESCRIBED] * 9),
        "one": crowd(["anomalous"]),
        "none": crowd([UNREMARKABLE, NOT_COMPARABLE]),
    }
    table = tables.get(request.param)
    return found if table is None else made(found, table)


@pytest.mark.parametrize("width", [None, 6.0])
def test_no_text_overlaps_or_leaves_the_figure(drawn: FindingsResult, width: float | None) -> None:
    ax = None
    if width is not None:
        ax = Figure(figsize=(width, 14)).add_axes((0.03, 0.03, 0.94, 0.85))
    assert hard_to_read(figure_of(drawn.plot(ax=ax))) == []


def test_title_states_finding_and_source(drawn: FindingsResult) -> None:
    title = words(drawn.plot())
    verdicts = drawn.table["verdict"].to_list()
    told = [word for word in verdicts if word not in QUIET]
    judged = len(verdicts) - sum(w in QUIET[1:] for w in verdicts)
    goods = f"{judged} categor{'y' if judged == 1 else 'ies'} exported to Russia"
    assert "Exports of China to Russia, 2022" in title
    changed = [word for word in told if word != UNHEARD]  # not heard is not changed
    assert f"{len(changed) or 'None'} of {goods} show{'s' * (len(changed) < 2)} a change" in title
    for word in set(changed):
        one = word if len(set(changed)) == 1 else f"{changed.count(word)} {word}"
        assert one in title
    assert "compatible with a use of the goods, never proof" in title
    assert all(word in title for word in drawn.provenance[0].split())
    assert "prove" not in title
    more = len(told) - MOST
    assert (f"{more} more not shown" in title) == (more > 0)
    assert ("No row to draw: 1 nothing unusual; 1 not comparable" in title) == (not told)


def shape(line: Any) -> str:  # noqa: ANN401  matplotlib's lines are not typed so far
    face = "open" if line.get_markerfacecolor() == "white" else "full"
    return f"{face} {line.get_marker()}"


def test_marks_tell_the_stances_by_shape(found: FindingsResult) -> None:
    """Shapes alone, so that grey print and colour-blind eyes lose nothing."""
    table = crowd(["unusual"] * 5 + [DESCRIBED] * 3)
    ax = made(found, table).plot()
    marks = [(line.get_xdata()[0], line.get_ydata()[0], shape(line)) for line in ax.lines
             if len(line.get_xdata()) == 1]  # fmt: skip
    columns = sorted({x for x, _, _ in marks if x > 0.5})
    assert len(columns) == len(WITNESSES)
    rows = sorted({y for x, y, _ in marks if x in columns})
    drawn = {(x, y): mark for x, y, mark in marks}
    for y, row in zip(rows, table.iter_rows(named=True), strict=True):
        shapes = [SHAPES.get(row[name], "full .") for name in WITNESSES]
        assert [drawn[x, y] for x in columns] == shapes


def test_axes_given_are_axes_returned_and_figures_are_those_of_the_table(
    found: FindingsResult,
) -> None:
    ax = Figure(figsize=(8, 5)).subplots()
    assert found.plot(ax=ax) is ax
    assert figure_of(ax).axes == [ax]
    assert "CNC machine tools and parts" in words(ax)
    inner = ax.child_axes[0]
    strongest = found.table.row(0, named=True)
    points = [line for line in inner.lines if line.get_marker() == "o"]
    assert points[0].get_xdata()[0] == pytest.approx(strongest["excess_usd"] / 1e6)
    bars = [line for line in inner.lines[1:] if line.get_marker() != "o"]
    ends = [strongest["excess_usd_low"] / 1e6, strongest["excess_usd_high"] / 1e6]
    assert list(bars[0].get_xdata()) == pytest.approx(ends)


def test_a_file_needs_a_format(found: FindingsResult, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.png, \.svg, \.pdf"):
        save_figure(found.plot(), tmp_path / "findings.jpg")
    with pytest.raises(UsageError, match=r"FindingsResult is no figure: give what its plot"):
        save_figure(found, tmp_path / "findings.png")  # type: ignore[arg-type]  # on purpose
    assert list(tmp_path.iterdir()) == []
