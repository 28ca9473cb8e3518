"""Which code each good is recorded under, by reporter and month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.nomenclature.editions import edition_of
from tradeflow.simulate.effects import CodeSplit
from tradeflow.simulate.goods import editions_used, good_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.simulate.goods import Good
    from tradeflow.simulate.plan import Plan
    from tradeflow.simulate.trade import Route


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Cells as they are written down; a split cell is written twice, at the end.

    Attributes
    ----------
    cell
        Position of the cell among those that were asked about.
    edition, hs6
        Edition and code of each row.
    share
        Share of the cell's trade in each row.
    """

    cell: NDArray[np.intp]
    edition: pl.Series
    hs6: pl.Series
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """Codes of the goods, and when they are split.

    Attributes
    ----------
    editions
        Oldest first.
    edition
        Shape (n_routes, n_periods): position of the reporter's edition.
    codes
        Unsplit, first and second successor: one list after the other, each by edition and good.
    split_from
        Shape (n_goods,): first month of a good's successors; beyond the end if never.
    split_by_edition
        Same shape: the newest edition splits it.
    first_share
        Same shape: share of the first successor.
    """

    editions: tuple[str, ...]
    edition: NDArray[np.intp]
    codes: pl.Series
    split_from: NDArray[np.intp]
    split_by_edition: NDArray[np.bool_]
    first_share: NDArray[np.float64]

    @classmethod
    def of(cls, plan: Plan, routes: Sequence[Route]) -> Codebook:
        """Look up the codes of a world."""
        world, goods, editions = plan.world, plan.goods, editions_used(plan.world)
        usual = [[good.codes[e][0] for good in goods] for e in editions]
        first, second = ([list(codes) for codes in usual] for _ in range(2))
        since = np.full(len(goods), world.months)
        by_edition, share = np.zeros(len(goods), dtype=bool), np.ones(len(goods))
        for split in (e for e in plan.effects if isinstance(e, CodeSplit)):
            row = plan.rows()[split.code]
            share[row], by_edition[row] = split.first_share, not split.successors
            since[row] = plan.began(split) if split.successors else world.months
            for i in range(len(editions)):
                first[i][row], second[i][row] = _successors(split, goods[row], i, editions)
        flat = [code for table in (usual, first, second) for codes in table for code in codes]
        stated = [[edition_of(r.reporter, p) for p in world.periods()] for r in routes]
        edition = np.array([[editions.index(e) for e in row] for row in stated])
        codes = pl.Series(flat, dtype=pl.String)
        return cls(editions, edition, codes, since, by_edition, share)

    def write(
        self, route: NDArray[np.intp], good: NDArray[np.intp], month: NDArray[np.intp]
    ) -> Written:
        """Write cells under the codes of their reporter and month."""
        edition = self.edition[route, month]
        newest = len(self.editions) - 1
        split = (month >= self.split_from[good]) | (
            self.split_by_edition[good] & (edition == newest)
        )
        whole, parts = np.flatnonzero(~split), np.flatnonzero(split)
        cell = np.concatenate([whole, parts, parts])
        version = np.repeat([0, 1, 2], [whole.size, parts.size, parts.size])
        n_goods, at = self.split_from.size, edition[cell]
        position = (version * len(self.editions) + at) * n_goods + good[cell]
        first = self.first_share[good[cell]]
        share = np.choose(version, [np.ones_like(first), first, 1 - first])
        names = pl.Series(self.editions).gather(at.astype(np.uint32))
        return Written(cell, names, self.codes.gather(position.astype(np.uint32)), share)


def _successors(
    split: CodeSplit, good: Good, edition: int, editions: Sequence[str]
) -> tuple[str, str]:
    name = editions[edition]
    if split.successors:
        first, second = (good_of(code, editions).codes[name][0] for code in split.successors)
        return first, second
    codes = good.codes[name]
    return codes[0], codes[min(1, len(codes) - 1)]
