"""Category totals against sums that were made apart from this package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

import tradeflow as tf

if TYPE_CHECKING:
    from tradeflow.panel.model import Panel

TOTALS = pl.read_csv(
    Path(__file__).parents[1] / "fixtures" / "category_totals.csv", comment_prefix="#"
)
HALF_DIGIT = 0.0005 + 1e-9  # the totals are printed with three decimals


@pytest.fixture(scope="session")
def weights(annual: pl.DataFrame) -> Panel:
    return tf.panel(annual, by="category", measure="net_kg")


def expected(category: str, measure: str) -> list[float]:
    found = TOTALS.filter((pl.col("category") == category) & (pl.col("measure") == measure))
    return list(found.row(0)[2:])


def test_the_totals_cover_all(category_panel: Panel) -> None:
    assert set(TOTALS["category"]) == set(category_panel.keys["category"])
    assert TOTALS.columns[2:] == [f"{p:%Y}" for p in category_panel.periods]


@pytest.mark.parametrize("category", TOTALS["category"].unique().sort())
def test_values_and_weights(category: str, category_panel: Panel, weights: Panel) -> None:
    dollars = category_panel.values[category_panel.row(category)]
    np.testing.assert_allclose(
        dollars / 1e6, expected(category, "value_musd"), rtol=0, atol=HALF_DIGIT
    )
    row = weights.row(category)
    parts = weights.parts
    assert parts is not None
    known = np.nansum(parts.values[weights.members[row]], axis=0)
    tonnes = expected(category, "quantity_t")
    np.testing.assert_allclose(known / 1e3, tonnes, rtol=0, atol=HALF_DIGIT)
    whole = ~np.isnan(weights.values[row])  # a total with a missing weight is no total
    np.testing.assert_allclose(
        weights.values[row][whole] / 1e3, np.array(tonnes)[whole], rtol=0, atol=HALF_DIGIT
    )
