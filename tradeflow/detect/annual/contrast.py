"""The shift of many series against their common movement: sizes, errors, p-values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.moderated import VariancePrior, fit_prior, moderate
from tradeflow.errors import TooShortError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.annual.windows import Windows
    from tradeflow.detect.local_level import Null


@dataclass(frozen=True, slots=True)
class Contrast:
    """Shifts of n series in log points.

    Attributes
    ----------
    shift
        Shape (n,): log of (value after / value expected after).
    se
        Shape (n,): standard error of `shift` under the local-level null.
    df
        Degrees of freedom of the t distribution of ``shift / se``.
    p
        Shape (n,): two-sided p-values.
    noise
        Shape (n,): moderated noise variance, squared log points.
    """

    shift: NDArray[np.float64]
    se: NDArray[np.float64]
    df: float
    p: NDArray[np.float64]
    noise: NDArray[np.float64]

    def half_width(self, level: float = 0.90) -> NDArray[np.float64]:
        """Half the width of the confidence interval of `shift`, shape (n,)."""
        from scipy.stats import t

        return float(t.ppf((1 + level) / 2, self.df)) * self.se


def shift_of(
    values: NDArray[np.float64], expected: NDArray[np.float64], cut: Windows
) -> NDArray[np.float64]:
    """Log ratio of what was traded after to what was expected.

    Parameters
    ----------
    values
        Shape (..., n_periods).
    expected
        Same shape: the common movement, in any unit.
    cut
        The windows.

    Returns
    -------
    ndarray
        Shape (...): log[(sum of values after / sum expected after) / (the same in the baseline)],
        the Poisson pseudo-likelihood estimate of a shift in two periods.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006), The log of gravity, REStat 88(4).
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        after = values[..., cut.after].sum(axis=-1) / expected[..., cut.after].sum(axis=-1)
        before = values[..., cut.baseline].sum(axis=-1) / expected[..., cut.baseline].sum(axis=-1)
        return np.asarray(np.log(after / before))


def noise_variance(
    values: NDArray[np.float64], expected: NDArray[np.float64], cut: Windows, null: Null
) -> NDArray[np.float64]:
    """Noise variance of each series, from the periods before the date alone.

    Returns
    -------
    ndarray
        Shape (...), squared log points; periods without trade are left out and the sum of
        squares is scaled up for them.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        residual = np.log(values[..., cut.history] / expected[..., cut.history])
    residual[~np.isfinite(residual)] = np.nan
    seen = np.isfinite(residual).sum(axis=-1)
    centred = residual - _mean(residual, seen)[..., None]
    scale, _ = null.spread(cut.history)
    with np.errstate(divide="ignore", invalid="ignore"):
        fill = (cut.history.sum() - 1) / (seen - 1)
        return np.asarray(np.nansum(centred**2, axis=-1) * fill / scale)


def noise_prior(noise: NDArray[np.float64], cut: Windows, null: Null) -> VariancePrior:
    """Fit the prior of noise variances to those of the controls that move at all.

    Raises
    ------
    TooShortError
        Fewer than two do.
    """
    moving = noise[noise > 0]
    if len(moving) < 2:  # noqa: PLR2004  a spread needs two
        raise TooShortError(
            "Hardly any comparable good moves before the date, so that nothing tells how far trade "
            "strays by chance. Give the flows as recorded, of all codes."
        )
    return fit_prior(moving, null.spread(cut.history)[1])


def _mean(x: NDArray[np.float64], seen: NDArray[np.int64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nansum(x, axis=-1) / seen)


def contrast(
    values: NDArray[np.float64],
    expected: NDArray[np.float64],
    cut: Windows,
    null: Null,
    prior: VariancePrior,
) -> Contrast:
    """Estimate the shift of each series and test it against drift.

    Parameters
    ----------
    values, expected
        Shape (n, n_periods).
    cut, null, prior
        Windows, local-level null, and prior of the noise variances.
    """
    from scipy.stats import t

    _, df = null.spread(cut.history)
    noise = moderate(noise_variance(values, expected, cut, null), df, prior)
    shift = shift_of(values, expected, cut)
    se = np.sqrt(noise * null.variance_of(cut.contrast))
    total = df + prior.df
    return Contrast(shift, se, total, np.asarray(2 * t.sf(np.abs(shift / se), total)), noise)
