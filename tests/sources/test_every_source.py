"""What holds for every fetched source: faults pass or are named, nothing is lost or doubled."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from every_source import FETCHED, ask, damaged_answers, fake_of
from loopback import FAULTS, StepClock
from polars.testing import assert_frame_equal

from tradeflow.errors import SourceError

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery

PASSING = [fault for fault in FAULTS if fault != "time-out"]  # that one costs real seconds


def same(one: Delivery, other: Delivery) -> None:
    for name in ("flows", "coverage", "withheld"):
        left, right = getattr(one, name), getattr(other, name)
        by = [c for c in left.columns if c != "release"]
        assert_frame_equal(left.select(by), right.select(by), check_row_order=False)
    assert [a.sha256 for a in one.answers] == [a.sha256 for a in other.answers]


@pytest.mark.parametrize("name", FETCHED)
def test_a_clean_run_gives_rows_and_says_what_is_missing(name: str, tmp_path: Path) -> None:
    fake, question = fake_of(name)
    with fake() as server:
        result = ask(name, tmp_path, server, question)
    assert len(result.flows) > 0
    assert len(result.coverage) > 0
    assert "rows from" in result.summary()


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("name", FETCHED)
def test_a_fault_in_every_third_answer_changes_nothing(
    name: str, fault: str, tmp_path: Path
) -> None:
    fake, question = fake_of(name)
    with fake() as server:
        clean = ask(name, tmp_path / "clean", server, question)
    with fake() as server:
        server.fault_of = lambda n: fault if n % 3 == 0 else None
        same(ask(name, tmp_path / "faulty", server, question), clean)


@pytest.mark.parametrize("fault", ["500", "HTML with 200", "empty body", "truncated body"])
@pytest.mark.parametrize("name", FETCHED)
def test_a_source_that_stays_broken_is_a_typed_error_and_the_plan_resumes(
    name: str, fault: str, tmp_path: Path
) -> None:
    fake, question = fake_of(name)
    with fake() as server:
        clean = ask(name, tmp_path / "clean", server, question)
        once = Counter((r.path, r.params) for r in server.requests)
    with fake() as server:
        server.fault_of = lambda n: fault if n >= 3 else None
        with pytest.raises(SourceError):
            ask(name, tmp_path / "stopped", server, question)
        good = len(server.requests)
        server.fault_of = lambda _: None
        same(ask(name, tmp_path / "stopped", server, question), clean)
        served = [(r.path, r.params) for r in (*server.requests[:2], *server.requests[good:])]
    assert Counter(served) == once  # no answered call was made again


@pytest.mark.parametrize("name", FETCHED)
def test_429_for_an_hour(name: str, tmp_path: Path) -> None:
    fake, question = fake_of(name)
    clock = StepClock()
    with fake() as server:
        server.fault_of = lambda _: "429"
        with pytest.raises(SourceError):
            ask(name, tmp_path, server, question, clock=clock)
    assert clock.passed < 3600


@pytest.mark.parametrize("name", FETCHED)
def test_only_our_own_errors_come_out_of_damaged_answers(name: str) -> None:
    outcomes = Counter(damaged_answers(name, seed=7, number=120))
    assert sum(outcomes.values()) == 120
    assert len(outcomes) > 1


@pytest.mark.parametrize("name", FETCHED)
def test_no_key_is_ever_written(name: str, tmp_path: Path) -> None:
    fake, question = fake_of(name)
    with fake() as server:
        ask(name, tmp_path, server, question)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"canary-key-42" not in path.read_bytes()
