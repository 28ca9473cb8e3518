"""Rates over loopback, kept in a folder, and used where values are converted."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import polars as pl
import pytest
from fake_ecb import FakeEcb, rates
from loopback import FAULTS, StepClock

from tradeflow.errors import SourceError, UnknownNameError, UsageError
from tradeflow.flows.check_sources import check_sources
from tradeflow.flows.fetch import fetch
from tradeflow.flows.rates import fetch_rates, load_kept_rates
from tradeflow.nomenclature.units import more_rates, rate_months, usd_per_unit
from tradeflow.sources.http.patience import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

JANUARY = date(2027, 1, 1)
PASSING = [fault for fault in FAULTS if fault != "time-out"]  # that one costs real seconds


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEcb]:
    with FakeEcb() as server:
        monkeypatch.setenv("TRADEFLOW_ECB_URL", server.url)
        server.released = "2027-01"
        yield server


def ask(home: Path, day: datetime = datetime(2027, 2, 10, tzinfo=UTC)) -> pl.DataFrame:
    patience = Patience(chance=random.Random(1))  # noqa: S311
    clock = StepClock(day)
    return fetch_rates(home=home, clock=clock, patience=patience, backend="polars")


def test_all_rates_as_served(fake: FakeEcb, tmp_path: Path) -> None:
    found = {(c, month): rate for c, month, rate in ask(tmp_path).iter_rows()}
    assert found == rates()
    assert len(fake.requests) == 1


def test_pandas_by_default(fake: FakeEcb, tmp_path: Path) -> None:
    frame = fetch_rates(since="2026-01", until="2026-02", home=tmp_path)
    assert list(frame.columns) == ["currency", "month", "units_per_eur"]
    assert len(frame) == 16
    assert len(fake.requests) == 1


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_changes_nothing(fault: str, fake: FakeEcb, tmp_path: Path) -> None:
    fake.fault_of = lambda n: fault if n == 1 else None
    found = ask(tmp_path)
    assert found.height == len(rates())
    assert len(fake.requests) > 1


@pytest.mark.parametrize("fault", ["500", "HTML with 200", "empty body", "truncated body"])
def test_a_fault_that_stays_is_named_and_nothing_is_kept(
    fault: str, fake: FakeEcb, tmp_path: Path
) -> None:
    fake.fault_of = lambda _: fault
    with pytest.raises(SourceError):
        ask(tmp_path)
    assert load_kept_rates(tmp_path).is_empty()


def test_a_rate_that_is_not_held_says_what_to_do() -> None:
    with pytest.raises(UnknownNameError, match=r"2012-01 to .*`tradeflow fetch ecb`") as caught:
        usd_per_unit("EUR", JANUARY)
    assert "Did you mean" not in str(caught.value)


@pytest.mark.usefixtures("fake")
def test_kept_rates_are_used_within_the_block_and_not_beyond(tmp_path: Path) -> None:
    ask(tmp_path)
    served = rates()
    with more_rates(load_kept_rates(tmp_path)):
        assert usd_per_unit("EUR", JANUARY) == served["USD", "2027-01"]
        yuan = served["USD", "2027-01"] / served["CNY", "2027-01"]
        assert usd_per_unit("CNY", JANUARY) == pytest.approx(yuan)
        assert rate_months()[-1] == "2027-01"
    assert rate_months()[-1] < "2027-01"
    with pytest.raises(UnknownNameError):
        usd_per_unit("EUR", JANUARY)


def test_packaged_rates_are_never_replaced() -> None:
    packaged = usd_per_unit("EUR", date(2020, 1, 1))
    other = {"currency": "USD", "month": "2020-01", "units_per_eur": 99.0}
    with more_rates(pl.DataFrame([other])):
        assert usd_per_unit("EUR", date(2020, 1, 1)) == packaged


def test_no_folder_no_rates(tmp_path: Path) -> None:
    nothing = load_kept_rates(tmp_path / "nowhere")
    assert nothing.is_empty()
    with more_rates(nothing):
        assert usd_per_unit("EUR", date(2020, 1, 1)) == pytest.approx(1.1100, abs=1e-4)


def test_the_later_answer_counts(fake: FakeEcb, tmp_path: Path) -> None:
    """A month without a value in one answer and with it in the next."""
    fake.suspended = {"CHF": "2027-01"}
    ask(tmp_path, datetime(2027, 2, 1, tzinfo=UTC))
    assert load_kept_rates(tmp_path).filter(month="2027-01").height == 7
    fake.suspended = {}
    ask(tmp_path, datetime(2027, 2, 10, tzinfo=UTC))
    assert load_kept_rates(tmp_path).filter(month="2027-01").height == 8
    assert len(fake.requests) == 2


@pytest.mark.usefixtures("fake")
def test_the_probe(tmp_path: Path) -> None:
    (row,) = check_sources(["ecb"], home=tmp_path)
    assert (row["answers"], row["key"]) == ("yes", "none needed")


def test_rates_are_no_flows(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="rates and no trade: `tradeflow fetch ecb`"):
        fetch("ecb", home=tmp_path, codes="TOTAL", since="2020-01")
