"""Two reports of one flow: their ratio's habit, its change, and what is lost between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.habit import FEWEST, learn, placebo_p
from tradeflow.detect.witness.quarters import MONTHS, quarters

if TYPE_CHECKING:
    from numpy.typing import NDArray

DELAYS: Final = (0, 1, 2)
"""Months from export to import that are tried."""

_BOUND: Final = float(np.log(100))
_TO_SIGMA: Final = 1.4826
_MOST_EMPTY: Final = 1 / 3  # of the blocks may lack a ratio

NO_HISTORY: Final = (
    f"fewer than {MONTHS * FEWEST} months with trade in both reports before the shift"
)
NO_AFTER: Final = "no months with both reports after the shift"
NO_EXPORTS: Final = "no exports reported after the shift, of which something could be lost"


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """Change of n mirror ratios. Arrays have shape (n,); NaN where `why` is not empty.

    Attributes
    ----------
    why
        Empty if measured, else why not.
    habit, habit_se
        Mean log of import over export that the series' own history lets one expect after the
        shift, and its standard error with season, drift and noise.
    change
        Mean log ratio after the shift less `habit`.
    reach
        Half a 90 % interval in standard errors.
    p
        Two-sided, from placebo dates before the shift; at least 1 / (1 + `placebos`).
    placebos
        Number of placebo forecasts.
    exported, imported
        US dollars from the shift on, as reported.
    expected
        Imports that the exports would have led to by habit, US dollars.
    correlation
        Mean correlation of the errors of two series, at least 0.
    """

    why: NDArray[np.str_]
    habit: NDArray[np.float64]
    habit_se: NDArray[np.float64]
    change: NDArray[np.float64]
    reach: float
    p: NDArray[np.float64]
    placebos: int
    exported: NDArray[np.float64]
    imported: NDArray[np.float64]
    expected: NDArray[np.float64]
    correlation: float


def shipping_delay(exported: NDArray[np.float64], imported: NDArray[np.float64]) -> int:
    """Months from export to import that make the monthly log ratios steadiest.

    Parameters
    ----------
    exported, imported
        Shape (n, T), US dollars, only months before the shift; NaN where not released.

    Returns
    -------
    int
        One of :data:`DELAYS`; 0 where nothing tells them apart.
    """
    width = exported.shape[1] - max(DELAYS)
    if width < 1 or not len(exported):
        return 0
    spread = []
    for delay in DELAYS:
        ratio = _log_ratio(imported[:, delay : delay + width], exported[:, :width])
        ratio[~np.isfinite(ratio)] = np.nan
        ratio = ratio[(~np.isnan(ratio)).sum(axis=1) > 1]
        if not ratio.size:
            return 0
        spread.append(np.nanmedian(np.abs(ratio - np.nanmedian(ratio, axis=1, keepdims=True))))
    return DELAYS[int(np.argmin(spread))]


def later(values: NDArray[np.float64], delay: int) -> NDArray[np.float64]:
    """Put each month's import under the month of its export; the last months become NaN."""
    tail = np.full((len(values), delay), np.nan)
    return np.concatenate([values[:, delay:], tail], axis=1)


def measure(exported: NDArray[np.float64], imported: NDArray[np.float64], start: int) -> Gap:
    """Compare two reports before and after a month, each series with its own history.

    Parameters
    ----------
    exported, imported
        Shape (n, T), US dollars, month under month; NaN where not released.
    start
        Column of the first month after the shift.

    Notes
    -----
    With r_b = log(imports / exports) of a block of three months and h_b its forecast
    (:mod:`tradeflow.detect.witness.habit`), the change is mean(r_b - h_b). A block in which one
    side alone records nothing counts as a ratio of a hundredth, or hundred times, the usual one.
    What is expected to arrive is sum(X_b exp(h_b)).
    """
    both = ~(np.isnan(exported) | np.isnan(imported))
    left, right = np.where(both, exported, np.nan), np.where(both, imported, np.nan)
    end = _end(both)
    x, m = quarters(left, start, end), quarters(right, start, end)
    before = _log_ratio(m.before, x.before)
    after = _bounded(_log_ratio(m.after, x.after), before)
    why = _why(before, after)
    why[(why == "") & (np.nansum(left[:, start:], axis=1) == 0)] = NO_EXPORTS
    return _gap(why, _bounded(before, before), after, (left, right, start), x.months_after)


def _end(both: NDArray[np.bool_]) -> int:
    """Column behind the last month that any series has from both sides."""
    known = np.flatnonzero(both.any(axis=0))
    return int(known[-1]) + 1 if known.size else 0


