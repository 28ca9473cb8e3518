"""Many simulated series as one array, for tests of statistics and for power curves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias, cast

import numpy as np

from tradeflow.errors import UsageError
from tradeflow.options import one_of
from tradeflow.simulate import series
from tradeflow.simulate.draws import check_seed, in_a_row
from tradeflow.simulate.rules import check_number
from tradeflow.simulate.series import Tails

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.simulate.draws import Draw

    Range: TypeAlias = tuple[float, float]

MONTHS: Final = 12


@dataclass(frozen=True, slots=True, eq=False)
class ArrayPanel:
    """Simulated series and the truth about them.

    Attributes
    ----------
    values
        Shape (n_series, n_periods), US dollars a month; never negative, 0 in a month without
        shipment.
    shift_index
        Shape (n_series,): the first period of the level shift, -1 where there is none.
    shift_log
        Shape (n_series,): its size in log points, 0 where there is none.
    season
        Shape (n_series, 12): log effect of each month of the year; a row adds up to 0. Period 0
        is a January.
    level
        Shape (n_series, n_periods): log level with growth, drift and shift, without season and
        noise.
    """

    values: NDArray[np.float64]
    shift_index: NDArray[np.intp]
    shift_log: NDArray[np.float64]
    season: NDArray[np.float64]
    level: NDArray[np.float64]


def simulate_panel(
    n_series: int,
    n_periods: int,
    *,
    seed: int,
    first: int = 0,
    level_mean: float = 13.0,
    level_sd: float = 1.5,
    noise_sd: float = 0.2,
    seasonal: float = 0.15,
    rho: float = 0.0,
    drift: float = 0.0,
    tails: Tails = "normal",
    outlier_share: float = 0.0,
    outlier_size: float = 8.0,
    zero_share: float = 0.0,
    growth: float = 0.0,
    shift_share: float = 0.0,
    shift_at: int | tuple[int, int] | None = None,
    shift_log: float | Range = 0.5,
) -> ArrayPanel:
    """Simulate monthly series as an array, without frames, codes or countries.

    Parameters
    ----------
    n_series, n_periods
        Shape of the panel; periods are months, the first is a January.
    seed
        A whole number of at least 0. The same seed gives the same bytes.
    first
        Number of the first series. Series `i` depends on the seed, the options and `i` alone, so
        that a panel drawn in chunks (``first=0``, ``first=1000`` ...) is the panel drawn at once.
    level_mean, level_sd
        Log US dollars a month: mean and standard deviation of the series' base levels.
    noise_sd
        Standard deviation of the noise, log points.
    seasonal
        Standard deviation of the twelve monthly effects, log points.
    rho
        First autocorrelation of the noise, between -1 and 1; its variance stays `noise_sd` ** 2.
    drift
        Variance of a monthly step of the level relative to the variance of the noise.
    tails
        ``"normal"``, or ``"t3"`` for shocks from Student's t with three degrees of freedom.
    outlier_share, outlier_size
        Share of months with an additive outlier, and its size in noise standard deviations.
    zero_share
        Share of months without any trade at the base level. If positive, trade comes in
        shipments: a Poisson number of gamma sizes.
    growth
        Annual log growth.
    shift_share
        Share of series whose level shifts.
    shift_at
        First period of the shift, or the first and last that may be drawn; None for the middle.
    shift_log
        Size of the shift in log points, or the smallest and largest.

    Returns
    -------
    ArrayPanel

    Raises
    ------
    UsageError
        If an option is out of its range.
    UnknownNameError
        If `tails` is not one of its options.

    Notes
    -----
    log value = base + growth t / 12 + season + walk + AR(1) noise + outliers + shift.

    Examples
    --------
    >>> panel = simulate_panel(3, 24, seed=7, shift_share=1.0, shift_at=12)
    >>> panel.values.shape, panel.shift_index.tolist()
    ((3, 24), [12, 12, 12])
    """
    checked = {
        "n_series": n_series,
        "n_periods": n_periods,
        "first": first,
        "level_mean": level_mean,
        "level_sd": level_sd,
        "noise_sd": noise_sd,
        "seasonal": seasonal,
        "rho": rho,
        "drift": drift,
        "outlier_share": outlier_share,
        "outlier_size": outlier_size,
        "zero_share": zero_share,
        "growth": growth,
        "shift_share": shift_share,
    }
    for name, value in checked.items():
        check_number("simulate_panel", name, value)
    tails = cast("Tails", one_of(tails, Tails, name="tails"))
    _check_shape(n_series, n_periods, first)
    draw = cast("Draw", partial(_draw, check_seed(seed), first, n_series))
    at, size = _shifts(draw, n_periods, shift_share, shift_at, shift_log)
    base = level_mean + level_sd * series.normal(draw("base", 1))
    level = base + growth / 12 * np.arange(n_periods) + _step(n_periods, at, size)
    if drift > 0:
        level += noise_sd * np.sqrt(drift) * series.walk(draw, n_periods)
    noise = series.autoregressive(series.innovations(draw, n_periods, tails), rho)
    if outlier_share > 0:
        noise += series.outliers(draw("outliers", n_periods), outlier_share, outlier_size)
    season = _season(draw, seasonal)
    noise *= noise_sd
    noise += level
    noise += season[:, np.arange(n_periods) % MONTHS]
    return ArrayPanel(_values(noise, base, zero_share, draw), at, size, season, level)


def _draw(seed: int, first: int, n_series: int, part: str, width: int) -> NDArray[np.float64]:
    return in_a_row(seed, f"panel {part}", first, n_series, width)


def _step(n_periods: int, at: NDArray[np.intp], size: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log points of the shifts, shape (n_series, n_periods); a size of 0 is no shift."""
    return np.where(np.arange(n_periods) >= at[:, None], size[:, None], 0.0)


