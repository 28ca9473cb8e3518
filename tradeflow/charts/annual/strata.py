"""The members of a category as they are drawn: a few by name, the rest together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.names import told_apart
from tradeflow.charts.phrases import before, dotted, seam
from tradeflow.charts.style import (
    OTHER,
    OTHER_HATCH,
    PALETTE,
    SHARED_HATCH,
    UNCOMPARABLE,
    UNCOMPARABLE_HATCH,
    millions,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.annual.result import Path, Shift, ShiftTable

_MOST: Final = len(PALETTE)
_SHARED: Final = "shared with another category"


@dataclass(frozen=True, slots=True)
class Stratum:
    """One layer of the stack.

    Attributes
    ----------
    label, note
        What it is, and what is to be said of it.
    values
        Shape (n_periods,), US dollars.
    color, hatch
        How it is filled.
    comparable
        Whether it counts in the comparison.
    """

    label: str
    note: str
    values: NDArray[np.float64]
    color: str
    hatch: str
    comparable: bool


@dataclass(frozen=True, slots=True)
class _Changes:
    """Change of each member's yearly mean, and since when."""

    usd: dict[str, float]
    since: str

    def of(self, codes: Sequence[str]) -> str:
        """Say how much some members changed together."""
        change = sum(self.usd[hs6] for hs6 in codes)
        return f"{millions(change, sign=True)} m a year on {self.since}"


def strata(path: Path, row: Shift, table: ShiftTable) -> tuple[Stratum, ...]:
    """Arrange the members, largest first, those that are not comparable last."""
    traded = [i for i, v in enumerate(path.member_values) if np.nansum(v) > 0]
    kept = [i for i in traded if path.member_comparable[i]]
    broken = [i for i in traded if not path.member_comparable[i]]
    change = _Changes({d.hs6: d.change_usd for d in row.drivers}, before(table))
    named = kept if len(kept) <= _MOST else kept[: _MOST - 1]
    out = [_named(path, i, color, change) for i, color in zip(named, PALETTE, strict=False)]
    if rest := kept[len(named) :]:
        out.append(_rest(path, rest, change))
    groups = [broken] if kept and broken else [[i] for i in broken]
    return (*out, *(_broken(path, group, _why(path, group, row, table)) for group in groups))


def _why(path: Path, group: Sequence[int], row: Shift, table: ShiftTable) -> str:
    """Say why members are left out: shared with another category, or not comparable."""
    shared = [
        any(
            flag.startswith(f"{dotted(path.member_codes[i])} left out: shared")
            for flag in row.flags
        )
        for i in group
    ]
    if all(shared):
        return _SHARED
    return "left out of the comparison" if any(shared) else f"not comparable across {seam(table)}"


def _named(path: Path, i: int, color: str, change: _Changes) -> Stratum:
    hs6 = path.member_codes[i]
    return Stratum(
        _name(path, i), change.of([hs6]), path.member_values[i], color, "", comparable=True
    )


def _rest(path: Path, rows: Sequence[int], change: _Changes) -> Stratum:
    return Stratum(
        f"{len(rows)} other members",
        change.of([path.member_codes[i] for i in rows]),
        np.nansum(path.member_values[list(rows)], axis=0),
        OTHER,
        OTHER_HATCH,
        comparable=True,
    )


def _broken(path: Path, rows: Sequence[int], note: str) -> Stratum:
    codes = ", ".join(dotted(path.member_codes[i]) for i in rows)
    return Stratum(
        _name(path, rows[0]) if len(rows) == 1 else codes,
        note,
        np.nansum(path.member_values[list(rows)], axis=0),
        UNCOMPARABLE,
        SHARED_HATCH if note == _SHARED else UNCOMPARABLE_HATCH,
        comparable=False,
    )


def _name(path: Path, i: int) -> str:
    return f"{dotted(path.member_codes[i])} {told_apart(path.member_labels)[i]}"
