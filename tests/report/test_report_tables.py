"""Tables beside the report: three formats, the same numbers, no formula from outside."""

from __future__ import annotations

import csv
import io
import sys
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest
from openpyxl import load_workbook

from tradeflow.errors import TradeflowWarning
from tradeflow.report.export import write_tables
from tradeflow.report.safe import no_formula, plain

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["=1+1", "+cmd", "-2", "@SUM(A1)", "\tx", "\rx", "\uff1d1", "8543.70", "", None]
TABLE = pl.DataFrame(
    {
        "text": TEXTS,
        "number": [-1.5, float("nan"), float("inf"), None, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        "whole": range(-5, 5),
        "day": [date(2024, 1, day) for day in range(1, 11)],
    }
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written = write_tables({"ranking": TABLE}, tmp_path)
    names = {"ranking.csv", "ranking.parquet", "report.xlsx"}
    assert {path.name for path in written} == {path.name for path in tmp_path.iterdir()} == names
    return tmp_path


def test_csv_carries_nothing_out(folder: Path) -> None:
    with (folder / "ranking.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(TEXTS)
    for row in rows:
        assert row["text"][:1] not in {"=", "+", "-", "@", "\t", "\r", "\uff1d"}
    assert [row["number"] for row in rows[:4]] == ["-1.5", "", "inf", ""]
    assert [row["whole"] for row in rows] == [str(n) for n in range(-5, 5)]


def test_excel_holds_texts_numbers_and_days(folder: Path) -> None:
    sheet = load_workbook(folder / "report.xlsx")["ranking"]
    head, *rows = sheet.iter_rows(values_only=True)
    assert head == ("text", "number", "whole", "day")
    assert [cell.data_type for cell in next(sheet.iter_rows(min_row=2))] == ["s", "n", "n", "d"]
    assert rows[0][0] == "'=1+1"
    assert [row[1] for row in rows[:4]] == [-1.5, None, None, None]
    assert [row[2] for row in rows] == list(range(-5, 5))
    assert rows[0][3].date() == date(2024, 1, 1)
    assert not any(str(row[0] or "").startswith(("=", "+", "-", "@", "\t")) for row in rows)


def test_parquet_is_the_table_itself(folder: Path) -> None:
    assert pl.read_parquet(folder / "ranking.parquet").equals(TABLE)


def test_same_bytes_twice(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    again = tmp_path_factory.mktemp("again")
    for path in write_tables({"ranking": TABLE}, again):
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_without_the_library_the_rest_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.warns(TradeflowWarning, match=r"tradeflow-monitor\[excel\]"):
        written = write_tables({"ranking": TABLE}, tmp_path)
    assert [path.suffix for path in written] == [".csv", ".parquet"]


@pytest.mark.parametrize("sign", [*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_every_sign_that_begins_a_formula(sign: str) -> None:
    assert no_formula(f"{sign}1") == f"'{sign}1"
    assert no_formula(f"1{sign}") == f"1{sign}"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\x00", "\x1b", "\ufeff"])
def test_signs_that_nobody_sees_are_shown(sign: str) -> None:
    assert plain(f"a{sign}b\tc\nd") == "a\ufffdb\tc\nd"
    assert io.StringIO(plain("плавно, 干扰")).getvalue() == "плавно, 干扰"
