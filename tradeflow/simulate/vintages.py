"""What was known when: publication lags, late months and revisions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.errors import UsageError
from tradeflow.simulate.effects import LateMonth, Revision
from tradeflow.simulate.series import normal

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.simulate.plan import Plan
    from tradeflow.simulate.reports import Reports
    from tradeflow.simulate.trade import Route


def known_on(day: date, plan: Plan, reports: Reports) -> Reports:
    """Return the reports that were published on a day, with the values of that day.

    Raises
    ------
    UsageError
        If nothing was published yet.
    """
    months = range(plan.world.months)
    released = [[released_on(plan, route, t) for t in months] for route in reports.routes]
    first = min(min(days) for days in released)
    if day < first:
        raise UsageError(f"Nothing was published on {day}; the first release is of {first}.")
    age = np.array([[_months(then, day) for then in days] for days in released])
    ratio = np.stack([_ratio(plan, r, a) for r, a in zip(reports.routes, age, strict=True)])
    return replace(
        reports,
        value_usd=reports.value_usd * ratio,
        net_kg=reports.net_kg * ratio,
        known=reports.known & (age >= 0),
        provisional=age < plan.world.releases.final_after_months,
    )


def released_on(plan: Plan, route: Route, position: int) -> date:
    """Day on which a month of a route is published."""
    releases, month = plan.world.releases, plan.world.month(position)
    waits = route.main and releases.january_with_february and month.month == 1
    delay = int(waits) + (releases.lag_months if route.main else releases.hub_lag_months)
    for effect in plan.effects:
        if isinstance(effect, LateMonth) and effect.day == month:
            delay += effect.delay_months * int(effect.reporter == route.reporter)
    return plan.world.month(position + delay).replace(day=releases.day)


def _months(then: date, day: date) -> int:
    """Whole months from one day to another; negative if it is still to come."""
    return (day.year - then.year) * 12 + day.month - then.month - int(day.day < then.day)


def _ratio(plan: Plan, route: Route, age: NDArray[np.intp]) -> NDArray[np.float64]:
    """Ratio of the value published at an age to the final one, shape (n_goods, n_periods)."""
    releases = plan.world.releases
    draw = plan.draw(f"{route.reporter} revises {route.flow} {route.partner}")
    shrunk = 0.5 ** (np.maximum(age, 0) / releases.half_life_months)
    shrunk[age >= releases.final_after_months] = 0.0
    log_ratio = releases.revision_sd * shrunk * normal(draw("revision", plan.world.months))
    for effect in plan.effects:
        if isinstance(effect, Revision) and _hits(effect, route):
            month = plan.began(effect)
            low = age[month] < effect.revised_after_months
            log_ratio[:, month] -= effect.log_size * low
    return np.asarray(np.exp(log_ratio))


def _hits(effect: Revision, route: Route) -> bool:
    ours = route.flow == "export" and effect.reporter == route.reporter
    return ours and effect.partner in {None, route.partner}
