"""The three legs of a detour, good by good: donor to partner, donor to hub, hub to partner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.routes.diversion import LOW, counterfactuals
from tradeflow.detect.witness.routes.timing import step_months

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.witness.goods import Goods
    from tradeflow.detect.witness.ledger import Ledger

NO_DIRECT: Final = not_heard("no trade on the direct route before the shift")
NO_LOSS: Final = not_heard("no clear loss on the direct route")
NO_HUB: Final = not_heard("no trade with the hub, before or after")


@dataclass(frozen=True, slots=True, eq=False)
class Leg:
    """One leg, n goods. Arrays have shape (n,) unless said; NaN where there is no baseline.

    Attributes
    ----------
    why
        Empty if there is a baseline, else why not.
    before
        US dollars a month in the baseline.
    actual
        US dollars from the shift on.
    change
        Shape (n, draws), US dollars: actual less counterfactual, drawn jointly over goods and legs.
    p
        Two-sided p-values of no change.
    first, last
        Columns of the earliest and the latest month in the 90 % date set of a step; -1 if none.
    """

    why: NDArray[np.str_]
    before: NDArray[np.float64]
    actual: NDArray[np.float64]
    change: NDArray[np.float64]
    p: NDArray[np.float64]
    first: NDArray[np.intp]
    last: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Onward:
    """A hub's exports to the partner, and the direct route over the months that the hub released.

    Attributes
    ----------
    why
        Empty if the hub reports, else why it is not heard.
    leg, direct
        Hub to partner, and donor to partner; None if not heard.
    through
        Column of the last month that the hub has released; -1 if none.
    """

    why: str
    leg: Leg | None
    direct: Leg | None
    through: int


@dataclass(frozen=True, slots=True, eq=False)
class Hub:
    """One hub.

    Attributes
    ----------
    name
        ISO alpha-3.
    leg
        Donor to hub.
    onward
        Hub to partner.
    rules
        For each good: empty if heard, else why not.
    """

    name: str
    leg: Leg
    onward: Onward
    rules: tuple[str, ...]


def all_legs(
    books: Sequence[Ledger],
    ends: tuple[str, str],
    between: Sequence[str],
    goods: Goods,
    start: int,
    *,
    seed: int,
) -> tuple[Leg, tuple[Hub, ...]]:
    """Forecast every leg.

    Parameters
    ----------
    books
        What the donor exported, then what each hub exported.
    ends
        Donor and partner.
    between
        The hubs.
    goods
        What is compared.
    start
        Column of the first month after the shift.
    seed
        Of the draws.
    """
    donor, partner = ends
    sent = [books[0].amounts(donor, to, goods.of(0)) for to in (partner, *between)]
    direct, *to_hubs = _legs(sent, start, seed)
    rules = _direct_rules(goods, direct)
    hubs = []
    for i, (hub, leg) in enumerate(zip(between, to_hubs, strict=True), 1):
        passed = books[i].amounts(hub, partner, goods.of(i))
        onward = _onward((hub, partner), sent[0], passed, start, seed=seed + i)
        own = tuple(_hub_rule(rule, leg, good) for good, rule in enumerate(rules))
        hubs.append(Hub(hub, leg, onward, own))
    return direct, tuple(hubs)


def _legs(amounts: Sequence[NDArray[np.float64]], start: int, seed: int) -> list[Leg]:
    """Forecast some legs of the same goods jointly."""
    values = np.vstack(amounts)
    made = counterfactuals(values, start, seed=seed)
    dates = np.array([step_months(row, start) for row in values], dtype=np.intp).reshape(-1, 2)
    change = made.actual[:, None] - made.drawn
    n = len(amounts[0])
    parts = [slice(i * n, (i + 1) * n) for i in range(len(amounts))]
    return [
        Leg(
            why=made.why[part],
            before=made.before[part],
            actual=made.actual[part],
            change=change[part],
            p=made.p[part],
            first=dates[part, 0],
            last=dates[part, 1],
        )
        for part in parts
    ]


def _direct_rules(goods: Goods, direct: Leg) -> list[str]:
    rules = []
    for good, rule in enumerate(goods.rules):
        if rule != HEARD:
            rules.append(rule)
        elif direct.why[good]:
            rules.append(not_heard(str(direct.why[good])))
        elif direct.before[good] == 0:
            rules.append(NO_DIRECT)
        else:
            certain = np.quantile(-direct.change[good], LOW) > 0
            rules.append(HEARD if certain else NO_LOSS)
    return rules


def _hub_rule(rule: str, leg: Leg, good: int) -> str:
    quiet = leg.before[good] == 0 and leg.actual[good] == 0
    return NO_HUB if rule == HEARD and quiet else rule


def _onward(
    ends: tuple[str, str],
    direct: NDArray[np.float64],
    passed: NDArray[np.float64],
    start: int,
    *,
    seed: int,
) -> Onward:
    known = np.asarray(~np.isnan(np.vstack([passed, direct])).any(axis=0))
    through = int(np.flatnonzero(known)[-1]) if known.any() else -1
    why = _onward_why(ends, passed, known, start)
    if why:
        return Onward(not_heard(why), None, None, through)
    masked = [np.where(known, amounts, np.nan) for amounts in (passed, direct)]
    leg, over = _legs(masked, start, seed)
    if leg.why[0]:
        return Onward(not_heard(f"{ends[0]} reports {leg.why[0]}"), None, None, through)
    return Onward(HEARD, leg, over, through)


def _onward_why(
    ends: tuple[str, str],
    passed: NDArray[np.float64],
    known: NDArray[np.bool_],
    start: int,
) -> str:
    hub, partner = ends
    if not known.any():
        return f"{hub} reports no exports here"
    if not known[start:].any():
        return f"{hub} has released no month after the shift"
    if not np.nansum(passed):
        return f"{hub} reports no exports of these goods to {partner}"
    return ""
