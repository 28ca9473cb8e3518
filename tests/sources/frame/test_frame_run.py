"""The engine: splits what was cut off, waits, goes on where it stopped, repeats nothing."""

from __future__ import annotations

import dataclasses
import json
import random
import traceback
from typing import TYPE_CHECKING

import pytest
from loopback import FAULTS, Fake, Reply, Request, StepClock, as_json
from toy_source import CANARY, TOY, FakeToy, call, parse, plan, question

from tradeflow.errors import BadAnswer, DataError, QuotaExhausted, TradeflowError, Unreachable
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.http.session import Session
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.run import Progress, run
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Answer, Verdict
    from tradeflow.sources.source import Source


def carry_out(
    fake: Fake,
    folder: Path,
    these: FetchPlan | None = None,
    clock: StepClock | None = None,
    source: Source = TOY,
) -> list[Answer]:
    session = Session(source, ledger=folder / "ledger", base=fake.url, clock=clock or StepClock())
    return run(
        these or plan(question()),
        source,
        session=session,
        answers=Releases(folder / "releases"),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
    )


def numbers(answers: list[Answer]) -> list[int]:
    return parse(answers).rows["n"].to_list()


def test_all_calls_in_order_and_kept(tmp_path: Path) -> None:
    with FakeToy() as fake:
        answers = carry_out(fake, tmp_path)
    assert numbers(answers) == list(range(8))
    assert all(answer.path.is_relative_to(tmp_path / "releases/toy") for answer in answers)
    assert not list((tmp_path / "releases/.incoming").iterdir())


@pytest.mark.parametrize("zone", ["", "+03:00"])
def test_an_origin_record_without_utc_is_damaged(tmp_path: Path, zone: str) -> None:
    """Days of two zones would not compare; the content is there, and can be asked for again."""
    with FakeToy() as fake:
        (first, *_) = carry_out(fake, tmp_path)
    record = next(path for path in tmp_path.rglob("*.json") if path.name.startswith(first.call.id))
    text = record.read_text()
    assert "+00:00" in text
    record.write_text(text.replace("+00:00", zone))
    with pytest.raises(DataError, match="is no origin record"):
        Releases(tmp_path / "releases").held(first.call)
    with pytest.raises(DataError, match="is not in UTC"):
        dataclasses.replace(first, retrieved_at=first.retrieved_at.replace(tzinfo=None))


def test_held_answers_are_not_asked_again(tmp_path: Path) -> None:
    with FakeToy() as fake:
        first = carry_out(fake, tmp_path)
        asked = len(fake.requests)
        assert carry_out(fake, tmp_path) == first
        assert len(fake.requests) == asked == 8


def test_a_count_at_the_cap_is_split(tmp_path: Path) -> None:
    wide = FetchPlan(question(), (call([0, 1, 2]), call([3])), interval=1.0)
    with FakeToy() as fake:
        assert numbers(carry_out(fake, tmp_path, wide)) == [0, 1, 2, 3]


def test_what_an_answer_asks_for_next(tmp_path: Path) -> None:
    class Chain(FakeToy):
        def answer(self, request: Request) -> Reply:
            n = int(request.get("n"))
            return as_json({"rows": [n], "then": [[n + 1]] if n < 4 else []})

    with Chain() as fake:
        chain = FetchPlan(question(), (call([0]),), interval=1.0)
        assert numbers(carry_out(fake, tmp_path, chain)) == [0, 1, 2, 3, 4]


def test_a_source_still_at_work_is_asked_again_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    class Slow(FakeToy):
        def answer(self, _: Request) -> Reply:
            wait = len(self.requests) < 4
            return as_json({"rows": [] if wait else [7], "wait": wait})

    with Slow() as fake:
        clock = StepClock()
        answers = carry_out(fake, tmp_path, FetchPlan(question(), (call([7]),), 1.0), clock)
    assert numbers(answers) == [7]
    assert clock.passed > 14
    assert len(list((tmp_path / "releases/toy").rglob("*.json"))) == 1


