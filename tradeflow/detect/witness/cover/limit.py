"""How much could hide: the smallest share of false goods that would have moved a unit value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def hidden_share(
    half: NDArray[np.float64], price: NDArray[np.float64], hidden_price: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Smallest share of the weight that moves the unit value out of its interval.

    Parameters
    ----------
    half
        Shape (n,), log points: half the width of the 90 % interval of the change.
    price, hidden_price
        Shape (n,), US dollars a unit: of the goods as they were, and of those that would hide.

    Returns
    -------
    ndarray
        Shape (n,), between 0 and 1; infinite where no share would be seen, because the two prices
        are too near each other; NaN where one is not known.

    Notes
    -----
    If a share w of the weight is goods at their own price P', the unit value is
    P (1 + w (P'/P - 1)). It leaves the interval when the log of the bracket is beyond -+ `half`:
    w = (exp(h) - 1) / (P'/P - 1) with h = `half` if P' > P, else -`half`. At that share it is seen
    in about one half of the cases.

    Examples
    --------
    >>> one = np.ones(1)
    >>> hidden_share(np.log(1.5) * one, 10 * one, 60 * one).round(3)
    array([0.1])
    """
    apart = hidden_price / price - 1
    needed = np.expm1(np.sign(apart) * half)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = needed / apart
    known = np.isfinite(apart) & ~np.isnan(half)
    return np.where(known, np.where(share <= 1, share, np.inf), np.nan)
