"""Random baskets of goods on no list, as placebos for categories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

_WANTED: Final = 1_000
_MOST: Final = 50
_SEED: Final = 20240522


def draw_baskets(
    codes: Panel, members: Sequence[NDArray[np.intp]], listed: NDArray[np.bool_]
) -> list[NDArray[np.intp]]:
    """Draw baskets with as many codes as each series has, from the same route.

    Parameters
    ----------
    codes
        The panel by code.
    members
        For each series its rows of `codes`.
    listed
        Shape (codes,): codes that are on a list, and so never drawn.

    Returns
    -------
    list of ndarray
        Rows of `codes`, basket by basket; about a thousand baskets in all, the same in every run.
        None for series on whose route too few unlisted codes are traded.
    """
    rng = np.random.default_rng(_SEED)
    pair = codes.keys.select(pl.struct("reporter", "partner").rank("dense")).to_series().to_numpy()
    each = int(np.clip(-(-_WANTED // max(len(members), 1)), 1, _MOST))
    free = {int(p): np.flatnonzero((pair == p) & ~listed) for p in np.unique(pair)}
    baskets = []
    for rows in members:
        from_here = free[int(pair[rows[0]])]
        if len(from_here) > len(rows):
            baskets += [rng.choice(from_here, len(rows), replace=False) for _ in range(each)]
    return baskets
