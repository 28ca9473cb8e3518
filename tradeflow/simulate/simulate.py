"""The public verb: make a world from a seed."""

from __future__ import annotations

from typing import cast

from tradeflow.options import Backend, one_of
from tradeflow.simulate.drawn import draw_effects
from tradeflow.simulate.draws import check_seed
from tradeflow.simulate.goods import canonical, choose_goods, draw_splits, editions_used
from tradeflow.simulate.plan import Plan
from tradeflow.simulate.reports import make_reports
from tradeflow.simulate.simulation import Simulation
from tradeflow.simulate.trade import make_trade
from tradeflow.simulate.truth import truth_of
from tradeflow.simulate.validate import check_effects, check_goods, check_world
from tradeflow.simulate.world import World


def simulate(world: World | None = None, *, seed: int, backend: Backend = "pandas") -> Simulation:
    """Simulate a miniature world of customs offices, with effects that are known.

    Parameters
    ----------
    world
        What the world is like; None for the default: exports of China to Russia and ten other
        countries, four of which report what they pass on to Russia, monthly from 2017 to 2024,
        with a little of every effect.
    seed
        A whole number of at least 0.
    backend
        ``"pandas"`` or ``"polars"``: kind of the frames that the result hands out.

    Returns
    -------
    Simulation
        Flow table, truth, vintages and arrays.

    Raises
    ------
    UsageError
        If the settings contradict each other or an effect cannot happen in the world.
    UnknownNameError
        If a country, code or option is not known.

    Notes
    -----
    Log volume is the sum of size, growth, season, drift, autocorrelated noise, outliers and
    effects; log value adds the unit value. Each part of each series has random numbers of its
    own, so that a world with one more effect, code or partner is the same world elsewhere. Over
    the same editions and without effects drawn at random, a longer world continues a shorter one.

    Examples
    --------
    >>> import tradeflow as tf
    >>> from tradeflow.simulate.effects import LevelShift
    >>> from tradeflow.simulate.settings import Rates
    >>> from tradeflow.simulate.world import World
    >>> shift = LevelShift("848210", "RUS", "2022-03", log_size=0.5)
    >>> world = World(n_codes=10, rates=Rates(), effects=(shift,))
    >>> tf.simulate(world, seed=7)
    Simulation(seed=7: 11 goods, 15 routes, 96 months, 1 effects)
    """
    backend = cast("Backend", one_of(backend, Backend, name="backend"))
    world = World() if world is None else world
    check_world(world)
    seed = check_seed(seed)
    check_effects(world.effects, world)
    editions = editions_used(world)
    stated = tuple(canonical(effect, editions) for effect in world.effects)
    named = {effect.target().code for effect in stated}
    drawn_splits = (canonical(split, editions) for split in draw_splits(world, seed))
    splits = tuple(split for split in drawn_splits if split.target().code not in named)
    goods = choose_goods(world, seed, (*stated, *splits))
    drawn = (*splits, *draw_effects(world, seed, goods))
    plan = Plan(world, seed, goods, (*stated, *drawn))
    check_goods(goods, plan.effects, world)
    reports = make_reports(plan, make_trade(plan))
    return Simulation(plan, truth_of(world, stated, drawn), reports, backend)
