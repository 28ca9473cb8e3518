"""How far a unit value lies from its own history and from that of other partners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

OTHERS: Final = 3
"""Other partners that a common movement needs."""

_TO_SIGMA: Final = 1.4826  # median absolute value to standard deviation, for a normal
_BORROWED: Final = 6.0  # periods' worth of weight that the median series has in a scale


def scores(
    log: NDArray[np.float64], group: NDArray[np.intp], origin: int, end: int, fewest: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Score the periods from `origin` to `end` against those before.

    Parameters
    ----------
    log
        Shape (n, T), log unit values; NaN where there is none.
    group
        Shape (n,): series of the same reporter and code, to different partners.
    origin, end
        First period judged, and the first after these.
    fewest
        Periods with a price before `origin` that a series needs.

    Returns
    -------
    expected, unit, score : ndarray
        Shape (n, end - origin): expected log unit value, its scale, and the gap to it in units of
        the scale; NaN where it cannot be said.

    Notes
    -----
    expected = median of the series before + median over the other partners of how far each is from
    its own median (0 with fewer than three others). The scale is 1.4826 times the median absolute
    gap before, shrunk in squares towards the median of all series. Nothing from `origin` on enters
    a series' own centre or scale.
    """
    before = log[:, :origin]
    history = (~np.isnan(before)).sum(axis=1)
    centre = np.full(len(log), np.nan)
    enough = history >= fewest
    centre[enough] = np.nanmedian(before[enough], axis=1)
    moved = log[:, :end] - centre[:, None]
    gap = moved - common(moved, group)
    unit = _scale(gap[:, :origin], history)
    late = slice(origin, end)
    expected = log[:, late] - gap[:, late]
    return (
        expected,
        np.where(np.isnan(expected), np.nan, unit[:, None]),
        gap[:, late] / unit[:, None],
    )


def common(moved: NDArray[np.float64], group: NDArray[np.intp]) -> NDArray[np.float64]:
    """Median movement of the others of each series' group, shape (n, T); 0 with too few."""
    out = np.zeros_like(moved)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    for rows in np.split(order, starts):
        if len(rows) > OTHERS:
            out[rows] = _median_of_others(moved[rows])
    return out


def _median_of_others(moved: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median of each column without each row in turn, from one sort."""
    rank = np.argsort(np.argsort(moved, axis=0, kind="stable"), axis=0, kind="stable")
    ordered = np.sort(moved, axis=0)  # NaN last
    known = ~np.isnan(moved)
    others = known.sum(axis=0) - known
    low, high = (others - 1) // 2, others // 2
    picked = [
        np.take_along_axis(ordered, np.clip(k + (known & (k >= rank)), 0, len(moved) - 1), axis=0)
        for k in (low, high)
    ]
    return np.where(others >= OTHERS, (picked[0] + picked[1]) / 2, 0.0)


def _scale(gap: NDArray[np.float64], history: NDArray[np.intp]) -> NDArray[np.float64]:
    known = ~np.isnan(gap).all(axis=1)
    own = np.zeros(len(gap))
    own[known] = (_TO_SIGMA * np.nanmedian(np.abs(gap[known]), axis=1)) ** 2
    typical = float(np.median(own[own > 0])) if (own > 0).any() else np.nan
    shrunk = (history * own + _BORROWED * typical) / (history + _BORROWED)
    return np.asarray(np.sqrt(shrunk))
