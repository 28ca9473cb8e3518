"""Many questions at once: q-values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def q_values(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Benjamini-Hochberg q-values; NaN stays NaN and does not count as a question.

    Parameters
    ----------
    p
        Shape (n,), p-values or NaN.

    Returns
    -------
    ndarray
        Shape (n,): the smallest false-discovery rate at which each would be reported.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, JRSS B 57.
    """
    from scipy.stats import false_discovery_control

    out = np.full(p.shape, np.nan)
    asked = np.isfinite(p)
    if asked.any():
        out[asked] = false_discovery_control(p[asked])
    return out
