"""Commands that take a folder with a lake where they take a file, and a day for it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.cli.inputs import flows_in
from tradeflow.frames import to_polars
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SCOPE = ["source", "freq", "reporter", "partner", "flow", "period", "hs6"]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The annual data, and a later day on which all values of machining centres were halved."""
    folder = tmp_path_factory.mktemp("home")
    flows = to_polars(tf.load_sample("china-russia-annual"))
    nothing = flows.select(SCOPE).clear()
    Lake(folder).merge(flows, date(2025, 2, 1), nothing)
    halved = pl.when(pl.col("hs6") == "845710").then(0.5).otherwise(1.0)
    later = flows.with_columns(value_usd=pl.col("value_usd") * halved)
    Lake(folder).merge(later, date(2026, 2, 1), nothing)
    return folder


def shifts(text: str) -> dict[str, float]:
    return {row["category"]: row["after_usd"] for row in json.loads(text)}


def test_a_figure_of_any_day(home: Path, cli: Callable[..., tuple[int, str, str]]) -> None:
    sample = shifts(cli("detect", "--format", "json")[1])
    then = shifts(cli("detect", str(home), "--as-of", "2025-06-01", "--format", "json")[1])
    now = shifts(cli("detect", str(home), "--source", "BACI", "--format", "json")[1])
    assert then == sample
    assert now["machine_tools"] < sample["machine_tools"]
    assert {k: v for k, v in now.items() if k != "machine_tools"} == pytest.approx(
        {k: v for k, v in sample.items() if k != "machine_tools"}
    )


def test_a_day_before_anything_was_known(
    home: Path, cli: Callable[..., tuple[int, str, str]]
) -> None:
    code, _, said = cli("detect", str(home), "--as-of", "2024-01-01")
    assert code == 2
    assert "held nothing of the kind on 2024-01-01" in said
    assert "from 2025-02-01 on" in said


def test_a_day_without_a_folder(cli: Callable[..., tuple[int, str, str]]) -> None:
    code, _, said = cli("findings", "--as-of", "2026-01-01")
    assert code == 2
    assert "name the folder" in said


def test_a_folder_without_revisions_and_one_without_runs_say_so(
    tmp_path: Path, cli: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, said = cli("revisions", "--home", str(tmp_path))
    assert (code, out) == (0, "No cell of the lake was revised or withdrawn in that time.\n")
    assert "Files ingested since the last `tradeflow update`" in said
    code, out, _ = cli("status", "--home", str(tmp_path))
    assert (code, out[:20]) == (0, "No run has ended yet")


def test_years_come_first_and_months_where_there_are_no_years(tmp_path: Path) -> None:
    """A lake as the first update fills it holds both; they do not mix in one answer."""
    years, months = (
        to_polars(tf.load_sample(name, backend="polars"))
        for name in ("china-russia-annual", "eu-high-priority-monthly")
    )
    lake = Lake(tmp_path)
    lake.merge(months, date(2025, 2, 1), months.select(SCOPE).clear())
    for monthly in (False, True):
        held = flows_in(tmp_path, kind="flows", monthly=monthly)
        assert (set(held["freq"]), len(held)) == ({"M"}, len(months))
    lake.merge(years, date(2025, 2, 1), years.select(SCOPE).clear())
    assert set(flows_in(tmp_path, kind="flows", monthly=False)["freq"]) == {"A"}
    assert set(flows_in(tmp_path, kind="flows", monthly=True)["freq"]) == {"M"}
