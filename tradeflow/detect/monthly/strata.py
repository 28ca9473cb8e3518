"""Which series calibrate each other: like persistence, like share of zeros, like size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.engines import logs
from tradeflow.detect.monthly.smoothing import SEASON

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST_PLACEBOS: Final = 500
"""No stratum is made with fewer complete placebos than this, nor than half the series."""


def strata(baseline: NDArray[np.float64], owner: NDArray[np.intp]) -> NDArray[np.intp]:
    """Sort series into strata that calibrate each other.

    Parameters
    ----------
    baseline
        Shape (n, months): the frozen baseline, at least 0; NaN where missing.
    owner
        Shape (c,): the series of each complete placebo.

    Returns
    -------
    ndarray
        Shape (n,): number of the stratum, from 0 on.

    Notes
    -----
    All series are one stratum. It is split at the median first autocorrelation of logs less month
    means; each half at its median share of months without trade; and these at their median mean
    value. A split is made only if both parts keep enough placebos: 500, and half as many as there
    are series, so that twenty series at the smallest possible p-value are still a list at a rate
    of 10 %. Autocorrelation is tried first and goes last: a series' own scale takes care of most
    of what size does, but not of how errors add up over a span.
    """
    label = np.zeros(len(baseline), dtype=np.intp)
    least = max(FEWEST_PLACEBOS, len(baseline) / 2)
    features = (
        first_autocorrelation(logs(baseline)),
        (baseline == 0).sum(axis=1) / (~np.isnan(baseline)).sum(axis=1),
        np.nanmean(baseline, axis=1),
    )
    for feature in features:
        for stratum in np.unique(label):
            rows = label == stratum
            above = rows & (feature > np.median(feature[rows]))
            kept = above[owner].sum(), (rows & ~above)[owner].sum()
            if min(kept) >= least:
                label[above] = label.max() + 1
    return label


def first_autocorrelation(y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation of each month with the one before, month means taken out.

    Parameters
    ----------
    y
        Shape (n, T); NaN where missing.

    Returns
    -------
    ndarray
        Shape (n,); 0 where nothing varies.
    """
    known = ~np.isnan(y)
    x = np.where(known, y, 0.0)
    for month in range(min(SEASON, y.shape[1])):
        same = np.s_[:, month::SEASON]
        mean = x[same].sum(axis=1) / np.maximum(known[same].sum(axis=1), 1)
        x[same] -= np.where(known[same], mean[:, None], 0.0)
    together = (x[:, 1:] * x[:, :-1]).sum(axis=1)
    square = (x**2).sum(axis=1)
    return np.asarray(np.divide(together, square, out=np.zeros(len(x)), where=square > 0))
