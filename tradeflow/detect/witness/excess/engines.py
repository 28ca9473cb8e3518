"""The two ways to a counterfactual, and what both of them answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from tradeflow.detect.witness.excess import sdid, structural
from tradeflow.detect.witness.excess.placebo_space import half_width, smearing, totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.excess.structural import Forecast

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

LEVEL: Final = 0.90
"""Coverage that intervals promise."""

_DRAWS: Final = 4_000
_SEED: Final = 20_220_224  # of the draws; the same input gives the same bytes
_LEAST_NOISE: Final = 1e-9  # of a series that is followed exactly


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One series and its donors, on the scale of the fit.

    Attributes
    ----------
    y
        Shape (1 + n_donors, T): the series in question first; no missing values.
    start
        Number of periods before the date.
    when
        Shape (T,): position of each period in time.
    month
        Shape (T,): month of the year; None for years.
    logs
        Whether y are logs; else amounts relative to the mean before.
    """

    y: Matrix
    start: int
    when: NDArray[np.int64]
    month: NDArray[np.int64] | None
    logs: bool

    def until(self, start: int, stop: int) -> Question:
        """Ask the same for an earlier date, with no period from `stop` on."""
        month = None if self.month is None else self.month[:stop]
        return Question(self.y[:, :stop], start, self.when[:stop], month, self.logs)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Counterfactual of the series in question, in its own unit.

    Attributes
    ----------
    expected, low, high
        Shape (T,): counterfactual amounts with their 90 % interval; no interval before the date.
    total_low, total_high
        Shape (H,): 90 % interval of the counterfactual total from the date to each period.
    score
        Shape (rows,): effect on the total of all periods over its noise; the series in question
        first, then its donors as if treated, if they were asked for.
    rmspe
        Root mean square prediction error before the date, on the scale of the fit.
    weights
        Shape (n_donors,): weight of each donor in the counterfactual.
    """

    expected: Vector
    low: Vector
    high: Vector
    total_low: Vector
    total_high: Vector
    score: Vector
    rmspe: float
    weights: Vector


class Engine(Protocol):
    """A way to a counterfactual."""

    def __call__(self, asked: Question, *, placebos: bool) -> Answer:
        """Answer, with or without the donors refitted as if treated."""


def by_sdid(asked: Question, *, placebos: bool) -> Answer:
    """Synthetic difference-in-differences; intervals from placebos, NaN without them."""
    y, start = own_season_removed(asked), asked.start
    rows = range(len(y) if placebos else 1)
    fits = [sdid.fit(y[i], np.delete(y, [0, i], axis=0), start) for i in rows]
    gap = np.stack([made.gap for made in fits])
    seen = asked.y[: len(gap)]
    smear = smearing(gap, start) if asked.logs else np.ones(len(gap))
    noise = np.maximum(_root_mean_square(gap[:, :start]), _LEAST_NOISE)
    effect = totals(seen, gap, smear, start, logs=asked.logs)
    single = gap[:, start:] - (np.log(smear)[:, None] if asked.logs else 0.0)
    expected = _amount(seen[0] - gap[0], logs=asked.logs) * smear[0]
    reach, total_reach = _reach(single, noise), _reach(effect, noise)
    return Answer(
        expected,
        *_bands(expected[start:], reach, total_reach, start, logs=asked.logs),
        score=effect[:, -1] / noise,
        rmspe=float(noise[0]),
        weights=fits[0].omega,
    )


def _reach(errors: Matrix, noise: Vector) -> Vector:
    """Half width of the interval from placebos, shape (H,); NaN without placebos."""
    if len(errors) == 1:
        return np.full(errors.shape[1], np.nan)
    return half_width(errors, noise, LEVEL)


def _bands(
    late: Vector, reach: Vector, total_reach: Vector, start: int, *, logs: bool
) -> tuple[Vector, Vector, Vector, Vector]:
    """Turn half widths on the scale of the fit into intervals of the counterfactual."""
    total, count, bare = np.cumsum(late), np.arange(1, len(late) + 1), np.full(start, np.nan)
    if logs:
        low, high = late * np.exp(-reach), late * np.exp(reach)
        least, most = total * np.exp(-total_reach), total * np.exp(total_reach)
    else:
        low, high = late - reach, late + reach
        least, most = total - count * total_reach, total + count * total_reach
    return np.concatenate([bare, low]), np.concatenate([bare, high]), least, most


def own_season_removed(asked: Question) -> Matrix:
    """Take out of each series the season that it does not share with the others.

    Returns
    -------
    ndarray
        Shape of `asked.y`. Seasons come from months before the date only: twelve effects beside a
        linear trend, less their mean over the series (which every counterfactual shares, as its
        weights add up to 1), shrunk towards 0 as far as they may be noise.

    References
    ----------
    James, W. and Stein, C. (1961), Estimation with quadratic loss, Fourth Berkeley Symposium 1.
    """
    if asked.month is None:
        return asked.y
    months, place = np.unique(asked.month[: asked.start], return_inverse=True)
    dummy = np.eye(len(months))[place]
    trend = asked.when[: asked.start] - asked.when[: asked.start].mean()
    own = asked.y[:, : asked.start] - asked.y[:, : asked.start].mean(axis=0)
    x = np.column_stack([dummy, trend])
    coefficient, *_ = np.linalg.lstsq(x, own.T)
    free = max(asked.start - x.shape[1], 1)
    variance = ((own.T - x @ coefficient) ** 2).sum(axis=0) / free
    effect = coefficient[:-1] - coefficient[:-1].mean(axis=0)
    chance = variance * (len(months) - 3) / (asked.start / len(months))
    kept = np.maximum(1 - chance / np.maximum((effect**2).sum(axis=0), 1e-300), 0.0)
    return np.asarray(asked.y - (kept * effect)[np.searchsorted(months, asked.month)].T)


def by_structure(asked: Question, *, placebos: bool) -> Answer:
    """Local level and season beside the donors' mean; intervals from draws of whole paths."""
    rows = range(len(asked.y) if placebos else 1)
    made = [_structural(asked, i) for i in rows]
    first, start = made[0], asked.start
    middle = np.concatenate([first.fitted, first.expected()])
    paths = _amount(first.draw(_DRAWS, _SEED), logs=asked.logs)
    sums = np.cumsum(paths, axis=1)
    amounts = _amount(middle, logs=asked.logs)
    # Months add up to the middle of the total, not to the smaller sum of their medians.
    amounts[start:] *= np.median(sums[:, -1]) / amounts[start:].sum() if asked.logs else 1.0
    low, high = np.quantile(paths, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    total_low, total_high = np.quantile(sums, [0.5 - LEVEL / 2, 0.5 + LEVEL / 2], axis=0)
    bare = np.full(start, np.nan)
    return Answer(
        expected=amounts,
        low=np.concatenate([bare, low]),
        high=np.concatenate([bare, high]),
        total_low=total_low,
        total_high=total_high,
        score=np.array([_score(asked, i, f) for i, f in zip(rows, made, strict=True)]),
        rmspe=first.error,
        weights=np.full(len(asked.y) - 1, 1 / (len(asked.y) - 1)),
    )


def _structural(asked: Question, row: int) -> Forecast:
    """Forecast a series less the mean of the donors, and add that mean again.

    The coefficient of the donors' mean is 1 and not estimated: estimated from noisy donors it comes
    out too small, and growth of a good everywhere would pass for an excess.
    """
    others = np.delete(asked.y, [0, row], axis=0).mean(axis=0)
    x = structural.design(asked.month, np.empty((0, len(others))))
    made = structural.forecast(asked.y[row] - others, x, asked.when, asked.start)
    return replace(
        made, mean=made.mean + others[asked.start :], fitted=made.fitted + others[: asked.start]
    )


def _score(asked: Question, row: int, made: Forecast) -> float:
    """Effect on the total over its standard deviation under the model, to first order."""
    late, middle, spread = asked.y[row, asked.start :], made.expected(), made.variance()
    if not asked.logs:
        share = np.full(len(late), 1 / len(late))
        return float((late - middle) @ share / np.sqrt(share @ spread @ share))
    top = max(late.max(), middle.max())
    amount = np.exp(middle + np.diag(spread) / 2 - top)
    share = amount / amount.sum()
    effect = np.log(np.exp(late - top).sum()) - np.log(amount.sum())
    return float(effect / np.sqrt(share @ spread @ share))


def _amount(y: Matrix, *, logs: bool) -> Matrix:
    return np.exp(y) if logs else y.copy()


def _root_mean_square(x: Matrix) -> Vector:
    return np.asarray(np.sqrt((x**2).mean(axis=1)))
