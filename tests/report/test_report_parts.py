"""The parts of the report: bars, numbers, states, silence, and monthly and simulated data."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl
import pytest
from report_reading import Reader

import tradeflow as tf
from tradeflow.nomenclature.tables import table
from tradeflow.report.bars import Scale
from tradeflow.report.codes import glossary_frame, members_frame
from tradeflow.report.numbers import NONE, minus, multiple, times
from tradeflow.report.page import Grid, Interval
from tradeflow.report.status import holdings_frame, status_grids
from tradeflow.report.witnesses import not_heard

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.detect.annual.result import ShiftTable
    from tradeflow.detect.findings.result import FindingsResult

WIDE = Interval(4.8, 3.4, 6.8, "strong")
SCALE = Scale([WIDE, Interval(0.5, 0.1, 2.0)])


def test_scale_is_logarithmic() -> None:
    assert SCALE.x(2) - SCALE.x(1) == pytest.approx(SCALE.x(4) - SCALE.x(2), abs=0.2)
    assert SCALE.x(0.5) < SCALE.x(1) < SCALE.x(4.8)


@pytest.mark.parametrize("ratio", [0.0, 1e-300, 1e300, math.inf])
def test_what_has_no_end_stays_on_the_drawing(ratio: float) -> None:
    assert SCALE.cut(ratio)
    assert 0 < SCALE.x(ratio) < 120


@pytest.mark.parametrize(
    ("interval", "arrows"),
    [(WIDE, 0), (Interval(1, 0, 2), 1), (Interval(1, 0, math.inf), 2)],
)
def test_an_arrow_where_an_interval_runs_on(interval: Interval, arrows: int) -> None:
    drawn = Reader(str(SCALE.bar(interval)))
    assert sum(e.attrs.get("class") == "end" for e in drawn.all("path")) == arrows
    dot = drawn.all("circle")[0].attrs
    assert float(dot["cx"]) == SCALE.x(interval.at)
    assert dot["class"] == interval.weight


def test_ticks_have_room() -> None:
    ticks = Reader(str(SCALE.axis())).all("text")
    places = [float(e.attrs["x"]) for e in ticks]
    assert "1" in {e.text[1:] for e in ticks}
    assert len(places) >= 2
    assert all(b - a >= 27 for a, b in pairwise(places))


def test_a_multiple_and_its_excess_tell_the_same(by_category: ShiftTable) -> None:
    """The bars of the annual ranking are those of the detector's own shift."""
    judged = [row for row in by_category.rows if math.isfinite(row.shift)]
    assert len(judged) == 17
    for row in judged:
        at = multiple(row.after_usd, row.excess_usd)
        assert at == pytest.approx(math.exp(row.shift))
        low, high = (multiple(row.after_usd, e) for e in (row.excess_low_usd, row.excess_high_usd))
        assert 0 < low < at < high


@pytest.mark.parametrize(("ratio", "said"), [(0.0024, "0.0024"), (0.5, "0.50"), (15.3, "15")])
def test_ratios_in_two_digits(ratio: float, said: str) -> None:
    assert times(ratio)[1:] == said


def test_all_terms_of_all_languages_are_in_the_glossary() -> None:
    words = table("words")
    rows = glossary_frame(words["category"].unique(maintain_order=True).to_list())
    for language, column in {
        "en": "English",
        "fr": "French",
        "zh": "Chinese",
        "ru": "Russian",
    }.items():
        listed = set(rows[column].str.split(", ").explode())
        assert listed == set(words.filter(language=language)["term"])


@pytest.mark.parametrize("edition", ["HS2012", "HS2017", "HS2022"])
def test_members_are_those_of_the_map(edition: str) -> None:
    rows = members_frame(edition)
    assert rows.drop("goods", "controls").equals(tf.members(edition=edition, backend="polars"))
    jammer = rows.filter(category="jammers", hs6="854370")["controls"].item()
    assert "8543709960" in jammer


def grid(grids: list[Grid], name: str) -> Grid:
    return next(one for one in grids if one.name == name)


def test_states_are_counted_and_explained(eu: pl.DataFrame) -> None:
    flows = eu.filter(partner="RUS")
    whole = tf.panel(flows)
    grids = status_grids(flows, whole, None)
    assert [one.name for one in grids] == ["held", "states"]
    rows = {row[0].text: row for row in grid(grids, "states").rows}
    assert len(rows) == 7
    counts = whole.counts()
    assert rows["withheld"][2].order == counts["WITHHELD"]
    assert sum(int(row[2].order) for row in rows.values()) == sum(counts.values())
    assert "not a zero" in rows["not released"][1].text


