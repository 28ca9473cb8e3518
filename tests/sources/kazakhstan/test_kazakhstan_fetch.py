"""From a question to a flow table, over loopback; what is served is generated."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from archive_files import rar, xlsx
from fake_kazakhstan import GOODS, QUESTION, FakeKazakhstan, table, thousand_dollars
from hypothesis import given, settings
from hypothesis import strategies as st
from kept_answer import kept
from loopback import StepClock

from tradeflow.errors import DataError, InputFileError, MissingTool, TradeflowError
from tradeflow.flows.check_sources import check_sources
from tradeflow.flows.fetch import fetch
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.kazakhstan.judge import judge
from tradeflow.sources.kazakhstan.parse import parse
from tradeflow.sources.kazakhstan.plan import plan
from tradeflow.sources.kazakhstan.reader import sheets
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

NAME = "таб_9_00.xlsx"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeKazakhstan]:
    """The source on loopback; workbooks are read in this process, which is faster."""
    monkeypatch.setattr(
        "tradeflow.sources.kazakhstan.table.read_sheets", lambda path, **_: sheets(str(path))
    )
    with FakeKazakhstan() as server:
        monkeypatch.setenv("TRADEFLOW_KAZAKHSTAN_URL", server.url)
        yield server


def ask(home: Path, **question: Any) -> Delivery:  # noqa: ANN401
    return fetch(
        "kazakhstan",
        home=home,
        clock=StepClock(),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
        backend="polars",
        **{**QUESTION, **question},
    )


def states(result: Delivery) -> dict[tuple[str, str], str]:
    rows = result.coverage.select("partner", "period", "state").iter_rows()
    return {(partner, f"{month:%Y-%m}"): state for partner, month, state in rows}


@pytest.mark.parametrize("pack", ["rar", "zip"])
@pytest.mark.parametrize("flow", ["export", "import"])
def test_every_cell_is_the_one_that_was_served(
    pack: str, flow: str, fake: FakeKazakhstan, tmp_path: Path
) -> None:
    fake.pack, fake.held = pack, {2021: (11, 12), 2022: tuple(range(1, 13)), 2023: (1, 2, 3)}
    result = ask(tmp_path, flow=flow)
    expected = {
        (partner, date(year, month, 1), code): thousand * 1_000.0
        for year, month in [(2021, 12), *((2022, m) for m in range(1, 13)), (2023, 1), (2023, 2)]
        for partner in ("RUS", "KGZ")
        for code in GOODS[1:]
        if (thousand := thousand_dollars(flow, partner, code, year, month))
    }
    cells = result.flows.select("partner", "period", "hs6", "value_usd").iter_rows()
    assert {tuple(key): value for *key, value in cells} == pytest.approx(expected)
    assert result.flows.select("reporter", "flow", "release").unique().rows() == [
        ("KAZ", flow, "retrieved 2026-11-01")
    ]
    assert set(states(result).values()) == {"reported"}
    assert len(fake.requests) == 4


def test_late_missing_and_none(fake: FakeKazakhstan, tmp_path: Path) -> None:
    fake.held = {2022: (11,), 2023: (1, 3)}
    found = states(ask(tmp_path, codes="848210", since="2021-12", until="2023-05"))
    assert found["RUS", "2022-11"] == "reported"
    assert found["KGZ", "2022-11"] == "zero"  # the table has Kyrgyz lines, and not of bearings
    assert found["RUS", "2021-12"] == "unknown"  # no archive, though there are later ones
    assert found["RUS", "2022-12"] == found["KGZ", "2023-02"] == "unknown"  # a gap
    assert found["RUS", "2023-04"] == found["KGZ", "2023-05"] == "not released"


def test_a_year_that_has_no_archive_yet(fake: FakeKazakhstan, tmp_path: Path) -> None:
    fake.held = {2023: (12,)}
    result = ask(tmp_path, since="2024-01", until="2024-02")
    assert result.flows.is_empty()
    assert set(states(result).values()) == {"not released"}
    assert len(fake.requests) == 1


def test_the_last_month_of_a_year_that_is_over_is_a_gap(
    fake: FakeKazakhstan, tmp_path: Path
) -> None:
    fake.held = {2023: (11,), 2024: (1,)}
    assert states(ask(tmp_path, since="2023-12", until="2023-12"))["RUS", "2023-12"] == "unknown"


def test_a_table_without_the_partner_and_one_that_hides_a_line(
    fake: FakeKazakhstan, tmp_path: Path
) -> None:
    rows = [row for row in table(2023, 1) if row[1] != "КЫРГЫЗСТАН"][: 4 + 4]  # Russia alone
    rows = [[*r[:5], "х", *r[6:]] if r[0] == "8482.10" else r for r in rows]
    fake.files[2023] = rar({f"2023/01/{NAME}": xlsx(rows)})
    asked = {"since": "2023-01", "until": "2023-01", "codes": "848210"}
    result = ask(tmp_path, **asked)
    assert states(result) == {("RUS", "2023-01"): "unknown", ("KGZ", "2023-01"): "unknown"}
    assert result.withheld.select("partner", "hs6", "export_v").rows() == [("RUS", "848210", "х")]
    assert ask(tmp_path, **asked, flow="import").withheld.is_empty()
    other = ask(tmp_path, **{**asked, "codes": "854370"}, partner="RUS")
    assert (states(other)["RUS", "2023-01"], other.withheld.height) == ("reported", 0)


def test_codes_that_ended_are_unknown_afterwards(fake: FakeKazakhstan, tmp_path: Path) -> None:
    found = states(ask(tmp_path, codes="880330", since="2021-12", until="2022-01", partner="RUS"))
    assert found == {("RUS", "2021-12"): "zero", ("RUS", "2022-01"): "unknown"}
    assert [r.path for r in fake.requests[1:]] == ["/api/iblock/element/2021/file/ru/"]


def test_a_folder_of_several_months_stops_the_reading(fake: FakeKazakhstan, tmp_path: Path) -> None:
    fake.files[2023] = rar({f"2023/январь-март/{NAME}": xlsx(table(2023, 1))})
    with pytest.raises(DataError, match=r"archive of 2023.*is not one month"):
        ask(tmp_path, since="2023-01", until="2023-02")


def test_a_bad_table_is_named_with_its_archive_and_the_kept_file(
    fake: FakeKazakhstan, tmp_path: Path
) -> None:
    rows = table(2023, 1)
    rows[5][5] = "много"
    fake.files[2023] = rar({f"2023/01/{NAME}": xlsx(rows)})
    with pytest.raises(InputFileError, match=r"kazakhstan_2023\.rar \(.*releases.*\), 2023/01/"):
        ask(tmp_path, since="2023-01", until="2023-02")


def test_without_a_program_for_rar_the_archive_is_kept(
    fake: FakeKazakhstan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.files[2023] = rar({f"2023/01/{NAME}": xlsx(table(2023, 1))}, method=3)
    monkeypatch.setenv("PATH", str(tmp_path))
    asked = {"since": "2023-01", "until": "2023-01"}
    with pytest.raises(MissingTool, match=r"Install one.*unar, bsdtar"):
        ask(tmp_path, **asked)
    fake.requests.clear()
    with pytest.raises(MissingTool):
        ask(tmp_path, **asked)
    assert not fake.requests


@pytest.mark.usefixtures("fake")
def test_the_probe(tmp_path: Path) -> None:
    (row,) = check_sources(["kazakhstan"], home=tmp_path)
    assert (row["answers"], row["key"]) == ("yes", "none needed")


def test_the_order_of_the_answers_changes_nothing(fake: FakeKazakhstan, tmp_path: Path) -> None:
    answers = ask(tmp_path).answers
    assert len(fake.requests) == len(answers) == 4
    one, other = parse(answers), parse(answers[::-1])
    assert one.rows.equals(other.rows)
    assert one.coverage.equals(other.coverage)


PARTS = [
    '<div class="divTableCell">',
    "</div>",
    "<a href='//['>",
    "<a href='/x'>2023</a>",
    "</html",
]


@given(st.lists(st.sampled_from([*PARTS, "<a href='?a=%zz#f'>2022", "2022-2023", "\x00", "<!--"])))
@settings(max_examples=80)
def test_random_pages_never_break_it(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str]
) -> None:
    query = make_query(
        "kazakhstan", reporter="KAZ", codes="8482", since="2022-01", today=date(2023, 6, 1)
    )
    page = kept(tmp_path_factory.getbasetemp(), plan(query).calls[0], "".join(parts).encode())
    try:
        judge(page)
        assert parse([page]).coverage["state"].dtype == pl.Enum
    except TradeflowError as error:
        assert str(error)  # noqa: PT017  other errors must escape
