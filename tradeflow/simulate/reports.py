"""What customs offices report: weights, silence, and the flow table's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.simulate.codebook import Codebook
from tradeflow.simulate.effects import MirrorSilence, PartnerCodeChange
from tradeflow.simulate.mirrors import with_mirrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.simulate.plan import Plan
    from tradeflow.simulate.trade import Route, Trade

SOURCE: Final = "SIMULATED"
"""Value of the column ``source`` of everything simulated."""


@dataclass(frozen=True, slots=True, eq=False)
class Reports:
    """What is reported, good by good, before codes are written down.

    Attributes
    ----------
    routes
        The first axis: exports, then mirrors.
    value_usd, net_kg
        Shape (n_routes, n_goods, n_periods), US dollars and kilograms; 0 where nothing is traded.
    estimated
        Shape (n_routes, n_goods): the weight is value divided by the standard unit value.
    known
        Shape (n_routes, n_periods): the reporter reports at all.
    provisional
        Same shape: the value may still be revised.
    """

    routes: tuple[Route, ...]
    value_usd: NDArray[np.float64]
    net_kg: NDArray[np.float64]
    estimated: NDArray[np.bool_]
    known: NDArray[np.bool_]
    provisional: NDArray[np.bool_]


def make_reports(plan: Plan, trade: Trade) -> Reports:
    """Let customs offices write down what is traded."""
    seen = with_mirrors(plan, trade)
    places = [f"{r.reporter} reports {r.flow} {r.partner}" for r in seen.routes]
    chance = np.stack([plan.draw(place)("estimated", 1)[:, 0] for place in places])
    estimated = chance < plan.world.prices.estimated_share
    guess = seen.value_usd / seen.standard[:, None]
    known = _known(plan, seen.routes)
    return Reports(
        routes=seen.routes,
        value_usd=seen.value_usd,
        net_kg=np.where(estimated[:, :, None], guess, seen.net_kg),
        estimated=estimated,
        known=known,
        provisional=np.zeros_like(known),
    )


def _known(plan: Plan, routes: Sequence[Route]) -> NDArray[np.bool_]:
    known = np.ones((len(routes), plan.world.months), dtype=bool)
    for effect in plan.effects:
        if isinstance(effect, MirrorSilence):
            silent = [r.flow == "import" and r.reporter == effect.partner for r in routes]
            known[np.flatnonzero(silent), plan.began(effect) :] = False
    return known


def to_flows(plan: Plan, reports: Reports, *, release: str) -> pl.DataFrame:
    """Write reports as a flow table; months without trade are not listed."""
    listed = (reports.value_usd > 0) & reports.known[:, None, :]
    places = np.nonzero(listed)
    written = Codebook.of(plan, reports.routes).write(*places)
    route, good, month = cell = tuple(place[written.cell] for place in places)
    columns = {
        "period": pl.Series(plan.world.periods()).gather(month.astype(np.uint32)),
        "reporter": _taken([r.reporter for r in reports.routes], route),
        "partner": _partners(plan, reports.routes, route, month),
        "flow": _taken([r.flow for r in reports.routes], route),
        "edition": written.edition,
        "hs6": written.hs6,
        "value_usd": pl.Series(reports.value_usd[cell] * written.share),
        "net_kg": pl.Series(reports.net_kg[cell] * written.share),
        "valuation": _taken([_valuation(r) for r in reports.routes], route),
        "status": _taken(["reported", "provisional"], reports.provisional[route, month]),
    }
    if plan.world.prices.flag_estimated:
        columns["weight_estimated"] = pl.Series(reports.estimated[route, good])
    frame = conform(pl.DataFrame(columns), freq="M", source=SOURCE, release=release)
    return check_flows(frame, where=f"simulated world, {release}")


def _valuation(route: Route) -> str:
    return "FOB" if route.flow == "export" else "CIF"


def _taken(words: Sequence[str], where: NDArray[np.generic]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(where.astype(np.uint32))


def _partners(
    plan: Plan, routes: Sequence[Route], route: NDArray[np.intp], month: NDArray[np.intp]
) -> pl.Series:
    """Names of the partners as recorded, one per row."""
    names = [r.partner for r in routes]
    recorded = np.repeat(np.arange(len(routes))[:, None], plan.world.months, axis=1)
    for effect in plan.effects:
        if isinstance(effect, PartnerCodeChange):
            here = [(r.reporter, r.partner) == (effect.reporter, effect.partner) for r in routes]
            recorded[np.flatnonzero(here), plan.began(effect) :] = len(names)
            names.append(effect.recorded_as)
    return _taken(names, recorded[route, month])
