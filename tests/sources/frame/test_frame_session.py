"""One request: what each fault of a server becomes, and that no key ever shows."""

from __future__ import annotations

import dataclasses
import io
import logging
import traceback
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from loopback import HTML, Reply, Request, StepClock, as_json
from toy_source import CANARY, TOY, FakeToy, call

from tradeflow.errors import (
    BadAnswer,
    KeyRefused,
    QueryRefused,
    QuotaExhausted,
    Throttled,
    TradeflowError,
    Unreachable,
    UsageError,
)
from tradeflow.sources.call import Call
from tradeflow.sources.http.patience import Patience, patiently
from tradeflow.sources.http.quota import Quota
from tradeflow.sources.http.retry_after import seconds_to_wait
from tradeflow.sources.http.session import Session
from tradeflow.sources.source import Key, Source

if TYPE_CHECKING:
    from pathlib import Path


class Says(FakeToy):
    """Answers everything with one reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.says = reply

    def answer(self, _: Request) -> Reply:
        return self.says


def ask(fake: FakeToy, folder: Path, source: Source = TOY, key: str | None = None) -> bytes:
    into = io.BytesIO()
    session = Session(source, ledger=folder, key=key, base=fake.url, clock=StepClock())
    session.ask(call([1]), into)
    return into.getvalue()


@pytest.mark.parametrize(
    ("variable", "value", "error", "said"),
    [
        ("REQUESTS_CA_BUNDLE", "/no/such.pem", UsageError, "certificates that REQUESTS_CA_BUNDLE"),
        ("HTTPS_PROXY", "http://127.0.0.1:9", Unreachable, "the proxy of the environment"),
        ("HTTPS_PROXY", "http://", Unreachable, "the proxy of the environment"),
    ],
)
def test_what_the_environment_says_wrongly_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    variable: str,
    value: str,
    error: type[TradeflowError],
    said: str,
) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(variable, value)
    base = "https://127.0.0.2:9"  # nobody listens there
    session = Session(TOY, ledger=tmp_path, key=None, base=base, clock=StepClock())
    with pytest.raises(error, match=said) as caught:
        session.ask(call([1]), io.BytesIO())
    assert "tradeflow doctor" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, b'{"message":"Access denied due to missing subscription key."}', KeyRefused),
        (403, b'{"message":"Out of call volume quota. Replenished in 01:00:00."}', QuotaExhausted),
        (403, b'{"message":"This key has expired."}', KeyRefused),
        (400, b'{"message":"Maximum number of periods for preview is 1"}', QueryRefused),
        (404, b"Resource not found", QueryRefused),
        (414, b"Request URL Too Long", QueryRefused),
        (429, b"Rate limit is exceeded. Try again in 7 seconds.", Throttled),
        (500, b"", Unreachable),
        (503, HTML, Unreachable),
    ],
)
def test_statuses(status: int, body: bytes, error: type[Exception], tmp_path: Path) -> None:
    with Says(Reply(body, status)) as fake, pytest.raises(error) as caught:
        ask(fake, tmp_path)
    assert "toy" in str(caught.value)
    assert "<" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("time-out", Unreachable),
        ("reset in mid-body", Unreachable),
        ("wrong length", Unreachable),
        ("HTML with 200", BadAnswer),
        ("redirect loop", BadAnswer),
        ("429", Throttled),
        ("500", Unreachable),
    ],
)
def test_faults(fault: str, error: type[Exception], tmp_path: Path) -> None:
    with FakeToy() as fake:
        fake.fault_of = lambda _: fault
        with pytest.raises(error):
            ask(fake, tmp_path)


def test_gzip_is_taken_off(tmp_path: Path) -> None:
    with Says(Reply(b'{"rows": []}', gzipped=True)) as fake:
        assert ask(fake, tmp_path) == b'{"rows": []}'


def test_a_damaged_gzip(tmp_path: Path) -> None:
    with (
        Says(Reply(b"not gzip at all", headers={"Content-Encoding": "gzip"})) as fake,
        pytest.raises(Unreachable, match="compressed and damaged"),
    ):
        ask(fake, tmp_path)


def test_more_bytes_than_any_answer_has(tmp_path: Path) -> None:
    big = Reply(b" " * 300_000, gzipped=True)  # a few hundred bytes on the wire
    small = Call(source="toy", path="/rows", max_bytes=100_000)
    with Says(big) as fake:
        session = Session(TOY, ledger=tmp_path, base=fake.url, clock=StepClock())
        with pytest.raises(BadAnswer, match="more than"):
            session.ask(small, io.BytesIO())


def test_another_host_is_not_followed(tmp_path: Path) -> None:
    away = Reply(b"", 302, headers={"Location": "http://example.invalid/"})
    with Says(away) as fake, pytest.raises(BadAnswer, match=r"example\.invalid"):
        ask(fake, tmp_path)


def test_nobody_listens(tmp_path: Path) -> None:
    with FakeToy() as fake:
        url = fake.url
    fake.url = url
    with pytest.raises(Unreachable, match="no connection"):
        ask(fake, tmp_path)


def test_a_key_goes_where_it_belongs_and_shows_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("TRADEFLOW_TOY_KEY", CANARY)
    caplog.set_level(logging.DEBUG)
    shown = []
    for reply in (
        as_json({"rows": [1]}),
        Reply(f"bad key {CANARY}".encode(), 401),
        Reply(b"{}", cut=1),
    ):
        with Says(reply) as fake:
            session = Session(TOY, ledger=tmp_path, base=fake.url, clock=StepClock())
            try:
                shown.append(repr(session.ask(call([1]), io.BytesIO())))
            except TradeflowError as error:
                shown.append("".join(traceback.format_exception(error)))
        assert fake.requests[0].get("key") == CANARY
    shown += [record.getMessage() for record in caplog.records]
    assert any("GET /rows" in line for line in shown)
    everything = "\n".join(shown)
    for form in (CANARY, quote(CANARY), quote(CANARY, safe="")):
        assert form not in everything


def test_a_key_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRADEFLOW_TOY_KEY", "two words")
    with pytest.raises(UsageError, match="Copy it again"):
        Session(TOY, ledger=tmp_path)
    with pytest.raises(UsageError, match="Copy it again") as caught:
        Session(TOY, ledger=tmp_path, key="secret\nword")
    assert "secret" not in str(caught.value)


def test_a_key_that_is_needed(tmp_path: Path) -> None:
    key = Key("TRADEFLOW_TOY_KEY", param="key", needed=True, how="Ask for one at example.org.")
    with pytest.raises(KeyRefused, match=r"TRADEFLOW_TOY_KEY is not set\. Ask for one"):
        Session(dataclasses.replace(TOY, key=key), ledger=tmp_path)


def test_calls_keep_their_distance(tmp_path: Path) -> None:
    clock = StepClock()
    with FakeToy() as fake:
        session = Session(TOY, ledger=tmp_path, base=fake.url, clock=clock)
        for n in range(3):
            session.ask(call([n]), io.BytesIO())
    assert clock.passed == pytest.approx(2.0)
    assert session.quota.used() == 3


def test_the_quota_outlives_the_process_and_ends_at_midnight(tmp_path: Path) -> None:
    clock = StepClock(datetime(2026, 11, 1, 23, 0, tzinfo=UTC))
    for _ in range(2):
        Quota(tmp_path, "toy", 2, clock).count()
    again = Quota(tmp_path, "toy", 2, clock)
    assert again.left() == 0
    with pytest.raises(QuotaExhausted, match=r"in 1\.0 hours") as caught:
        again.check()
    assert caught.value.seconds == 3600
    clock.sleep(3601)
    again.check()
    assert again.left() == 2


def test_a_closed_quota_is_remembered(tmp_path: Path) -> None:
    clock = StepClock()
    Quota(tmp_path, "toy", None, clock).close(600)
    with pytest.raises(QuotaExhausted):
        Quota(tmp_path, "toy", None, clock).check()
    clock.sleep(601)
    Quota(tmp_path, "toy", None, clock).check()


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("1", "", 1),
        ("", "Rate limit is exceeded. Try again in 7 seconds.", 7),
        ("3", "Try again in 7 seconds", 7),
        ("Sun, 01 Nov 2026 00:01:00 GMT", "", 60),
        ("Sun, 01 Nov 2020 00:01:00 GMT", "", 0),
        ("", "Quota will be replenished in 02:00:01.", 7201),
        ("", "Quota will be replenished in 1.00:00:00.", 86_400),
        ("soon", "", 10),
        ("999999999", "", 86_400),
    ],
)
def test_when_to_come_back(header: str, body: str, seconds: float) -> None:
    headers = {"Retry-After": header} if header else {}
    assert seconds_to_wait(headers, body, now=StepClock().now()) == seconds


def test_429_for_an_hour_ends_in_an_error_and_not_in_a_loop() -> None:
    clock, tries = StepClock(), []

    def ask_once() -> None:
        tries.append(clock.passed)
        raise Throttled("slow down", seconds=60)

    with pytest.raises(Throttled):
        patiently(ask_once, clock=clock, patience=Patience())
    assert 1700 < clock.passed <= 1800
    assert 25 < len(tries) < 32


def test_pauses_grow_and_differ() -> None:
    patience = Patience(attempts=5)
    pauses = [[patience.pause(n) for _ in range(50)] for n in range(1, 9)]
    for n, some in enumerate(pauses, start=1):
        assert max(some) <= min(2.0 ** (n - 1), 60)
        assert min(some) >= min(2.0 ** (n - 1), 60) / 2
        assert len(set(some)) > 40


def test_a_storm_that_passes() -> None:
    clock, left = StepClock(), iter(range(4))

    def ask_once() -> str:
        if next(left) < 3:
            raise Unreachable("500")
        return "here"

    assert patiently(ask_once, clock=clock, patience=Patience()) == "here"
    assert timedelta(seconds=clock.passed) < timedelta(seconds=8)
