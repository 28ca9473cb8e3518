"""Every result shows itself in one line at a terminal and as a small, safe table in a notebook."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from small_world import VERBS

import tradeflow as tf
from tradeflow.notebook import LONGEST, MOST_ROWS, html_table, with_intervals

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.detect.annual.result import ShiftTable

pytestmark = pytest.mark.filterwarnings("ignore::tradeflow.errors.LowCoverageWarning")

RESULTS = sorted({name for name in tf.__all__ if name.endswith(("Result", "Table", "Panel"))})


@cache
def answer(verb: str) -> Any:  # noqa: ANN401
    return VERBS[verb](lambda frame: frame)


class Page(HTMLParser):
    """Rows of cells, and the tags that a page opens and closes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.style = ""
        self.rows: list[list[str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attrs} <= {"style"}
        self.style += " ".join(value or "" for _, value in attrs)
        self.tags.add(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] in {"td", "th"}:
            self.rows[-1][-1] += data


def test_every_public_result_is_asked() -> None:
    assert {type(answer(verb)).__name__ for verb in VERBS} | {"ShiftTable"} >= set(RESULTS)


@pytest.mark.parametrize("verb", VERBS)
def test_one_line_at_a_terminal(verb: str) -> None:
    said = repr(answer(verb))
    assert "\n" not in said
    assert len(said) <= LONGEST
    assert re.search(r"\d", said)
    assert "array" not in said
    assert "shape:" not in said


@pytest.mark.parametrize("verb", VERBS)
def test_a_small_table_in_a_notebook(verb: str) -> None:
    html = answer(verb)._repr_html_()
    page = Page(html)
    assert page.open == []
    assert page.tags <= {"div", "p", "strong", "table", "tr", "th", "td"}
    assert {len(row) for row in page.rows} == {len(page.rows[0])}
    assert 2 <= len(page.rows) <= 41
    assert len(html) < 60_000
    for colour in ("#", "rgb", "black", "white", "background", "color:"):
        assert colour not in page.style  # the notebook's own, light or dark
    assert "nan" not in [cell.casefold() for row in page.rows for cell in row]


@pytest.mark.parametrize("verb", ["screen", "excess", "contrast", "routes"])
def test_the_table_is_the_frame_and_the_title_the_summary(verb: str) -> None:
    result = answer(verb)
    page, frame = Page(result._repr_html_()), result.to_frame(backend="polars")
    head, *body = page.rows
    assert result.summary().splitlines()[0] in page.text
    assert len(body) == min(len(frame), MOST_ROWS)
    assert set(head) <= set(frame.columns)
    for name in ("partner", "hs6", "category"):
        if name in head:
            expected = frame[name].fill_null("").head(MOST_ROWS).to_list()
            assert [row[head.index(name)] for row in body] == expected
    left = len(frame) - MOST_ROWS
    assert (f"and {left:,} more rows" in page.text) is (left > 0)


ANSWERS: dict[str, Callable[[], Any]] = {
    "category": lambda: tf.category("jammers"),
    "family": lambda: tf.family("854370"),
    "comparability": lambda: tf.comparability("854370"),
    "lookup": lambda: tf.lookup("drone jammer, bearings"),
    "plan": lambda: tf.plan_fetch("comtrade", category="jammers", since="2024", until="2024-12"),
}


@pytest.mark.parametrize(
    ("name", "cells", "text"),
    [
        ("category", ["role", "noisy-signal"], "No six-digit code isolates jammers"),
        ("family", ["codes", "HS2017: 853990, 854370"], "HS2022: 853951, 853990"),
        ("comparability", ["comparable", "False", "family", "HS2017: 853990"], "was split, merged"),
        ("lookup", ["category", "hs6", "jammers", "854370", "bearings"], "drone jammer, bearings"),
        ("plan", ["asks", "availability"], "13 calls to comtrade"),
    ],
)
def test_smaller_answers_are_tables_too(name: str, cells: list[str], text: str) -> None:
    page = Page(ANSWERS[name]()._repr_html_())
    held = [cell for row in page.rows for cell in row]
    assert [cell for cell in cells if not any(had.startswith(cell) for had in held)] == []
    assert text in page.text
    assert page.open == []
    assert not any(cell.startswith(("(", "{", "Family(")) for cell in held)


@pytest.mark.parametrize(("name", "said"), [("lookup", "jammers (4 codes)"), ("plan", "13 calls")])
def test_what_holds_much_is_one_line_at_a_terminal(name: str, said: str) -> None:
    line = repr(ANSWERS[name]())
    assert said in line
    assert "\n" not in line
    assert len(line) <= LONGEST


def test_text_from_data_is_escaped() -> None:
    evil = '<script>alert("x")</script>'
    html = html_table(evil, [{evil: evil, "n": 1.0}], notes=[evil])
    assert "<script" not in html
    assert Page(html).rows == [[evil, "n"], [evil, "1"]]


def test_estimates_stand_with_their_intervals() -> None:
    frame = pl.DataFrame(
        {
            "hs6": ["848210", "850760"],
            "excess_usd": [2.5e6, None],
            "excess_usd_low": [1e6, None],
            "excess_usd_high": [3.25e9, None],
            "month": ["2022-03", "2022-04"],
            "month_first": ["2022-02", None],
            "month_last": ["2022-05", None],
            "edition": ["HS2022"] * 2,
            "p": [0.01234567, float("nan")],
            "rule": ["", "not heard: too thin"],
        }
    )
    assert with_intervals(frame, most=4)[0] == {
        "hs6": "848210",
        "excess_usd": "2.5 m (1.0 m to 3,250.0 m)",
        "month": "2022-03 (2022-02 to 2022-05)",
        "p": 0.01234567,
        "rule": "",
    }
    page = Page(html_table("Two goods.", with_intervals(frame)))
    assert page.rows[2] == ["850760", "", "2022-04", "", "not heard: too thin"]


def test_a_table_of_codes_shows_what_is_on_a_list(by_code: ShiftTable) -> None:
    page = Page(by_code._repr_html_())
    assert len(page.rows) == 41
    assert "more rows" in page.text


def test_no_rows_is_no_table() -> None:
    assert Page(html_table("Nothing.", [])).tags == {"div", "p", "strong"}
