"""The README shows what the program says, not what it once said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.detect.annual.summary import markdown_table
from tradeflow.nomenclature.families import family_table
from tradeflow.nomenclature.restated import leaks

if TYPE_CHECKING:
    from tradeflow.detect.annual.result import ShiftTable

ROOT = Path(__file__).parents[1]


def test_the_readme_holds_the_table_of_today(by_category: ShiftTable) -> None:
    assert markdown_table(by_category) in (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_picture_and_page_that_the_readme_names_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = [part.split(")")[0].partition("#")[0] for part in text.split("](")[1:]]
    local = [name for name in named if not name.startswith("http")]
    assert local
    assert [name for name in local if not (ROOT / name).exists()] == []


def test_the_first_picture_comes_within_two_screens() -> None:
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    assert next(i for i, line in enumerate(lines) if line.startswith("![")) < 50


def test_error_rates_are_those_of_the_pages(by_category: ShiftTable) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    page = (ROOT / "docs/explanation/witnesses.md").read_text(encoding="utf-8")
    shares = [100 * year.nominal_share for year in by_category.placebo_years]
    assert f"in {min(shares):.0f} to {max(shares):.0f} % of cases" in text
    for measured in ("117 of 144", "81 % (", "75\nto 86", "5 of 82: 6 %"):
        assert measured in page
    assert "117 of 144 categories are called *anomalous*, 81 % (90 % interval 75 to 86)" in text
    assert "about 6 % of those so called" in text


def test_the_page_on_vintages_counts_as_the_package_does(annual: pl.DataFrame) -> None:
    page = (ROOT / "docs/explanation/vintages.md").read_text(encoding="utf-8")
    traded = set(annual["hs6"])
    pairs = family_table().filter((pl.col("edition") == "HS2017") & pl.col("exact"))
    for count in (len(traded), len(traded & set(pairs["hs6"])), len(traded - leaks().keys())):
        assert f"{count:,}" in page
