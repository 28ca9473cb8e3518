"""A fetch under a clock that was set right again: answers of the wrong one silence nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from fake_comtrade import FakeComtrade
from loopback import StepClock

import tradeflow as tf

if TYPE_CHECKING:
    from pathlib import Path

NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
QUESTION = {"category": "jammers", "since": "2022-01", "until": "2022-02"}


@pytest.mark.parametrize(("ahead", "again"), [(0, False), (1, True)], ids=["right", "ahead"])
def test_answers_kept_under_a_clock_that_ran_ahead_are_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, ahead: int, again: bool
) -> None:
    with FakeComtrade() as fake:
        monkeypatch.setenv("TRADEFLOW_COMTRADE_URL", fake.url)
        first = StepClock(NOVEMBER.replace(year=2026 + ahead))
        tf.fetch("comtrade", home=tmp_path, clock=first, **QUESTION)
        asked = len(fake.requests)
        tf.fetch("comtrade", home=tmp_path, clock=StepClock(NOVEMBER), **QUESTION)
        assert len(fake.requests) == asked * (2 if again else 1)
