"""What partners report as imports of what the main reporters export."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.simulate.effects import LostInTransit
from tradeflow.simulate.series import normal
from tradeflow.simulate.trade import Route, Trade

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.simulate.plan import Plan
    from tradeflow.simulate.world import World


def with_mirrors(plan: Plan, trade: Trade) -> Trade:
    """Add the mirrors behind the exports: value with freight, both with noise and delay."""
    place = {(r.reporter, r.partner): i for i, r in enumerate(trade.routes)}
    value, weight, mirror = [trade.value_usd], [trade.net_kg], plan.world.mirror
    added = mirror_routes(plan.world)
    for route in added:
        exported, ratio = place[route.partner, route.reporter], _ratio(plan, route)
        arrived = _later(trade.value_usd[[exported]], mirror.delay_months)
        value.append(arrived * ratio * (1 + mirror.margin))
        weight.append(_later(trade.net_kg[[exported]], mirror.delay_months) * ratio)
    return replace(
        trade,
        routes=(*trade.routes, *added),
        value_usd=np.concatenate(value),
        net_kg=np.concatenate(weight),
    )


def mirror_routes(world: World) -> tuple[Route, ...]:
    """List who reports imports from whom."""
    return tuple(
        Route(mirror, reporter, "import", main=False)
        for mirror in world.mirrors
        for reporter in world.reporters
    )


def _ratio(plan: Plan, route: Route) -> NDArray[np.float64]:
    """Recorded share of the arriving goods, with noise, shape (n_goods, n_periods)."""
    noise = normal(plan.draw(f"{route.reporter} from {route.partner}")("mirror", plan.world.months))
    ratio: NDArray[np.float64] = np.exp(plan.world.mirror.noise_sd * noise)
    for effect in plan.touching(route.partner, route.reporter):
        if isinstance(effect, LostInTransit):
            ratio[plan.rows()[effect.code], plan.began(effect) :] *= 1 - effect.share
    return ratio


def _later(amounts: NDArray[np.float64], months: int) -> NDArray[np.float64]:
    """Move the last axis by some months; before that the first month is repeated."""
    if months == 0:
        return amounts
    early = np.repeat(amounts[..., :1], months, axis=-1)
    return np.concatenate([early, amounts[..., :-months]], axis=-1)
