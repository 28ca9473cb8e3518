"""Kazakhstan's monthly table: what is read from it, and what stops the reading."""

from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from archive_files import xlsx
from hypothesis import given, settings
from hypothesis import strategies as st
from kazakhstan_files import BODY, HEADER, TABLE
from polars.testing import assert_frame_equal

from tradeflow.errors import InputFileError, MissingTool, ResponseChanged, TradeflowError
from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.kazakhstan import parse_table
from tradeflow.sources.kazakhstan.cells import code_of
from tradeflow.sources.kazakhstan.reader import sheets
from tradeflow.sources.kazakhstan.table import read_sheets

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from tradeflow.sources.parsed import Parsed

    Rows: TypeAlias = list[list[object]]
    Read: TypeAlias = Callable[..., Parsed]

XLS = Path(__file__).parent / "files" / "kazakhstan_table_generated.xls"
JANUARY = date(2024, 1, 1)
FIRST = len(HEADER) + 1  # row of the first block's title, as a spreadsheet counts


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Parse rows as an xlsx; the workbook is read in this process, which is faster."""
    monkeypatch.setattr(
        "tradeflow.sources.kazakhstan.table.read_sheets", lambda path, **_: sheets(str(path))
    )

    def parse(*tables: Rows) -> Parsed:
        path = tmp_path / "таб_9_00.xlsx"
        path.write_bytes(xlsx(*tables))
        return parse_table(path, period=JANUARY, release="r1")

    return parse


def changed(row: int, column: int, value: object, *, rows: Rows = TABLE) -> Rows:
    table = copy.deepcopy(rows)
    table[row - 1][column] = value
    return table


COLUMNS = ("partner", "flow", "hs6", "value_usd", "net_kg", "quantity", "quantity_unit")
EXPECTED = {
    ("RUS", "export", "010121", 40_500.0, 1_250.0, 3.0, "шт"),
    ("RUS", "import", "010121", 60_000.0, 2_000.0, 4.0, "шт"),
    ("RUS", "import", "847130", 800_250.0, None, 7.0, "шт"),  # 0 t beside dollars: not stated
    ("RUS", "export", "854370", 860_000.0, 500.0, None, None),
    ("BLR", "export", "010121", 2_000.0, 1_000.0, 1.0, "шт"),
    ("ARM", "export", "848210", 2_000_250.0, 1_000_500.0, None, None),
    ("KGZ", "import", "848210", 4_000.0, 3_000.0, None, None),
}


def test_what_is_read(read: Read) -> None:
    parsed = read(TABLE)
    assert set(parsed.rows.select(COLUMNS).rows()) == EXPECTED
    assert parsed.rows.height == len(EXPECTED)
    flows = check_flows(conform(parsed.rows))
    same = ("period", "freq", "reporter", "edition", "valuation", "status", "source", "release")
    assert flows.select(same).unique().rows() == [
        (JANUARY, "M", "KAZ", "HS2022", "unknown", "reported", "Kazakhstan BNS", "r1")
    ]


def test_confidential_values_are_kept_apart(read: Read) -> None:
    withheld = read(TABLE).withheld
    assert withheld.select("period", "block", "code", "export_v", "import_v").rows() == [
        (JANUARY, "кыргызстан", "848210", "х", "4")
    ]


def test_the_old_binary_format_reads_the_same(read: Read) -> None:
    rows = parse_table(XLS, period=JANUARY, release="r1").rows
    assert_frame_equal(rows, read(TABLE).rows)


def test_the_edition_follows_the_month(read: Read, tmp_path: Path) -> None:
    read(TABLE)
    path = tmp_path / "таб_9_00.xlsx"
    earlier = parse_table(path, period=date(2021, 12, 1), release="r1")
    assert earlier.rows["edition"].unique().to_list() == ["HS2017"]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("010121", "010121"),
        ("10121", "010121"),
        ("0101.21", "010121"),
        ("101.21", "010121"),
        ("0101 21", "010121"),
        (101.21, "010121"),
        (10121.0, "010121"),
        (10121, "010121"),
        (8471.3, "847130"),
        (409.0, "040900"),
        (854370.0, "854370"),
        ("", ""),
        ("0101", ""),
        (1.0, ""),
        (True, ""),
        (-101.21, ""),
        (1e300, ""),
        (float("nan"), ""),
        (float("inf"), ""),
        ("8543701000", ""),
        ("٠١٠١٢١", ""),
    ],
)
def test_codes_that_a_spreadsheet_took_for_numbers(cell: object, code: str) -> None:
    assert code_of(cell) == code


HEADERS = [
    ("swapped", [(2, 3, "Импорт"), (2, 6, "Экспорт")], "экспорт in D-F.*импорт in G-I"),
    ("no flow", [(2, 6, "")], "gone: 'импорт in G-I'"),
    ("kilograms", [(3, 3, "кг")], "gone: 'тонн in D'.*new: .*кг"),
    ("millions", [(3, 8, "млн. долл. США")], "gone: 'тыс. долл. in I'"),
    ("tenge", [(3, 5, "тыс. тенге")], "gone: 'тыс. долл. in F'"),
]


@pytest.mark.parametrize("case", HEADERS, ids=lambda case: case[0])
def test_another_header(case: tuple[str, list, str], read: Read) -> None:
    table = copy.deepcopy(TABLE)
    for row, column, text in case[1]:
        table[row - 1][column] = text
    with pytest.raises(ResponseChanged, match=case[2]):
        read(table)


def test_another_column(read: Read) -> None:
    wider = [[*row, "Всего" if i == 1 else ""] for i, row in enumerate(TABLE)]
    with pytest.raises(ResponseChanged, match="new: 'всего'") as caught:
        read(wider)
    assert caught.value.gone == ()


@pytest.mark.parametrize("rows", [HEADER, [[""]], [["", "КИТАЙ"], ["848210", "x"]]])
def test_no_block_of_a_partner(rows: Rows, read: Read) -> None:
    with pytest.raises(ResponseChanged, match="gone: 'РОССИЯ'"):
        read(rows)


BAD = [
    (FIRST + 1, 0, "0101.2A", "'0101.2A' is not a code of six digits"),
    (FIRST + 1, 0, "010199", "code '010199' is not in HS2022"),
    (FIRST + 1, 5, "много", "export_v is 'много'"),
    (FIRST + 1, 5, -1, "at least 0"),
    (FIRST + 1, 5, "", "the export of 010121 has no value"),
    (FIRST + 2, 0, "010121", "010121 stands twice under россия"),
    (FIRST + 4, 1, "УЗБЕКИСТАН", "code 010121 stands under 'узбекистан'"),
]


@pytest.mark.parametrize(("row", "column", "value", "said"), BAD)
def test_a_bad_row(row: int, column: int, value: object, said: str, read: Read) -> None:
    with pytest.raises(InputFileError, match=said) as caught:
        read(changed(row, column, value))
    assert "таб_9_00.xlsx, sheet S1, line " in str(caught.value)
    assert caught.value.line in {row, FIRST + 1, FIRST + 6}


def test_notes_and_further_sheets_do_no_harm(read: Read) -> None:
    plain = read(TABLE).rows
    assert_frame_equal(read(TABLE, [["Содержание"], ["", "", 5]]).rows, plain)
    rest = HEADER + BODY[4:]
    both = read(HEADER + BODY[:4], rest).rows
    assert sorted(both.rows(), key=str) == sorted(plain.rows(), key=str)


@pytest.mark.parametrize("content", [b"", b"<html></html>", b"\xd0\xcf\x11\xe0" + b"x" * 600])
def test_no_workbook(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "таб_9_00.xls"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match="cannot be read as an Excel workbook") as caught:
        parse_table(path, period=JANUARY, release="r1", where="a.rar, 01/таб_9_00.xls")
    assert str(caught.value).startswith("a.rar, 01/")


def test_a_small_workbook_that_asks_for_half_a_terabyte(tmp_path: Path) -> None:
    path = tmp_path / "таб_9_00.xlsx"
    cells = '<row r="1"><c r="A1"><v>1</v></c></row>'
    cells += '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    path.write_bytes(xlsx([], cells=cells))
    assert path.stat().st_size < 2_000
    with pytest.raises(InputFileError, match="cannot be read as an Excel workbook"):
        read_sheets(path, where="bomb")


def test_calamine_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradeflow.sources.kazakhstan.workbook.find_spec", lambda _: None)
    with pytest.raises(MissingTool, match=r"tradeflow-monitor\[kazakhstan\]"):
        parse_table(tmp_path / "x.xls", period=JANUARY, release="r1")


CELLS = st.one_of(
    st.sampled_from([cell for row in TABLE for cell in row]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**7), 10**7),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=6),
    st.sampled_from(["NaN", "inf", "1e400", "٣", "{x}", "{", "РОССИЯ", "x", "NA"]),
)


@given(data=st.data())
@settings(max_examples=60)
def test_random_cells_never_break_it(data: st.DataObject, read: Read) -> None:
    table = copy.deepcopy(TABLE)
    for _ in range(data.draw(st.integers(1, 4))):
        row = data.draw(st.integers(0, len(table) - 1))
        column = data.draw(st.integers(0, 8))
        table[row][column] = data.draw(CELLS)
    try:
        check_flows(conform(read(table).rows))
    except TradeflowError as error:
        assert "таб_9_00" in str(error)  # noqa: PT017  other errors must escape


@given(data=st.data())
@settings(max_examples=12)
def test_random_bytes_never_break_it(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(XLS.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(whole)))
        whole[start : start + 4] = data.draw(st.binary(max_size=4))
    path = tmp_path_factory.getbasetemp() / "fuzz.xls"
    path.write_bytes(bytes(whole))
    try:
        parse_table(path, period=JANUARY, release="r1")
    except TradeflowError as error:
        assert str(path) in str(error)  # noqa: PT017