def test_holdings_add_up(eu: pl.DataFrame) -> None:
    held = holdings_frame(eu)
    assert held["rows"].sum() == len(eu)
    assert set(held["reporter"]) == set(eu["reporter"])
    shown = grid(status_grids(eu, tf.panel(eu), []), "held")
    assert sum(int(row[-1].order) for row in shown.rows) == len(eu)
    assert len(shown.rows) < len(held)


def test_late_rows_of_two_kinds(eu: pl.DataFrame) -> None:
    late = [{"source": "X", "late_days": 12, "due": None}, {"source": "Y", "goods": "854370"}]
    rows = grid(status_grids(eu, tf.panel(eu), late), "late")
    assert [column.heading for column in rows.columns] == [
        "Source",
        "Days late",
        "Due about",
        "Goods",
    ]
    assert [cell.text for cell in rows.rows[0]] == ["X", "12", NONE, NONE]
    assert rows.rows[1][3].text == "854370"


@pytest.fixture(scope="module")
def found(eu: pl.DataFrame) -> FindingsResult:
    return tf.findings(eu, since="2022-03")


def test_who_could_not_be_heard_and_why(found: FindingsResult) -> None:
    told = dict(not_heard(found))
    assert len(told) == 4
    assert "fewer than 30 months" in told["Not heard: the alarm"]
    assert "27 reporters: name one" in told["Not heard: what the partner recorded"]
    years = dict(not_heard(replace(found, freq="A")))
    assert set(told) - set(years) == {"Not heard: the alarm"}  # of years it is another's


SCRIPT = """
import sys, tradeflow as tf
flows = tf.load_sample("eu-high-priority-monthly", backend="polars")
tf.report(flows, out=sys.argv[1], tables=sys.argv[2])
"""


@pytest.fixture(scope="module")
def monthly(eu: pl.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("monthly")
    return tf.report(eu.to_pandas(), out=folder / "report.html", tables=folder / "tables")


def test_months_are_told_by_the_findings(monthly: Path, found: FindingsResult) -> None:
    page = Reader(monthly.read_text(encoding="utf-8"))
    rows = [e for e in page.of_id("ranking").inside if e.tag == "tr"][1:]
    for row, expected in zip(rows, found.table.to_dicts(), strict=True):
        assert expected["title"] in row.text
        assert expected["verdict"] in row.text
        section = page.of_id(expected["category"])
        assert minus(expected["sentence"]) in section.text
        assert len([e for e in section.inside if e.tag == "img"]) == 2
    bars = [sum(e.tag == "svg" for e in row.inside) for row in rows]
    assert bars == [1, 1, 1, 0, 0, 0, 0]  # a shift of 2020 says nothing of 2022
    assert "Harvey" in page.of_id("methods").text
    assert "Simulated" not in page.of_id("summary").text


def test_same_bytes_in_another_process(monthly: Path, tmp_path: Path) -> None:
    """Whatever the kind of frame, and in whatever order sets are walked through."""
    again = tmp_path / "report.html"
    words = [sys.executable, "-c", SCRIPT, str(again), str(tmp_path / "tables")]
    subprocess.run(words, check=True, env={**os.environ, "PYTHONHASHSEED": "7"})  # noqa: S603  our own words
    assert again.read_bytes() == monthly.read_bytes()
    files = sorted(path.name for path in (tmp_path / "tables").iterdir())
    assert len(files) == 15
    for name in files:
        assert (tmp_path / "tables" / name).read_bytes() == (
            monthly.parent / "tables" / name
        ).read_bytes()


def test_simulated_data_say_so_everywhere(eu: pl.DataFrame, tmp_path: Path) -> None:
    flows = eu.filter(pl.col("reporter").is_in(["DEU"])).with_columns(
        source=pl.lit("SIMULATED"), release=pl.lit("seed 1")
    )
    tables = tmp_path / "tables"
    made = tf.report(flows, out=tmp_path / "r.html", partner="KAZ", tables=tables)
    for name in ("ranking", "findings", "holdings", "states"):
        path = tables / f"{name}.parquet"
        assert not path.exists() or pl.read_parquet(path)["simulated"].all()
    about = pl.read_csv(tables / "about.csv")
    assert any("Simulated" in says for says in about["says"])
    page = Reader(made.read_text(encoding="utf-8"))
    assert page.all("header")[0].text.strip().startswith("Simulated data, no real trade.")
    for caption in page.all("caption"):
        assert re.search(r"Simulated data\.$", caption.text.strip())
    figures = page.all("figure")
    assert len(figures) >= 3
    for figure in figures:
        assert "Simulated data." in figure.text
