"""Effects by bins of periods around a date, and bands that hold for all bins at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.local_level import Null

REFERENCE: Final = {"M": 12, "A": 1}
"""Periods just before the date that effects are relative to: a whole year."""

_DRAWS: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Bins:
    """Periods in bins.

    Attributes
    ----------
    of
        Shape (T,): bin of each period, 0 for the reference, else from 1 in order of time.
    first
        First period of each bin beyond the reference.
    before
        Shape (bins,): which of these lie before the date.
    """

    of: NDArray[np.int64]
    first: tuple[date, ...]
    before: NDArray[np.bool_]

    def weights(self) -> NDArray[np.float64]:
        """Mean of each bin less the mean of the reference, shape (bins, T)."""
        mean = [(self.of == i) / (self.of == i).sum() for i in range(len(self.first) + 1)]
        return np.stack([m - mean[0] for m in mean[1:]])


def bins_around(periods: Sequence[date], post: NDArray[np.bool_], freq: str, width: int) -> Bins:
    """Cut periods into bins of `width`, counted from the date on and back from the reference."""
    start = int((~post).sum())
    edge = max(start - REFERENCE[freq], 0)
    age = np.arange(len(post))
    number = np.where(age >= start, (age - start) // width, -1 - (edge - 1 - age) // width)
    outside = (age < edge) | (age >= start)
    names = np.unique(number[outside])
    of = np.where(outside, 1 + np.searchsorted(names, number), 0).astype(np.int64)
    first = tuple(periods[int(np.flatnonzero(outside & (number == name))[0])] for name in names)
    return Bins(of, first, names < 0)


def path_errors(bins: Bins, null: Null, noise: NDArray[np.float64]) -> NDArray[np.float64]:
    """Standard errors of effects by bin under the local level.

    Parameters
    ----------
    bins
        The bins.
    null
        Covariance of the periods per unit of noise variance.
    noise
        Shape (n,): noise variances.

    Returns
    -------
    ndarray
        Shape (n, bins), log points.
    """
    return np.sqrt(np.outer(noise, np.diag(path_covariance(bins, null))))


def path_covariance(bins: Bins, null: Null) -> NDArray[np.float64]:
    """Covariance of effects by bin per unit of noise variance, shape (bins, bins)."""
    weights = bins.weights()
    return np.asarray(weights @ null.covariance @ weights.T)


def sup_t(covariance: NDArray[np.float64], level: float = 0.90) -> float:
    """Critical value of a band that covers all of several normal estimates at once.

    Parameters
    ----------
    covariance
        Shape (m, m), of the estimates, up to a factor.
    level
        Simultaneous coverage.

    Returns
    -------
    float
        The `level` quantile of max |z_i| for z normal with the estimates' correlations: at least
        that of one estimate, at most Bonferroni's.

    References
    ----------
    Montiel Olea, J. L. and Plagborg-Moller, M. (2019), Simultaneous confidence bands: theory,
    implementation, and an application to SVARs, Journal of Applied Econometrics 34(1), algorithm 1.
    """
    scale = np.sqrt(np.diag(covariance))
    value, vector = np.linalg.eigh(covariance / np.outer(scale, scale))
    root = vector * np.sqrt(np.maximum(value, 0.0))
    draws = np.random.default_rng(0).standard_normal((_DRAWS, len(scale)))
    return float(np.quantile(np.abs(draws @ root.T).max(axis=1), level))


def largest(t: NDArray[np.float64], which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Largest absolute t over some bins; shape (n,), NaN where none has one."""
    size = np.where(np.isfinite(t) & which, np.abs(t), -np.inf).max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(size), size, np.nan)


def rank_p(real: NDArray[np.float64], placebo: NDArray[np.float64]) -> NDArray[np.float64]:
    """p-values by rank: (1 + placebos at least as large) / (1 + placebos); NaN stays NaN.

    Parameters
    ----------
    real
        Shape (n,), statistics that are large when something happened.
    placebo
        Shape (m,), the same where nothing did; NaN is left out.
    """
    known = np.sort(placebo[~np.isnan(placebo)])
    beyond = len(known) - np.searchsorted(known, real, side="left")
    return np.where(np.isnan(real), np.nan, (1 + beyond) / (1 + len(known)))


def rank_quantile(placebo: NDArray[np.float64], level: float = 0.90) -> float:
    """Placebo value that the share `level` of all placebos does not exceed; the largest if none.

    An interval of that many standard errors holds exactly the effects that :func:`rank_p` does
    not reject, once there are placebos enough.
    """
    known = np.sort(placebo[~np.isnan(placebo)])
    place = int(np.ceil(level * (len(known) + 1))) - 1
    return float(known[min(place, len(known) - 1)]) if len(known) else float("nan")
