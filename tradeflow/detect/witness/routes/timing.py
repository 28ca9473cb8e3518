"""In which month a route changed its level, as a set of months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROOM: Final = 3
"""Months with a number that are kept on either side of a date."""

LOSS_90: Final = float(-2 * np.log(1 - np.sqrt(0.9)))
"""Log likelihood ratio up to which a date is in the 90 % set: the maximum of a two-sided random
walk with drift -1/2 is at most x with probability (1 - exp(-x))^2."""


def step_months(values: NDArray[np.float64], around: int) -> tuple[int, int]:
    """Earliest and latest month of a series' 90 % date set for one step.

    Parameters
    ----------
    values
        Shape (T,), US dollars; NaN where missing.
    around
        Column; dates up to a year before and after it are tried.

    Returns
    -------
    first, last : int
        Columns of the first month after the step; (-1, -1) if no date can be tried or the series
        never changes.

    Notes
    -----
    A step in asinh(v / scale), scale the mean; the likelihood ratio is divided by
    (1 + r) / (1 - r), r the first autocorrelation of the residuals.

    References
    ----------
    Eo, Y. and Morley, J. (2015), Likelihood-ratio-based confidence sets for the timing of
    structural breaks, Quantitative Economics 6(2).

    Examples
    --------
    >>> step_months(np.array([1.0, 2, 1, 2, 1, 9, 8, 9, 8, 9]), 5)
    (5, 5)
    """
    known = np.flatnonzero(~np.isnan(values))
    tried = _dates(known, around)
    level = values[known]
    if not tried.size or np.ptp(level) == 0:
        return -1, -1
    y = np.arcsinh(level / level.mean())
    rss = np.array([_residual(y, cut) @ _residual(y, cut) for cut in tried])
    best = _residual(y, int(tried[rss.argmin()]))
    ratio = len(y) * np.log(np.maximum(rss, 1e-300) / max(rss.min(), 1e-300))
    near = known[tried[ratio <= LOSS_90 * _inflation(best)]]
    return int(near[0]), int(near[-1])


def _dates(known: NDArray[np.intp], around: int) -> NDArray[np.intp]:
    """Positions among the known months at which a step may begin."""
    cuts = np.arange(ROOM, len(known) - ROOM + 1)
    near = np.abs(known[cuts] - around) <= 12 if cuts.size else np.zeros(0, bool)  # noqa: PLR2004  a year
    return cuts[near]


def _residual(y: NDArray[np.float64], cut: int) -> NDArray[np.float64]:
    return np.concatenate([y[:cut] - y[:cut].mean(), y[cut:] - y[cut:].mean()])


def _inflation(residual: NDArray[np.float64]) -> float:
    square = float(residual @ residual)
    r = float(residual[1:] @ residual[:-1]) / square if square > 0 else 0.0
    r = float(np.clip(r, 0.0, 0.9))
    return (1 + r) / (1 - r)
