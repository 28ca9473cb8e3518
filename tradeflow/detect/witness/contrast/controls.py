"""Whether the goods not asked about can show what a destination imports of everything.

Goods on a list move together: they are controlled together, and together they are what nobody
delivers any more. Compared with one another, each seems not to have moved, or the other way.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.nomenclature.categories import all_categories, listed_codes
from tradeflow.nomenclature.editions import HELD
from tradeflow.nomenclature.families import family_table

if TYPE_CHECKING:
    from collections.abc import Collection

    from tradeflow.panel.model import Panel

FEWEST_CONTROLS: Final = 20
"""Goods on no list, and not asked about, that must go to a destination to be compared with."""


def count_controls(panel: Panel, partner: str, asked: Collection[str] | None) -> int:
    """Count the goods to a destination that are on no list, and not among those asked about.

    Parameters
    ----------
    panel
        Where nothing says what stands on a list (totals, panels made by hand), no good does.
    partner
        The destination.
    asked
        Goods asked about; None if each is in turn, with all others to compare with.
    """
    aside = [*listed_goods(panel, partner), *(asked or ())]
    goods = panel.keys.filter(pl.col("partner") == partner)[panel.by]
    return goods.filter(~goods.is_in(aside)).n_unique()


def listed_goods(panel: Panel, partner: str) -> list[str]:
    """Name the goods to a destination that are on a list; every category is."""
    keys = panel.keys.filter(pl.col("partner") == partner)
    return keys.filter(_listed(keys, panel.by))[panel.by].unique().sort().to_list()


def _listed(keys: pl.DataFrame, by: str) -> pl.Series:
    if "listed" in keys.columns:
        return keys["listed"]
    if by == "family":
        return keys[by].is_in(list(_listed_families()))
    return keys[by].is_in(list(all_categories() if by == "category" else ()))


def _listed_families() -> frozenset[str]:
    """Names of the families, over whichever editions, that hold a listed code."""
    return _families_of(tuple(listed_codes(edition) for edition in HELD))


@cache
def _families_of(listed: tuple[frozenset[str], ...]) -> frozenset[str]:
    codes = dict(zip(HELD, listed, strict=True))
    found: set[str] = set()
    for ends in combinations_with_replacement(HELD, 2):
        for edition, hs6, name, _ in family_table(ends).iter_rows():
            if hs6 in codes[edition]:
                found.add(name)
    return frozenset(found)
