"""Categories of one's own: in every table that works by category, and gone afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

import tradeflow as tf
from tradeflow.cli.app import app
from tradeflow.errors import UnknownCodeError, UsageError
from tradeflow.nomenclature.categories import (
    MAP_VERSION,
    all_categories,
    listed_codes,
    map_version,
    members,
    own_categories,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    yield
    for name in list(own_categories()):
        tf.remove_category(name)


def test_a_category_of_ones_own_counts_like_any_other() -> None:
    unlisted = listed_codes("HS2017")
    made = tf.add_category("tyres", ["4011.20", "401110"], title="Tyres", role="signal")
    assert tf.category("tyres") == made
    assert members("tyres", edition="HS2017")["hs6"].to_list() == ["401120", "401110"]
    assert listed_codes("HS2017") - unlisted == {"401110", "401120"}
    panel = tf.panel(tf.load_sample(backend="polars"), by="category")
    codes = tf.panel(tf.load_sample(backend="polars"), by="hs6")
    parts = sum(codes.values[codes.row(code)] for code in ("401110", "401120"))
    assert panel.values[panel.row("tyres")] == pytest.approx(parts)
    assert map_version() == f"{MAP_VERSION} with own tyres"


def test_a_code_of_the_map_moves_to_it_and_back() -> None:
    before = members("bearings")["hs6"].to_list()
    tf.add_category("rollers", ["848220"])
    assert "848220" not in members("bearings")["hs6"].to_list()
    assert members()["hs6"].is_unique().all()
    tf.remove_category("rollers")
    assert members("bearings")["hs6"].to_list() == before
    assert "rollers" not in all_categories()
    assert map_version() == MAP_VERSION


def test_the_last_of_a_name_holds() -> None:
    tf.add_category("mine", ["401110"])
    tf.add_category("mine", ["401120"])
    assert members("mine", edition="HS2022")["hs6"].to_list() == ["401120"]


@pytest.mark.parametrize(
    ("name", "codes", "error", "said"),
    [
        ("jammers", ["401120"], UsageError, "category of the map"),
        ("My tyres", ["401120"], UsageError, "small letters"),
        ("all", ["401120"], UsageError, "cannot name"),
        ("tyres", [], UsageError, "needs a list"),
        ("tyres", "401120", UsageError, "needs a list"),
        ("tyres", ["401145"], UnknownCodeError, "401110"),
        ("tyres", ["4011"], UnknownCodeError, "six-digit"),
        ("tyres", [401120], UsageError, "text"),
    ],
)
def test_mistakes(name: str, codes: list[str], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        tf.add_category(name, codes)
    assert not own_categories()


def test_one_figure_of_ones_own_from_the_command_line(tmp_path: Path) -> None:
    words = ["--own", "tyres=401120,401110", "figures", "--category", "tyres"]
    done = CliRunner().invoke(app, [*words, "--out", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == ["summary.csv", "tyres.png", "tyres.svg"]
    assert "with own tyres" in tf.cite(tmp_path / "tyres.png").provenance.map_version
    assert not own_categories()


@pytest.mark.parametrize("text", ["tyres", "tyres=", "=401120"])
def test_a_category_badly_written(text: str) -> None:
    done = CliRunner().invoke(app, ["--own", text, "categories"])
    assert isinstance(done.exception, UsageError)
    assert not own_categories()
