"""What depends on the baseline: as the page says it, and as the detector answers one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import tradeflow as tf
from tradeflow.errors import TooShortError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from tradeflow.panel.model import Panel

PAGE = Path(__file__).parents[2] / "docs/explanation/shift-and-rarity.md"
HEADING = "## How much depends on the baseline"


@pytest.fixture(scope="module")
def by_category() -> Panel:
    return tf.panel(tf.load_sample("china-russia-annual"), by="category")


@pytest.fixture(scope="module")
def asked(by_category: Panel) -> pl.DataFrame:
    return tf.baseline_sensitivity(by_category, backend="polars")


def printed() -> dict[str, list[str]]:
    """The table of the page: category, and its rarity with 2, 3, 4 and 5 years."""
    part = PAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {name: rarities[:4] for name, *rarities in rows[1:]}


def test_the_page_prints_what_comes_out(asked: pl.DataFrame) -> None:
    found = asked.pivot("baseline", index="name", values="rarity")
    rarities = {name: list(words) for name, *words in found.rows()}
    assert printed() == {name: rarities[name] for name in printed()}
    assert {name for name in rarities if "exceptional" in rarities[name]} <= printed().keys()


def test_each_baseline_is_what_the_detector_says(by_category: Panel, asked: pl.DataFrame) -> None:
    alone = tf.detect_shifts(by_category, baseline=3)
    for row in asked.filter(baseline=3).to_dicts():
        shift = alone[row["name"]]
        assert (row["verdict"], row["rarity"]) == (shift.verdict, shift.rarity)
        if row["shift"] is not None:
            assert (row["shift"], row["q"], row["placebo_share"]) == pytest.approx(
                (shift.shift, shift.q, shift.placebo_share), rel=1e-12
            )


def test_what_the_data_do_not_have(by_category: Panel) -> None:
    with pytest.raises(TooShortError, match="baseline of 9 years"):
        tf.baseline_sensitivity(by_category, baselines=(9,))
    with pytest.raises(UsageError, match="baseline is 0"):
        tf.baseline_sensitivity(by_category, baselines=(0,))
    none = tf.baseline_sensitivity(by_category, baselines=())
    assert none.empty
    assert list(none.columns)[:5] == ["name", "title", "baseline", "verdict", "rarity"]
