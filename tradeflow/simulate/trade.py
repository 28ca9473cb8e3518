"""What is traded in a simulated world, as arrays of routes by goods by months."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.special import betaincinv, ndtr

from tradeflow.simulate import season, series
from tradeflow.simulate.effect import CHINA, RUSSIA
from tradeflow.simulate.effects import DivertedRoute, PathEffect

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.simulate.draws import Draw
    from tradeflow.simulate.plan import Plan
    from tradeflow.simulate.settings import Levels, Noise
    from tradeflow.simulate.world import World

_CONCENTRATION: Final = 6.0  # of the beta distribution of zero shares over series


@dataclass(frozen=True, slots=True)
class Route:
    """Who reports trade with whom.

    Attributes
    ----------
    reporter, partner
        ISO alpha-3.
    flow
        ``"export"``, or ``"import"`` for a mirror.
    main
        Whether the reporter is a main one, not a hub or a mirror.
    """

    reporter: str
    partner: str
    flow: str = "export"
    main: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Trade:
    """Value and weight of everything that is exported.

    Attributes
    ----------
    routes
        The first axis.
    value_usd, net_kg
        Shape (n_routes, n_goods, n_periods), US dollars and kilograms; 0 where nothing is traded.
    standard
        Shape (n_goods,): standard unit value, US dollars a kilogram.
    """

    routes: tuple[Route, ...]
    value_usd: NDArray[np.float64]
    net_kg: NDArray[np.float64]
    standard: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _GoodDraws:
    """What all routes of a good have in common; arrays of shape (n_goods, n_periods) or (.., 1)."""

    size: NDArray[np.float64]
    trend: NDArray[np.float64]
    season: NDArray[np.float64]
    lunar: NDArray[np.float64]
    noise: NDArray[np.float64]
    walk: NDArray[np.float64]
    standard: NDArray[np.float64]
    price: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Bent:
    """Log points that effects add, shape (n_goods, n_periods), and the goods that one names."""

    volume: NDArray[np.float64]
    unit_value: NDArray[np.float64]
    named: NDArray[np.bool_]


def export_routes(world: World) -> tuple[Route, ...]:
    """List the routes on which exports are reported."""
    direct = (Route(r, p) for r in world.reporters for p in world.partners)
    return (*direct, *(Route(hub, RUSSIA, main=False) for hub in world.hubs))


def make_trade(plan: Plan) -> Trade:
    """Draw the trade of a world and let the effects happen in it."""
    world, routes = plan.world, export_routes(plan.world)
    common = _common(world, plan.draw("goods"))
    pairs = []
    for route in routes:
        draw = plan.draw(f"{route.reporter} to {route.partner}")
        pairs.append(_on_route(world, draw, route, common, _bend(plan, route)))
    value, weight = (np.stack(parts) for parts in zip(*pairs, strict=True))
    trade = Trade(routes, value, weight, np.exp(common.standard[:, 0]))
    for effect in plan.effects:
        if isinstance(effect, DivertedRoute):
            _divert(trade, effect, plan.rows()[effect.code], plan.began(effect))
    return trade


def _common(world: World, draw: Draw) -> _GoodDraws:
    levels, prices, width = world.levels, world.prices, world.months
    rate = levels.growth_mean + levels.growth_sd * series.normal(draw("growth", 1))
    pattern = season.pattern(draw, world.season.strength, world.season.strength_spread)
    response = world.season.lunar_log * (0.5 + draw("lunar response", 1))
    shocks = series.innovations(draw, width, world.noise.tails)
    standard = series.normal(draw("standard unit value", 1))
    steps = prices.world_drift_sd * series.normal(draw("price", width))
    return _GoodDraws(
        size=levels.size_log_sd * series.normal(draw("size", 1)),
        trend=series.growth(width, rate),
        season=season.over(world.periods(), pattern),
        lunar=response * season.lunar_share(world.periods()),
        noise=series.autoregressive(shocks, world.noise.rho),
        walk=series.walk(draw, width),
        standard=prices.unit_value_log_mean + prices.unit_value_log_sd * standard,
        price=np.cumsum(steps, axis=1),
    )


def _on_route(
    world: World, draw: Draw, route: Route, common: _GoodDraws, bent: _Bent
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Value and weight on one route, shape (n_goods, n_periods)."""
    prices, levels = world.prices, world.levels
    own = levels.route_log_sd * series.normal(draw("size", 1)) + common.size
    base = own + levels.size_log_mean + (0.0 if route.main else levels.onward_log)
    moved = common.trend + _calendar(world, draw, route, common) + bent.volume
    moved = moved + _noise(world.noise, draw, common, world.months)
    unit_value = common.standard + prices.route_log_sd * series.normal(draw("unit value", 1))
    price = common.price + prices.noise_sd * series.normal(draw("price", world.months))
    rank = _rank(own, levels)
    closed = draw("traded at all", 1) < world.noise.structural_zero_share
    volume = _volumes(world.noise, draw, rank, moved)
    volume[closed[:, 0] & ~bent.named] = 0.0
    weight = volume * np.exp(base - unit_value)
    return weight * np.exp(unit_value + price + bent.unit_value), weight


