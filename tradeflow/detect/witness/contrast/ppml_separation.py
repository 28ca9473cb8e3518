"""Rows with no trade that some infinite coefficient fits perfectly: separation.

A combination z of regressors and fixed effects that is 0 wherever there is trade, and at least 0
elsewhere, sends the fitted values where z is positive to 0 as its coefficient falls without bound.
Such rows say nothing on the other coefficients; left in, they keep the iteration from settling.

References
----------
Correia, S., Guimaraes, P. and Zylkin, T. (2019), Verifying the existence of maximum likelihood
estimates for generalized linear models, arXiv:1903.01633. Santos Silva, J. M. C. and Tenreyro, S.
(2010), On the existence of the maximum likelihood estimates in Poisson regression, Economics
Letters 107(2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.sparse.csgraph import connected_components

from tradeflow.detect.witness.contrast.ppml_absorb import absorb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Levels = NDArray[np.int64]

_INDEPENDENT: Final = 1e-10  # least share of variance that a combination of regressors must keep
_PAIR: Final = 2  # sets of fixed effects that a graph with two kinds of nodes describes
_MANY: Final = 10_000  # rows from which a linear programme with three sets takes too long


def separated(y: Vector, x: Matrix, levels: Levels) -> NDArray[np.bool_]:
    """Mark the rows that are separated.

    Parameters
    ----------
    y
        Shape (rows,), at least 0.
    x
        Shape (rows, p).
    levels
        Shape (sets, rows): groups from 0 on, each with a row in which y is positive.

    Returns
    -------
    ndarray
        Shape (rows,). All such rows: certificates add up to a certificate.

    Notes
    -----
    A linear programme finds z: it maximises the sum over rows without trade of min(z, 1). Its
    solution can be scaled up, so that each row has 0 or 1. It is left out where regressors and
    fixed effects are known to be identified by the rows with trade alone, and for three or more
    sets of fixed effects with more than 10,000 rows, for which it takes minutes: there, rows that
    only the sets together separate stay in, with fitted values of next to nothing.
    """
    traded = y > 0
    inside = tangled(x[traded], levels[:, traded]) is not None
    if traded.all() or not (inside or _loose(levels[:, traded], len(y))):
        return np.zeros(len(y), dtype=bool)
    spread = x / np.maximum(x.std(axis=0), np.finfo(float).tiny)
    design = _dummies(levels)
    return _certified(sparse.hstack([design, spread]).tocsr() if inside else design, traded)


def tangled(x: Matrix, levels: Levels) -> int | None:
    """Find a regressor that is a combination of other regressors and the fixed effects.

    Parameters
    ----------
    x
        Shape (rows, p).
    levels
        Shape (sets, rows).

    Returns
    -------
    int or None
        The column with the largest part in the combination; None if there is no combination.
    """
    within = absorb(x, np.ones(len(x)), levels)
    scale = np.maximum(np.sqrt(((x - x.mean(axis=0)) ** 2).sum(axis=0)), np.finfo(float).tiny)
    share, combination = np.linalg.eigh((within / scale).T @ (within / scale))
    return None if share[0] >= _INDEPENDENT else int(np.abs(combination[:, 0]).argmax())


def _loose(levels: Levels, many: int) -> bool:
    """Whether rows with trade may leave more fixed effects open than a constant per set."""
    if len(levels) != _PAIR:
        return len(levels) > _PAIR and many <= _MANY
    sizes = levels.max(axis=1) + 1
    links = sparse.coo_array(
        (np.ones(levels.shape[1]), (levels[0], sizes[0] + levels[1])), shape=(sizes.sum(),) * 2
    )
    return int(connected_components(links, directed=False)[0]) > 1


def _dummies(levels: Levels) -> sparse.csr_array:
    """Indicators of all groups of all sets, shape (rows, groups)."""
    sets, rows = levels.shape
    first = np.concatenate([[0], np.cumsum(levels.max(axis=1) + 1)])
    place = np.tile(np.arange(rows), sets), (levels + first[:-1, None]).ravel()
    return sparse.csr_array((np.ones(levels.size), place), shape=(rows, first[-1]))


def _certified(design: sparse.csr_array, traded: NDArray[np.bool_]) -> NDArray[np.bool_]:
    zeros, k = int((~traded).sum()), design.shape[1]
    solved = linprog(  # type: ignore[call-overload]  # the stubs know no sparse matrices
        np.concatenate([np.zeros(k), -np.ones(zeros)]),
        A_ub=sparse.hstack([-design[~traded], sparse.eye_array(zeros)]),
        b_ub=np.zeros(zeros),
        A_eq=sparse.hstack([design[traded], sparse.csr_array((int(traded.sum()), zeros))]),
        b_eq=np.zeros(int(traded.sum())),
        bounds=[(None, None)] * k + [(0, 1)] * zeros,
        method="highs",
    )
    out = np.zeros(len(traded), dtype=bool)
    out[~traded] = solved.x[k:] > 0.5  # noqa: PLR2004  0 or 1
    return out
