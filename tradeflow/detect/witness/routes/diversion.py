"""What routes would have carried, and how much of a loss on one an excess on others could carry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.habit import FEWEST, learn, placebo_p
from tradeflow.detect.witness.quarters import MONTHS, quarters

if TYPE_CHECKING:
    from numpy.typing import NDArray

DRAWS: Final = 1_000
"""Counterfactuals drawn per series."""

LOW, HIGH = 0.05, 0.95
"""Ends of a 90 % interval."""

TOO_SHORT: Final = f"fewer than {MONTHS * FEWEST} months before the shift"
_MOST_ZERO: Final = 0.1  # of a baseline's blocks; beyond it amounts are resampled, not logs


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """Counterfactuals of n series from a month on. NaN where `why` is not empty.

    Attributes
    ----------
    why
        Shape (n,): empty if forecast, else why not.
    before
        Shape (n,), US dollars a month: mean of the baseline.
    actual
        Shape (n,), US dollars: sum of the months after.
    drawn
        Shape (n, draws), US dollars: the same sum without the shift. A column is one joint draw
        of all series, correlated as their baselines are.
    p
        Shape (n,): two-sided p-values of actual against drawn.
    """

    why: NDArray[np.str_]
    before: NDArray[np.float64]
    actual: NDArray[np.float64]
    drawn: NDArray[np.float64]
    p: NDArray[np.float64]


def counterfactuals(values: NDArray[np.float64], start: int, *, seed: int) -> Legs:
    """Draw what series would have summed up to without a shift.

    Parameters
    ----------
    values
        Shape (n, T), US dollars; NaN in months that are not released, the same for all rows.
    start
        Column of the first month after the shift.
    seed
        Of the draws.

    Notes
    -----
    Series with trade in nearly every block of three months: forecast of logs
    (:mod:`tradeflow.detect.witness.habit`). Thin ones: blocks of the baseline drawn with
    replacement, from a baseline that is itself drawn with replacement; their p-value is at least
    1 / (1 + number of blocks).
    """
    rng = np.random.default_rng(seed)
    known = np.asarray(~np.isnan(values).any(axis=0))
    before = quarters(values, start, start).before
    filled = np.where(known, np.nan_to_num(values), 0.0)
    after = quarters(np.vstack([filled, known]), start, len(known)).after
    actual, months = after[:-1].sum(axis=1), after[-1]
    blocks = (~np.isnan(before)).sum(axis=1)
    zeros = (before == 0).sum(axis=1)
    short = blocks < FEWEST
    logs = ~short & (zeros <= _MOST_ZERO * blocks)
    drawn, p = np.full((len(values), DRAWS), np.nan), np.full(len(values), np.nan)
    if logs.any():
        drawn[logs], p[logs] = _by_logs(before[logs], actual[logs], months, rng)
    for row in np.flatnonzero(~short & ~logs):
        drawn[row], p[row] = _by_amounts(before[row], actual[row], months, rng)
    why = np.where(short, TOO_SHORT, "")
    return Legs(why, _mean(before) / MONTHS, actual, drawn, p)


def _mean(before: NDArray[np.float64]) -> NDArray[np.float64]:
    known = ~np.isnan(before)
    return np.asarray(np.nansum(before, axis=1) / np.maximum(known.sum(axis=1), 1))


def _by_logs(
    before: NDArray[np.float64],
    actual: NDArray[np.float64],
    months: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.errstate(divide="ignore"):
        log = np.where(before > 0, np.log(before), np.nan)
    habit = learn(log, np.maximum(months, 1).astype(np.intp), amounts=True)
    # a sum of blocks has the blocks' means, which lie above their medians
    block = np.exp(habit.mean + habit.sigma[:, None] ** 2 / 2) * months / MONTHS
    total = block.sum(axis=1)
    weights = block / total[:, None]
    own = habit.own_sd(weights)[:, None] * _correlated(habit.residual, habit.df, rng)
    common = (weights * habit.tilt).sum(axis=1)[:, None] * rng.standard_normal(DRAWS)
    with np.errstate(divide="ignore"):
        z = (np.log(actual) - np.log(total)) / habit.sd(weights) * habit.wider
    return total[:, None] * np.exp(own + common), placebo_p(z, habit.placebos)


def _correlated(
    residual: NDArray[np.float64], df: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw Student's t errors that are correlated as the residuals are, shape (n, DRAWS)."""
    normal = residual @ rng.standard_normal((residual.shape[1], DRAWS))
    spread = np.sqrt(rng.chisquare(df, (len(residual), DRAWS)) / df)
    return np.asarray(normal / spread)


def _by_amounts(
    before: NDArray[np.float64],
    actual: np.float64,
    months: NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], float]:
    pool = before[~np.isnan(before)]
    bases = pool[rng.integers(len(pool), size=(DRAWS, len(pool)))]
    picked = rng.integers(len(pool), size=(DRAWS, len(months)))
    drawn = np.take_along_axis(bases, picked, axis=1) @ (months / MONTHS)
    tail = min((drawn >= actual).mean(), (drawn <= actual).mean())
    return drawn, float(np.clip(2 * tail, 1 / (1 + len(pool)), 1.0))


@dataclass(frozen=True, slots=True)
class Span:
    """An estimate with its 90 % interval."""

    estimate: float
    low: float
    high: float


def span(drawn: NDArray[np.float64]) -> Span:
    """Median and 90 % interval of draws, shape (draws,)."""
    middle, low, high = np.quantile(drawn, [0.5, LOW, HIGH], method="inverted_cdf")
    return Span(float(middle), float(low), float(high))


def carried(excess: NDArray[np.float64], loss: NDArray[np.float64]) -> Span:
    """Share of a loss that an excess could carry at most.

    Parameters
    ----------
    excess, loss
        Shape (draws,), US dollars, drawn jointly.

    Notes
    -----
    The ratio of the two sums, draw by draw. Where a draw has no loss the ratio is unbounded, so
    that an uncertain loss gives an interval without an upper end and not a narrow one.

    Examples
    --------
    >>> carried(np.array([5.0, 5.0, 5.0]), np.array([10.0, 10.0, 10.0]))
    Span(estimate=0.5, low=0.5, high=0.5)
    """
    some = loss > 0
    unbounded = np.where(excess > 0, np.inf, -np.inf)
    ratio = np.divide(excess, loss, out=unbounded, where=some)
    return span(ratio)
