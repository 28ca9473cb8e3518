"""Poisson pseudo-maximum likelihood with several sets of absorbed fixed effects.

E[y] = exp(x'b + a_g1 + a_g2 + ...), consistent for trade values of any dispersion, zeros included.

References
----------
Santos Silva, J. M. C. and Tenreyro, S. (2006), The log of gravity, REStat 88(4). Correia, S.,
Guimaraes, P. and Zylkin, T. (2020), Fast Poisson estimation with high-dimensional fixed effects,
Stata Journal 20(1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.contrast.ppml_absorb import absorb, absorbable, as_levels
from tradeflow.detect.witness.contrast.ppml_errors import sandwich
from tradeflow.detect.witness.contrast.ppml_separation import separated, tangled
from tradeflow.errors import DataError, UsageError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

_STEPS: Final = 100  # of iteratively reweighted least squares at most; ten suffice
_CONVERGED: Final = 1e-9
_FARTHEST: Final = 500.0  # log units; beyond it exp() leaves the floating-point numbers
_SINGULAR: Final = 1e-14  # of the weighted variance; what is collinear was refused before
_COLLINEAR: Final = (
    "A regressor is a combination of the fixed effects and other regressors; nothing in the data "
    "tells its effect from theirs. Leave it out."
)
_UNSETTLED: Final = (
    f"The fit does not settle in {_STEPS} steps: the values span too many orders of magnitude for "
    "these fixed effects. Leave out the groups with next to no trade."
)
_RUNAWAY: Final = (
    "The coefficient of regressor {} runs away: only it, with the fixed effects, tells some zeros "
    "from other values. Leave it or those rows out."
)


@dataclass(frozen=True, slots=True, eq=False)
class PpmlFit:
    """A fit with p coefficients.

    Attributes
    ----------
    coef, se
        Shape (p,): coefficients, log points per unit of the regressor, and standard errors.
    covariance
        Shape (p, p).
    mean
        Shape (rows,): fitted values in the unit of y; NaN for rows that were dropped.
    n
        Rows used.
    dropped
        Rows in groups without any positive y, alone in their group, or separated by the fixed
        effects together: they say nothing on the coefficients.
    clusters
        Number of clusters; 0 for heteroskedasticity-robust errors.
    """

    coef: Vector
    se: Vector
    covariance: Matrix
    mean: Vector
    n: int
    dropped: int
    clusters: int


def ppml(
    y: ArrayLike, x: ArrayLike, groups: ArrayLike, *, cluster: ArrayLike | None = None
) -> PpmlFit:
    """Fit a Poisson pseudo-likelihood with absorbed fixed effects.

    Parameters
    ----------
    y
        Shape (rows,), at least 0, in any unit: the coefficients do not depend on it.
    x
        Shape (rows, p), regressors.
    groups
        Shape (rows, sets): the group of each row in each set of fixed effects, numbers or names;
        a column of one value stands for a constant.
    cluster
        Shape (rows,): clusters, numbers or names; None for heteroskedasticity-robust errors.

    Returns
    -------
    PpmlFit

    Raises
    ------
    UsageError
        Shapes do not fit, or numbers are missing or negative.
    DataError
        A regressor is a combination of the others and the fixed effects, or runs away because
        only it tells some zeros from other values (separation), or nothing is left to fit, or
        there is one cluster, or the fit does not settle.

    Notes
    -----
    Iteratively reweighted least squares on regressors and working variable from which the fixed
    effects are taken out by weighted alternating projections. Rows of groups in which every y is
    0 are dropped, again and again, as are groups of one row, and rows without trade that several
    sets of fixed effects separate together (:mod:`.ppml_separation`): all are fitted perfectly.

    Covariance: A B A with A the inverse of x'Wx after absorption and B the sum of the squared
    scores, of rows (times n / (n - k)) or of clusters (CR1: times G / (G - 1) times
    (n - 1) / (n - k)); NaN where n is not above k. k counts coefficients and fixed effects,
    without the sets that are nested in the clusters, and one less for each counted set beyond the
    first: the convention of fixest (``ssc(K.fixef="nonnested")``) and pyfixest
    (``ssc(k_adj=True, k_fixef="nonnested", G_adj=True)``).
    """
    values, regressors, sets = _checked(y, x, groups)
    member = _labels(cluster, len(values), "cluster") if cluster is not None else None
    kept = _usable(values, regressors, sets)
    values, regressors = values[kept], regressors[kept]
    levels = as_levels(sets[kept])
    coef, mean, within = _iterate(values, regressors, levels)
    clusters = None if member is None else member[kept]
    count = 0 if clusters is None else len(np.unique(clusters))
    if count == 1:
        raise DataError("All rows are in one cluster: its errors cannot be told from the fit.")
    made = sandwich(within, mean, values - mean, levels, clusters)
    fitted = np.full(len(kept), np.nan)
    fitted[kept] = mean
    dropped = int((~kept).sum())
    return PpmlFit(coef, np.sqrt(np.diag(made)), made, fitted, len(values), dropped, count)


def _checked(
    y: ArrayLike, x: ArrayLike, groups: ArrayLike
) -> tuple[Vector, Matrix, NDArray[np.int64]]:
    values, regressors = np.asarray(y, dtype=float), np.asarray(x, dtype=float)
    sets = np.asarray(groups)
    if regressors.ndim != 2 or sets.ndim != 2 or 0 in (regressors.shape[1], sets.shape[1]):  # noqa: PLR2004  rows and columns
        raise UsageError("x and groups have two dimensions: rows, and regressors or sets.")
    if not len(values) == len(regressors) == len(sets):
        raise UsageError(
            f"y, x and groups have {len(values)}, {len(regressors)} and {len(sets)} rows; "
            "give one row of each per observation."
        )
    if not np.isfinite(values).all() or not np.isfinite(regressors).all() or (values < 0).any():
        raise UsageError("y and x must be numbers, and y at least 0: drop missing rows first.")
    return values, regressors, np.column_stack([_labels(g, len(values), "groups") for g in sets.T])


def _labels(column: ArrayLike, rows: int, name: str) -> NDArray[np.int64]:
    """Number groups from 0 on, whatever they are called."""
    given = np.asarray(column)
    if given.shape != (rows,):
        raise UsageError(f"{name} has shape {given.shape}: give one of {rows} rows.")
    if given.dtype.kind == "f" and np.isnan(given).any():
        raise UsageError(f"{name} has missing values: drop these rows first.")
    return np.asarray(np.unique(given, return_inverse=True)[1], dtype=np.int64)


def _usable(y: Vector, x: Matrix, sets: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Rows that are not fitted perfectly; refuse regressors that these do not identify."""
    kept = absorbable(y, sets)
    if not kept.any():
        raise DataError("No row is left: every group of some set of fixed effects is all zero.")
    if tangled(x[kept], as_levels(sets[kept])) is not None:
        raise DataError(_COLLINEAR)
    while (found := separated(y[kept], x[kept], as_levels(sets[kept]))).any():
        kept[kept] = ~found
        column = tangled(x[kept], as_levels(sets[kept]))
        if column is not None:
            raise DataError(_RUNAWAY.format(column))
        kept[kept] = absorbable(y[kept], sets[kept])
    return kept


