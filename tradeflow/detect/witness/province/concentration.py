"""Shares of places in a flow: their shift, who made the change, and how concentrated that is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

FEWEST: Final = 4
"""Blocks of three months with trade that a mean share needs, before and after."""

_ORIGIN: Final = 2 * FEWEST  # blocks of baseline that a placebo date needs
_MOST_PLACEBOS: Final = 8  # dates a good


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """Shares of n places in a good's value. Arrays have shape (n,).

    Attributes
    ----------
    before, after
        Share of the value, 0 to 1.
    shift, se, df
        `after` less `before`, its standard error and degrees of freedom.
    log_odds, log_odds_se
        The same in log odds; NaN where a share is 0 or 1.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    shift: NDArray[np.float64]
    se: NDArray[np.float64]
    df: NDArray[np.float64]
    log_odds: NDArray[np.float64]
    log_odds_se: NDArray[np.float64]


def share_shift(before: NDArray[np.float64], after: NDArray[np.float64]) -> Shares:
    """Compare shares of value before and after.

    Parameters
    ----------
    before, after
        Shape (n, blocks), US dollars: places by blocks of three months, all with trade.

    Notes
    -----
    A share is a ratio of sums, s = sum(v) / sum(V). Its variance is that of the ratio estimator,
    B / (B - 1) sum((v_b - s V_b)^2) / sum(V)^2: no multinomial is assumed, so that shipments
    larger than their number suggests (overdispersion) widen the interval. Degrees of freedom are
    Welch's.

    References
    ----------
    Cochran, W. G. (1977), Sampling Techniques, 3rd edition, Wiley, section 6.3.

    Examples
    --------
    >>> found = share_shift(np.array([[1.0, 1], [3, 3]]), np.array([[3.0, 3], [3, 3]]))
    >>> found.shift.tolist()
    [0.25, -0.25]
    """
    (s0, v0, d0), (s1, v1, d1) = _ratio(before), _ratio(after)
    variance = v0 + v1
    weight = np.square(v0) / d0 + np.square(v1) / d1
    df = np.divide(np.square(variance), weight, out=np.full(len(s0), d0 + d1), where=weight > 0)
    inner = (s0 > 0) & (s0 < 1) & (s1 > 0) & (s1 < 1)
    odds = [np.where(inner, s, 0.5) for s in (s0, s1)]
    gain = np.log(odds[1] / (1 - odds[1])) - np.log(odds[0] / (1 - odds[0]))
    spread = v0 / np.square(odds[0] * (1 - odds[0])) + v1 / np.square(odds[1] * (1 - odds[1]))
    return Shares(
        before=s0,
        after=s1,
        shift=s1 - s0,
        se=np.sqrt(variance),
        df=df,
        log_odds=np.where(inner, gain, np.nan),
        log_odds_se=np.where(inner, np.sqrt(spread), np.nan),
    )


def _ratio(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Share, its variance, and degrees of freedom."""
    whole = values.sum(axis=0)
    share = values.sum(axis=1) / whole.sum()
    blocks = values.shape[1]
    square = np.square(values - share[:, None] * whole).sum(axis=1)
    return share, square * blocks / (blocks - 1) / whole.sum() ** 2, float(blocks - 1)


def placebo_scores(before: NDArray[np.float64], after_blocks: int) -> NDArray[np.float64]:
    """Studentised shifts at dates on which nothing happened, inside the baseline.

    Parameters
    ----------
    before
        Shape (n, blocks), US dollars.
    after_blocks
        Blocks after the real date; a placebo looks at as many, or as many as there are.

    Returns
    -------
    ndarray
        Shape (m,); empty where the baseline is too short.
    """
    blocks = before.shape[1]
    span = min(after_blocks, max(FEWEST, blocks // 3))
    origins = np.arange(_ORIGIN, blocks - span + 1)[-_MOST_PLACEBOS:]
    scores = []
    for origin in origins:
        found = share_shift(before[:, :origin], before[:, origin : origin + span])
        some = found.se > 0
        scores.append(found.shift[some] / found.se[some])
    return np.concatenate(scores) if scores else np.zeros(0)


@dataclass(frozen=True, slots=True, eq=False)
class Makers:
    """Who made the change of a good's value.

    Attributes
    ----------
    change
        Shape (n,), US dollars a month: mean after less mean before.
    drawn
        Shape (n, draws): the same over resampled blocks.
    """

    change: NDArray[np.float64]
    drawn: NDArray[np.float64]


def makers(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    *,
    months: int,
    draws: int,
    seed: int,
) -> Makers:
    """Change of each place, with a bootstrap over blocks of all places together.

    Parameters
    ----------
    before, after
        Shape (n, blocks), US dollars.
    months
        Months of a block.
    draws, seed
        Of the bootstrap.
    """
    rng = np.random.default_rng(seed)
    old, new = (_resampled(values, draws, rng) for values in (before, after))
    return Makers((after.mean(axis=1) - before.mean(axis=1)) / months, (new - old) / months)


def _resampled(
    values: NDArray[np.float64], draws: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Means over blocks drawn with replacement, shape (n, draws), freed from its small-sample bias.

    Deviations are stretched by sqrt(B / (B - 1)): with few blocks a bootstrap is too narrow.
    """
    blocks = values.shape[1]
    count = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
    mean = values.mean(axis=1, keepdims=True)
    return np.asarray(mean + (values @ count.T / blocks - mean) * np.sqrt(blocks / (blocks - 1)))


def herfindahl(change: NDArray[np.float64]) -> NDArray[np.float64]:
    """Concentration of a change among those who moved with it.

    Parameters
    ----------
    change
        Shape (n,) or (n, draws), US dollars.

    Returns
    -------
    ndarray
        Shape () or (draws,): sum of squared shares in the changes of the sign of the whole, between
        1/n and 1; 1 means that one place made it all. NaN where nothing changed.

    Examples
    --------
    >>> float(herfindahl(np.array([6.0, 2.0, -1.0])))
    0.625
    """
    way = np.sign(change.sum(axis=0))
    moved = np.maximum(change * way, 0.0)
    total = moved.sum(axis=0)
    square = np.square(moved).sum(axis=0)
    nothing = np.full(np.shape(total), np.nan)
    return np.asarray(np.divide(square, total**2, out=nothing, where=total > 0))
