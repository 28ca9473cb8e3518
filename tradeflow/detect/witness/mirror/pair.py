"""One exporter and one partner: what is compared, what was measured, and why the rest is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.goods import Goods, compare_goods
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.mirror.lost import Gap, later, measure, shipping_delay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.witness.ledger import Ledger
    from tradeflow.options import By

SILENT_FROM: Final = 4
"""Months behind the exporter from which a mirror is silent; before that it is late."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """Two reports on one exporter and one partner.

    Attributes
    ----------
    reporter, partner
        Exporter and importer, ISO alpha-3.
    delay_months
        Months from export to import, estimated before the shift.
    silent_since
        First month of a silence that lasts to the end of the table; None if there is none.
    through
        Last month that both report; None if there is none.
    goods
        What the two are compared on.
    gap
        What was measured; None if the pair is not heard at all.
    rules
        For each good: empty if heard, else why not.
    """

    reporter: str
    partner: str
    delay_months: int
    silent_since: date | None
    through: date | None
    goods: Goods
    gap: Gap | None
    rules: tuple[str, ...]


def compare_pair(
    seller: str,
    buyer: str,
    ledgers: tuple[Ledger, Ledger],
    *,
    by: By,
    months: Sequence[date],
    start: int,
) -> Pair:
    """Compare the reports of two countries.

    Parameters
    ----------
    seller, buyer
        Exporter and importer.
    ledgers
        What the one exported and the other imported.
    by
        What a good is.
    months
        Columns of the ledgers.
    start
        Column of the first month after the shift.
    """
    sent, got = ledgers
    goods = compare_goods(ledgers, (sent.codes(seller, buyer), got.codes(buyer, seller)), by)
    exported = sent.amounts(seller, buyer, goods.of(0))
    imported = got.amounts(buyer, seller, goods.of(1))
    silence = np.zeros(len(months), dtype=bool)
    told, heard = (
        ledger.released.get(who, silence) for ledger, who in ((sent, seller), (got, buyer))
    )
    silent = _silent_from(told, heard)
    own = [_own_rule(goods, good, ledgers) for good in range(len(goods.names))]
    fit = np.array([rule == HEARD for rule in own], dtype=bool)
    delay = shipping_delay(exported[fit, :start], imported[fit, :start])
    whole = _whole_rule(buyer, heard, silent, months, start)
    gap = None if whole or not fit.any() else measure(exported, later(imported, delay), start)
    both = np.flatnonzero(told & heard)
    return Pair(
        reporter=seller,
        partner=buyer,
        delay_months=delay,
        silent_since=None if silent is None else months[silent],
        through=months[both[-1]] if both.size else None,
        goods=goods,
        gap=gap,
        rules=tuple(_joint(rule, whole, gap, good) for good, rule in enumerate(own)),
    )


def _silent_from(told: NDArray[np.bool_], heard: NDArray[np.bool_]) -> int | None:
    """First column of a silence of the mirror that lasts as long as the exporter speaks."""
    if not heard.any() or not told.any():
        return None
    last = int(np.flatnonzero(heard)[-1])
    return last + 1 if int(told[last + 1 :].sum()) >= SILENT_FROM else None


def _whole_rule(
    buyer: str,
    heard: NDArray[np.bool_],
    silent: int | None,
    months: Sequence[date],
    start: int,
) -> str:
    """Why the pair as a whole cannot be heard; empty if it can."""
    if not heard.any():
        return f"no imports reported by {buyer} in this table"
    if not heard[start:].any() and silent is not None:
        return f"mirror silent since {months[silent]:%Y-%m}"
    if not heard[start:].any():
        return "mirror not yet released after the shift"
    return ""


def _own_rule(goods: Goods, good: int, ledgers: tuple[Ledger, Ledger]) -> str:
    if goods.rules[good] != HEARD:
        return goods.rules[good]
    pairs = zip(goods.codes[good], ledgers, strict=True)
    if any(code in ledger.mirrored for codes, ledger in pairs for code in codes):
        return not_heard("a report is itself taken from the mirror")
    return HEARD


def _joint(own: str, whole: str, gap: Gap | None, good: int) -> str:
    if whole:
        return not_heard(whole)
    if own != HEARD or gap is None or not gap.why[good]:
        return own
    return not_heard(str(gap.why[good]))
