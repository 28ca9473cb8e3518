"""Rows and states, from answers written by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from census_answers import HEADER, NOW, SPAN, answer, line, out

from tradeflow.errors import DuplicateKeyError
from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.census.calls import data_call
from tradeflow.sources.census.source import SOURCE

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.parsed import Parsed


def one(folder: Path, *rows: list[str | None]) -> Parsed:
    return SOURCE.parse([out(folder, "01", "02", "03"), answer(folder, [HEADER, *rows])])


def test_a_row_of_exports(tmp_path: Path) -> None:
    parsed = one(tmp_path, line("12345", first=("70", None, "NO"), second=("31", None, "KG")))
    flows = check_flows(conform(parsed.rows))
    assert flows.to_dicts() == [
        {
            "period": date(2021, 3, 1),
            "freq": "M",
            "reporter": "USA",
            "partner": "RUS",
            "flow": "export",
            "edition": "HS2017",
            "hs6": "854231",
            "national_code": "8542310000",
            "region": None,
            "regime": None,
            "value_usd": 12_345.0,
            "net_kg": 31.0,
            "quantity": 70.0,
            "quantity_unit": "pieces",
            "valuation": "FAS",
            "status": "reported",
            "weight_estimated": None,
            "source": "US Census",
            "release": "2026-11-01",
        }
    ]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("31", None, "KG"), ("0", "M", None), (31.0, None, None)),
        (("0", "M", "KG"), ("5", None, "NO"), (None, 5.0, "pieces")),
        (("0", None, "KG"), ("0", None, "NO"), (None, None, None)),  # 0 beside a value
        (("0", "M", "X"), (None, None, None), (None, None, None)),
        (("7", None, "DOZ"), ("9", None, "NO"), (None, 7.0, "DOZ")),
        (("0", "M", "DOZ"), ("9", None, "NO"), (None, 9.0, "pieces")),
        (("2", None, "T"), ("0", "M", "-"), (None, 2.0, "T")),
    ],
)
def test_weight_and_quantity(
    first: tuple[str | None, ...],
    second: tuple[str | None, ...],
    expected: tuple[float | str | None, ...],
    tmp_path: Path,
) -> None:
    rows = one(tmp_path, line(first=first, second=second)).rows
    assert rows.select("net_kg", "quantity", "quantity_unit").row(0) == expected


def test_totals_and_groups_are_no_partner(tmp_path: Path) -> None:
    rows = one(tmp_path, line(), line(country="-"), line(country="0003"), line(country="4XXX")).rows
    assert rows["value_usd"].to_list() == [12_345.0]


def test_two_lines_for_one_cell_are_an_error_and_no_sum(tmp_path: Path) -> None:
    with pytest.raises(DuplicateKeyError):
        check_flows(conform(one(tmp_path, line(), line("99")).rows))


def test_chapters_of_its_own_are_withheld(tmp_path: Path) -> None:
    call = data_call("export", "RUS", "980110", "HS10", SPAN)
    parsed = SOURCE.parse([answer(tmp_path, [HEADER, line(code="9801100000")], call=call)])
    assert parsed.rows.is_empty()
    assert parsed.withheld["national_code"].to_list() == ["9801100000"]
    assert any("980110: not in the Harmonized System" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("code", "header", "row"),
    [
        ("8542", ["ALL_VAL_MO", "CTY_CODE", "E_COMMODITY", "time"], ["500", "4621", "8542"]),
        ("TOTAL", ["ALL_VAL_MO", "CTY_CODE", "time"], ["500", "4621"]),
    ],
)
def test_published_aggregates(code: str, header: list[str], row: list[str], tmp_path: Path) -> None:
    call = data_call("export", "RUS", code, "HS10", SPAN)
    content = [header, [*row, "2021-03"]]
    flows = check_flows(conform(SOURCE.parse([answer(tmp_path, content, call=call)]).rows))
    assert flows.select("hs6", "national_code", "value_usd").row(0) == (code, None, 500.0)


def test_imports_of_the_world(tmp_path: Path) -> None:
    call = data_call("import", "W00", "854231", "HS6", SPAN)
    names = [
        *("GEN_VAL_MO", "GEN_QY1_MO", "GEN_QY2_MO", "GEN_QY1_MO_FLAG", "GEN_QY2_MO_FLAG"),
        *("UNIT_QY1", "UNIT_QY2", "COMM_LVL", "I_COMMODITY", "time"),
    ]
    cells = ["900", "0", "0", "M", "M", "-", "-", "HS6", "854231", "2021-02"]
    rows = check_flows(conform(SOURCE.parse([answer(tmp_path, [names, cells], call=call)]).rows))
    found = rows.select("flow", "partner", "hs6", "national_code", "valuation", "value_usd").row(0)
    assert found == ("import", "W00", "854231", None, "unknown", 900.0)


def states(parsed: Parsed) -> list[str]:
    return parsed.coverage.sort("period")["state"].to_list()


def test_late_is_not_zero(tmp_path: Path) -> None:
    """January has the goods, February is out without them, March is not out."""
    data = answer(tmp_path, [HEADER, line(month="2021-01")])
    parsed = SOURCE.parse([out(tmp_path, "01", "02"), data])
    assert states(parsed) == ["reported", "zero", "not released"]


def test_a_line_of_zero_is_a_zero(tmp_path: Path) -> None:
    data = answer(tmp_path, [HEADER, line("0", first=("0", None, "NO"), month="2021-02")])
    parsed = SOURCE.parse([out(tmp_path, "01", "02"), data])
    assert states(parsed) == ["zero", "zero", "not released"]
    assert parsed.rows.select("value_usd", "quantity").row(0) == (0.0, 0.0)


def test_an_answer_older_than_the_news_of_the_release_proves_no_zero(tmp_path: Path) -> None:
    older = answer(tmp_path, b"", status=204, at=NOW - timedelta(days=1))
    parsed = SOURCE.parse([out(tmp_path, "01", "02"), older])
    assert states(parsed) == ["unknown", "unknown", "not released"]
    assert "ask again" in parsed.coverage["note"][0]


def test_nothing_everywhere_is_said(tmp_path: Path) -> None:
    parsed = SOURCE.parse([out(tmp_path, "01", "02", "03"), answer(tmp_path, b"", status=204)])
    assert states(parsed) == ["zero"] * 3
    assert parsed.rows.is_empty()
    assert any("does not understand" in note for note in parsed.notes)


def test_without_the_question_about_releases_nothing_is_a_zero(tmp_path: Path) -> None:
    parsed = SOURCE.parse([answer(tmp_path, b"", status=204)])
    assert states(parsed) == ["unknown"] * 3
    assert parsed.coverage.schema["state"] == pl.Enum(
        ["reported", "zero", "not released", "unknown"]
    )
