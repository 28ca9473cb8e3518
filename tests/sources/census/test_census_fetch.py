"""From a question to a flow table, over loopback."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import polars as pl
import pytest
from fake_census import QUESTION, FakeCensus, drawn
from loopback import StepClock

from tradeflow.errors import BadAnswer, KeyRefused, QueryRefused
from tradeflow.flows.check_sources import check_sources
from tradeflow.flows.fetch import fetch
from tradeflow.sources.http.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

KEY = "canary-key-42"


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeCensus]:
    with FakeCensus() as server:
        monkeypatch.setenv("TRADEFLOW_CENSUS_URL", server.url)
        monkeypatch.delenv("TRADEFLOW_CENSUS_KEY", raising=False)
        yield server


def ask(home: Path, key: str | None = KEY, **question: object) -> Delivery:
    patience = Patience(chance=random.Random(1))  # noqa: S311
    return fetch(
        "census",
        home=home,
        key=key,
        clock=StepClock(),
        patience=patience,
        backend="polars",
        **{**QUESTION, **question},
    )


def test_every_cell_is_the_one_that_was_served(fake: FakeCensus, tmp_path: Path) -> None:
    flows = ask(tmp_path, partner="KAZ").flows
    served = {
        (f"{row['period']:%Y-%m}", row["national_code"]): row["value_usd"]
        for row in flows.rows(named=True)
    }
    lines = {
        (month, code): drawn("export", code, "4634", month)
        for month, codes in {
            "2021-12": ("880310", "880330"),
            "2022-01": ("880310", "880330", "880710", "880730"),
            "2022-02": ("880710", "880730"),
            "2022-03": ("880710", "880730"),
        }.items()
        for code in [code + tail for code in codes for tail in ("0015", "9000")]
    }
    assert served == lines
    january = flows.filter(pl.col("period").dt.to_string("%Y-%m") == "2022-01")
    editions = set(january.select("hs6", "edition").rows())
    assert editions == {
        *(("880310", "HS2017"), ("880330", "HS2017")),
        *(("880710", "HS2022"), ("880730", "HS2022")),
    }
    assert len(fake.requests) == 9


def test_states_of_a_partner_that_stopped_and_a_month_that_is_late(
    fake: FakeCensus, tmp_path: Path
) -> None:
    fake.released = "2022-03"
    coverage = ask(tmp_path, until="2022-04").coverage
    found = {
        (partner, f"{period:%Y-%m}"): state
        for partner, period, state in coverage.select("partner", "period", "state").iter_rows()
    }
    assert found["RUS", "2022-02"] == "reported"
    assert found["RUS", "2022-03"] == "zero"
    assert found["KAZ", "2022-03"] == "reported"
    assert found["RUS", "2022-04"] == found["KAZ", "2022-04"] == "not released"


@pytest.mark.parametrize(("flow", "words"), [("import", "I_"), ("re_export", "E_")])
def test_other_flows(flow: str, words: str, fake: FakeCensus, tmp_path: Path) -> None:
    flows = ask(tmp_path, flow=flow, partner="KAZ").flows
    assert flows["flow"].unique().to_list() == [flow]
    assert any(name == f"{words}COMMODITY" for name, _ in fake.requests[1].params)


@pytest.mark.usefixtures("fake")
def test_domestic_and_foreign_goods_are_parts_of_all_exports(tmp_path: Path) -> None:
    whole, domestic, foreign = (
        ask(tmp_path, flow=flow, partner="KAZ").flows["value_usd"].sum()
        for flow in ("export", "domestic_export", "re_export")
    )
    assert domestic + foreign == whole


@pytest.mark.usefixtures("fake")
def test_the_probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEFLOW_CENSUS_KEY", KEY)
    (row,) = check_sources(["census"], home=tmp_path)
    assert (row["answers"], row["key"]) == ("yes", "set")
    monkeypatch.setenv("TRADEFLOW_CENSUS_KEY", "wrong-key-7")
    (row,) = check_sources(["census"], home=tmp_path)
    assert row["answers"].startswith("no: census: the key was not accepted")


@pytest.mark.parametrize("codes", ["TOTAL", "88"])
def test_the_world(codes: str, fake: FakeCensus, tmp_path: Path) -> None:
    flows = ask(tmp_path, category=None, codes=codes, partner="W00").flows
    assert flows.select("partner", "hs6").unique().rows() == [("W00", codes)]
    assert len(fake.requests) == 2


def test_without_a_key_nothing_is_sent(fake: FakeCensus, tmp_path: Path) -> None:
    with pytest.raises(KeyRefused, match=r"TRADEFLOW_CENSUS_KEY is not set.*key_signup"):
        ask(tmp_path, key=None)
    assert not fake.requests


def test_a_bad_key_is_tried_once_and_never_shown(fake: FakeCensus, tmp_path: Path) -> None:
    with pytest.raises(KeyRefused) as caught:
        ask(tmp_path, key="wrong-key-7")
    assert len(fake.requests) == 1  # the redirect is read and not followed
    assert "wrong-key-7" not in str(caught.value)


def test_a_name_that_the_source_dropped_is_said_in_its_words(
    fake: FakeCensus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tradeflow.sources.census.fields.UNITS", ("UNIT_QTY", "UNIT_QY2"))
    with pytest.raises(QueryRefused, match="unknown variable 'UNIT_QTY'"):
        ask(tmp_path)
    assert len(fake.requests) == 2


def test_a_source_that_denies_months_long_out_is_not_believed(
    fake: FakeCensus, tmp_path: Path
) -> None:
    fake.released = "2021-11"
    with pytest.raises(BadAnswer, match="2021-12 is out for certain"):
        ask(tmp_path)
