"""Whether an answer is taken, asked for again, or refused."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from census_answers import CHIPS, HEADER, OUT, answer, line, out

from tradeflow.errors import BadAnswer, KeyRefused, ResponseChanged, TradeflowError
from tradeflow.sources.call import Accepted
from tradeflow.sources.census.calls import release_call
from tradeflow.sources.census.source import SOURCE

if TYPE_CHECKING:
    from pathlib import Path

PAGE = b"<html><head><title>%s</title></head><body>A valid key must be included.</body></html>"
MISSING_PAGE = "https://api.census.gov/data/missing_key.html"


def test_rows_are_taken(tmp_path: Path) -> None:
    assert SOURCE.judge(answer(tmp_path, [HEADER, line()])) == Accepted()
    assert SOURCE.judge(out(tmp_path, "01", "02")) == Accepted()


def test_nothing_is_an_answer_with_status_204_only(tmp_path: Path) -> None:
    assert SOURCE.judge(answer(tmp_path, b"", status=204)) == Accepted()
    with pytest.raises(BadAnswer):
        SOURCE.judge(answer(tmp_path, b""))


@pytest.mark.parametrize(
    ("status", "location", "body"),
    [
        (302, MISSING_PAGE, b""),  # recorded: keyless
        (302, "https://api.census.gov/data/invalid_key.html", b""),
        (200, "", PAGE % b"Missing Key"),
        (200, "", PAGE % b"Invalid Key"),
    ],
)
def test_the_page_about_the_key(status: int, location: str, body: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match="TRADEFLOW_CENSUS_KEY"):
        SOURCE.judge(answer(tmp_path, body, status=status, location=location))


@pytest.mark.parametrize(
    ("status", "location", "body"),
    [(302, "/elsewhere", b""), (200, "", PAGE % b"Maintenance")],
)
def test_another_page_may_pass(status: int, location: str, body: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer):
        SOURCE.judge(answer(tmp_path, body, status=status, location=location))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (line(month="2021-04"), "a month outside 2021-01 to 2021-03"),
        (line("12.5"), "a value that is no whole number"),
        (line("-1"), "a value that is no whole number"),
        (line(first=("many", None, "NO")), "a QTY_1_MO that is no whole number"),
        (line(code="8542320000"), "another code"),
        (line(code="854231"), "another code"),
        (line(country="5700"), "another country"),
    ],
)
def test_what_was_not_asked_is_not_taken(row: list[str | None], words: str, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match=words):
        SOURCE.judge(answer(tmp_path, [HEADER, line(), row]))


@pytest.mark.parametrize(
    "content", [{"error": "x"}, [], [1], [HEADER, [1, 2]], [HEADER, line()[1:]], [[None], ["1"]]]
)
def test_other_json_is_damage(content: object, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer):
        SOURCE.judge(answer(tmp_path, content))


def test_columns_that_went_and_came(tmp_path: Path) -> None:
    renamed = ["GEN_VAL_MO" if name == "ALL_VAL_MO" else name for name in HEADER]
    with pytest.raises(ResponseChanged) as caught:
        SOURCE.judge(answer(tmp_path, [renamed, line()]))
    assert (caught.value.gone, caught.value.new) == (("ALL_VAL_MO",), ("GEN_VAL_MO",))
    doubled = [[*HEADER, "CTY_CODE"], [*line(), "4621"]]
    with pytest.raises(ResponseChanged, match="CTY_CODE"):
        SOURCE.judge(answer(tmp_path, doubled))


def test_no_month_at_all_is_believed_only_while_it_may_be_true(tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match="2021-01 is out for certain"):
        SOURCE.judge(answer(tmp_path, b"", status=204, call=OUT))
    recent = release_call("export", (date(2026, 9, 1), date(2026, 10, 1)))
    assert SOURCE.judge(answer(tmp_path, b"", status=204, call=recent)) == Accepted()


@pytest.mark.parametrize("body", [b"\xff\xfe[", b'[["a"],["\\ud800"]]', b"[" * 100_000, b"NaN"])
def test_strange_bytes_are_our_error(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(TradeflowError):
        SOURCE.judge(answer(tmp_path, body, call=CHIPS))
