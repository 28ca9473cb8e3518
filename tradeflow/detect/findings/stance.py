"""What one witness says of a change: it agrees, disagrees, is undecided, or was not heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from tradeflow.detect.witness.heard import HEARD

if TYPE_CHECKING:
    from numpy.typing import NDArray

AGREES: Final = "agrees"
DISAGREES: Final = "disagrees"
UNDECIDED: Final = "undecided"

SAID: Final = (AGREES, DISAGREES, UNDECIDED)
"""What a witness that was heard can say."""

HALF: Final = 0.5
"""Part of a change that a witness must leave possible in order not to disagree."""


FARTHEST: Final = 3.0
"""Log points beyond which one change is as good as another: a factor of twenty, or nothing left."""


class Estimate(NamedTuple):
    """A witness's estimates for n series, each of shape (n,), log points.

    Attributes
    ----------
    change, low, high
        Its own measure of the change, with a 90 % interval; NaN where not heard.
    moved
        Whether it differs from zero at the promised rate.
    rule
        Empty if heard, else ``not heard: why``.
    """

    change: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    moved: NDArray[np.bool_]
    rule: NDArray[np.str_]


def stances(estimate: Estimate, own: NDArray[np.float64]) -> NDArray[np.str_]:
    """Compare a witness with the change that it is asked about.

    Parameters
    ----------
    estimate
        What the witness measured.
    own
        Shape (n,): the change in question, log points; NaN where there is none.

    Returns
    -------
    ndarray
        Shape (n,). ``disagrees`` where the 90 % interval leaves less than half of the change
        possible, or where the witness moved the other way; ``agrees`` where it moved the same
        way; ``undecided`` else. Where it was not heard, the reason.
    """
    own = np.clip(own, -FARTHEST, FARTHEST)
    sign = np.sign(own)
    far = np.where(sign > 0, estimate.high, -estimate.low)
    same = sign * estimate.change > 0
    leaves_little = far < HALF * np.abs(own)
    said = np.select(
        [np.isnan(own), leaves_little | (estimate.moved & ~same), estimate.moved & same],
        [UNDECIDED, DISAGREES, AGREES],
        default=UNDECIDED,
    )
    return np.where(estimate.rule == HEARD, said, estimate.rule)
