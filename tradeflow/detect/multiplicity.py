"""Many questions at once: q-values, placebo rates, and e-values for repeated looks.

Every function reads an array in which NaN means "not asked": it stays NaN, or False, and does not
count as a question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from tradeflow.errors import UsageError
from tradeflow.options import one_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

Combination = Literal["average", "product"]

LAMBDAS: Final = np.arange(0.05, 0.96, 0.05)
"""Thresholds above which p-values are taken for those of true nulls."""


def q_values(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Benjamini-Hochberg q-values; NaN stays NaN and does not count as a question.

    Parameters
    ----------
    p
        Shape (n,), p-values or NaN.

    Returns
    -------
    ndarray
        Shape (n,): the smallest false-discovery rate at which each would be reported.

    References
    ----------
    Benjamini, Y. and Hochberg, Y. (1995), Controlling the false discovery rate, JRSS B 57.
    """
    return _adjusted(p, "bh")


def by_values(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Benjamini-Yekutieli q-values: the conservative switch, valid under any dependence.

    Parameters
    ----------
    p
        Shape (n,), p-values or NaN.

    Returns
    -------
    ndarray
        Shape (n,): the Benjamini-Hochberg q-values times 1 + 1/2 + ... + 1/n, at most 1.

    References
    ----------
    Benjamini, Y. and Yekutieli, D. (2001), The control of the false discovery rate in multiple
    testing under dependency, Annals of Statistics 29(4).
    """
    return _adjusted(p, "by")


def _adjusted(p: NDArray[np.float64], method: Literal["bh", "by"]) -> NDArray[np.float64]:
    from scipy.stats import false_discovery_control

    out = np.full(p.shape, np.nan)
    asked = np.isfinite(p)
    if asked.any():
        out[asked] = false_discovery_control(p[asked], method=method)
    return out


def storey_q(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Storey's q-values: Benjamini-Hochberg times the estimated share of true nulls.

    Parameters
    ----------
    p
        Shape (n,), p-values or NaN.

    Returns
    -------
    ndarray
        Shape (n,). Never above the Benjamini-Hochberg q-values; less safe than these when the
        p-values depend on one another, because the share of true nulls is then badly known.

    References
    ----------
    Storey, J. D. (2002), A direct approach to false discovery rates, JRSS B 64(3).
    """
    return null_share(p) * q_values(p)


def null_share(p: NDArray[np.float64]) -> float:
    """Estimate the share of true nulls among p-values.

    Parameters
    ----------
    p
        Shape (n,), p-values or NaN.

    Returns
    -------
    float
        Above 0 and at most 1; 1 if there is no p-value.

    Notes
    -----
    For each lambda of the fixed grid 0.05, 0.10 ... 0.95 the share is estimated by
    (1 + number of p above lambda) / (n (1 - lambda)). The estimates fall as long as real effects
    are left above lambda; the first that does not fall is taken (the right-boundary rule). Unlike
    a spline through the estimates, or their smallest, this provably keeps the false-discovery
    rate for independent p-values; nothing is drawn at random.

    References
    ----------
    Storey, J. D., Taylor, J. E. and Siegmund, D. (2004), Strong control, conservative point
    estimation and simultaneous conservative consistency of false discovery rates, JRSS B 66(1).
    Liang, K. and Nettleton, D. (2012), Adaptive and dynamic adaptive procedures for false discovery
    rate control and estimation, JRSS B 74(1).
    """
    asked = p[np.isfinite(p)]
    n = len(asked)
    if n == 0:
        return 1.0
    above = (asked[:, None] > LAMBDAS).sum(axis=0)
    share = (1 + above) / (n * (1 - LAMBDAS))
    stops = np.flatnonzero(np.diff(share) >= 0)
    chosen = stops[0] + 1 if stops.size else -1
    return float(min(share[chosen], 1.0))


def e_values(p: NDArray[np.float64], kappa: float = 0.5) -> NDArray[np.float64]:
    """Turn p-values into e-values: kappa p ** (kappa - 1).

    Parameters
    ----------
    p
        Any shape, p-values or NaN.
    kappa
        Between 0 and 1. Small values bet on very small p-values.

    Returns
    -------
    ndarray
        Same shape. Under the null the expectation is at most 1; the larger, the stronger the
        evidence. Infinite for p = 0.

    Raises
    ------
    UsageError
        `kappa` is not between 0 and 1, or a p-value is not.

    References
    ----------
    Shafer, G., Shen, A., Vereshchagin, N. and Vovk, V. (2011), Test martingales, Bayes factors and
    p-values, Statistical Science 26(1). Vovk, V. and Wang, R. (2021), E-values: calibration,
    combination and applications, Annals of Statistics 49(3).

    Examples
    --------
    >>> e_values(np.array([0.0001, 0.25, 1.0])).tolist()
    [50.0, 1.0, 0.5]
    """
    _check_fraction("kappa", kappa)
    if ((p < 0) | (p > 1)).any():
        raise UsageError("p-values lie between 0 and 1.")
    with np.errstate(divide="ignore"):
        return np.asarray(kappa * np.power(p, kappa - 1))


def combine_e(e: NDArray[np.float64], how: Combination = "average") -> NDArray[np.float64]:
    """Combine the e-values of several months into one per series.

    Parameters
    ----------
    e
        Shape (n, months): e-values of at least 0; NaN for a month that is not seen, or not yet.
    how
        ``"average"`` or ``"product"``.

    Returns
    -------
    ndarray
        Shape (n,); NaN for a series without any e-value.

    Raises
    ------
    UnknownNameError
        `how` is neither of the two.
    UsageError
        An e-value is negative.

    Notes
    -----
    ``"average"`` is valid whatever the dependence between months, at a date fixed beforehand: the
    choice for months that are forecast from one baseline or calibrated on one set of placebos.
    ``"product"`` grows faster, and is valid only if each month's e-value has expectation at most 1
    *given the months before it*: each month forecast anew, one step ahead.

    If that holds, both are valid however often one looks and whenever one stops, provided that the
    columns are the months planned at the outset. A month not seen counts as 1, a bet not placed;
    for that reason the average over a plan of 12 months is not the average over those seen so far,
    which would not survive stopping at a lucky month. Which months go missing must not depend on
    their values.

    References
    ----------
    Vovk, V. and Wang, R. (2021), E-values: calibration, combination and applications, Annals of
    Statistics 49(3).

    Examples
    --------
    >>> combine_e(np.array([[4.0, 2.0, np.nan]]), "product").tolist()
    [8.0]
    >>> combine_e(np.array([[4.0, 1.0, np.nan]]), "average").tolist()
    [2.0]
    """
    one_of(how, Combination, name="how")
    if (e < 0).any():
        raise UsageError("e-values are never negative.")
    seen = ~np.isnan(e)
    bet = np.where(seen, e, 1.0)
    if how == "average":
        joint = bet.mean(axis=1)
    else:
        joint = np.where((bet == 0).any(axis=1), 0.0, np.where(bet == 0, 1.0, bet).prod(axis=1))
    return np.asarray(np.where(seen.any(axis=1), joint, np.nan))


def e_bh(e: NDArray[np.float64], rate: float) -> NDArray[np.bool_]:
    """Report series by their e-values at a false-discovery rate, under any dependence.

    Parameters
    ----------
    e
        Shape (n,), e-values or NaN.
    rate
        The false-discovery rate.

    Returns
    -------
    ndarray
        Shape (n,): which are reported: the k largest, for the largest k such that the k-th
        largest is at least n / (k `rate`). False where NaN.

    Raises
    ------
    UsageError
        `rate` is not between 0 and 1.

    References
    ----------
    Wang, R. and Ramdas, A. (2022), False discovery rate control with e-values, JRSS B 84(3).

    Examples
    --------
    >>> e_bh(np.array([50.0, 21.0, 1.0, np.nan]), 0.10).tolist()
    [True, True, False, False]
    """
    _check_fraction("rate", rate)
    out = np.zeros(len(e), dtype=bool)
    asked = np.flatnonzero(~np.isnan(e))
    order = asked[np.argsort(-e[asked], kind="stable")]
    rank = np.arange(1, len(order) + 1)
    enough = np.flatnonzero(e[order] * rank * rate >= len(order))
    if enough.size:
        out[order[: enough[-1] + 1]] = True
    return out


def placebo_fdr(real: NDArray[np.float64], placebo: NDArray[np.float64]) -> NDArray[np.float64]:
    """False-discovery rate at each score, estimated from placebos.

    Parameters
    ----------
    real
        Shape (n,): scores, the larger the more exceptional; NaN where not asked.
    placebo
        Shape (runs, m): the same scores where nothing happened, such as earlier dates or other
        destinations. One row is one run over all series; `m` may differ from `n`.

    Returns
    -------
    ndarray
        Shape (n,): for the list of all series that score at least as high, the mean number of
        placebos that do, in a run of as many series, divided by the length of the list. At most
        1, and never smaller for a lower score. NaN where not asked.

    Notes
    -----
    The number of false discoveries is estimated as if no series had a real effect, which is on the
    safe side. The estimate needs no independence between series, but it is 0 above the largest
    placebo: the smallest rate that can be told from 0 is 1 / (runs x length of the list).

    Examples
    --------
    >>> placebo_fdr(np.array([9.0, 5.0, 1.0, 0.5]), np.array([[6.0, 0.6, 0.0, 0.0]])).tolist()
    [0.0, 0.3333333333333333, 0.3333333333333333, 0.5]
    """
    score = placebo[~np.isnan(placebo)]
    asked = np.flatnonzero(~np.isnan(real))
    out = np.full(len(real), np.nan)
    if not len(asked):
        return out
    if not len(score):
        raise UsageError("There is no placebo score.")
    order = asked[np.argsort(-real[asked], kind="stable")]
    falling = real[order]
    listed = np.searchsorted(-falling, -falling, side="right")
    beyond = len(score) - np.searchsorted(np.sort(score), falling, side="left")
    rate = np.minimum(beyond / len(score) * len(asked) / listed, 1.0)
    out[order] = np.minimum.accumulate(rate[::-1])[::-1]
    return out


def _check_fraction(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise UsageError(f"{name} is {value}; it lies between 0 and 1.")
