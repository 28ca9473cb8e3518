"""Contrast with other destinations in closed form: shares, for very many series at once.

For one good, E[y_jt] = exp(a_j + g_t) is fitted by row total x column total / grand total. With an
effect on one destination since a date the likelihood still has a closed form: the effect is the
log change of the odds of the destination's share,

    b = log[(Y_since / D_since) / (Y_before / D_before)],

where Y and D are the totals of the destination and of all others.

References
----------
Haberman, S. J. (1974), The Analysis of Frequency Data, University of Chicago Press, chapter 5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.contrast.errors import learn, readable
from tradeflow.detect.witness.contrast.estimate import FEWEST_PLACEBOS
from tradeflow.detect.witness.contrast.event_bands import rank_p, rank_quantile
from tradeflow.detect.witness.contrast.fit import Fits
from tradeflow.errors import TooShortError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Cube = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Vector = NDArray[np.float64]
    Marks = NDArray[np.bool_]

_FEWEST: Final = 3  # destinations


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Contrasts of K goods with their other destinations; NaN where nothing can be said.

    Attributes
    ----------
    effect, low, high, se
        Shape (K,), log points: change of the odds of the share, 90 % interval, standard error.
    p
        Shape (K,): rank among the placebos.
    periods
        Shape (K,): periods used: those in which every destination is known.
    placebos
        Contrasts of the other destinations among each other.
    """

    effect: Vector
    low: Vector
    high: Vector
    se: Vector
    p: Vector
    periods: NDArray[np.int64]
    placebos: int


def screen_shares(values: Cube, post: Marks, *, destination: int = 0) -> Shares:
    """Contrast every good's trade with one destination with its trade with the others.

    Parameters
    ----------
    values
        Shape (K, J, T), at least 0, any unit; NaN where not known.
    post
        Shape (T,): periods since the date.
    destination
        Place of the destination asked about.

    Returns
    -------
    Shares

    Raises
    ------
    UsageError
        Fewer than three destinations.
    TooShortError
        Nothing before or nothing since the date, or too few placebos.

    Notes
    -----
    A period in which some destination of the good is not known is left out, so that the others
    are always the same. Errors and p-values are those of :func:`tradeflow.contrast`.
    """
    if values.shape[1] < _FEWEST:
        raise UsageError(f"{values.shape[1]} destinations are too few: a contrast needs 3.")
    if post.all() or not post.any():
        raise TooShortError("A contrast needs periods before the date and since.")
    complete = np.asarray(~np.isnan(values).any(axis=1))
    kept = np.where(complete[:, None], values, 0.0)
    own = kept[:, destination]
    donors = np.delete(kept, destination, axis=1)
    total = donors.sum(axis=1)
    false = two_way(donors, total[:, None] - donors, post)
    false = false.only(readable(false, ~post))
    if len(false.log) < FEWEST_PLACEBOS:
        raise TooShortError("Too few series of other destinations have trade before and since.")
    return _judged(two_way(own[:, None], total[:, None], post), false, ~post, complete)


def two_way(own: Cube, others: Cube, post: Marks) -> Fits:
    """Fit the two-way model with an effect, in closed form.

    Parameters
    ----------
    own, others
        Shape (..., T): trade with a destination, and with all others of the same good.
    post
        Shape (T,).

    Returns
    -------
    Fits
        One row per destination; two bins, before and since.
    """
    y = own.reshape(-1, own.shape[-1])
    rest = np.maximum(others.reshape(y.shape), 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        before = y[:, ~post].sum(axis=1) / rest[:, ~post].sum(axis=1)
        since = y[:, post].sum(axis=1) / rest[:, post].sum(axis=1)
        effect = np.log(since / before)
        mean = rest * np.where(post, since[:, None], before[:, None])
    mean[~np.isfinite(mean)] = 0.0
    log = np.stack([np.zeros_like(effect), effect], axis=1)
    return Fits(log, y, mean, np.ones_like(y), y)


def _judged(true: Fits, false: Fits, pre: Marks, complete: Marks) -> Shares:
    drifting = learn(false, pre)
    t = np.abs(false.log[:, 1]) / drifting.errors(false)
    good = readable(true, pre)
    effect = np.where(good, true.log[:, 1], np.nan)
    se = np.where(good, drifting.errors(true), np.nan)
    reach = rank_quantile(t) * se
    p = rank_p(np.abs(effect) / se, t)
    return Shares(effect, effect - reach, effect + reach, se, p, complete.sum(axis=1), len(t))
