"""Watched months against placebos: p-values at a date, and e-values for any number of looks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.engines import Engine, Windows

    Matrix = NDArray[np.float64]

SPANS: Final = (1, 3, 6, 12)
"""Months over which gaps and excesses are added up."""

LOOKS: Final = (3, 6, 12)
"""Months in a row whose gaps become e-values: a month alone is too often an outlier."""

_USUAL: Final = 0.99  # of placebos score less than 1 once scores are put in common units
_BET: Final = 1.5  # the larger, the more is staked on the very smallest ranks
_LEAST: Final = 1e-9  # of these units, should nearly all placebos score 0


def rank_p(score: NDArray[np.float64], placebo: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank a score among placebos: (1 + number at least as large) / (1 + number of placebos).

    Parameters
    ----------
    score
        Any shape; NaN stays NaN.
    placebo
        Shape (c,); NaN is no placebo.

    Returns
    -------
    ndarray
        As `score`; at least 1 / (1 + c).
    """
    ordered = np.sort(placebo[~np.isnan(placebo)])
    beyond = len(ordered) - np.searchsorted(ordered, score, side="left")
    return np.where(np.isnan(score), np.nan, (1 + beyond) / (1 + len(ordered)))


def rank_e(p: NDArray[np.float64], placebos: int) -> NDArray[np.float64]:
    """Turn rank p-values into e-values: p ** -1.5 over its mean for uniform ranks.

    Parameters
    ----------
    p
        Any shape: p-values from :func:`rank_p`.
    placebos
        c, of at least 0.

    Returns
    -------
    ndarray
        Same shape. Their expectation is at most 1: p is at least as large, in law, as a uniform
        draw from k / (c + 1), k = 1 ... c + 1, and p ** -1.5 falls with p. Since p never reaches
        0 the power may be below -1, which calibrators of continuous p-values do not allow, and
        the largest e-value is about 0.38 (c + 1) instead of 0.5 sqrt(c + 1).

    References
    ----------
    Vovk, V. and Wang, R. (2021), E-values: calibration, combination and applications, Annals of
    Statistics 49(3), section 2.

    Examples
    --------
    >>> rank_e(np.array([1 / 4, 1.0]), placebos=3).round(2).tolist()
    [2.39, 0.3]
    """
    uniform = np.arange(1, placebos + 2) / (placebos + 1)
    return np.asarray(p**-_BET / (uniform**-_BET).mean())


def span_p(
    watched: Windows,
    placebos: Windows,
    stratum: NDArray[np.intp],
    engine: Engine,
    *,
    guard: int,
    spans: tuple[int, ...],
) -> Matrix:
    """Two-sided p-values of the first 1, 3, 6 ... months under watch; shape (n, spans).

    Each series is ranked among the placebos of its stratum. NaN where a month is not seen.
    """
    p = np.full((len(stratum), len(spans)), np.nan)
    owner = stratum[placebos.series]
    for k, span in enumerate(spans):
        score, placebo = (engine.score(w, span)[:, guard] for w in (watched, placebos))
        for s in np.unique(stratum):
            p[stratum == s, k] = rank_p(score[stratum == s], placebo[owner == s])
    return p


def running_e(
    watched: Windows,
    placebos: Windows,
    stratum: NDArray[np.intp],
    engine: Engine,
    *,
    guard: int,
    plan: int,
) -> Matrix:
    """e-value of each series after each month under watch; shape (n, watched months).

    Parameters
    ----------
    watched, placebos
        Months after the origin, the `guard` band first.
    stratum
        Shape (n,): within which scores are put in common units.
    engine
        How to score.
    guard
        Months before the first one under watch.
    plan
        Months that the watch is planned to last. Later months add nothing.

    Notes
    -----
    After month t the score is the largest, up to t, of the scores of 3, 6 and 12 months in a
    row, each divided by the 99 % point of the same span at the same place among the stratum's
    placebos. It can only grow. It is ranked among the placebos' scores after *all* months of the
    plan, and the rank is turned into e_t by :func:`rank_e`. Hence

        e_1 <= e_2 <= ... <= e_plan,    E[e_plan] <= 1:

    the supremum over all looks is itself an e-value. It needs nothing about the dependence
    between months, nor that a month be forecast anew, and holds at any stopping time, even one
    that sees the future. The one assumption: that the planned months of a quiet series are
    exchangeable with its placebo windows. For lists it is enough if this holds on average over the
    quiet series (the sum of their e-values then has expectation of at most their number).

    References
    ----------
    Wang, R. and Ramdas, A. (2022), False discovery rate control with e-values, JRSS B 84(3). Ren,
    Z. and Barber, R. F. (2024), Derandomised knockoffs: leveraging e-values for false discovery
    rate control, JRSS B 86(1) (validity on average). Westfall, P. H. and Young, S. S. (1993),
    Resampling-Based Multiple Testing, Wiley (the maximum over looks).
    """
    owner, months = stratum[placebos.series], watched.error.shape[1] - guard
    best, most = np.zeros((len(stratum), plan)), np.zeros(len(owner))
    for span in (s for s in LOOKS if s <= plan):
        now, then = (
            engine.score(_planned(w, guard + plan), span)[:, guard:] for w in (watched, placebos)
        )
        unit = _units(then, owner, int(stratum.max()) + 1)
        most = np.maximum(most, (then / unit[owner]).max(axis=1))
        best[:, span - 1 :] = np.fmax(best[:, span - 1 :], now / unit[stratum])
    p = rank_p(np.maximum.accumulate(best, axis=1), most)
    e = rank_e(p, int((~np.isnan(most)).sum()))
    return e[:, np.minimum(np.arange(months), plan - 1)]


def _planned(windows: Windows, months: int) -> Windows:
    """The same windows cut to, or filled with months not seen up to, so many months."""
    error = np.full((len(windows.error), months), np.nan)
    kept = min(months, windows.error.shape[1])
    error[:, :kept] = windows.error[:, :kept]
    return replace(windows, error=error)


def _units(placebo: Matrix, owner: NDArray[np.intp], strata: int) -> Matrix:
    """Score that 99 % of a stratum's placebos do not reach, shape (strata, windows)."""
    out = np.full((strata, placebo.shape[1]), np.nan)
    for s in np.unique(owner):
        for h, column in enumerate(placebo[owner == s].T):
            seen = column[~np.isnan(column)]
            if seen.size:
                out[s, h] = max(float(np.quantile(seen, _USUAL)), _LEAST)
    return out
