"""A delivery says in one line what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.flows.delivery import Delivery
from tradeflow.frames import to_backend, to_polars

if TYPE_CHECKING:
    from tradeflow.options import Backend

FLOWS = to_polars(tf.load_sample("eu-high-priority-monthly"))
AUSTRIA = (pl.col("reporter") == "AUT") & (pl.col("partner") == "RUS")
MARCH = AUSTRIA & (pl.col("period") == pl.date(2020, 3, 1))


@pytest.mark.parametrize("backend", ["pandas", "polars"])
@pytest.mark.parametrize(
    ("which", "said"),
    [
        (pl.lit(value=False), "0 rows from 0 answers or files."),
        (AUSTRIA, "export, AUT with RUS, "),
        (AUSTRIA, "2020-01 to 2022-"),
        (MARCH, ", 2020-03."),
        (pl.lit(value=True), f"export, {FLOWS['reporter'].n_unique()} countries with "),
    ],
)
def test_a_delivery_in_one_line(which: pl.Expr, said: str, backend: Backend) -> None:
    flows, none = to_backend(FLOWS.filter(which), backend), to_backend(pl.DataFrame(), backend)
    states = to_backend(pl.DataFrame({"state": ["reported"]}), backend)
    delivery = Delivery(flows, states, none, notes=(), answers=())
    first, second = delivery.summary().splitlines()
    assert said in first
    assert second == "Periods reported: 1."
    assert repr(delivery) == f"Delivery: {first}"
