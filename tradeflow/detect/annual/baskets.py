"""Placebo baskets: random baskets of unlisted goods, as many and as large as a category."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def draw_baskets(near: NDArray[np.intp], *, count: int, seed: int, name: str) -> NDArray[np.intp]:
    """Draw baskets with one comparable good for each member, no good twice.

    Parameters
    ----------
    near
        Shape (n_members, n_comparable): rows of the goods comparable with each member.
    count
        How many baskets.
    seed, name
        Seed of the generator; with `name`, so that a category's baskets do not depend on which
        other categories are asked about.

    Returns
    -------
    ndarray
        Shape (count, n_members), rows of goods.
    """
    rng = np.random.default_rng([seed, crc32(name.encode())])
    kept: list[NDArray[np.intp]] = []
    missing = count
    while missing > 0:
        column = rng.integers(0, near.shape[1], size=(2 * count, len(near)))
        drawn = near[np.arange(len(near)), column]
        ordered = np.sort(drawn, axis=1)
        distinct = drawn[(ordered[:, 1:] != ordered[:, :-1]).all(axis=1)]
        kept.append(distinct[:missing])
        missing -= len(kept[-1])
    return np.concatenate(kept)


def share_as_far(shift: float, placebo: NDArray[np.float64]) -> float:
    """Share of placebo shifts at least as far from 0, counting the category itself.

    Returns
    -------
    float
        (1 + number as far) / (1 + number of placebos): never 0, a valid p-value.
    """
    placebo = placebo[~np.isnan(placebo)]
    return float((1 + (np.abs(placebo) >= abs(shift)).sum()) / (1 + len(placebo)))