def _log_ratio(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log of a ratio: infinite where one side is 0, NaN where both are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(top) - np.log(bottom))


def _bounded(log: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    usual = _middle(before)[:, None]
    return np.asarray(np.clip(log, usual - _BOUND, usual + _BOUND))


def _middle(before: NDArray[np.float64]) -> NDArray[np.float64]:
    """Median of the finite ratios before; 0 where there is none."""
    out = np.zeros(len(before))
    for row, ratio in enumerate(before):
        known = ratio[np.isfinite(ratio)]
        out[row] = np.median(known) if known.size else 0.0
    return out


def _why(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.str_]:
    finite = np.isfinite(before).sum(axis=1)
    released = (~np.isnan(before)).sum(axis=1)
    thin = finite < np.maximum(FEWEST, released * (1 - _MOST_EMPTY))
    late = np.isnan(after).all(axis=1)
    words = [NO_HISTORY, NO_AFTER]
    return np.asarray(np.select([thin, late], words, default=""), dtype="U96")


def _gap(
    why: NDArray[np.str_],
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    raw: tuple[NDArray[np.float64], NDArray[np.float64], int],
    months_after: NDArray[np.intp],
) -> Gap:
    exported, imported, start = raw
    rows, n = np.flatnonzero(why == ""), len(why)
    habit, se, change, p, expected = (np.full(n, np.nan) for _ in range(5))
    sums = [np.nansum(a[:, start:], axis=1) for a in (exported, imported)]
    if not rows.size:
        return Gap(why, habit, se, change, np.nan, p, 0, sums[0], sums[1], expected, 0.0)
    learnt = learn(before[rows], months_after, amounts=False)
    known = ~np.isnan(after[rows])
    weights = known / known.sum(axis=1, keepdims=True)
    se[rows] = learnt.sd(weights)
    habit[rows] = (weights * learnt.mean).sum(axis=1)
    change[rows] = np.nansum(weights * after[rows], axis=1) - habit[rows]
    p[rows] = placebo_p(change[rows] / se[rows] * learnt.wider, learnt.placebos)
    sold = quarters(np.nan_to_num(exported), start, start + int(months_after.sum())).after[rows]
    expected[rows] = (np.exp(learnt.mean) * sold).sum(axis=1)
    common = _common(learnt.residual)
    count = len(learnt.placebos)
    return Gap(why, habit, se, change, learnt.reach, p, count, sums[0], sums[1], expected, common)


def _common(residual: NDArray[np.float64]) -> float:
    """Mean correlation of two rows of unit length, at least 0."""
    n = len(residual)
    if n == 1:
        return 0.0
    whole = float(np.square(residual.sum(axis=0)).sum())
    return float(np.clip((whole - n) / (n * (n - 1)), 0.0, 1.0))


def lost_usd(
    exported: NDArray[np.float64],
    imported: NDArray[np.float64],
    expected: NDArray[np.float64],
    error: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """Exports that never arrive: X - M / k, k = (expected / X) exp(error).

    Parameters
    ----------
    exported, imported, expected
        Shape (n,), US dollars.
    error
        Log error of the habit, shape (n,) or a number; 0 for the point estimate.

    Returns
    -------
    ndarray
        Shape (n,), US dollars at the exporter's border; negative if more arrives than by habit.

    Examples
    --------
    A margin of 5 % by habit; half the goods arrive:

    >>> lost_usd(np.array([100.0]), np.array([52.5]), np.array([105.0]), 0.0).tolist()
    [50.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(exported - imported * exported / expected * np.exp(-np.asarray(error)))


def total_lost(
    exported: NDArray[np.float64],
    imported: NDArray[np.float64],
    expected: NDArray[np.float64],
    half: NDArray[np.float64],
    correlation: float,
) -> tuple[float, float, float]:
    """Sum of what is lost, with the interval that equally correlated errors give it.

    Parameters
    ----------
    exported, imported, expected
        Shape (n,), US dollars.
    half
        Shape (n,): half a 90 % interval of each habit, log points.
    correlation
        Of two series' errors.

    Returns
    -------
    estimate, low, high : float
        US dollars.
    """
    middle = lost_usd(exported, imported, expected, 0.0)
    down = middle - lost_usd(exported, imported, expected, -half)
    up = lost_usd(exported, imported, expected, half) - middle
    estimate = float(middle.sum())
    return estimate, estimate - _joined(down, correlation), estimate + _joined(up, correlation)


def _joined(half: NDArray[np.float64], correlation: float) -> float:
    apart, whole = float(np.square(half).sum()), float(half.sum()) ** 2
    return float(np.sqrt((1 - correlation) * apart + correlation * whole))
