"""What was more or less than forecast, in money, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.conformal import conformal_quantiles

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.engines import Engine
    from tradeflow.detect.monthly.smoothing import Forecasts

    Matrix = NDArray[np.float64]

LEVEL: Final = 0.90
"""Coverage of the intervals."""

MOST_PATHS: Final = 400
"""Placebo paths added up for each series; of more, as many in even steps from low to high."""

FEWEST_PATHS: Final = 19
"""Placebos that an interval of 90 % needs: one of twenty lies beyond either end."""

_CHUNK: Final = 256  # series at once: with all paths of a year, some 10 MB


def band(
    made: Forecasts,
    error: Matrix,
    stratum: NDArray[np.intp],
    owner: NDArray[np.intp],
    *,
    engine: Engine,
) -> tuple[Matrix, Matrix]:
    """Lower and upper end of each month's 90 % interval, 5 % of the placebos beyond either.

    Parameters
    ----------
    made
        Log expected values and scaled widths, shape (n, h).
    error
        Shape (c, at least h): the placebos' scaled gaps.
    stratum, owner
        Shapes (n,) and (c,): strata of series and placebos.
    engine
        How a gap becomes a value.

    Returns
    -------
    tuple of ndarray
        Shape (n, h), US dollars. 0 and infinity where there are too few placebos for an interval.
    """
    low, high = np.empty_like(made.mean), np.empty_like(made.mean)
    tail, ahead = (1 + LEVEL) / 2, made.mean.shape[1]
    for s in np.unique(stratum):
        mine = stratum == s
        theirs = error[owner == s, :ahead]
        for out, sign in ((low, -1.0), (high, 1.0)):
            gap = sign * conformal_quantiles(sign * theirs, tail) * made.width[mine]
            out[mine] = engine.value_at(made.mean[mine], gap)
    return low, high


def excess(
    actual: Matrix,
    made: Forecasts,
    error: Matrix,
    stratum: NDArray[np.intp],
    owner: NDArray[np.intp],
    *,
    engine: Engine,
) -> Matrix:
    """Actual less expected, added up over all months, with its 90 % interval.

    The interval comes from the placebos' joint errors, so that the dependence between months is
    in it. Parameters as for :func:`band`.

    Returns
    -------
    ndarray
        Shape (3, n), US dollars: excess, low, high; NaN where a month is not known, or placebos are
        too few for an interval.
    """
    out = np.full((3, len(actual)), np.nan)
    known = actual.sum(axis=1)
    out[0] = known - np.exp(made.mean).sum(axis=1)
    for s in np.unique(stratum):
        paths = _spaced(error[owner == s, : actual.shape[1]])
        enough = len(paths) >= FEWEST_PATHS
        rows = np.flatnonzero(stratum == s) if enough else np.empty(0, dtype=np.intp)
        for first in range(0, len(rows), _CHUNK):
            some = rows[first : first + _CHUNK]
            gaps = made.width[some, None] * paths
            sums = engine.value_at(made.mean[some, None], gaps).sum(axis=2)
            least, most = np.quantile(sums, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=1)
            out[1, some], out[2, some] = known[some] - most, known[some] - least
    return out


def _spaced(paths: Matrix) -> Matrix:
    """Complete paths, at most `MOST_PATHS`, evenly spaced by their mean."""
    whole = paths[~np.isnan(paths).any(axis=1)]
    ordered = whole[np.argsort(whole.mean(axis=1), kind="stable")]
    n = min(len(ordered), MOST_PATHS)
    return ordered[((np.arange(n) + 0.5) / max(n, 1) * len(ordered)).astype(np.intp)]


def latest_run(actual: Matrix, low: Matrix, high: Matrix) -> NDArray[np.float64]:
    """How many of the latest known months in a row lie outside the interval on one side."""
    side = np.where(actual > high, 1, np.where(actual < low, -1, 0))
    run, sign = np.zeros(len(actual)), np.zeros(len(actual), dtype=int)
    going = np.ones(len(actual), dtype=bool)
    for now, known in zip(side.T[::-1], ~np.isnan(actual.T[::-1]), strict=True):
        on = going & known & (now != 0) & ((run == 0) | (now == sign))
        run[on] += 1
        sign[on] = now[on]
        going &= on | ~known
    return run