def _season(draw: Draw, strength: float) -> NDArray[np.float64]:
    drawn = series.normal(draw("season", MONTHS))
    centred: NDArray[np.float64] = strength * (drawn - drawn.mean(axis=1, keepdims=True))
    return centred


def _values(
    log_value: NDArray[np.float64], base: NDArray[np.float64], zero_share: float, draw: Draw
) -> NDArray[np.float64]:
    if zero_share == 0:
        return np.exp(log_value, out=log_value)
    share = np.full((len(base), 1), zero_share)
    shipped: NDArray[np.float64] = series.lumpy(np.exp(log_value - base), share, draw)
    return shipped * np.exp(base)


def _shifts(
    draw: Draw, n_periods: int, share: float, at: int | tuple[int, int] | None, size: float | Range
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Period and log size of every series' shift, shapes (n_series,)."""
    early, late = at if isinstance(at, tuple) else (at, at) if at is not None else (None, None)
    early = n_periods // 2 if early is None else early
    late = early if late is None else late
    small, large = size if isinstance(size, tuple) else (size, size)
    if not 0 < early <= late < n_periods:
        raise UsageError(
            f"shift_at is {at}; a shift begins in one of the periods 1 to {n_periods - 1}, "
            "given as one number or as (first, last)."
        )
    if not np.isfinite([small, large]).all() or small > large:
        raise UsageError(f"shift_log is {size}; give one finite number or (smallest, largest).")
    shifted, when, how_much = draw("shift", 3).T
    period = early + np.floor(when * (late - early + 1)).astype(np.intp)
    index = np.where(shifted < share, period, -1).astype(np.intp)
    return index, np.where(index >= 0, small + how_much * (large - small), 0.0)


def _check_shape(n_series: int, n_periods: int, first: int) -> None:
    if n_series < 1 or n_periods < 2 or first < 0:  # noqa: PLR2004  a series has two periods
        raise UsageError(
            f"n_series is {n_series}, n_periods {n_periods}, first {first}; at least one series "
            "of two periods is needed, and series are numbered from 0."
        )
