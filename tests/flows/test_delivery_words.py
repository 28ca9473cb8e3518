"""A delivery says in one line what came."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pytest

import tradeflow as tf
from tradeflow.flows.delivery import Delivery
from tradeflow.frames import to_backend, to_polars
from tradeflow.sources.parsed import COVERAGE_SCHEMA

if TYPE_CHECKING:
    from tradeflow.options import Backend

FLOWS = to_polars(tf.load_sample("eu-high-priority-monthly"))
AUSTRIA = (pl.col("reporter") == "AUT") & (pl.col("partner") == "RUS")
MARCH = AUSTRIA & (pl.col("period") == pl.date(2020, 3, 1))


def coverage(*states: str) -> pl.DataFrame:
    """Coverage of Austria's trade with Russia from March 2020 on."""
    first = date(2020, 3, 1)
    rows = [
        ("AUT", "RUS", "export", first.replace(month=3 + i), s, "") for i, s in enumerate(states)
    ]
    return pl.DataFrame(rows, COVERAGE_SCHEMA, orient="row")


@pytest.mark.parametrize("backend", ["pandas", "polars"])
def test_what_is_missing_is_named_and_the_answers_counted(backend: Backend) -> None:
    states = coverage("reported", "zero", "zero", "unknown", "zero", "not released", "not released")
    flows, none = to_backend(FLOWS.filter(AUSTRIA), backend), to_backend(pl.DataFrame(), backend)
    delivery = Delivery(flows, to_backend(states, backend), none, notes=(), answers=(), new=0)
    assert delivery.summary().splitlines()[1:] == [
        "Answers asked for now: 0; kept from before: 0.",
        "Periods not released: 2: AUT with RUS 2020-08 to 2020-09.",
        "Periods reported: 1.",
        "Periods unknown: 1: AUT with RUS 2020-06.",
        "Periods zero: 3: AUT with RUS 2020-04 to 2020-05, 2020-07.",
    ]


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
    states = to_backend(coverage("reported"), backend)
    delivery = Delivery(flows, states, none, notes=(), answers=())
    first, second = delivery.summary().splitlines()
    assert said in first
    assert second == "Periods reported: 1."
    assert repr(delivery) == f"Delivery: {first}"
