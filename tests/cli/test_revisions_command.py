"""The command that says what was revised, on two vintages of the totals."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.flows.scope import SCOPE
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    rows = tf.load_sample("china-russia-totals", backend="polars")
    last = (pl.col("period") == date(2022, 11, 1)) & (pl.col("flow") == "export")
    later = rows.with_columns(pl.col("value_usd") + last.cast(pl.Float64))
    for table, day in ((rows, date(2025, 1, 20)), (later, date(2025, 3, 20))):
        Lake(tmp_path).merge(table, day, table.select(SCOPE).clear())
    return tmp_path


def said(cli: Cli, *words: str) -> str:
    code, out, _ = cli("revisions", *words)
    assert code == 0
    return out


def test_a_revision_in_the_last_digit_is_seen(home: Path, cli: Cli) -> None:
    page = said(cli, "--home", str(home))
    (line,) = [line for line in page.splitlines() if line.startswith("2025-03-20")]
    for word in ("revised", "2022-11-01", "7,632,396,367", "7,632,396,368", "+1.31e-08 %"):
        assert word in line


def test_json_holds_everything(home: Path, cli: Cli) -> None:
    (row,) = json.loads(said(cli, "--home", str(home), "--format", "json"))
    assert row["value_after"] - row["value_before"] == 1
    assert {"kind", "known_from", "revised_on", "net_kg_before", "lag"} <= row.keys()


def test_lags_of_totals_say_that_nothing_is_known(home: Path, cli: Cli) -> None:
    rows = json.loads(said(cli, "--home", str(home), "--lags", "--format", "json"))
    assert [row["lag_months"] for row in rows] == list(range(25))
    assert {row["basis"] for row in rows} == {"too few vintages to know"}
    assert {row["sd_log"] for row in rows} == {None}


def test_findings_that_cannot_be_compared_are_named(home: Path, cli: Cli) -> None:
    code, out, err = cli("revisions", "--home", str(home), "--findings", "2025-02-01")
    assert code == 0
    assert "No finding has changed since 2025-02-01" in out
    assert "UN Comtrade (M): not compared" in err
