"""What follows from an answer of Kazakhstan's office; all answers are made up."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from archive_files import rar, zipped
from fake_kazakhstan import archive, page
from kept_answer import kept
from loopback import HTML

from tradeflow.errors import BadAnswer, MissingTool, ResponseChanged, UnsafeArchive
from tradeflow.sources.call import Accepted
from tradeflow.sources.kazakhstan.judge import judge
from tradeflow.sources.kazakhstan.plan import archive_call, plan
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Call

QUERY = make_query(
    "kazakhstan",
    reporter="KAZ",
    codes="848210",
    since="2022-12",
    until="2024-03",
    today=date(2026, 11, 1),
)
LISTING = plan(QUERY).calls[0]
ARCHIVE = archive_call("/file/2023", (), 2023, LISTING.about)
WHOLE = archive(2023, (1, 2), "rar")


def followed(folder: Path, body: bytes, call: Call = LISTING) -> list[tuple[str, str]]:
    verdict = judge(kept(folder, call, body))
    assert isinstance(verdict, Accepted)
    return [(call.target, call.told("year")) for call in verdict.then]


def test_the_page_leads_to_the_archives_of_the_years_asked_for(tmp_path: Path) -> None:
    body = page(dict.fromkeys((2021, 2022, 2024, 2025)))
    assert followed(tmp_path, body) == [
        ("/api/iblock/element/2022/file/ru/", "2022"),
        ("/api/iblock/element/2024/file/ru/", "2024"),
    ]


def test_parameters_of_a_link_are_kept(tmp_path: Path) -> None:
    body = page({2023: ()}).replace(b"/file/ru/", b"/file?lang=ru&amp;x=")
    assert followed(tmp_path, body) == [("/api/iblock/element/2023/file?lang=ru&x=", "2023")]


@pytest.mark.parametrize(
    "body", [b"", HTML, page({2023: ()}).removesuffix(b"</html>"), page({2023: ()}).upper()]
)
def test_a_page_without_its_table_or_end_is_asked_again(body: bytes, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match=r"no table of archives, or is cut off.*ingest"):
        followed(tmp_path, body)


@pytest.mark.parametrize(
    "body",
    [page({}).replace(b"<body>", b'<body><p class="divTableCell">'), page({1999: ()})],
)
def test_a_page_without_years_has_changed(body: bytes, tmp_path: Path) -> None:
    with pytest.raises((ResponseChanged, BadAnswer)):
        followed(tmp_path, body)


def test_two_archives_of_one_year_are_not_chosen_between(tmp_path: Path) -> None:
    body = page({2023: (), 2024: ()}).replace("2024 г".encode(), "2023 г., уточн".encode())
    with pytest.raises(ResponseChanged, match="one archive of 2023") as caught:
        followed(tmp_path, body)
    assert len(caught.value.new) == 2


def test_two_archives_of_a_year_that_nobody_asked_for_do_no_harm(tmp_path: Path) -> None:
    body = page({2019: (), 2020: (), 2023: ()}).replace("2020 г".encode(), "2019 г.".encode())
    assert [year for _, year in followed(tmp_path, body)] == ["2023"]


@pytest.mark.parametrize("body", [WHOLE, archive(2023, (1,), "zip")])
def test_the_first_bytes_decide_what_an_archive_is(body: bytes, tmp_path: Path) -> None:
    assert followed(tmp_path, body, ARCHIVE) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "archive of 2023: empty"),
        (HTML, "It looks like a web page"),
        (WHOLE[:-40], "half-written"),
        (archive(2023, (1,), "zip")[:-40], "half-written"),
    ],
)
def test_a_damaged_archive_is_asked_again(body: bytes, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadAnswer, match=said):
        followed(tmp_path, body, ARCHIVE)


def test_an_archive_of_other_tables(tmp_path: Path) -> None:
    with pytest.raises(ResponseChanged) as caught:
        followed(tmp_path, rar({"2023/01/таб_8.xls": b"x"}), ARCHIVE)
    assert caught.value.new == ("2023/01/таб_8.xls",)


def test_a_hostile_archive_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(UnsafeArchive):
        followed(tmp_path, zipped({"../таб_9_00.xls": b"x"}), ARCHIVE)


def test_an_archive_is_kept_even_if_nothing_here_can_open_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Installing the program must not mean downloading again; the reading says what is missing."""

    def no_library(_: object) -> None:
        raise MissingTool("rarfile")

    monkeypatch.setattr("tradeflow.sources.kazakhstan.judge.members", no_library)
    assert followed(tmp_path, WHOLE, ARCHIVE) == []
