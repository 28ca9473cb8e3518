"""Effects drawn at random from the rates of a world."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.simulate import effects as kinds
from tradeflow.simulate.draws import by_block
from tradeflow.simulate.effect import RUSSIA
from tradeflow.simulate.validate import drawn_shares

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tradeflow.simulate.effects import Effect
    from tradeflow.simulate.goods import Good
    from tradeflow.simulate.world import World

_AFTER: Final = 6  # months that a drawn effect can at least be seen for


def draw_effects(world: World, seed: int, goods: Sequence[Good]) -> tuple[Effect, ...]:
    """Draw at most one effect for each good that stays one code, and those of whole countries.

    What a good gets depends on the seed and the good alone.
    """
    exact = [good for good in goods if good.exact]
    chances = by_block(seed, "effects", [int(good.hs6) for good in exact], 5)
    kind_names = [name for name, _ in drawn_shares(world)]
    bounds = np.cumsum([share for _, share in drawn_shares(world)])
    found = list(_whole(world))
    for good, chance in zip(exact, chances, strict=True):
        place = int(np.searchsorted(bounds, chance[0], side="right"))
        if place < len(kind_names) and (world.hubs or kind_names[place] != "diverted_route"):
            found.append(
                _MAKE[kind_names[place]](good.hs6, _month(world, chance[1]), chance, world)
            )
    return tuple(found)


def _whole(world: World) -> Iterator[Effect]:
    """Effects on everything that a reporter exports, or on everything with Russia."""
    rates, reporter = world.rates, world.reporters[0]
    if rates.russia_growth != 0:
        grown = rates.russia_growth * world.months / 12
        yield kinds.CountryGrowth(RUSSIA, world.start, grown, world.months, reporter)
    collapse = kinds.Collapse(rates.collapse_log, reporter=reporter)
    if rates.collapse_log != 0 and 0 <= world.position(collapse.day) < world.months:
        yield collapse


def _month(world: World, chance: float) -> str:
    early, late = world.months // 3, world.months - _AFTER
    return f"{world.month(early + int(chance * (late - early))):%Y-%m}"


def _size(world: World, chance: Sequence[float], *, falls: bool = False) -> float:
    rates = world.rates
    size = rates.size_smallest + chance[2] * (rates.size_largest - rates.size_smallest)
    return float(-size if falls and chance[3] < rates.fall_share else size)


def _level_shift(code: str, month: str, chance: Sequence[float], world: World) -> Effect:
    size = _size(world, chance, falls=True)
    return kinds.LevelShift(code, RUSSIA, month, size, world.reporters[0])


def _price_change(code: str, month: str, chance: Sequence[float], world: World) -> Effect:
    size = _size(world, chance, falls=True)
    return kinds.PriceChange(code, RUSSIA, month, size, world.reporters[0])


def _spike(code: str, month: str, chance: Sequence[float], world: World) -> Effect:
    return kinds.Spike(code, RUSSIA, month, _size(world, chance), world.reporters[0])


def _temporary(code: str, month: str, chance: Sequence[float], world: World) -> Effect:
    return kinds.TemporaryChange(code, RUSSIA, month, _size(world, chance), world.reporters[0])


def _world_growth(code: str, month: str, chance: Sequence[float], world: World) -> Effect:
    return kinds.WorldGrowth(code, month, _size(world, chance))


def _diverted(code: str, month: str, chance: Sequence[float], world: World) -> Effect:
    hub = world.hubs[int(chance[4] * len(world.hubs))]
    share = -float(np.expm1(-_size(world, chance)))
    return kinds.DivertedRoute(code, hub, month, min(share, 0.95), reporter=world.reporters[0])


_MAKE: Final[Mapping[str, Callable[[str, str, Sequence[float], World], Effect]]] = {
    "level_shift": _level_shift,
    "spike": _spike,
    "temporary_change": _temporary,
    "price_change": _price_change,
    "world_growth": _world_growth,
    "diverted_route": _diverted,
}
