"""A result of every witness that can be drawn, from embedded and from simulated data."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

import tradeflow as tf
from tradeflow.simulate.effects import LevelShift, PriceChange
from tradeflow.simulate.settings import Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from tradeflow.panel.model import Panel

sys.path.insert(0, str(Path(__file__).parent / "detect" / "witness"))

SINCE = "2022-03"


@cache
def _eu() -> pl.DataFrame:
    return tf.load_sample("eu-high-priority-monthly", backend="polars")  # type: ignore[return-value]


@cache
def _eu_panel() -> Panel:
    return tf.panel(_eu(), by="category", together="reporter")


@cache
def _annual() -> pl.DataFrame:
    return tf.load_sample("china-russia-annual", backend="polars")  # type: ignore[return-value]


@cache
def _simulated() -> pl.DataFrame:
    shifts = (LevelShift(code, "RUS", SINCE, 1.2) for code in ("848210", "851762"))
    made = World(
        codes=("950300", "950450", "848210"),
        months=84,
        n_codes=12,
        rates=Rates(),
        effects=(PriceChange("950300", "RUS", SINCE, 0.6), *shifts),
    )
    return tf.simulate(made, seed=3, backend="polars").flows


@cache
def _simulated_panel() -> Panel:
    return tf.panel(_simulated(), by="hs6")


def _routes(seed: int) -> Any:  # noqa: ANN401  a result
    from habit_worlds import SINCE as START
    from habit_worlds import detours, world

    flows = world(detours(diverted=True), seed).flows
    return tf.routes(flows, since=START, donor="CHN", hubs=["KAZ", "KGZ"], by="hs6")


def _mirror() -> Any:  # noqa: ANN401  a result
    from habit_worlds import SINCE as START
    from habit_worlds import detours, world

    return tf.mirror(world(detours(diverted=True), 3).flows, since=START, by="hs6")


def _province() -> Any:  # noqa: ANN401  a result
    from place_flows import drawn, placed

    shares = [0.3, 0.5, 0.2], [0.9, 0.5, 0.2]
    codes = ("848210", "851762", "854231", "852691")
    flows = pl.concat(
        placed(dict(zip(("44", "33", "31"), drawn(seed, *shares), strict=True)), code)
        for seed, code in enumerate(codes)
    )
    return tf.province(flows, since="2022-01")


RESULTS: dict[str, Callable[[], Any]] = {
    "contrast": lambda: tf.contrast(_eu_panel(), since=SINCE),
    "cover": lambda: tf.cover(_annual(), since=2022),
    "cover, simulated": lambda: tf.cover(_simulated(), since=SINCE, hidden="bearings"),
    "event study": lambda: tf.event_study(_eu_panel(), before=24, after=8),
    "event study, simulated": lambda: tf.event_study(_simulated_panel(), events=["2022-02-24"]),
    "excess": lambda: tf.excess(_eu_panel(), since=SINCE),
    "excess, simulated": lambda: tf.excess(_simulated_panel(), since=SINCE),
    "mirror, simulated": _mirror,
    "price and volume": lambda: tf.price_volume(tf.panel(_annual(), by="category"), since=2022),
    "price and volume, simulated": lambda: tf.price_volume(_simulated_panel(), since=SINCE),
    "price and volume, not heard": lambda: tf.price_volume(_eu_panel(), since=SINCE, baseline=1),
    "province, simulated": _province,
    "routes": lambda: tf.routes(_eu(), since=SINCE),
    "routes, simulated": lambda: _routes(3),
    "unit values, simulated": lambda: tf.unit_values(_simulated_panel(), since=SINCE),
    "unit values, not heard": lambda: tf.unit_values(
        tf.panel(_eu(), by="hs6", together="reporter"), since=SINCE
    ),
}


@cache
def result(name: str) -> Any:  # noqa: ANN401  a result
    """The result of that name, made once."""
    return RESULTS[name]()


def path(ax: Axes | None = None) -> Axes:
    """The second picture of a contrast."""
    return result("contrast").plot(ax=ax, name="chips")  # type: ignore[no-any-return]
