"""The order of the overview: groups of rows under headings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tradeflow.detect.annual.verdicts import (
    BORDERLINE,
    DROP,
    EXCEPTIONAL,
    NOT_RARE,
    NOT_TESTED,
    SURGE,
)
from tradeflow.nomenclature.categories import category, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.annual.result import Shift, ShiftTable

MOST: Final = 40
"""Rows that an overview shows; of a table by code, those on a list come first."""

_CONTROLS: Final = "Goods that test the method"
_UNTESTED: Final = "Not comparable, or too thin"
_ORDER: Final = (
    "Exceptional",
    "Borderline",
    "Shifted, but not rare",
    "No shift beyond comparable goods",
    _CONTROLS,
    _UNTESTED,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the overview: a heading, or a row."""

    heading: str
    row: Shift | None = None


def lines(table: ShiftTable) -> tuple[Line, ...]:
    """Arrange the rows in groups, farthest shift first."""
    groups: dict[str, list[Shift]] = {name: [] for name in _ORDER}
    for row in shown(table):
        groups[_group(row, table.by)].append(row)
    out: list[Line] = []
    for name, rows in groups.items():
        if rows:
            out += [Line(name), *(Line(name, row) for row in sorted(rows, key=_farthest))]
    return tuple(out)


def shown(table: ShiftTable) -> Sequence[Shift]:
    """The rows that the overview has room for."""
    if table.by == "category":
        return table.rows[:MOST]
    listed = [r for r in table.rows if r.category is not None and r.rarity != NOT_TESTED]
    return listed[:MOST]


def tested(table: ShiftTable) -> Sequence[Shift]:
    """The rows shown that carry a verdict, without goods that test the method."""
    return [r for r in shown(table) if r.rarity != NOT_TESTED and not is_control(r, table.by)]


def is_control(row: Shift, by: str) -> bool:
    """Whether a category holds goods that test the method."""
    return by == "category" and kind_of(category(row.name).role) == "control"


def _group(row: Shift, by: str) -> str:
    if row.rarity == NOT_TESTED:
        return _UNTESTED
    if is_control(row, by):
        return _CONTROLS
    if row.verdict not in {SURGE, DROP}:
        return _ORDER[3]
    return _ORDER[(EXCEPTIONAL, BORDERLINE, NOT_RARE).index(row.rarity)]


def _farthest(row: Shift) -> tuple[float, str]:
    return (-row.shift if math.isfinite(row.shift) else math.inf, row.name)
