"""A year that came month by month lies on the disk as if it had come at once."""

from __future__ import annotations

import random
from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

from tradeflow.store.lake import Lake, stored_schema

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2026, 1, 1)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_deliveries_leaves_no_trace(
    tmp_path: Path, eu: pl.DataFrame, seed: int
) -> None:
    flows = eu.filter(pl.col("period").dt.year() == 2021).with_columns(
        region=pl.when(pl.col("hs6") == "854231").then(pl.lit("made up"))
    )
    nothing = flows.clear()
    at_once, by_month = Lake(tmp_path / "once"), Lake(tmp_path / "months")
    at_once.merge(flows, DAY, nothing)
    months = flows["period"].unique().sort().to_list()
    random.Random(seed).shuffle(months)  # noqa: S311
    for month in months:
        by_month.merge(flows.filter(pl.col("period") == month), DAY, nothing)
    assert len(months) == 12
    assert by_month.checksums() == at_once.checksums()


def test_a_revised_month_keeps_the_order_of_its_year(tmp_path: Path, eu: pl.DataFrame) -> None:
    flows = eu.filter(pl.col("period").dt.year() == 2021)
    lake = Lake(tmp_path)
    lake.merge(flows, DAY, flows.clear())
    june = flows.filter(pl.col("period") == date(2021, 6, 1))
    revised = june.with_columns(value_usd=pl.col("value_usd") + 1, release=pl.lit("later"))
    (change,) = lake.merge(revised, date(2026, 2, 1), flows.clear())
    assert change.revised.height == june.height
    source, freq, year = next(lake.partitions())
    stored = lake.read_partition("lake", source, freq, year)
    order = ["reporter", "partner", "flow", "hs6", "national_code", "period"]
    assert stored.columns == list(stored_schema(past=False))
    assert stored.equals(stored.sort(order, nulls_last=True))
    assert stored["value_usd"].sum() == pytest.approx(flows["value_usd"].sum() + june.height)
