"""The truth about a simulated world, one row per effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.simulate.effect import RUSSIA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.simulate.effects import Effect
    from tradeflow.simulate.world import World

TRUTH_SCHEMA: Final = {
    "kind": pl.String(),
    "reporter": pl.String(),  # null: all
    "partner": pl.String(),
    "hs6": pl.String(),  # the good's newest code
    "month": pl.Date(),
    "log_size": pl.Float64(),  # null where none can be given
    "russia_specific": pl.Boolean(),  # touches trade with Russia and with nobody else
    "is_anomaly": pl.Boolean(),  # what a search for Russia-specific shifts should find
    "lasting": pl.Boolean(),
    "drawn": pl.Boolean(),  # drawn from the rates, not stated one by one
}


def truth_of(world: World, stated: Sequence[Effect], drawn: Sequence[Effect]) -> pl.DataFrame:
    """List the effects of a world in order of kind, month and good."""
    rows = [
        *(_row(world, effect, drawn=False) for effect in stated),
        *(_row(world, effect, drawn=True) for effect in drawn),
    ]
    frame = pl.DataFrame(rows, schema=TRUTH_SCHEMA, orient="row")
    return frame.sort("kind", "month", "hs6", "reporter", "partner", maintain_order=True)


def _row(world: World, effect: Effect, *, drawn: bool) -> tuple[object, ...]:
    target = effect.target()
    to_russia = target.partner == RUSSIA
    direct = target.reporter in world.reporters
    return (
        effect.kind,
        target.reporter,
        target.partner,
        target.code,
        effect.day,
        effect.size,
        to_russia,
        effect.finding and to_russia and direct,
        effect.lasting,
        drawn,
    )
