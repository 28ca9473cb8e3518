"""What a revision did to a finding: the word then and the word now."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.detect.findings.vintages import changed_findings
from tradeflow.errors import UsageError
from tradeflow.flows.scope import SCOPE
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LATER = date(2025, 1, 1), date(2026, 1, 1)
MACHINES = ("8456", "8457", "8458", "8459")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, annual: pl.DataFrame) -> Path:
    """Machine tools were first stated at a third; nothing else was revised."""
    folder = tmp_path_factory.mktemp("home")
    after = pl.col("period") >= date(2022, 1, 1)
    low = pl.col("hs6").str.slice(0, 4).is_in(MACHINES) & after
    listed = pl.col("hs6").is_in(tf.members(edition="HS2017")["hs6"].to_list())
    some = annual.filter(listed | pl.col("hs6").str.contains("[159]$"))
    first = some.with_columns(
        pl.when(low).then(pl.col("value_usd") * 0.3).otherwise("value_usd").alias("value_usd")
    )
    for table, day in ((first, FIRST), (some, LATER)):
        Lake(folder).merge(table, day, table.select(SCOPE).clear())
    return folder


def test_a_revision_and_the_word_it_changed(home: Path) -> None:
    rows = changed_findings(home, before="2025-06-01", since=2022, freq="A", backend="polars")
    first = rows.row(0, named=True)
    assert first["category"] == "machine_tools"
    assert (first["verdict_before"], first["verdict_after"]) == ("nothing unusual", "unusual")
    revised = tf.revisions(home, backend="polars")
    codes = tf.members("machine_tools", edition="HS2017")["hs6"]
    cells = revised.filter(pl.col("hs6").is_in(codes.to_list()))
    assert first["cells_revised"] == cells.height > 0
    assert first["changed"] is True
    assert first["new_periods"] == 0
    assert first["excess_usd_after"] > 5 * first["excess_usd_before"]
    others = rows.filter(pl.col("category") != "machine_tools")
    assert others["changed"].all()  # their rank among all changed, not their cells


def test_between_days_without_a_revision_nothing_changed(home: Path) -> None:
    same = changed_findings(
        home, before="2025-06-01", after="2025-07-01", since=2022, freq="A", backend="polars"
    )
    assert same.is_empty()


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"before": "2025-06-01", "after": "2025-06-01"}, "give the later day as after"),
        ({"before": "2024-06-01"}, "held nothing of the kind on 2024-06-01"),
    ],
)
def test_days_that_cannot_be_compared(days: dict[str, str], said: str, home: Path) -> None:
    with pytest.raises(UsageError, match=said):
        changed_findings(home, since=2022, freq="A", **days)
