"""Unit values that repeat to the last digit: weights that were computed, not weighed.

An office, or the United Nations after it, that lacks a weight divides the value by a standard unit
value. Such weights say nothing of prices, and give themselves away: value over weight is the same
number, to rounding, in other months and for other partners.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FALSE_POSITIVES: Final = 1e-3
"""Rate at which a weighed cell among weighed cells is taken for a computed one, at most."""

COARSEST: Final = 0.01
"""Log points; a cell whose rounding moves its unit value farther cannot be judged."""

_NEIGHBOURHOOD: Final = 25
_FINEST: Final = 1e-9  # log points; finer differences are those of floating-point numbers
_APART: Final = 100.0  # log points between codes on one line


def repeated(
    value: NDArray[np.float64],
    net_kg: NDArray[np.float64],
    code: NDArray[np.intp],
    *,
    rate: float = FALSE_POSITIVES,
    rounding_usd: float = 1.0,
    rounding_kg: float = 1.0,
) -> NDArray[np.bool_]:
    """Find cells whose unit value other cells of the same code repeat.

    Parameters
    ----------
    value, net_kg
        Shape (n,), US dollars and kilograms of any reporters, partners and periods; NaN or 0
        where there is none.
    code
        Shape (n,), number of the code of each cell.
    rate
        False-positive rate for a cell that was weighed, among others that were.
    rounding_usd, rounding_kg
        Units to which the table is rounded.

    Returns
    -------
    ndarray
        Shape (n,): which cells have a repeated unit value.

    Notes
    -----
    With w the log distance that rounding alone explains, k cells lie within w of a cell and m more
    within 25 w. If log unit values have a smooth density, k given k + m is binomial with
    probability 1/25; a cell is taken when P(at least k) is at most `rate`. Four equal cells with
    nothing near them are the fewest that can be. A weighed cell that happens to stand beside a
    heap of computed ones is taken with them: where 15 % of series are computed, that is about
    0.2 % of the weighed cells in simulated worlds.
    """
    from scipy.stats import binom

    out = np.zeros(len(value), dtype=bool)
    width = _rounding(value, net_kg, rounding_usd, rounding_kg)
    asked = np.flatnonzero(width <= COARSEST)
    if not asked.size:
        return out
    place = np.log(value[asked] / net_kg[asked]) + _APART * code[asked]
    order = np.sort(place)
    near = _within(order, place, width[asked])
    around = _within(order, place, _NEIGHBOURHOOD * width[asked])
    chance = binom.sf(near - 1, around, 1 / _NEIGHBOURHOOD)
    out[asked] = (near > 0) & (chance <= rate)
    return out


def _rounding(
    value: NDArray[np.float64], net_kg: NDArray[np.float64], usd: float, kg: float
) -> NDArray[np.float64]:
    """Log distance between two cells of this size that rounding explains; infinite if no price."""
    known = (value > 0) & (net_kg > 0)
    width = np.full(len(value), np.inf)
    width[known] = np.maximum(usd / value[known] + kg / net_kg[known], _FINEST)
    return width


def _within(
    order: NDArray[np.float64], place: NDArray[np.float64], width: NDArray[np.float64]
) -> NDArray[np.intp]:
    """How many other cells lie within `width` of each."""
    last = np.searchsorted(order, place + width, side="right")
    first = np.searchsorted(order, place - width, side="left")
    return np.asarray(last - first - 1, dtype=np.intp)
