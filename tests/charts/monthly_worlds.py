"""Monthly flows for figures: real ones, and simulated ones in which every state occurs."""

from __future__ import annotations

from datetime import date
from typing import Final

import polars as pl

import tradeflow as tf
from tradeflow.simulate.effects import LevelShift
from tradeflow.simulate.settings import Noise, Rates
from tradeflow.simulate.world import World

JUMP: Final = "2024-01"
LATE: Final = date(2023, 5, 1)
ESTIMATED: Final = (date(2022, 10, 1), date(2022, 11, 1))
MIRROR: Final = (date(2022, 6, 1),)
RISEN: Final = ("854232", "845811", "852910", "901310")
CODES: Final = ("848210", "848220", "854231", "854232", "845811", "852910", "901310")


def simulated() -> pl.DataFrame:
    """Eight years of China's exports as known in November 2024, with jumps and a fall."""
    jumps = [LevelShift(code, "RUS", JUMP, log_size=2.0) for code in RISEN]
    fall = LevelShift("854231", "RUS", JUMP, log_size=-2.5)
    noise = Noise(outlier_share=0.0)
    world = World(n_codes=60, codes=CODES, noise=noise, rates=Rates(), effects=(*jumps, fall))
    flows = tf.simulate(world, seed=1, backend="polars").as_of("2024-11-25")
    assert isinstance(flows, pl.DataFrame)
    return flows


def all_states() -> pl.DataFrame:
    """The same with a month not released, and months estimated and mirrored."""
    status = (
        pl.when(pl.col("period").is_in(ESTIMATED))
        .then(pl.lit("estimated"))
        .when(pl.col("period").is_in(MIRROR))
        .then(pl.lit("mirror"))
        .otherwise(pl.col("status").cast(pl.String))
    )
    flows = simulated()
    kept = flows.filter((pl.col("period") != LATE) | (pl.col("reporter") != "CHN"))
    return kept.with_columns(status=status.cast(flows.schema["status"]))


def european() -> pl.DataFrame:
    """The embedded EU data."""
    flows = tf.load_sample("eu-high-priority-monthly", backend="polars")
    assert isinstance(flows, pl.DataFrame)
    return flows
