"""One small simulated world, and what every verb answers about it: for tests of all results."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

import tradeflow as tf
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tradeflow.frames import Frame

SINCE: Final = "2022-03"
SEED: Final = 1


@cache
def flows() -> pl.DataFrame:
    """Exports of China and of the hubs, and the imports of one mirror, by code and month."""
    made = tf.simulate(World(n_codes=10, mirrors=("KAZ",)), seed=SEED, backend="polars")
    table = made.flows
    assert isinstance(table, pl.DataFrame)
    return table


@cache
def placed() -> pl.DataFrame:
    """The exports of China to Russia of one good, shared out to two registered places."""
    one = flows().filter(pl.col("reporter") == "CHN", pl.col("partner") == "RUS")
    good = one.filter(pl.col("hs6") == one["hs6"].min())
    parts = [("44", 0.7), ("33", 0.3)]
    return pl.concat(
        good.with_columns(region=pl.lit(place), value_usd=pl.col("value_usd") * share)
        for place, share in parts
    )


@cache
def china() -> pl.DataFrame:
    """Exports of China alone."""
    return flows().filter(pl.col("reporter") == "CHN")


@cache
def few() -> pl.DataFrame:
    """Three goods."""
    return flows().filter(pl.col("hs6").is_in(flows()["hs6"].unique().sort().head(3).to_list()))


def by_code(table: Frame) -> tf.Panel:
    """Panel by code."""
    return tf.panel(table, by="hs6")


STEP: Final = np.r_[np.full(18, 1.0), np.full(18, 9.0)] + np.random.default_rng(SEED).normal(
    0, 0.3, 36
)


def stepped() -> pl.DataFrame:
    """A series whose level jumps in its nineteenth month."""
    months = pl.date_range(date(2021, 1, 1), date(2023, 12, 1), "1mo", eager=True)
    return pl.DataFrame({"period": months, "value": STEP})


VERBS: Final[Mapping[str, Callable[[Callable[[pl.DataFrame], Frame]], Any]]] = {
    "panel": lambda kind: by_code(kind(flows())),
    "detect_shift": lambda kind: tf.detect_shift(kind(stepped())),
    "findings": lambda kind: tf.findings(kind(few()), since=SINCE, by="hs6"),
    "screen": lambda kind: tf.screen(by_code(kind(china()))),
    "monitor": lambda kind: tf.monitor(by_code(kind(china())), since=SINCE),
    "excess": lambda kind: tf.excess(by_code(kind(china())), since=SINCE),
    "contrast": lambda kind: tf.contrast(by_code(kind(china())), since=SINCE),
    "price_volume": lambda kind: tf.price_volume(
        by_code(kind(china())), since=SINCE, flows=kind(china())
    ),
    "unit_values": lambda kind: tf.unit_values(
        by_code(kind(china())), since=SINCE, flows=kind(china())
    ),
    "event_study": lambda kind: tf.event_study(
        by_code(kind(china())),
        events=kind(tf.events(kind="eu_sanctions", backend="polars").head(3)),
    ),
    "mirror": lambda kind: tf.mirror(kind(flows()), since=SINCE, by="hs6"),
    "routes": lambda kind: tf.routes(kind(flows()), since=SINCE),
    "province": lambda kind: tf.province(kind(placed()), since=SINCE, by="hs6"),
    "cover": lambda kind: tf.cover(kind(_annual()), since=2022),
}
"""Every verb that answers with a result of its own, asked with frames of one kind."""


def _annual() -> pl.DataFrame:
    table = tf.load_sample("china-russia-annual", backend="polars")
    assert isinstance(table, pl.DataFrame)
    return table
