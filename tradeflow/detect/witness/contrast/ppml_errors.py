"""Sandwich covariance after absorbed fixed effects, with its small-sample convention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def sandwich(
    within: NDArray[np.float64],
    weight: NDArray[np.float64],
    residual: NDArray[np.float64],
    levels: NDArray[np.int64],
    cluster: NDArray[np.int64] | None,
) -> NDArray[np.float64]:
    """Heteroskedasticity-robust or clustered covariance of coefficients.

    Parameters
    ----------
    within
        Shape (rows, p): regressors without their fixed effects.
    weight
        Shape (rows,): working weights; 1 for least squares.
    residual
        Shape (rows,): y less its fitted value.
    levels
        Shape (sets, rows).
    cluster
        Shape (rows,), or None.

    Returns
    -------
    ndarray
        Shape (p, p); NaN where no degree of freedom is left.

    References
    ----------
    Cameron, A. C. and Miller, D. L. (2015), A practitioner's guide to cluster-robust inference,
    Journal of Human Resources 50(2).
    """
    bread = np.linalg.inv(within.T @ (weight[:, None] * within))
    score, n = within * residual[:, None], len(residual)
    spent = within.shape[1] + _fixed_effects(levels, cluster)
    free = n - spent if n > spent else np.nan
    if cluster is None:
        factor = n / free
    else:
        _, member = np.unique(cluster, return_inverse=True)
        score = np.column_stack([np.bincount(member, weights=column) for column in score.T])
        factor = len(score) / (len(score) - 1) * (n - 1) / free
    return np.asarray(factor * bread @ (score.T @ score) @ bread)


def _fixed_effects(levels: NDArray[np.int64], cluster: NDArray[np.int64] | None) -> int:
    """Fixed effects counted: sets nested in the clusters cost no degrees of freedom."""
    counted = [level for level in levels if cluster is None or not _nested(level, cluster)]
    return sum(int(level.max()) + 1 for level in counted) - max(len(counted) - 1, 0)


def _nested(level: NDArray[np.int64], cluster: NDArray[np.int64]) -> bool:
    """Whether every group lies in one cluster."""
    pairs = np.unique(np.stack([level, cluster]), axis=1)
    return bool(pairs.shape[1] == level.max() + 1)
