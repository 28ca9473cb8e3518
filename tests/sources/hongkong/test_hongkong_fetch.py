"""From a question to a flow table, over loopback; what is served is generated."""

from __future__ import annotations

import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from fake_hongkong import QUESTION, FakeHongkong, thousands
from loopback import Reply, Request, StepClock

import tradeflow as tf
from tradeflow.errors import BadAnswer, DuplicateKeyError, QueryRefused
from tradeflow.flows.fetch import fetch
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.http.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

SHORT = {**QUESTION, "partner": "RUS", "codes": "854231,854232", "since": "2024-01"}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHongkong]:
    with FakeHongkong() as server:
        monkeypatch.setenv("TRADEFLOW_HONGKONG_URL", server.url)
        yield server


def ask(home: Path, clock: StepClock | None = None, **question: Any) -> Delivery:  # noqa: ANN401
    return fetch(
        "hongkong",
        home=home,
        clock=clock or StepClock(),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
        backend="polars",
        **{**SHORT, "until": "2024-06", **question},
    )


def states(delivery: Delivery) -> Counter[str]:
    return Counter(map(str, delivery.coverage["state"]))


@pytest.mark.usefixtures("fake")
def test_every_cell_is_the_one_that_was_served(tmp_path: Path) -> None:
    flows = pl.DataFrame(ask(tmp_path, codes="854231").flows)
    months = [f"20240{n}" for n in range(1, 7)]
    served = {m: thousands(m, "3", "", "RU", "854231", "VCm") for m in months}
    expected = {m: 1000 * n for m, n in served.items() if n}
    found = {
        f"{row['period']:%Y%m}": row["value_usd"] / usd_per_unit("HKD", row["period"])
        for row in flows.iter_rows(named=True)
    }
    assert found == pytest.approx(expected)


def test_chinese_goods_sent_on_to_russia(fake: FakeHongkong, tmp_path: Path) -> None:
    part, whole = ask(tmp_path, origin="CHN").flows, ask(tmp_path).flows
    assert part["regime"].unique().to_list() == ["origin CHN"]
    assert whole["regime"].is_null().all()
    assert fake.questions[1].get("co") == "CN"
    both = pl.concat([pl.DataFrame(part), pl.DataFrame(whole)])
    with pytest.raises(DuplicateKeyError, match="a total beside its parts"):
        tf.panel(both, by="hs6", flow="re_export")


def test_origin_and_code_refused_names_the_way_out(fake: FakeHongkong, tmp_path: Path) -> None:
    fake.origin_with_codes = False
    with pytest.raises(QueryRefused, match=r"--codes TOTAL \(codes='TOTAL'\) by origin"):
        ask(tmp_path, origin="CHN")
    totals = ask(tmp_path, origin="CHN", codes="TOTAL").flows
    assert totals["hs6"].unique().to_list() == ["TOTAL"]


def test_one_bad_code_of_many_is_found_and_the_rest_is_kept(
    fake: FakeHongkong, tmp_path: Path
) -> None:
    fake.no_such_codes = {"854239"}
    codes = "854231,854232,854233,854239,854290,847330"
    result = ask(tmp_path, codes=codes)
    assert set(result.flows["hs6"]) == set(codes.split(",")) - {"854239"}
    assert any("does not have the code 854239 in HS2022" in note for note in result.notes)
    assert len(fake.questions) == 1 + 1 + 2 + 2 + 2  # months, six, 3+3, 1+2, 1+1


def test_months_that_are_not_out_are_found_once_and_marked(
    fake: FakeHongkong, tmp_path: Path
) -> None:
    fake.last = "202608"
    result = ask(tmp_path, since="2026-06", until="2026-10")
    assert states(result)["not released"] == 2
    assert [q.get("period") for q in fake.questions] == [
        *("202606,202610", "202606,202609", "202606,202608"),
        "202606,202608",
    ]


def test_nothing_is_out_yet(fake: FakeHongkong, tmp_path: Path) -> None:
    fake.last = "202608"
    result = ask(tmp_path, since="2026-10", until="2026-10")
    assert len(result.flows) == 0
    assert states(result) == {"not released": 1}


def test_usage_limit_is_waited_for(fake: FakeHongkong, tmp_path: Path) -> None:
    clean = ask(tmp_path / "clean").flows
    fake.requests.clear()
    fake.refusals = {2: ("Usage limit", "Please try later"), 3: ("Server busy", "")}
    clock = StepClock()
    assert clean.equals(ask(tmp_path / "limited", clock).flows)
    assert clock.passed > 45


def test_a_held_answer_about_the_months_serves_another_question(
    fake: FakeHongkong, tmp_path: Path
) -> None:
    ask(tmp_path, codes="854231")
    asked = len(fake.questions)
    result = ask(tmp_path, codes="847330", partner="KAZ")
    assert len(fake.questions) == asked + 1
    assert set(result.flows["hs6"]) == {"847330"}
    assert set(result.coverage["partner"]) == {"KAZ"}


def test_without_cookies_there_is_a_web_page_and_a_typed_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class NoCookies(FakeHongkong):
        def answer(self, request: Request) -> Reply:
            reply = super().answer(request)
            reply.headers.pop("Set-Cookie", None)
            return reply

    with NoCookies() as server:
        monkeypatch.setenv("TRADEFLOW_HONGKONG_URL", server.url)
        with pytest.raises(BadAnswer, match="a web page instead of data"):
            ask(tmp_path)