@pytest.mark.parametrize("fault", [f for f in FAULTS if f != "time-out"])
def test_a_fault_in_every_third_answer_changes_nothing(fault: str, tmp_path: Path) -> None:
    with FakeToy() as fake:
        fake.fault_of = lambda n: fault if n % 3 == 0 else None
        assert numbers(carry_out(fake, tmp_path)) == list(range(8))


def test_a_source_that_stays_away_is_an_error_that_says_how_to_go_on(tmp_path: Path) -> None:
    with FakeToy() as fake:
        fake.fault_of = lambda n: "500" if n > 3 else None
        with pytest.raises(Unreachable) as caught:
            carry_out(fake, tmp_path)
        (note,) = caught.value.__notes__
        assert note.startswith("3 answers are kept, 5 or more calls are left.")
        fake.fault_of = lambda _: None
        before = len(fake.requests)
        assert numbers(carry_out(fake, tmp_path)) == list(range(8))
        assert len(fake.requests) == before + 5


def test_an_answer_that_repeats_the_key_shows_it_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def judge(answer: Answer) -> Verdict:
        said = answer.read().decode()
        raise BadAnswer(f"toy says: {said}") from ValueError(said)

    class Repeats(FakeToy):
        def answer(self, request: Request) -> Reply:
            return as_json({"error": f"key {request.get('key')} is spent"})

    monkeypatch.setenv("TRADEFLOW_TOY_KEY", CANARY)
    with Repeats() as fake, pytest.raises(BadAnswer, match=r"key \*\*\* is spent") as caught:
        carry_out(fake, tmp_path, source=dataclasses.replace(TOY, judge=judge))
    assert fake.requests[0].get("key") == CANARY
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert not [path for path in tmp_path.rglob("*") if CANARY.encode() in content_of(path)]


def content_of(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


def test_a_quota_that_ends_is_respected_until_the_next_day(tmp_path: Path) -> None:
    class Strict(FakeToy):
        def answer(self, request: Request) -> Reply:
            if len(self.requests) == 3:
                text = {
                    "message": "Out of call volume quota. Quota will be replenished in 05:00:00."
                }
                return Reply(json.dumps(text).encode(), 403)
            return super().answer(request)

    clock = StepClock()
    with Strict() as fake:
        for _ in range(2):
            with pytest.raises(QuotaExhausted):
                carry_out(fake, tmp_path, clock=clock)
        assert len(fake.requests) == 3  # the second run did not even ask
        clock.sleep(5 * 3600 + 1)
        assert numbers(carry_out(fake, tmp_path, clock=clock)) == list(range(8))
        assert len(fake.requests) == 9


def test_progress_counts_what_is_known(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with FakeToy() as fake:
        session = Session(TOY, ledger=tmp_path, base=fake.url, clock=StepClock())
        run(
            plan(question()),
            TOY,
            session=session,
            answers=Releases(tmp_path / "r"),
            report=seen.append,
        )
    assert [p.done for p in seen] == list(range(1, 9))
    assert {p.of for p in seen} == {8}
    assert seen[-1].seconds_left == 0


def test_an_answer_damaged_on_disk_is_named(tmp_path: Path) -> None:
    with FakeToy() as fake:
        answers = carry_out(fake, tmp_path)
        content = answers[2].path.read_bytes()
        answers[2].path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        with pytest.raises(TradeflowError, match=str(answers[2].path.name)):
            carry_out(fake, tmp_path)
        answers[2].path.unlink()
        assert numbers(carry_out(fake, tmp_path)) == list(range(8))


def test_plans_explain_themselves() -> None:
    text = " ".join(plan(question()).explain().split())
    assert "8 calls to toy, at least 1 s apart: at least 8 seconds" in text
    assert "2% of the 500 calls granted per day" in text
    assert "data: … and 5 more, the last: n 7" in text


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0.001, "1 second."), (0.5, "30 seconds."), (1.0, "1 minute."), (90.0, "90 minutes.")],
)
def test_a_plan_says_the_least_time_it_takes(minutes: float, said: str) -> None:
    paced = dataclasses.replace(plan(question()), interval=minutes * 60 / 8)
    assert f"at least {said}" in " ".join(paced.explain().split())