def _bend(plan: Plan, route: Route) -> _Bent:
    """Add up what effects do to the paths of a route."""
    rows, months = plan.rows(), np.arange(plan.world.months)
    shape = len(rows), months.size
    bent = _Bent(np.zeros(shape), np.zeros(shape), np.zeros(len(rows), dtype=bool))
    for effect in plan.touching(route.reporter, route.partner):
        target = effect.target()
        which = list(rows.values()) if target.code is None else [rows[target.code]]
        if target.code is not None and target.partner is not None:
            bent.named[which] = True
        if isinstance(effect, PathEffect):
            path = effect.path(months - plan.began(effect))
            (bent.volume if effect.bends == "volume" else bent.unit_value)[which] += path
    return bent


def _calendar(world: World, draw: Draw, route: Route, common: _GoodDraws) -> NDArray[np.float64]:
    own = season.pattern(draw, world.season.route_strength, 0.0)
    lunar = common.lunar if route.reporter == CHINA else 0.0
    return common.season + season.over(world.periods(), own) + lunar


def _noise(noise: Noise, draw: Draw, common: _GoodDraws, width: int) -> NDArray[np.float64]:
    """Autocorrelated noise, drift and outliers of a route's series, log points."""
    scale = noise.noise_sd * np.exp(noise.noise_sd_spread * series.normal(draw("noise sd", 1)))
    ours, shared = np.sqrt(1 - noise.common_share), np.sqrt(noise.common_share)
    own = series.autoregressive(series.innovations(draw, width, noise.tails), noise.rho)
    moved = ours * own + shared * common.noise
    if noise.drift > 0:
        walk = ours * series.walk(draw, width) + shared * common.walk
        moved = moved + np.sqrt(noise.drift) * walk
    if noise.outlier_share > 0:
        place = draw("outliers", width)
        moved = moved + series.outliers(place, noise.outlier_share, noise.outlier_size)
    return np.asarray(scale * moved)


def _rank(own: NDArray[np.float64], levels: Levels) -> NDArray[np.float64]:
    """Place of a series among all possible ones by size, between 0 and 1."""
    spread = float(np.hypot(levels.size_log_sd, levels.route_log_sd))
    return np.asarray(ndtr(own / spread)) if spread > 0 else np.full_like(own, 0.5)


def _volumes(
    noise: Noise, draw: Draw, rank: NDArray[np.float64], moved: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Volume relative to the base level; the smallest series trade in shipments."""
    volume: NDArray[np.float64] = np.exp(moved)
    small = rank < noise.intermittent_share
    if noise.intermittent_zero_share == 0 or not small.any():
        return volume
    a = noise.intermittent_zero_share * _CONCENTRATION
    zero_share = betaincinv(a, _CONCENTRATION - a, draw("zero share", 1))
    lumps = series.lumpy(volume, np.clip(zero_share, 0.02, 0.98), draw)
    return np.where(small, lumps, volume)


def _divert(trade: Trade, effect: DivertedRoute, row: int, since: int) -> None:
    """Move a share of the direct trade to the hub, and from there to Russia."""
    place = {(r.reporter, r.partner): i for i, r in enumerate(trade.routes)}
    direct, to_hub = place[effect.reporter, RUSSIA], place[effect.reporter, effect.hub]
    onward = place[effect.hub, RUSSIA]
    lag = effect.lag_months
    for amounts, markup in ((trade.value_usd, 1 + effect.markup), (trade.net_kg, 1.0)):
        leaving = effect.share * amounts[direct, row, since:]
        amounts[direct, row, since:] -= leaving
        amounts[to_hub, row, since:] += leaving
        amounts[onward, row, since + lag :] += leaving[: max(leaving.size - lag, 0)] * markup
