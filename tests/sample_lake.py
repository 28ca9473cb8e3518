"""The embedded samples as a lake, and the queries that every engine must answer alike."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import TYPE_CHECKING

import polars as pl

import tradeflow as tf
from tradeflow.flows.queries import category_months, code_months, partner_shares
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

FIRST, LATER = date(2024, 1, 1), date(2025, 1, 1)
CODES = ["848210", "848220", "854231", "852580"]
QUERIES = {
    "categories": category_months,
    "categories, all pairs": partial(category_months, together=("reporter", "partner")),
    "codes": partial(code_months, codes=CODES),
    "codes, all partners": partial(code_months, codes=CODES, together=["partner"]),
    "shares": partner_shares,
}
NOBODY = ["source", "freq", "reporter", "partner", "flow", "period", "hs6"]


def make_lake(folder: Path) -> Path:
    """Two samples, and a year later a revision of every hundredth value."""
    lake = Lake(folder)
    for name in ("china-russia-annual", "eu-high-priority-monthly"):
        flows = tf.load_sample(name, backend="polars")
        lake.merge(flows, FIRST, flows.select(NOBODY).clear())
        revised = flows.gather_every(100).with_columns(
            value_usd=pl.col("value_usd") * 2, release=pl.lit("made up, doubled")
        )
        lake.merge(revised, LATER, flows.select(NOBODY).clear())
    return folder


def files(folder: Path, room: str = "lake") -> str:
    """Pattern of all files of a room."""
    return f"{folder}/{room}/**/*.parquet"
