"""A bad export gives one error of ours, with line and remedy; never a traceback, never rows."""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from gacc_files import (
    BOTSWANA,
    CARS,
    CEUTA,
    GEORGIA,
    HEADER,
    INVENTED,
    PROVINCES,
    RUSSIA,
    parsed,
    table,
    written,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from mutation import mutate

from tradeflow.errors import InputFileError, TradeflowError, UsageError
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.gacc import measures

if TYPE_CHECKING:
    from pathlib import Path

# what to replace in the line for Russia (line 2) or Georgia (line 3), by what, line, words
CELLS = [
    ("344,俄罗斯", "344,Hong Kong", 2, "'344' is Russian Federation, but its name is 'Hong Kong'"),
    ("344,俄罗斯", "110,俄罗斯", 2, "'110' is Hong Kong, China, but its name is '俄罗斯'"),
    ("344,俄罗斯", "345,Russia", 2, "'345' is unknown; 'Russia' has '344'"),
    ("344,俄罗斯", "643,俄罗斯", 2, "'643' is unknown"),
    ("344,俄罗斯", "RUS,俄罗斯", 2, "partner is 'RUS'"),
    ("150,格鲁吉亚", "337,格鲁吉亚", 3, "'337' is Georgia only until 2022, not in 2024"),
    ("202401,85423190,处理器,150", "202212,85423190,处理器,150", 3, "only from 2023, not in 2022"),
    ("44,广东省", "44,浙江省", 2, "'44' and its name '浙江省' are two places"),
    ("44,广东省", "广东,广东省", 2, "region is '广东'"),
    (",10,一般贸易,44", ",一般,一般贸易,44", 2, "regime is '一般'"),
    ("85423190,处理器,344", "85427790,处理器,344", 2, "code '854277' is not in HS2022"),
    ("85423190,处理器,344", "88033000,处理器,344", 2, "exist in HS2012, HS2017"),
    ("85423190,处理器,344", "合计,处理器,344", 2, "Delete a line of totals"),
    ("85423190,处理器,344", "8.54E+07,处理器,344", 2, "code is '8.54E+07'"),
    ("85423190,处理器,344", "\uff18\uff15423190,处理器,344", 2, "code is"),
    ("85423190,处理器,150", "854231,处理器,150", 3, "has not 8 digits"),
    ("202401,85423190,处理器,344", "202413,85423190,处理器,344", 2, "month is '202413'"),
    ("202401,85423190,处理器,344", "201112,85423190,处理器,344", 2, "from 2012 on"),
    ("202401,85423190,处理器,344", "2024,85423190,处理器,344", 2, "a sum over 2024"),
    ("202401,85423190,处理器,344", ",85423190,处理器,344", 2, "month is ''"),
    ('"1,234,567"', '"1,23,567"', 2, "the value is '1,23,567'"),
    ('"1,234,567"', "-1", 2, "the value is '-1'"),
    ('"1,234,567"', "", 2, "the value is ''"),
    ('"1,234,567"', "?", 2, "the value is '?'"),
    ('"1,234,567"', "1e6", 2, "the value is '1e6'"),
    ('"1,234,567"', "9999999999999999", 2, "the value is"),
    ('"1,234,567"', "NaN", 2, "the value is 'NaN'"),
    ("200,个", "-200,个", 2, "the first quantity is '-200'"),
    ("3,千克", "three,千克", 2, "the second quantity is 'three'"),
    (GEORGIA, GEORGIA + "\n" + GEORGIA, 3, "stands twice (2 such lines)"),
    (GEORGIA, GEORGIA + "9,9", 3, "the line has 16 cells, the header 15"),
    (GEORGIA, '"' + GEORGIA, 3, "runs over the end of the line"),
    ('"12,345",', '"12,345",9', 3, "column 15 has no name and is not empty"),
    ("\n" + GEORGIA, "\n\n" + GEORGIA, 3, "the line is empty"),
    ("\n" + GEORGIA, "\n,,,,,,,,,,,,,,\n" + GEORGIA, 3, "the line is empty"),
]


@pytest.mark.parametrize(("old", "new", "line", "words"), CELLS)
def test_a_bad_line_is_named(tmp_path: Path, old: str, new: str, line: int, words: str) -> None:
    assert old in INVENTED
    with pytest.raises(InputFileError) as caught:
        parsed(written(tmp_path, INVENTED.replace(old, new, 1)))
    assert words in str(caught.value)
    assert caught.value.line == line
    assert caught.value.remedy


def test_headings_that_do_not_exist(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="code '8599' is not in HS2022"):
        parsed(written(tmp_path, table(RUSSIA.replace("85423190", "8599"))))


def test_a_lost_zero_does_not_hide_a_repetition(tmp_path: Path) -> None:
    lines = (RUSSIA.replace("85423190", "01012900"), RUSSIA.replace("85423190", "1012900"))
    with pytest.raises(InputFileError, match="stands twice"):
        parsed(written(tmp_path, table(*lines)))


def test_a_month_outside_the_period_told(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="month 202401 is not in period 2023"):
        parsed(written(tmp_path), period="2023")


def test_codes_of_another_year_show_a_wrong_period() -> None:
    with pytest.raises(InputFileError, match="not in 2022"):
        parsed(PROVINCES, period="2022")  # Georgia's code is that of 2023


@pytest.mark.parametrize(
    ("month", "words"),
    [
        ("202401", "Export it again with US dollars"),
        ("2024", "of a whole year"),
    ],
)
def test_yuan_without_a_rate(
    tmp_path: Path, month: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measures, "usd_per_unit", lambda _, day: usd_per_unit("XAU", day))
    text = INVENTED.replace("美元", "人民币").replace("202401", month)
    with pytest.raises(InputFileError, match=words):
        parsed(written(tmp_path, text), period=month if len(month) == 4 else None)


def test_a_month_that_is_not_over_is_no_statement(tmp_path: Path) -> None:
    path = written(tmp_path, INVENTED.replace("202401", "209901"))
    with pytest.raises(InputFileError, match="line 2: 209901 is not over yet"):
        parsed(path)


@pytest.mark.parametrize("period", ["2099-01", "2099", f"{datetime.now(UTC):%Y}"])
def test_a_period_told_that_is_not_over(period: str) -> None:
    with pytest.raises(UsageError, match="is not over yet"):
        parsed(PROVINCES, period=period)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (HEADER.encode("gb18030") + b"\n", "no data"),
        (b"<!DOCTYPE html><html></html>\n", "web page"),
        (b"PK\x03\x04anything", "Excel workbook"),
        (b"\x1f\x8bbroken", "damaged"),
        (gzip.compress(INVENTED.encode())[:-9], "damaged"),
        (b"\xff\xff\xff\n", "neither UTF-8 nor GB18030"),
        (INVENTED.encode("gb18030")[:-9], "half-written"),
        (table(RUSSIA).encode("gb18030")[:-3], "half-written"),
    ],
)
def test_what_is_no_export(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InputFileError, match=words):
        parsed(written(tmp_path, content))


def test_a_file_or_folder_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file"):
        parsed(tmp_path / "absent.csv")
    with pytest.raises(InputFileError, match="cannot be read"):
        parsed(tmp_path)


@settings(max_examples=120)
@given(seed=st.integers(0, 2**32), which=st.sampled_from([BOTSWANA, CARS, CEUTA, PROVINCES, None]))
def test_only_our_own_errors_come_out(tmp_path: Path, seed: int, which: Path | None) -> None:
    content = INVENTED.encode("gb18030") if which is None else which.read_bytes()
    if which == PROVINCES:  # damage the text, not its wrapping, and few lines are enough
        content = b"\n".join(gzip.decompress(content).split(b"\n")[:60]) + b"\n"
    path = written(tmp_path, mutate(content, random.Random(seed)))  # noqa: S311
    try:
        parsed(path, period="2024-01" if which == PROVINCES else None)
    except TradeflowError as error:
        assert str(error)  # noqa: PT017  a message is all that may come
