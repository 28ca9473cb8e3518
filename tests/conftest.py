"""What all tests share: the embedded data, judged once, Hypothesis, and the command line."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

import tradeflow as tf
from tradeflow.cli.main import run

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

    from tradeflow.detect.annual.result import ShiftTable
    from tradeflow.detect.findings.result import FindingsResult
    from tradeflow.panel.model import Panel

os.environ["TZ"] = "UTC"
time.tzset()

COMMON = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}
# The same examples on every machine; HYPOTHESIS_PROFILE=explore looks for new ones.
settings.register_profile("house", derandomize=True, **COMMON)
settings.register_profile("explore", max_examples=1_000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session")
def annual() -> pl.DataFrame:
    """China to Russia by six-digit code, 2017 to 2023."""
    return tf.load_sample("china-russia-annual", backend="polars")


@pytest.fixture(scope="session")
def eu() -> pl.DataFrame:
    """EU exports of 19 codes, monthly, across the change of edition."""
    return tf.load_sample("eu-high-priority-monthly", backend="polars")


@pytest.fixture(scope="session")
def code_panel(annual: pl.DataFrame) -> Panel:
    return tf.panel(annual, by="hs6")


@pytest.fixture(scope="session")
def category_panel(annual: pl.DataFrame) -> Panel:
    return tf.panel(annual, by="category")


@pytest.fixture(scope="session")
def by_category(category_panel: Panel) -> ShiftTable:
    """The answer that the figures show: default options, 10,000 baskets."""
    return tf.detect_shifts(category_panel)


@pytest.fixture(scope="session")
def by_code(code_panel: Panel) -> ShiftTable:
    return tf.detect_shifts(code_panel)


@pytest.fixture(scope="session")
def annual_findings(annual: pl.DataFrame) -> FindingsResult:
    return tf.findings(annual, since=2022)


@pytest.fixture
def cli(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run the program here: exit code, standard output, standard error."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["tradeflow", *words])
        with pytest.raises(SystemExit) as stopped:
            run()
        out = capsys.readouterr()
        return int(stopped.value.code or 0), out.out, out.err

    return call


# `make test-live` asks the real sources; nothing else leaves this machine.
collect_ignore_glob = [] if os.environ.get("TRADEFLOW_LIVE") == "1" else ["live/*"]
