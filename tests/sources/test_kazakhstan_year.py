"""Kazakhstan's archives: a year's folders, and the page that links to them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from archive_files import rar, xlsx, zipped
from hypothesis import given
from hypothesis import strategies as st
from kazakhstan_files import TABLE

from tradeflow.errors import InputFileError, ResponseChanged, UsageError
from tradeflow.sources.kazakhstan import parse_listing, parse_year
from tradeflow.sources.kazakhstan.words import fold, is_table, period_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

BOOK = xlsx(TABLE)
MONTHS = {
    "2024/01/таб_9_00_6 знаков.xlsx": BOOK,
    "2024/01/таб_1_00.xlsx": b"another table",
    "2024/02 февраль/Таб_9_00.xlsx": BOOK,  # its "а" is a Latin letter
    "2024/readme.txt": b"",
}


@pytest.mark.parametrize("pack", [rar, zipped])
def test_all_months_of_a_year(pack: Callable[[Mapping[str, bytes]], bytes], tmp_path: Path) -> None:
    path = tmp_path / "trade.rar"
    path.write_bytes(pack(MONTHS))
    parsed = parse_year(path, release="r1")
    months = parsed.rows["period"].value_counts(sort=False).sort("period").rows()
    assert months == [(date(2024, 1, 1), 7), (date(2024, 2, 1), 7)]
    assert parsed.withheld.height == 2
    assert parsed.notes == ("trade.rar holds 2024-01, 2024-02.",)
    one = parse_year(path, release="r1", months=[2])
    assert one.rows["period"].unique().to_list() == [date(2024, 2, 1)]


def test_a_bad_table_is_named_with_its_archive(tmp_path: Path) -> None:
    path = tmp_path / "kaz_2024.rar"
    path.write_bytes(rar({"03/таб_9_00.xls": b"<html>"}))
    with pytest.raises(InputFileError, match=r"kaz_2024\.rar, 03/таб_9_00\.xls: cannot be read"):
        parse_year(path, release="r1")


@pytest.mark.parametrize(
    ("files", "months", "said"),
    [
        ({"2024/01/таб_1.xls": b""}, None, "no таб_9_00 table in it"),
        ({"2024/01/таб_9_00.xls": b""}, [2], "tables of the months 1 in it"),
    ],
)
def test_nothing_that_was_asked_for(
    files: dict[str, bytes], months: list[int] | None, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "trade.rar"
    path.write_bytes(rar(files))
    with pytest.raises(InputFileError, match=said):
        parse_year(path, release="r1", months=months)


@pytest.mark.parametrize(
    ("name", "archive", "year", "month"),
    [
        ("2023/12/таб_9_00.xls", "a.rar", None, (2023, 12)),
        ("12/таб_9_00.xls", "kaz_2023.rar", None, (2023, 12)),
        ("12/таб_9_00.xls", "a.rar", 2023, (2023, 12)),
        ("2023/01_2023/таб_9_00.xls", "a.rar", 2023, (2023, 1)),
        ("6 знаков 2023/1. Январь/таб_9_00.xls", "a.rar", None, (2023, 1)),
        ("2023\\Май 2023\\таб_9_00.xls", "a.rar", None, (2023, 5)),
        ("2023/таб_9_00_сентябрь.xls", "a.rar", None, (2023, 9)),
    ],
)
def test_the_month_stands_in_a_name(
    name: str, archive: str, year: int | None, month: tuple[int, int]
) -> None:
    assert period_of(name, archive=archive, year=year) == date(*month, 1)


@pytest.mark.parametrize(
    ("name", "archive", "year", "said"),
    [
        ("2023/01-03/таб_9_00.xls", "a.rar", None, "not one month.*cumulative"),
        ("2023/январь-март/таб_9_00.xls", "a.rar", None, "not one month"),
        ("2023/9 месяцев/таб_9_00.xls", "a.rar", None, "not one month"),
        ("2023/01 февраль/таб_9_00.xls", "a.rar", None, "not one month"),
        ("2023/13/таб_9_00.xls", "a.rar", None, "not one month"),
        ("2023/таб_9_00.xls", "a.rar", None, "no folder says which month"),
        ("01/таб_9_00.xls", "a.rar", None, "hold the years: none.*Give"),
        ("2023/01/таб_9_00.xls", "2024.rar", None, "2023 and 2024"),
        ("2023/01/таб_9_00.xls", "a.rar", 2024, "2023, and 2024 was asked for"),
    ],
)
def test_names_that_do_not_say_one_month(
    name: str, archive: str, year: int | None, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        period_of(name, archive=archive, year=year)


def test_which_files_are_tables() -> None:
    assert is_table("2024/01/ТАБ_9_00_x.XLS")
    assert is_table("таб_9_00.xlsx")
    assert not is_table("таб_9_00.doc")
    assert not is_table("таб_9_01.xls")


@given(st.text(max_size=20))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


PAGE = """<html><body><div class="menu"><a href="/ru/2020/">2020</a></div>
<div class="divTable"><div class="divTableRow" id="bx_1_101">
 <div class="divTableCell wide"><div><a href="/api/iblock/element/101/file/ru/">
   Взаимная торговля&nbsp;(2024г.)<br></a></div></div>
 <div class="divTableCell text-right">14.02.2025</div></div>
<div class="divTableRow"><div class="divTableCell"><a href="/api/iblock/element/77/file/ru/">
 Взаимная торговля за 2023 год</a><a href="">2023</a></div></div>
<div class="divTableCell"><a href="/api/iblock/element/101/file/ru/">2024</a>
 <a href="https://elsewhere.example/2022.rar">2022</a><a href="javascript:go(2021)">2021</a>
 <a href="/ru/method/">Методика</a></div></div></body></html>"""


def test_the_page_of_archives() -> None:
    """A made-up page with the cells and addresses that clients of the office's pages use."""
    links = parse_listing(PAGE)
    base = "https://stat.gov.kz"
    assert [(link.year, link.url) for link in links] == [
        (2024, f"{base}/api/iblock/element/101/file/ru/"),
        (2023, f"{base}/api/iblock/element/77/file/ru/"),
        (None, f"{base}/ru/method/"),
    ]
    assert links[0].title == "Взаимная торговля (2024г.)"


@pytest.mark.parametrize(
    "page",
    ["", "<html>", PAGE.replace("divTableCell", "cell"), PAGE.replace("202", "19"), "plain text"],
)
def test_another_page(page: str) -> None:
    with pytest.raises(ResponseChanged, match=r"gone: 'div\.divTableCell a with a year'"):
        parse_listing(page)


@given(st.lists(st.sampled_from([*PAGE.split(">"), "</div", "<a", "<!--", "]]>", "&#x110000;"])))
def test_random_pages_never_break_it(parts: list[str]) -> None:
    try:
        found = parse_listing(">".join(parts))
    except ResponseChanged:
        return
    assert all(link.url.startswith("https://stat.gov.kz/") for link in found)
