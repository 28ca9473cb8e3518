"""From a question to a flow table, over loopback, with CEPII's real lines where they are held."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from archive_files import zipped
from fake_baci import GENERATED, QUESTION, FakeBaci, bundle, thousand_dollars
from kept_answer import kept
from loopback import HTML, StepClock
from mutation import mutate
from polars.testing import assert_frame_equal

import tradeflow as tf
from tradeflow.errors import (
    BadAnswer,
    InputFileError,
    QueryRefused,
    TradeflowError,
    UnsafeArchive,
)
from tradeflow.flows.check_sources import check_sources
from tradeflow.flows.fetch import fetch
from tradeflow.sources.baci.fetched import judge, parse
from tradeflow.sources.baci.plan import plan
from tradeflow.sources.call import Accepted
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.call import Call

WHOLE = bundle("HS22", GENERATED) or b""


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBaci]:
    with FakeBaci() as server:
        monkeypatch.setenv("TRADEFLOW_BACI_URL", server.url)
        yield server


def ask(home: Path, **question: Any) -> Delivery:  # noqa: ANN401
    return fetch(
        "baci",
        home=home,
        clock=StepClock(),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
        backend="polars",
        **{**QUESTION, **question},
    )


def call(**question: Any) -> Call:  # noqa: ANN401
    asked = {"codes": "8482", "freq": "A", "since": "2022", "until": "2025", **question}
    return plan(make_query("baci", **asked, today=date(2026, 11, 1))).calls[0]


def states(result: Delivery) -> dict[tuple[str, str, int], str]:
    rows = result.coverage.select("reporter", "partner", "period", "state").iter_rows()
    return {(i, j, day.year): state for i, j, day, state in rows}


@pytest.mark.usefixtures("fake")
def test_the_real_rows_of_china_and_russia(tmp_path: Path) -> None:
    """All chapters from the recorded release give the embedded sample, cell by cell."""
    chapters = ",".join(f"{n:02d}" for n in range(1, 98) if n != 77)
    question = {"reporter": "CHN", "since": "2017", "until": "2024", "edition": "HS17"}
    result = ask(tmp_path, **question, codes=chapters, release="V202501")
    sample = tf.load_sample("china-russia-annual", backend="polars")
    assert_frame_equal(result.flows, sample, check_row_order=False)
    assert states(result)["CHN", "RUS", 2023] == "reported"
    assert states(result)["CHN", "RUS", 2024] == "not released"


def test_every_cell_is_the_one_that_was_served(fake: FakeBaci, tmp_path: Path) -> None:
    flows = ask(tmp_path).flows
    expected = {
        (exporter, year, code): thousand * 1_000.0
        for exporter in ("CHN", "KAZ")
        for year in range(2016, 2023)
        for code in ("848210", "854370")
        if (thousand := thousand_dollars(exporter, "RUS", code, year))
    }
    cells = flows.select("reporter", pl.col("period").dt.year(), "hs6", "value_usd").iter_rows()
    assert {tuple(key): value for *key, value in cells} == pytest.approx(expected)
    editions = flows.select(pl.col("period").dt.year(), "edition").unique().sort("period").rows()
    assert editions == [
        (2016, "HS2012"),
        *((year, "HS2017") for year in range(2017, 2022)),
        (2022, "HS2022"),
    ]
    assert len(fake.requests) == 3


@pytest.mark.usefixtures("fake")
def test_zero_and_not_released(tmp_path: Path) -> None:
    asked = {"since": "2023", "until": "2025", "codes": "848210", "edition": "HS22"}
    assert states(ask(tmp_path, **asked)) == {
        ("CHN", "RUS", 2023): "reported",
        ("CHN", "RUS", 2024): "reported",
        ("CHN", "RUS", 2025): "not released",
        ("KAZ", "RUS", 2023): "zero",
        ("KAZ", "RUS", 2024): "zero",
        ("KAZ", "RUS", 2025): "not released",
    }
    nothing = ask(tmp_path, **{**asked, "since": "2025"})
    assert nothing.flows.is_empty()


@pytest.mark.usefixtures("fake")
def test_imports_are_the_other_sides_exports(tmp_path: Path) -> None:
    back = ask(tmp_path, reporter="RUS", partner="CHN,KAZ", flow="import")
    assert_frame_equal(back.flows, ask(tmp_path).flows)
    assert any("states each flow once" in note for note in back.notes)


def test_a_release_is_fetched_once_however_old(fake: FakeBaci, tmp_path: Path) -> None:
    ask(tmp_path)
    fake.requests.clear()
    ask(tmp_path, codes="010121", max_age_days=0.0)  # another question to the same files
    assert not fake.requests


def test_a_release_that_does_not_exist(fake: FakeBaci, tmp_path: Path) -> None:
    with pytest.raises(QueryRefused, match=r"BACI_HS12_V203001.zip: there is no such file \(404\)"):
        ask(tmp_path, release="V203001")
    assert len(fake.requests) == 1


@pytest.mark.usefixtures("fake")
def test_the_probe(tmp_path: Path) -> None:
    (row,) = check_sources(["baci"], home=tmp_path)
    assert row["answers"] == "yes"


def test_a_whole_zip_is_accepted(tmp_path: Path) -> None:
    assert judge(kept(tmp_path, call(), WHOLE)) == Accepted()


@pytest.mark.parametrize(
    ("body", "error", "said"),
    [
        (b"", BadAnswer, "BACI_HS22_V202601.zip: empty"),
        (HTML, BadAnswer, "looks like a web page"),
        (WHOLE[:-30], BadAnswer, "half-written"),
        (WHOLE[: len(WHOLE) // 2], BadAnswer, "half-written"),
        (zipped({"../x.csv": b""}), UnsafeArchive, "outside its folder"),
    ],
)
def test_a_zip_that_is_none(
    body: bytes, error: type[TradeflowError], said: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=said):
        judge(kept(tmp_path, call(), body))


def test_the_zip_of_another_edition_is_not_read(tmp_path: Path) -> None:
    wrong = kept(tmp_path, call(since="2017"), WHOLE)
    assert judge(wrong) == Accepted()  # its members are looked at when they are read
    with pytest.raises(InputFileError, match=r"BACI_HS17_V202601\.zip \(.*its members are HS22"):
        parse([wrong])


def test_the_order_of_the_zips_changes_nothing(tmp_path: Path) -> None:
    query = make_query("baci", **QUESTION, today=date(2026, 11, 1))
    tags = ("HS12", "HS17", "HS22")
    answers = [
        kept(tmp_path, asked, bundle(tag, GENERATED))
        for tag, asked in zip(tags, plan(query).calls, strict=True)
    ]
    one, other = parse(answers), parse(answers[::-1])
    assert one.rows.equals(other.rows)
    assert one.coverage.equals(other.coverage)


@pytest.mark.parametrize("seed", range(30))
def test_damaged_zips_never_break_it(seed: int, tmp_path: Path) -> None:
    answer = kept(tmp_path, call(), mutate(WHOLE, random.Random(seed)))  # noqa: S311
    try:
        judge(answer)
        parse([answer])
    except TradeflowError as error:
        assert str(error)  # noqa: PT017  other errors must escape
