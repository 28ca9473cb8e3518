"""Comparable goods: unlisted codes of the same section, nearest in size.

They answer two questions. How did trade in such goods move in general? And how rare is it
among them to move as far?
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.errors import TooShortError

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEIGHBOURS: Final = 100
"""How many comparable goods each code is given."""

FEWEST: Final = 30
"""A section with fewer unlisted codes borrows from all sections."""


def neighbours(
    size: NDArray[np.float64],
    section: NDArray[np.int64],
    control: NDArray[np.bool_],
    *,
    count: int = NEIGHBOURS,
) -> NDArray[np.intp]:
    """Find the comparable goods of every code.

    Parameters
    ----------
    size
        Shape (n,), US dollars a year before the date.
    section
        Shape (n,), section of the Harmonized System, 1 to 21.
    control
        Shape (n,): unlisted, comparable over the classification change, and long enough.
    count
        How many.

    Returns
    -------
    ndarray
        Shape (n, count): rows of the nearest controls, nearest first, never the code itself.
        If there are fewer than `count`, the last columns repeat the nearest ones.

    Raises
    ------
    TooShortError
        There are fewer than :data:`FEWEST` controls in all.
    """
    everyone = np.flatnonzero(control)
    if len(everyone) <= FEWEST:
        raise TooShortError(
            f"Only {len(everyone)} unlisted, comparable goods are in the data; more than {FEWEST} "
            "are needed to know how trade in general moved. Give the flows of all codes, not of "
            "the listed ones alone."
        )
    log_size = np.log(np.maximum(size, 1e-300))
    pools = {s: np.flatnonzero(control & (section == s)) for s in np.unique(section)}
    out = np.empty((len(size), count), dtype=np.intp)
    for i in range(len(size)):
        pool = pools[section[i]] if len(pools[section[i]]) > FEWEST else everyone
        pool = pool[pool != i]
        order = np.argsort(np.abs(log_size[pool] - log_size[i]), kind="stable")[:count]
        out[i] = np.resize(pool[order], count)
    return out


def common_movement(
    values: NDArray[np.float64], baseline: NDArray[np.bool_], near: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Robust centre of how the comparable goods of each code moved.

    Parameters
    ----------
    values
        Shape (n, n_periods), at least 0, NaN where missing.
    baseline
        Shape (n_periods,): the periods that the movement is relative to.
    near
        Shape (n, count), from :func:`neighbours`.

    Returns
    -------
    ndarray
        Shape (n, n_periods): the median over comparable goods of value / mean of the baseline.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        index = values / values[:, baseline].mean(axis=1, keepdims=True)
    index[~np.isfinite(index)] = np.nan
    return np.asarray(np.nanmedian(index[near], axis=1), dtype=np.float64)
