"""Single months that stick out from both neighbours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FARTHEST: Final = 3.5
"""Robust scales beyond which a month is an outlier."""

MOST: Final = 12
"""Months found in one series at most; more are not outliers but its nature."""

_TO_SIGMA: Final = 1.4826


def outlying(y: NDArray[np.float64], columns: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Mark months that stick out from both neighbours, given the regressors.

    Parameters
    ----------
    y
        Shape (n, T), logs without their level shift; the same months are NaN in all series.
    columns
        Shape (T, p): season, trend, holidays.

    Returns
    -------
    ndarray
        Shape (n, T). The farthest month is found first and levelled before the next is looked
        for, so that it does not make its neighbours stick out the other way.
    """
    known = ~np.isnan(y[0])
    basis = np.linalg.svd(columns[known], full_matrices=False)[0]
    residual = np.full(y.shape, np.nan)
    residual[:, known] = y[:, known] - (y[:, known] @ basis) @ basis.T
    scale = _TO_SIGMA * np.nanmedian(np.abs(_bump(residual)), axis=1)
    found = np.zeros(y.shape, dtype=bool)
    open_rows = np.arange(len(y))
    for _ in range(MOST):
        bump = np.nan_to_num(_bump(residual[open_rows]))
        at = np.abs(bump).argmax(axis=1)
        size = bump[np.arange(len(at)), at]
        far = np.abs(size) > FARTHEST * scale[open_rows]
        open_rows, at, size = open_rows[far], at[far], size[far]
        if not open_rows.size:
            break
        found[open_rows, at] = True
        residual[open_rows, at] -= size
    return found


def _bump(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    before = np.concatenate([residual[:, 1:2], residual[:, :-1]], axis=1)
    behind = np.concatenate([residual[:, 1:], residual[:, -2:-1]], axis=1)
    return np.asarray(residual - (before + behind) / 2)
