"""Scales of trimmed residuals, and which observations to keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

TAIL: Final = 0.99
"""Beyond this normal quantile residuals are compared with what a normal law would leave."""


def consistency(share: float) -> float:
    """Return the factor that makes the trimmed standard deviation right for normal errors.

    `share` is the share of observations left after the largest residuals are cut.
    """
    if share >= 1:
        return 1.0
    q = special.ndtri((1 + share) / 2)
    density = np.exp(-(q**2) / 2) / np.sqrt(2 * np.pi)
    return float(1 / np.sqrt(1 - 2 * q * density / share))


def trimmed_scale(residual: NDArray[np.float64], h: int) -> NDArray[np.float64]:
    """Estimate standard deviations from the `h` smallest residuals of each row."""
    smallest = np.sort(residual**2, axis=-1)[..., :h]
    scale: NDArray[np.float64] = np.sqrt(smallest.mean(axis=-1))
    return scale * consistency(h / residual.shape[-1])


def keep(residual: NDArray[np.float64], scale: float) -> NDArray[np.bool_]:
    """Keep the observations that a normal law explains.

    Notes
    -----
    Gervini and Yohai's adaptive rule: the share cut is the largest excess, beyond the 99 %
    quantile, of the normal distribution function of |residual| over the empirical one; the
    observation at the cut goes too. Nothing is cut when no tail is too heavy.

    References
    ----------
    Gervini, D. and Yohai, V. J. (2002), A class of robust and fully efficient regression
    estimators, Annals of Statistics 30:583-616.
    """
    size = np.abs(residual) / scale
    order = np.sort(size)
    n = len(order)
    excess = 2 * special.ndtr(order) - 1 - np.arange(n) / n
    share = float(np.max(excess, where=order >= special.ndtri(TAIL), initial=0.0))
    cut = int(n * share + 1e-9)
    if share <= 0:
        return np.ones(n, dtype=bool)
    kept: NDArray[np.bool_] = size < order[n - 1 - cut]
    return kept
