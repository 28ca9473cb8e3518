"""Simulated worlds in which trade leaves the direct route, and goods are lost on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradeflow.simulate.effects import DivertedRoute, Effect, LevelShift, LostInTransit
from tradeflow.simulate.settings import Mirror, Rates
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from tradeflow.simulate.simulation import Simulation

CODES = ("848210", "854231", "852691", "901310", "851762")
SINCE = "2020-07"
COLUMN = 42
LOST = 0.4


def detours(*, diverted: bool) -> tuple[Effect, ...]:
    """Direct trade falls by 63 %, and half of the rest goes through Kazakhstan; or nothing does."""
    if not diverted:  # the same goods are named, so that the same routes are open
        still = (LevelShift(code, "RUS", SINCE, log_size=1e-6) for code in CODES)
        kept = (LostInTransit(code, "KAZ", SINCE, share=1e-6) for code in CODES)
        return (*still, *kept)
    fall = (LevelShift(code, "RUS", SINCE, log_size=-1.0) for code in CODES)
    away = (DivertedRoute(code, "KAZ", SINCE, share=0.5) for code in CODES)
    lost = (LostInTransit(code, "KAZ", SINCE, share=LOST) for code in CODES)
    return (*fall, *away, *lost)


def world(effects: tuple[Effect, ...], seed: int, *, delay: int = 1) -> Simulation:
    settings = World(
        months=60,
        n_codes=0,
        codes=CODES,
        partners=("RUS", "KAZ", "KGZ"),
        hubs=("KAZ",),
        mirrors=("KAZ",),
        rates=Rates(),
        effects=effects,
        mirror=Mirror(delay_months=delay),
    )
    return simulate(settings, seed=seed, backend="polars")


def after(simulation: Simulation, partner: str, reporter: str = "CHN") -> dict[str, float]:
    """US dollars from the shift on, by code."""
    made = simulation.matrix(partner, reporter=reporter)
    sums = np.nansum(made.values[:, COLUMN:], axis=1)
    return dict(zip(made.keys["hs6"], sums.tolist(), strict=True))
