"""Asking the fake without waiting in real time."""

from __future__ import annotations

import hashlib
import json
import random
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from fake_comtrade import KEY, QUESTION, FakeComtrade
from loopback import StepClock

from tradeflow.flows.fetch import fetch
from tradeflow.sources.call import Answer
from tradeflow.sources.comtrade.ask import Ask, data_calls
from tradeflow.sources.comtrade.reference import check_reference
from tradeflow.sources.comtrade.source import SOURCE
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.http.session import Session
from tradeflow.sources.query import make_query
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.call import Call
    from tradeflow.sources.query import Query


@contextmanager
def served(fake: FakeComtrade) -> Iterator[FakeComtrade]:
    """Start a fake, and let the package find it."""
    with fake, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADEFLOW_COMTRADE_URL", fake.url)
        patch.delenv("TRADEFLOW_COMTRADE_KEY", raising=False)
        yield fake


def ask(home: Path, *, keyed: bool = False, **question: object) -> Delivery:
    """Fetch with the question of all fakes, changed where told."""
    asked = question.pop("asked", QUESTION) | question
    return fetch(
        "comtrade",
        home=home,
        key=KEY if keyed else None,
        clock=asked.pop("clock", StepClock()),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
        backend="polars",
        **asked,
    )


def query(*, keyed: bool = False, **question: object) -> Query:
    return make_query("comtrade", keyed=keyed, today=date(2026, 11, 1), **question)


def one_ask(**changes: object) -> Ask:
    """China's exports of integrated circuits to Russia in January 2023, without a key."""
    usual: dict[str, Any] = {
        "reporter": "CHN",
        "partners": ("RUS",),
        "flow": "export",
        "freq": "M",
        "periods": ("202301",),
        "codes": ("854231",),
        "edition": "HS2022",
        "releases": ("2025-10-06T10:53:32Z/-1",),
    }
    return Ask(**usual | changes)


def data_call(**changes: object) -> Call:
    (call,) = data_calls(one_ask(**changes))
    return call


def answered(folder: Path, call: Call, body: object, status: int = 200) -> Answer:
    """An answer as the store would keep it; `body` is bytes, or becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    digest = hashlib.sha256(content).hexdigest()
    path = folder / digest
    path.write_bytes(content)
    moment = datetime(2026, 11, 1, tzinfo=UTC)
    return Answer(call, path, status, (), moment, digest, len(content), "")


def compare(home: Path) -> list[tuple[str, ...]]:
    """Differences between our table of countries and the reporters that the fake lists."""
    session = Session(SOURCE, ledger=home / "ledger", clock=StepClock())
    return check_reference(session, Releases(home / "releases"), files=("Reporters",)).rows()