def _iterate(y: Vector, x: Matrix, levels: NDArray[np.int64]) -> tuple[Vector, Vector, Matrix]:
    """Coefficients, fitted values, and regressors without their fixed effects."""
    mean = (y + y.mean()) / 2
    eta, coef = np.log(mean), np.full(x.shape[1], np.inf)
    for _ in range(_STEPS):
        working = eta + (y - mean) / mean
        clean = absorb(np.column_stack([working, x]), mean, levels)
        target, within = clean[:, 0], clean[:, 1:]
        new, old = _solve(within, mean, target, x), mean
        eta = np.clip(working - (target - within @ new), -_FARTHEST, _FARTHEST)
        mean = np.exp(eta)
        moved, coef = np.abs(new - coef) * x.std(axis=0), new
        if moved.max() < _CONVERGED and np.abs(mean - old).sum() < _CONVERGED * y.sum():
            return coef, mean, within
    raise DataError(_UNSETTLED)


def _solve(within: Matrix, weight: Vector, target: Vector, x: Matrix) -> Vector:
    cross = within.T @ (weight[:, None] * within)
    whole = (weight[:, None] * (x - np.average(x, axis=0, weights=weight)) ** 2).sum(axis=0)
    scale = np.sqrt(np.maximum(whole, np.finfo(float).tiny))
    scaled = cross / np.outer(scale, scale)
    if np.linalg.eigvalsh(scaled)[0] < _SINGULAR:
        raise DataError(_COLLINEAR)
    return np.asarray(np.linalg.solve(scaled, within.T @ (weight * target) / scale) / scale)
