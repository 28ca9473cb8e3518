"""What donors, refitted as if treated, say about chance: ranks and intervals.

Nothing happened to the donors, so that the gap which each of them shows to the others is what
chance and a poor fit produce. A gap is measured in units of how badly the same series was followed
before the date (its root mean square prediction error), or of the spread that a model states, so
that restless donors do not speak for calm ones.

References
----------
Abadie, A., Diamond, A. and Hainmueller, J. (2010), Synthetic control methods for comparative case
studies, JASA 105(490). Arkhangelsky, D. et al. (2021), Synthetic difference-in-differences,
American Economic Review 111(12), algorithm 4. Hagemann, A. (2019), Placebo inference on treatment
effects when the number of clusters is small, Journal of Econometrics 213(1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]


def totals(y: Matrix, gap: Matrix, smear: Vector, start: int, *, logs: bool) -> Matrix:
    """Effect on the total from the date to each period.

    Parameters
    ----------
    y, gap
        Shape (n, T): series, and series less counterfactual, on the scale of the fit.
    smear
        Shape (n,): factor of the counterfactual's median to its mean; 1 without logs.
    start
        First period after the date.
    logs
        Whether the scale is logs; else amounts relative to the mean before.

    Returns
    -------
    ndarray
        Shape (n, T - start): log of the total over the counterfactual total; without logs the mean
        gap so far.
    """
    late = gap[:, start:]
    if not logs:
        return np.asarray(np.cumsum(late, axis=1) / np.arange(1, late.shape[1] + 1))
    top = y[:, start:].max(axis=1, keepdims=True)
    actual = np.cumsum(np.exp(y[:, start:] - top), axis=1)
    expected = np.cumsum(np.exp(y[:, start:] - late - top), axis=1) * smear[:, None]
    return np.asarray(np.log(actual) - np.log(expected))


def smearing(gap: Matrix, start: int) -> Vector:
    """Factor from the median to the mean of what logs leave open before the date; shape (n,).

    The counterfactual of logs is a median; actual amounts add up to means, which are larger. The
    mean of the exponentials of the centred gaps before the date puts the two on one footing.

    References
    ----------
    Duan, N. (1983), Smearing estimate: a nonparametric retransformation method, JASA 78(383).
    """
    early = gap[:, :start]
    return np.asarray(np.exp(early - early.mean(axis=1, keepdims=True)).mean(axis=1))


def placebo_p(score: Vector) -> float:
    """Rank the first score among all, by size whatever its sign.

    Parameters
    ----------
    score
        Shape (1 + n,): of the series in question, then of n placebos, in units of their own noise.

    Returns
    -------
    float
        Share of all 1 + n scores that are at least as large: never below 1 / (1 + n). NaN for no
        placebos.

    Examples
    --------
    >>> placebo_p(np.array([-3.0, 1.0, 2.0, -4.0]))
    0.5
    """
    size = np.abs(score)
    return float((size >= size[0]).mean()) if len(size) > 1 else np.nan


def student_p(score: Vector) -> float:
    """Compare the first score with the spread of the others, as the interval does.

    Parameters
    ----------
    score
        Shape (1 + n,), as for :func:`placebo_p`.

    Returns
    -------
    float
        Two-sided, without a floor, at the price of an assumption: scores of placebos are normal
        with mean 0 and one variance, estimated by their sum of squares over n - 1. NaN for fewer
        than two placebos.
    """
    free = len(score) - 2
    if free < 1:
        return np.nan
    spread = np.sqrt((score[1:] ** 2).sum() / free)
    if spread == 0:  # every donor is followed exactly
        return float(score[0] == 0)
    return float(2 * student.sf(abs(score[0]) / spread, free))


def half_width(errors: Matrix, scale: Vector, level: float) -> Vector:
    """Half of the interval of the first series, from the errors of the placebos.

    Parameters
    ----------
    errors
        Shape (1 + n, h): effects found; those of the n placebos are errors.
    scale
        Shape (1 + n,): noise of each series, in the unit of the errors.
    level
        Coverage, say 0.90.

    Returns
    -------
    ndarray
        Shape (h,).

    Notes
    -----
    The errors in units of their noise are taken for draws of mean 0 and one variance, estimated by
    their sum of squares over n - 1; the quantile is Student's with n - 1 degrees of freedom. The
    quantiles of a handful of placebos themselves would promise no level at all.
    """
    unit = errors[1:] / scale[1:, None]
    free = max(len(unit) - 1, 1)
    spread = np.sqrt((unit**2).sum(axis=0) / free)
    return np.asarray(student.ppf(0.5 + level / 2, free) * spread * scale[0])
