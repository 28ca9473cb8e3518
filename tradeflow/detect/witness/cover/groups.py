"""Which goods are asked about, to whom, and where else they go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.price.decompose import Groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.windows import Window
    from tradeflow.panel.model import Panel

ALL_GOODS: Final = "all"
"""Name of the row that takes the goods together."""


@dataclass(frozen=True, slots=True)
class CoverQuestion:
    """What is asked.

    Attributes
    ----------
    goods
        Six-digit codes.
    partner
        The destination.
    hiding
        Codes of what could hide.
    window
        The comparison.
    keep_estimated
        Whether reconciled cells are kept.
    """

    goods: Sequence[str]
    partner: str
    hiding: set[str]
    window: Window
    keep_estimated: bool | None


@dataclass(frozen=True, slots=True, eq=False)
class CoverGroups:
    """Codes to partners, and on each route the cover goods together.

    Attributes
    ----------
    groups
        First the baskets of cover goods route by route, then every code by itself.
    same
        Shape (groups,): the same good of the same reporter, to whatever partner, has one number.
    to_partner, asked
        Shape (groups,): what goes to the partner in question, and the cover goods among it.
    keys
        reporter, partner, hs6 of each.
    baskets
        How many of the first are baskets.
    """

    groups: Groups
    same: NDArray[np.intp]
    asked: NDArray[np.bool_]
    to_partner: NDArray[np.bool_]
    keys: pl.DataFrame
    baskets: int

    @classmethod
    def of(cls, codes: Panel, goods: Sequence[str], partner: str) -> CoverGroups:
        """Put the rows of a panel by code together."""
        single = codes.keys.select("reporter", "partner", "hs6").with_row_index("row")
        wanted = single.filter(pl.col("hs6").is_in(list(goods)))
        basket = (
            wanted.group_by("reporter", "partner", maintain_order=True)
            .agg(pl.col("row"))
            .with_columns(hs6=pl.lit(ALL_GOODS))
        )
        baskets = [row.to_numpy().astype(np.intp) for row in basket["row"]]
        own = [np.array([i], dtype=np.intp) for i in range(len(single))]
        keys = pl.concat([frame.select("reporter", "partner", "hs6") for frame in (basket, single)])
        to_partner = (keys["partner"] == partner).to_numpy()
        return cls(
            groups=Groups.of([*baskets, *own]),
            same=keys.select(pl.struct("reporter", "hs6").rank("dense")).to_series().to_numpy(),
            asked=to_partner & keys["hs6"].is_in([ALL_GOODS, *goods]).to_numpy(),
            to_partner=to_partner,
            keys=keys,
            baskets=len(baskets),
        )

    def others(self, change: NDArray[np.float64]) -> NDArray[np.int64]:
        """How many other routes of each group have a number, shape (groups,)."""
        known = np.isfinite(change)
        count = np.bincount(self.same, weights=known)[self.same]
        return (count - known).astype(np.int64)
