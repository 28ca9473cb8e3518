"""What goes wrong when a producer restates new codes in an old edition.

Databases such as BACI keep one edition for all years: what was reported in HS2022 is moved to
HS2017 by the UN's conversion, which sends each new code whole to one old code. Where the
corrected correlation says otherwise, trade leaks from one old code to another in the year of
the change. A leak shows as a fall or a rise that never took place.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.nomenclature.families import links
from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Leak:
    """Where an old code loses trade to, and wins trade from, in restated data.

    Attributes
    ----------
    lost_to
        Old codes that receive new codes which belong, at least partly, to this one.
    won_from
        Old codes whose goods arrive here, at least partly, with a new code converted to this one.
    ends
        Whether no new code is restated as this one, so that its series stops.
    """

    lost_to: frozenset[str]
    won_from: frozenset[str]
    ends: bool


@cache
def leaks(old: str = "HS2017", new: str = "HS2022") -> Mapping[str, Leak]:
    """List the codes of `old` that leak when `new` is restated in it.

    Returns
    -------
    Mapping of str to Leak
        Only codes with a leak; a code that is absent is exactly comparable.

    Examples
    --------
    >>> sorted(leaks()["901380"].lost_to)  # flat-panel modules, sent to mobile telephones
    ['851712']
    >>> "848210" in leaks()
    False
    """
    sent_to = conversion(new, old)
    lost: dict[str, set[str]] = defaultdict(set)
    won: dict[str, set[str]] = defaultdict(set)
    for code_new, code_old in links(new, old):
        target = sent_to.get(code_new)
        if target is not None and target != code_old:
            lost[code_old].add(target)
            won[target].add(code_old)
    stopped = _listed(old) - set(sent_to.values())
    return {
        code: Leak(frozenset(lost[code]), frozenset(won[code]), code in stopped)
        for code in sorted(_listed(old) & (lost.keys() | won.keys() | stopped))
    }


def _listed(edition: str) -> frozenset[str]:
    """Codes of the UN's list, without those that producers use beside it."""
    rows = table("descriptions").filter(pl.col("edition") == edition)
    return frozenset(rows["hs6"])


@cache
def conversion(new: str = "HS2022", old: str = "HS2017") -> Mapping[str, str]:
    """The UN's conversion: each new code to the one old code that it is restated as."""
    pair = (pl.col("edition_new") == new) & (pl.col("edition_old") == old)
    rows = table("conversion").filter(pair)
    return dict(zip(rows["hs6_new"], rows["hs6_old"], strict=True))
