"""Moderated variances: short series borrow strength from each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NO_SPREAD = 1e6  # prior degrees of freedom when the variances do not differ


@dataclass(frozen=True, slots=True)
class VariancePrior:
    """The scaled inverse chi-squared prior of the variances.

    Attributes
    ----------
    df
        Prior degrees of freedom.
    variance
        Prior variance, in squared log points.
    """

    df: float
    variance: float


def fit_prior(variance: NDArray[np.float64], df: float) -> VariancePrior:
    """Fit the prior to the variances of many series.

    Parameters
    ----------
    variance
        Shape (n,), positive residual variances.
    df
        Degrees of freedom of each.

    Returns
    -------
    VariancePrior

    References
    ----------
    Smyth, G. K. (2004), Linear models and empirical Bayes methods for assessing differential
    expression in microarray experiments, Statistical Applications in Genetics and Molecular
    Biology 3(1), section 6.2.
    """
    from scipy.special import digamma, polygamma

    e = np.log(variance) - digamma(df / 2) + np.log(df / 2)
    spread = float(np.var(e, ddof=1) - polygamma(1, df / 2))
    prior_df = 2 * _inverse_trigamma(spread) if spread > 0 else _NO_SPREAD
    centre = e.mean() + digamma(prior_df / 2) - np.log(prior_df / 2)
    return VariancePrior(df=prior_df, variance=float(np.exp(centre)))


def moderate(variance: NDArray[np.float64], df: float, prior: VariancePrior) -> NDArray[np.float64]:
    """Shrink variances towards the prior; the result has ``df + prior.df`` degrees of freedom."""
    return (prior.df * prior.variance + df * variance) / (prior.df + df)


def _inverse_trigamma(x: float) -> float:
    from scipy.optimize import brentq
    from scipy.special import polygamma

    # trigamma falls from infinity to 0; 1/x < y < 1/x + 1/x**2 brackets the root
    return float(brentq(lambda y: polygamma(1, y) - x, 0.5 / (1 + x), 2 / x + 2))
