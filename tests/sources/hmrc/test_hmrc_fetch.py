"""From a question to a flow table, over loopback; what is served is generated."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from fake_hmrc import KAZAKHSTAN, PORTS, QUESTION, RUSSIA, FakeHmrc, pounds
from loopback import StepClock

from tradeflow.errors import BadAnswer, Unreachable
from tradeflow.flows.fetch import fetch
from tradeflow.nomenclature.units import usd_per_unit
from tradeflow.sources.http.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

SHORT = {**QUESTION, "since": "2024-01", "until": "2024-06"}
COUNTRY = {"RUS": RUSSIA, "KAZ": KAZAKHSTAN}


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHmrc]:
    with FakeHmrc() as server:
        server.absolute = True
        monkeypatch.setenv("TRADEFLOW_HMRC_URL", server.url)
        yield server


def ask(home: Path, clock: StepClock | None = None, **question: Any) -> Delivery:  # noqa: ANN401
    return fetch(
        "hmrc",
        home=home,
        clock=clock or StepClock(),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
        backend="polars",
        **{**SHORT, **question},
    )


@pytest.mark.parametrize("rows", [1, 5, 40_000])
def test_every_cell_is_the_one_that_was_served_whatever_the_page(
    fake: FakeHmrc, tmp_path: Path, rows: int
) -> None:
    fake.page = rows
    served: dict[tuple[str, str, str], int] = defaultdict(int)
    for month in range(202401, 202407):
        for code in (85423110, 85423190):
            for partner, number in COUNTRY.items():
                for port in PORTS:
                    value = pounds(month, 4, code, number, port)
                    if value:
                        served[f"{month}", str(code), partner] += value
    found = {
        (f"{row['period']:%Y%m}", row["national_code"], row["partner"]): row["value_usd"]
        / usd_per_unit("GBP", row["period"])
        for row in ask(tmp_path, codes="854231").flows.rows(named=True)
    }
    assert found == pytest.approx(dict(served))


def test_a_page_that_lost_rows_is_never_accepted(fake: FakeHmrc, tmp_path: Path) -> None:
    fake.lost = 1
    with pytest.raises(BadAnswer, match="rows arrived"):
        ask(tmp_path)
    fake.lost = 0
    assert len(ask(tmp_path).flows) > 0


def test_the_guard_refuses_every_third_call(fake: FakeHmrc, tmp_path: Path) -> None:
    clean = ask(tmp_path / "clean").flows
    fake.requests.clear()
    fake.forbidden = set(range(1, 100, 3))
    clock = StepClock()
    assert clean.equals(ask(tmp_path / "guarded", clock).flows)
    assert clock.passed > 20


def test_a_guard_that_never_lets_through_ends_in_a_typed_error(
    fake: FakeHmrc, tmp_path: Path
) -> None:
    fake.forbidden = set(range(1, 1000))
    with pytest.raises(Unreachable, match="403: 403 Ip Forbidden"):
        ask(tmp_path)
    assert len(fake.requests) < 100


def test_a_filter_that_the_service_finds_too_long(fake: FakeHmrc, tmp_path: Path) -> None:
    clean = ask(tmp_path / "clean")
    fake.longest = 1
    short = ask(tmp_path / "short")
    key = ["partner", "period", "national_code"]
    assert clean.flows.sort(key).equals(short.flows.sort(key))
    assert clean.coverage.equals(short.coverage)


def test_months_that_are_not_out_are_marked(fake: FakeHmrc, tmp_path: Path) -> None:
    fake.last = 202608
    coverage = ask(tmp_path, since="2026-07", until="2026-10", partner="RUS").coverage
    states = Counter(map(str, coverage["state"]))
    assert states == {"reported": 2, "not released": 2}
