"""Titles that state the finding, no louder than it is rare."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from tradeflow.charts.phrases import (
    NBSP,
    after,
    baskets,
    before,
    dotted,
    listed,
    relative,
    seam,
    trade,
)
from tradeflow.charts.style import TIMES, millions, money
from tradeflow.detect.annual.verdicts import (
    BORDERLINE,
    DROP,
    EXCEPTIONAL,
    NO_SHIFT,
    NOT_COMPARABLE,
    NOT_TESTED,
    SURGE,
    TOO_THIN,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.annual.result import Driver, Shift, ShiftTable

_DOUBTFUL: Final = math.log(1.5)  # a larger shift without a verdict needs a word of explanation


def headline(row: Shift, table: ShiftTable) -> str:
    """State the finding for one category in a sentence.

    Parameters
    ----------
    row, table
        The answer, and the table that it stands in (for the years compared).
    """
    if row.verdict == NOT_COMPARABLE:
        return f"{row.title}: no comparable series across {seam(table)}"
    if row.verdict == TOO_THIN:
        return f"{row.title}: too little trade to judge"
    if row.verdict in {SURGE, DROP}:
        return f"{row.title}: {_moved(row, table)}"
    if _leaves_out_zero(row):
        return f"{row.title}: no shift shown {_unsure(row, table)}"
    return f"{row.title}: no shift beyond comparable goods; {_unmoved(row, table)}"


def _moved(row: Shift, table: ShiftTable) -> str:
    level = f"the {before(table)} level"
    beyond = relative(math.exp(row.shift), "what comparable goods did")
    said = f"{relative(row.ratio, level)}, {beyond}"
    if row.rarity == EXCEPTIONAL:
        return f"{said}; {baskets(row.placebo_share)} moved as far"
    if row.rarity == NOT_TESTED:
        return said
    grade = "borderline" if row.rarity == BORDERLINE else "not rare"
    return f"{said}, but {grade}: {baskets(row.placebo_share)} moved as far"


def _unmoved(row: Shift, table: ShiftTable) -> str:
    level = relative(row.ratio, f"the {before(table)} level")
    if abs(row.shift) > _DOUBTFUL:
        return f"{level} is within the swings of its own history"
    return f"{level}, and comparable goods {relative(row.expected_ratio, 'theirs')}"


def _leaves_out_zero(row: Shift) -> bool:
    """Whether the interval of one good alone says more than the verdict over all of them."""
    return row.verdict == NO_SHIFT and not row.excess_low_usd <= 0 <= row.excess_high_usd


def _unsure(row: Shift, table: ShiftTable) -> str:
    level = relative(row.ratio, f"the {before(table)} level")
    if row.q <= table.options.q:
        return f"that is worth {money(table.options.floor_usd)} a year; {level}"
    return f"that is sure among all goods tested; {level}"


def subtitle(row: Shift, table: ShiftTable) -> str:
    """Say how much, how sure, and what drives it."""
    means = (
        f"{_where(table)}{money(row.before_usd)} a year in {before(table)}, "
        f"{money(row.after_usd)} in {after(table)}"
    )
    if not math.isfinite(row.excess_usd):
        return f"{means}, all members as published."
    parts = [
        f"{means}; {_excess(row)}{_price_and_volume(row)}.",
        _driver(row.drivers),
        _one_of_many(row, table),
    ]
    return " ".join(part for part in parts if part)


def _one_of_many(row: Shift, table: ShiftTable) -> str:
    """Why there is no shift though the interval leaves out 0."""
    if not _leaves_out_zero(row) or row.q <= table.options.q:
        return ""
    return (
        "The interval is for this good alone and leaves out 0; of many goods tested at once some "
        f"do so by chance. The verdict goes by q{NBSP}={NBSP}{row.q:.3f}, above "
        f"{table.options.q:.2g}."
    )


def _excess(row: Shift) -> str:
    low, high = (millions(v, sign=True) for v in (row.excess_low_usd, row.excess_high_usd))
    return (
        f"beyond comparable goods {money(row.excess_usd, sign=True)} a year "
        f"(90{NBSP}% interval {low} to {high}{NBSP}m)"
    )


def _price_and_volume(row: Shift) -> str:
    if not math.isfinite(row.price_part):
        return ""
    price, volume = math.exp(row.price_part), math.exp(row.volume_part)
    alike = row.price_part * row.volume_part > 0
    larger = ", the larger part," if alike and abs(row.price_part) > abs(row.volume_part) else ""
    return f", price {TIMES}{price:.2f}{larger} and volume {TIMES}{volume:.2f}"


def _driver(drivers: Sequence[Driver]) -> str:
    """Name the member that changed most, with its share where all members pull one way."""
    if len(drivers) <= 1:
        return ""
    first, second = drivers[:2]
    if first.excess_usd * second.excess_usd < 0:
        apart = ", ".join(
            f"{dotted(d.hs6)} {millions(d.excess_usd, sign=True)}{NBSP}m" for d in (first, second)
        )
        return f"Members against that pace: {apart}."
    share = f"{first.share * 100:.0f}{NBSP}% of that"
    return f"Led by {dotted(first.hs6)} {first.label}, {share}."


def _where(table: ShiftTable) -> str:
    pair = trade(table)
    return f"{pair}: " if pair else ""


def overview_headline(rows: Sequence[Shift]) -> str:
    """State which of the categories stand out, and how many do not.

    Parameters
    ----------
    rows
        The answers that could be tested, without goods that test the method.
    """
    rare = [row for row in rows if row.exceptional and row.verdict == SURGE]
    fallen = [row for row in rows if row.exceptional and row.verdict == DROP]
    edge = sum(row.rarity == BORDERLINE for row in rows)
    still = sum(row.verdict == NO_SHIFT for row in rows)
    rest = len(rows) - len(rare) - len(fallen) - edge - still
    if not rare and not fallen:
        return f"None of {len(rows)} moved clearly farther than placebo baskets do"
    stand = "stands out" if len(rare) == 1 else "stand out"
    said = [f"{listed(r)} {verb}" for r, verb in ((rare, stand), (fallen, "fell")) if r]
    return f"{'; '.join(said)} (borderline {edge}, not rare {rest}, no shift {still})"


def overview_subtitle(rows: Sequence[Shift], table: ShiftTable) -> str:
    """Say what is compared, and name what did not shift."""
    still = [r for r in rows if r.verdict not in {SURGE, DROP} and r.rarity != NOT_TESTED]
    compared = f"{_where(table)}{after(table)} against {before(table)}, beyond comparable goods."
    return f"{compared} No shift: {listed(still)}." if still else compared
