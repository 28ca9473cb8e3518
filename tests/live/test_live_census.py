"""One small call per open question about the US Census Bureau; needs TRADEFLOW_CENSUS_KEY."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tradeflow.errors import KeyRefused
from tradeflow.flows.fetch import fetch
from tradeflow.sources.call import Accepted, Answer
from tradeflow.sources.census.calls import data_call, release_call
from tradeflow.sources.census.source import SOURCE
from tradeflow.sources.http.session import Session
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Call

pytestmark = pytest.mark.live

SPAN = (date(2024, 1, 1), date(2024, 3, 1))


def live(call: Call, folder: Path) -> Answer:
    session = Session(SOURCE, ledger=folder / "ledger")
    with Releases(folder / "releases").incoming(SOURCE.name) as incoming:
        return incoming.keep(call, session.ask(call, incoming.file))


def test_the_total_of_all_goods_says_which_months_are_out(tmp_path: Path) -> None:
    answer = live(release_call("export", SPAN), tmp_path)
    assert SOURCE.judge(answer) == Accepted()
    assert answer.status == 200


@pytest.mark.parametrize("flow", ["export", "import"])
def test_conditions_are_echoed_and_the_star_is_understood(flow: str, tmp_path: Path) -> None:
    answer = live(data_call(flow, "MEX", "854231", "HS10", SPAN), tmp_path)
    assert SOURCE.judge(answer) == Accepted()
    assert answer.status == 200  # 204 would mean that a question is not understood


def test_without_a_country_the_answer_is_the_total(tmp_path: Path) -> None:
    answer = live(data_call("export", "W00", "854231", "HS6", SPAN), tmp_path)
    rows = SOURCE.parse([answer]).rows
    assert rows["period"].to_list() == [date(2024, month, 1) for month in (1, 2, 3)]


def test_domestic_and_foreign_goods_add_up_to_all(tmp_path: Path) -> None:
    values = {
        flow: SOURCE.parse([live(data_call(flow, "MEX", "854231", "HS6", SPAN), tmp_path)])
        .rows["value_usd"]
        .sum()
        for flow in ("export", "domestic_export", "re_export")
    }
    assert values["export"] == values["domestic_export"] + values["re_export"]


def test_a_chapter_without_a_star(tmp_path: Path) -> None:
    answer = live(data_call("export", "MEX", "85", "HS10", SPAN), tmp_path)
    assert SOURCE.parse([answer]).rows["hs6"].unique().to_list() == ["85"]


def test_a_bad_key_is_a_redirect_or_a_page(tmp_path: Path) -> None:
    session = Session(SOURCE, ledger=tmp_path / "ledger", key="no-key-of-anybody")
    call = release_call("export", SPAN)
    with Releases(tmp_path / "releases").incoming(SOURCE.name) as incoming:
        answer = incoming.keep(call, session.ask(call, incoming.file))
    with pytest.raises(KeyRefused):
        SOURCE.judge(answer)


def test_a_whole_fetch(tmp_path: Path) -> None:
    delivery = fetch(
        "census",
        home=tmp_path,
        reporter="USA",
        partner="RUS",
        category="jammers",
        since="2021-01",
        until="2022-06",
        backend="polars",
    )
    assert set(delivery.coverage["state"]) <= {"reported", "zero"}
    assert len(delivery.flows) > 0
