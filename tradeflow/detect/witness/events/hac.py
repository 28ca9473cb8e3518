"""Least squares with errors that survive autocorrelation, for many series that share a design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Some coefficients of n series on one design.

    Attributes
    ----------
    coefficient
        Shape (n, k), of the columns asked for.
    covariance
        Shape (n, k, k), Newey-West.
    wald
        Shape (n,): F statistic that all k are 0.
    df
        Residual degrees of freedom: periods less columns of the design.
    """

    coefficient: NDArray[np.float64]
    covariance: NDArray[np.float64]
    wald: NDArray[np.float64]
    df: int

    @property
    def se(self) -> NDArray[np.float64]:
        """Standard errors, shape (n, k)."""
        return np.asarray(np.sqrt(np.diagonal(self.covariance, axis1=1, axis2=2)))


def bandwidth(periods: int) -> int:
    """Lags of the Newey-West errors: the whole part of 4 (T / 100) ** (2 / 9).

    References
    ----------
    Newey, W. K. and West, K. D. (1994), Automatic lag selection in covariance matrix estimation,
    Review of Economic Studies 61(4).

    Examples
    --------
    >>> bandwidth(48), bandwidth(100)
    (3, 4)
    """
    return int(4 * (periods / 100) ** (2 / 9))


def newey_west(
    y: NDArray[np.float64], design: NDArray[np.float64], columns: NDArray[np.intp], lags: int
) -> Fit:
    """Fit every series to a design by least squares, with Newey-West errors.

    Parameters
    ----------
    y
        Shape (n, T), without NaN.
    design
        Shape (T, p), of full column rank.
    columns
        Shape (k,): columns of the design whose coefficients are asked for.
    lags
        Bandwidth of the Bartlett kernel; 0 for errors that survive heteroskedasticity only.

    Returns
    -------
    Fit

    Notes
    -----
    cov = T/(T-p) sum over l of (1 - |l|/(lags+1)) Gamma_l, where Gamma_l sums h_t e_t e_{t-l}
    h_{t-l}' and h_t is column t of (X'X)^-1 X', rows of the coefficients asked for. The factor
    T/(T-p) is the usual correction for small samples.

    References
    ----------
    Newey, W. K. and West, K. D. (1987), A simple, positive semi-definite, heteroskedasticity and
    autocorrelation consistent covariance matrix, Econometrica 55(3).
    """
    n_periods, n_columns = design.shape
    pseudo = np.linalg.pinv(design)
    residual = y - (y @ pseudo.T) @ design.T
    score = residual[:, None, :] * pseudo[columns]
    covariance = score @ score.transpose(0, 2, 1)
    for lag in range(1, lags + 1):
        cross = score[:, :, lag:] @ score[:, :, :-lag].transpose(0, 2, 1)
        covariance += (1 - lag / (lags + 1)) * (cross + cross.transpose(0, 2, 1))
    df = n_periods - n_columns
    covariance *= n_periods / df
    coefficient = y @ pseudo[columns].T
    return Fit(coefficient, covariance, _wald(coefficient, covariance), df)


def _wald(coefficient: NDArray[np.float64], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """F statistic; NaN where the errors vanish, as for a series that the design fits exactly."""
    out = np.full(len(coefficient), np.nan)
    width = np.trace(covariance, axis1=1, axis2=2) / (1 + (coefficient**2).sum(axis=1))
    fine = width > np.finfo(float).eps ** 1.5
    if fine.any():
        solved = np.linalg.solve(covariance[fine], coefficient[fine][:, :, None])[:, :, 0]
        out[fine] = (coefficient[fine] * solved).sum(axis=1) / coefficient.shape[1]
    return out
