"""Synthetic difference-in-differences, synthetic control and difference-in-differences on arrays.

One treated series is compared with donors. With unit weights omega and time weights lambda the
effect is the weighted double difference

    tau = mean_post(y - omega'Y) - lambda'(y - omega'Y)_pre,

where omega makes the donors move as the treated series moved before, up to a constant, and lambda
makes the periods before look like those after, in the donors.

References
----------
Arkhangelsky, D., Athey, S., Hirshberg, D. A., Imbens, G. W. and Wager, S. (2021), Synthetic
difference-in-differences, American Economic Review 111(12). Abadie, A., Diamond, A. and
Hainmueller, J. (2010), Synthetic control methods for comparative case studies, JASA 105(490).
Frank, M. and Wolfe, P. (1956), An algorithm for quadratic programming, Naval Research Logistics
Quarterly 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numba import njit

from tradeflow.errors import TooShortError, UsageError
from tradeflow.options import one_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

Estimator = Literal["sdid", "did", "sc"]

_FIRST_STEPS: Final = 100  # before small weights are put to zero
_STEPS: Final = 10_000
_SMALLEST: Final = 0.25  # of the largest weight: what stays after the first steps
_ENOUGH: Final = 1e-5  # least root of a decrease, in standard deviations of the noise
_TINY_RIDGE: Final = 1e-6  # in standard deviations of the noise; makes a minimum unique


@dataclass(frozen=True, slots=True, eq=False)
class Sdid:
    """One treated series against its donors.

    Attributes
    ----------
    effect
        Mean of the gap over the periods from `start` on, in the unit of the series.
    gap
        Shape (T,): series less counterfactual in every period.
    omega
        Shape (n_donors,): unit weights, at least 0, adding up to 1.
    lam
        Shape (start,): time weights, at least 0; they add up to 1, or are all 0 for ``"sc"``.
    """

    effect: float
    gap: Vector
    omega: Vector
    lam: Vector


def fit(
    treated: Vector | Matrix, donors: Matrix, start: int, estimator: Estimator = "sdid"
) -> Sdid:
    """Fit the counterfactual of one series, or of the mean of several.

    Parameters
    ----------
    treated
        Shape (T,), or (n_treated, T) for several treated from the same period on, whose mean is
        followed; no missing values.
    donors
        Shape (n_donors, T), n_donors at least 1, same unit, no missing values.
    start
        Number of periods before the treatment, at least 2 and less than T.
    estimator
        ``"sdid"``, ``"did"`` (all weights equal) or ``"sc"`` (no intercept, no time weights).

    Returns
    -------
    Sdid

    Raises
    ------
    UsageError
        Shapes do not fit, or numbers are missing.
    TooShortError
        Fewer than two periods before `start`, none after it, or no donor.
    UnknownNameError
        `estimator` is none of the three.

    Notes
    -----
    omega minimises mean_t (y_t - a - omega'Y_t)^2 + zeta^2 |omega|^2 over the periods before, with
    zeta = (n_treated T_post)^(1/4) sigma and sigma the standard deviation of the donors' first
    differences; lambda minimises mean_i (mean_post Y_i - b - lambda'Y_i)^2 over the donors with a
    ridge of (1e-6 sigma)^2. Both follow the authors' algorithm step by step: Frank-Wolfe with exact
    line search, 100 steps, weights below a quarter of the largest put to zero, then up to 10,000
    steps.
    """
    one_of(estimator, Estimator, name="estimator")
    treated, donors = _checked(treated, donors)
    count, periods = donors.shape
    if not (2 <= start < periods and count):  # noqa: PLR2004  a difference needs two periods
        raise TooShortError(
            f"{count} donors, {start} periods before and {periods - start} after the date: needed "
            "are 1, 2 and 1 at least."
        )
    if estimator == "did":
        omega, lam = np.full(count, 1 / count), np.full(start, 1 / start)
    else:
        omega, lam = _weights(treated, donors, start, estimator)
    difference = treated.mean(axis=0) - omega @ donors
    gap = difference - lam @ difference[:start]
    return Sdid(float(gap[start:].mean()), gap, omega, lam)


def _checked(treated: Vector | Matrix, donors: Matrix) -> tuple[Matrix, Matrix]:
    one, others = np.atleast_2d(np.asarray(treated, float)), np.asarray(donors, float)
    if one.ndim != 2 or others.ndim != 2 or one.shape[1] != others.shape[1]:  # noqa: PLR2004
        raise UsageError(
            f"treated has shape {np.shape(treated)} and donors {np.shape(donors)}: give series of "
            "the same periods, donors in rows."
        )
    if not (np.isfinite(one).all() and np.isfinite(others).all()):
        raise UsageError("The series have missing values: leave out these donors or periods.")
    return one, others


def _weights(
    treated: Matrix, donors: Matrix, start: int, estimator: Estimator
) -> tuple[Vector, Vector]:
    before, noise = donors[:, :start], noise_of(donors[:, :start])
    target = treated[:, :start].mean(axis=0)
    tiny, enough = _TINY_RIDGE * noise, (_ENOUGH * noise) ** 2
    if estimator == "sc":
        return simplex_weights(before.T, target, tiny, enough), np.zeros(start)
    ridge = (len(treated) * (donors.shape[1] - start)) ** 0.25 * noise
    after = donors[:, start:].mean(axis=1)
    return (
        simplex_weights(_centred(before.T), _centred(target), ridge, enough),
        simplex_weights(_centred(before), _centred(after), tiny, enough),
    )


def noise_of(series: Matrix) -> float:
    """Standard deviation of all first differences together; 1 if there is one or all are equal."""
    steps = np.diff(series, axis=1)
    spread = float(steps.std(ddof=1)) if steps.size > 1 else 0.0
    return spread or 1.0


def _centred(x: Matrix) -> Matrix:
    return np.asarray(x - x.mean(axis=0))


def simplex_weights(columns: Matrix, target: Vector, zeta: float, enough: float) -> Vector:
    """Find weights that make columns add up to a target, at least 0 and adding up to 1.

    Parameters
    ----------
    columns
        Shape (m, k).
    target
        Shape (m,).
    zeta
        Ridge, in the unit of the columns.
    enough
        Stop when a step lowers the objective by no more than this.

    Returns
    -------
    ndarray
        Shape (k,): minimiser of |columns w - target|^2 / m + zeta^2 |w|^2.
    """
    m, k = columns.shape
    off = columns - target[:, None]  # weights add up to 1; a common level would eat all digits
    gram = np.ascontiguousarray(off.T @ off / m)
    gram[np.diag_indices(k)] += zeta**2
    cross = np.zeros(k)
    w = _frank_wolfe(gram, cross, np.full(k, 1 / k), _FIRST_STEPS, enough)
    w[w <= w.max() * _SMALLEST] = 0.0
    return np.asarray(_frank_wolfe(gram, cross, w / w.sum(), _STEPS, enough))


@njit(cache=True)
def _frank_wolfe(gram, cross, w, steps, enough):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  compiled
    """Minimise w'Gw - 2c'w on the simplex; a step costs k, as G w is carried along."""
    k = len(w)
    product = gram @ w
    for step in range(steps):
        best, curve, slope = 0, 0.0, 0.0
        for j in range(k):
            if product[j] - cross[j] < product[best] - cross[best]:
                best = j
        for j in range(k):
            curve += product[j] * w[j]
            slope -= (product[j] - cross[j]) * w[j]
        slope += product[best] - cross[best]
        curve += gram[best, best] - 2.0 * product[best]
        if curve <= 0.0:
            break
        move = min(1.0, max(0.0, -slope / curve))
        for j in range(k):
            w[j] *= 1.0 - move
            product[j] += move * (gram[best, j] - product[j])
        w[best] += move
        if step > 0 and -move * (2.0 * slope + move * curve) <= enough:
            break
    return w
