"""Questions, answers and fetches of Comext, for its tests."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING, Any

from fake_comext import HEADER
from loopback import StepClock
from mutation import mutate

from tradeflow.errors import TradeflowError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.fetch import fetch
from tradeflow.sources.comext.ask import Slice
from tradeflow.sources.comext.plan import plan
from tradeflow.sources.comext.read import read
from tradeflow.sources.http.patience import Patience
from tradeflow.sources.query import make_query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest
    from fake_comext import FakeComext

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.plan import FetchPlan

TODAY = date(2026, 11, 1)


def planned(**question: Any) -> FetchPlan:  # noqa: ANN401
    asked = {"reporter": "DEU", "since": "2024-01", "until": "2024-12", "today": TODAY, **question}
    if "category" not in asked:
        asked.setdefault("codes", "854231")
    return plan(make_query("comext", **asked))


def block(**sides: Any) -> Slice:  # noqa: ANN401
    """Germany and Lithuania to Kazakhstan, two codes, the first quarter of 2024."""
    whole = {
        "dataset": "DS-045409",
        "form": "csv",
        "freq": "M",
        "flow": "2",
        "reporters": ("DE", "LT"),
        "partners": ("KZ",),
        "codes": ("854231", "854232"),
        "indicators": ("VALUE_IN_EUROS", "QUANTITY_IN_100KG"),
        "first": "2024-01",
        "last": "2024-03",
    }
    return Slice(**{**whole, **sides})


def csv(*lines: str, header: str = HEADER, end: str = "\r\n") -> bytes:
    """An answer in SDMX-CSV; each line from `freq` on."""
    rows = [f"ESTAT:DS-045409(1.0),15/09/26 11:00:00,{line}" for line in lines]
    return end.join([header, *rows, ""]).encode()


LINE = "M,DE,KZ,854231,2,VALUE_IN_EUROS,2024-01,1000"
WEIGHT = "M,DE,KZ,854231,2,QUANTITY_IN_100KG,2024-01,1.5"


def ask(
    fake: FakeComext,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    clock: StepClock | None = None,
    **question: Any,  # noqa: ANN401
) -> Delivery:
    """Fetch from a fake without waiting in real time."""
    monkeypatch.setenv("TRADEFLOW_COMEXT_URL", fake.url)
    return fetch(
        "comext",
        home=home,
        clock=clock or StepClock(),
        patience=Patience(chance=random.Random(1)),  # noqa: S311
        backend="polars",
        **question,
    )


def damaged(path: Path, seed: int, number: int) -> Iterator[str]:
    """Damage a file in many ways; give what came of each."""
    chance, content = random.Random(seed), path.read_bytes()  # noqa: S311
    for _ in range(number):
        path.write_bytes(mutate(content, chance))
        try:
            deliver(read(path, release="fuzz"), (), where=str(path), backend="polars")
        except TradeflowError as error:
            yield type(error).__name__
        else:
            yield "read"
