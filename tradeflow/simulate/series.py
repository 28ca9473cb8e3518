"""The parts that a simulated series is made of, as plain functions on arrays.

Arrays have shape (n_series, n_periods) unless said otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.simulate.draws import Draw

Tails = Literal["normal", "t3"]

_PIECES: Final = 2.0  # shape of one shipment's size: its coefficient of variation is 0.7
_MANY: Final = 50.0  # from this rate on a Poisson count is drawn as a rounded normal


def normal(uniform: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn uniform numbers into standard normal ones."""
    return np.asarray(ndtri(uniform), dtype=np.float64)


def innovations(draw: Draw, width: int, tails: Tails) -> NDArray[np.float64]:
    """Draw independent numbers of mean 0 and variance 1.

    Notes
    -----
    Student's t with three degrees of freedom, divided by its standard deviation, is
    ``z / sqrt(y**2 - 2 log u)``: a chi-squared of three degrees of freedom is a squared normal
    plus an exponential.
    """
    z = normal(draw("noise", width))
    if tails == "normal":
        return z
    squared = normal(draw("tail, normal part", width)) ** 2
    scaled: NDArray[np.float64] = z / np.sqrt(
        squared - 2 * np.log(draw("tail, exponential part", width))
    )
    return scaled


def autoregressive(shocks: NDArray[np.float64], rho: float) -> NDArray[np.float64]:
    """Filter unit shocks to a stationary AR(1) of variance 1 from the first period on."""
    from scipy.signal import lfilter

    scaled = shocks.copy()
    scaled[:, 1:] *= np.sqrt(1 - rho**2)
    return np.asarray(lfilter([1.0], [1.0, -rho], scaled, axis=1), dtype=np.float64)


def walk(draw: Draw, width: int) -> NDArray[np.float64]:
    """Draw a random walk with steps of variance 1 that begins at 0."""
    steps = normal(draw("drift", width))
    steps[:, 0] = 0.0
    return np.asarray(np.cumsum(steps, axis=1), dtype=np.float64)


def outliers(uniform: NDArray[np.float64], share: float, size: float) -> NDArray[np.float64]:
    """Place additive outliers of +- `size` in a `share` of the cells, 0 elsewhere."""
    high, low = uniform > 1 - share / 2, uniform < share / 2
    placed: NDArray[np.float64] = size * (high.astype(float) - low.astype(float))
    return placed


def growth(n_periods: int, rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log growth since the first month, for annual log rates of shape (n_series, 1)."""
    grown: NDArray[np.float64] = rate * (np.arange(n_periods) / 12)
    return grown


def lumpy(
    mean: NDArray[np.float64], zero_share: NDArray[np.float64], draw: Draw
) -> NDArray[np.float64]:
    """Break a smooth expected series into shipments: a Poisson number of gamma sizes.

    Parameters
    ----------
    mean
        Relative to the base level: 1 where the series is expected to be at its base.
    zero_share
        Shape (n_series, 1): share of empty months at the base level, between 0 and 1.
    draw
        Source of uniform numbers.

    Returns
    -------
    ndarray
        Shape of `mean`, with the same expectation; 0 in a month without shipment.

    Notes
    -----
    A rise makes shipments more frequent, it does not make them larger. Gamma sizes use the
    approximation of Wilson and Hilferty (1931), cube of a normal.
    """
    rate = -np.log(zero_share)
    count = _poisson(draw("shipments", mean.shape[1]), rate * mean)
    return _gamma(normal(draw("shipment sizes", mean.shape[1])), count) / rate


def _poisson(uniform: NDArray[np.float64], rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantile function of the Poisson distribution."""
    count = np.maximum(np.round(rate + np.sqrt(rate) * normal(uniform)), 0.0)
    small = rate <= _MANY
    count[small] = _count_up(uniform[small], rate[small])
    return count


def _count_up(uniform: NDArray[np.float64], rate: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles by adding up the probabilities of 0, 1, 2 ..., shape (n,)."""
    count = np.zeros_like(rate)
    term = np.exp(-rate)
    below, k = term.copy(), 0
    left = np.flatnonzero(uniform > below)
    while left.size:
        k += 1
        count[left] = k
        term[left] *= rate[left] / k
        below[left] += term[left]
        # The last digits of the sum may never reach the last digits of the number.
        left = left[(uniform[left] > below[left]) & (term[left] > 0)]
    return count


def _gamma(z: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of `count` sizes of mean 1, at normal scores `z`."""
    ninth = 1 / (9 * _PIECES * np.maximum(count, 1.0))
    root = np.maximum(1 - ninth + z * np.sqrt(ninth), 0.05)
    total: NDArray[np.float64] = count * root**3
    return total
