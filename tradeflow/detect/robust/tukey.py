"""Tukey's bounded loss: which dates fit about as well as the best, and whether a step is real."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import special

from tradeflow.detect.robust.model import Columns, Form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.robust.stages import Data, Scan

CORNER: Final = 4.685
"""In scales; 95 % efficient at the normal law. Residuals beyond it all cost the same."""

DATE_SET: Final = -2 * float(np.log(1 - np.sqrt(0.95)))
"""95 % point of the likelihood ratio for a break date: P(LR <= x) = (1 - exp(-x / 2))^2."""


def psi(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Derivative of the loss; residuals in scales."""
    return np.asarray(residual * np.maximum(0.0, 1 - (residual / CORNER) ** 2) ** 2)


def psi_slope(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Second derivative of the loss; residuals in scales."""
    room = np.maximum(0.0, 1 - (residual / CORNER) ** 2)
    return np.asarray(room * (room - 4 * (residual / CORNER) ** 2))


def _ratio() -> float:
    z = np.linspace(-CORNER, CORNER, 20_001)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * (z[1] - z[0])
    return float(2 * (psi_slope(z) @ density) / (psi(z) ** 2 @ density))


RATIO: Final = _ratio()
"""From a difference of losses to a likelihood ratio: 2 E psi' / E psi^2 for normal errors."""


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """Tukey's estimates with a step at each candidate date, the scale given.

    Attributes
    ----------
    loss
        Shape (d,): sums of rho(residual / scale).
    theta
        Shape (d, p): linear part (the step last), waves, amplitude.
    scale
        The scale.
    """

    loss: NDArray[np.float64]
    theta: NDArray[np.float64]
    scale: float


def profile(data: Data, form: Form, steps: Sequence[int], start: Scan, scale: float) -> Profile:
    """Minimise Tukey's loss at a fixed scale with a step at each date.

    Notes
    -----
    A difference of two losses times :data:`RATIO` behaves like a likelihood ratio.
    """
    from tradeflow.detect.robust.algebra import Sizes
    from tradeflow.detect.robust.profile import losses

    columns = Columns.of(form, data.t, data.length, steps)
    sizes = Sizes(columns.linear.shape[1] + 1, form.waves, form.amplitude)
    p = sizes.linear + sizes.waves
    rows = np.insert(columns.expanded(step=True), p, data.clipped, axis=0)
    first = np.searchsorted(data.t, start.dates)
    coef, gamma = np.insert(start.coef, p, -1.0, axis=1), start.gamma.copy()
    loss = losses(rows, sizes, first, coef, gamma, scale)
    return Profile(loss, np.hstack([coef[:, :p], gamma]), scale)


def p_of_step(data: Data, columns: Columns, theta: NDArray[np.float64], scale: float) -> float:
    """Test the last linear column by Tukey's estimate; return the two-sided p-value.

    Notes
    -----
    All observations count, each with bounded influence: a test on the observations that the
    trimmed fit keeps would find too much, for it has dropped what contradicts the step. The
    variance is Huber's, K^2 (sum psi^2 / (n - p)) / (mean psi')^2 (J'J)^-1.

    References
    ----------
    Huber, P. J. and Ronchetti, E. M. (2009), Robust Statistics, section 7.6.
    """
    n, p = len(data.y), len(theta)
    size = (data.clipped - columns.values(theta)) / scale
    pull, slopes = psi(size), psi_slope(size)
    slope = float(slopes.mean())
    jacobian = columns.jacobian(theta)
    at = columns.linear.shape[1] - 1
    spread = float(np.linalg.pinv(jacobian.T @ jacobian)[at, at] * (pull @ pull) / (n - p))
    correction = 1 + p / n * float(slopes.var()) / slope**2
    se = scale * correction * np.sqrt(spread) / slope
    return float(2 * special.stdtr(n - p, -abs(theta[at]) / se))
