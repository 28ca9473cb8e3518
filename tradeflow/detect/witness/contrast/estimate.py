"""Effects of all goods asked about, of their placebos, and of the list as a whole."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.detect.witness.contrast.data import rules
from tradeflow.detect.witness.contrast.errors import learn, readable
from tradeflow.detect.witness.contrast.event_bands import (
    largest,
    path_covariance,
    path_errors,
    rank_p,
    rank_quantile,
    sup_t,
)
from tradeflow.detect.witness.contrast.fit import Cases, Fits, fit_effects, fit_null
from tradeflow.detect.witness.heard import HEARD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.witness.contrast.errors import Drifting
    from tradeflow.detect.witness.contrast.event_bands import Bins
    from tradeflow.detect.witness.contrast.fit import Table

    Marks = NDArray[np.bool_]
    Places = NDArray[np.int64]
    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

MOST_PLACEBOS: Final = 1_000
LISTS: Final = 100
"""Placebos of the list as a whole: it and random lists, in other destinations."""

LEVEL: Final = 0.90
_SINCE: Final = 1e-7  # log points to which effects are fitted
_PATH: Final = 1e-6  # and those by bin, which are many and hang together
_NOISIEST: Final = 10.0  # log points of standard error from which an effect is not said
FEWEST_PLACEBOS: Final = 9  # with fewer no p-value reaches 0.10, and no 90 % interval ends


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Effects of n cases. NaN where nothing can be said.

    Attributes
    ----------
    effect, low, high, se
        Shape (n,), log points: effect since the date, its 90 % interval, its standard error.
    p
        Shape (n,): two-sided, by rank among the placebos.
    p_student
        Shape (n,): two-sided, of Student's t with the scale of the placebos' middle 90 %.
    excess, excess_low, excess_high
        Shape (n,): trade since the date beyond what it would have been without the effect,
        (1 - exp(-effect)) times the trade, in the panel's unit, and its 90 % interval.
    pre_trend_p
        Shape (n,): of the largest effect in a bin before the reference, by rank.
    path, path_low, path_high
        Shape (n, bins), log points: effects by bin and their simultaneous 90 % band.
    placebos
        How many.
    """

    effect: Vector
    low: Vector
    high: Vector
    se: Vector
    p: Vector
    p_student: Vector
    excess: Vector
    excess_low: Vector
    excess_high: Vector
    pre_trend_p: Vector
    path: Matrix
    path_low: Matrix
    path_high: Matrix
    placebos: int

    def spread(self, rows: NDArray[np.intp], n: int) -> dict[str, Any]:
        """Every array with `n` rows, these estimates in `rows` and NaN elsewhere."""
        out: dict[str, Any] = {}
        for field in fields(self):
            made = getattr(self, field.name)
            if field.name == "placebos":
                out[field.name] = made
                continue
            out[field.name] = np.full((n, *made.shape[1:]), np.nan)
            out[field.name][rows] = made
        return out

    @classmethod
    def none(cls, bins: int) -> Estimates:
        """No estimates."""
        single, path = np.empty(0), np.empty((0, bins))
        numbers = {f.name: single for f in fields(cls)}
        paths = dict.fromkeys(("path", "path_low", "path_high"), path)
        return cls(**{**numbers, **paths, "placebos": 0})  # type: ignore[arg-type]  # by name


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """Which effects are wanted.

    Attributes
    ----------
    cases
        What is treated in each fit.
    rows
        Which of the effects are wanted; the others only keep their goods from being controls.
    """

    cases: Cases
    rows: NDArray[np.int64]


def estimate(
    table: Table, post: Marks, bins: Bins, asked: Asked, placebos: Sequence[Asked]
) -> Estimates | None:
    """Estimate effects and judge them by placebos from the other destinations alone.

    Parameters
    ----------
    table
        The trade; destination 0 is the one asked about.
    post
        Shape (T,).
    bins
        Bins of the path.
    asked
        In `table`.
    placebos
        In ``table.without(0)``.

    Returns
    -------
    Estimates or None
        None if there are too few placebos to judge by, or nine in ten of them never move.
    """
    rest, since = table.without(0), post.astype(np.int64)
    null = fit_null(rest)
    false = _joined([_fits(rest, null, p, since) for p in placebos])
    kept = readable(false, ~post)
    if kept.sum() < FEWEST_PLACEBOS or not np.quantile(np.abs(false.log[kept, 1]), LEVEL) > 0:
        return None
    path = _joined([_fits(rest, null, p, bins.of) for p in placebos]).log[kept, 1:]
    drifting, whole = learn(false.only(kept), ~post), fit_null(table)
    true = _fits(table, whole, asked, since)
    paths = _fits(table, whole, asked, bins.of).log[:, 1:], path
    return _judge(drifting, true, false.only(kept), paths, bins)


def _fits(table: Table, null: NDArray[np.float64], asked: Asked, bins: Places) -> Fits:
    tolerance = _SINCE if bins.max() == 1 else _PATH
    return fit_effects(table, null, asked.cases, bins, tolerance=tolerance).only(asked.rows)


def _joined(parts: Sequence[Fits]) -> Fits:
    return Fits(*(np.concatenate([getattr(m, f.name) for m in parts]) for f in fields(Fits)))


def _judge(
    drifting: Drifting, true: Fits, false: Fits, paths: tuple[Matrix, Matrix], bins: Bins
) -> Estimates:
    error = drifting.errors(true)
    good = readable(true, drifting.pre) & (error < _NOISIEST)
    effect, se = np.where(good, true.log[:, 1], np.nan), np.where(good, error, np.nan)
    t = np.abs(false.log[:, 1]) / drifting.errors(false)
    reach = rank_quantile(t, LEVEL) * se
    volume = true.amount[:, ~drifting.pre].sum(axis=1)
    path, width, pre_p = _paths(drifting, (true, false), paths, bins)
    path = np.where(np.isfinite(path) & good[:, None], path, np.nan)
    return Estimates(
        effect=effect,
        low=effect - reach,
        high=effect + reach,
        se=se,
        p=rank_p(np.abs(effect) / se, t),
        p_student=_student(np.abs(effect) / se, t, drifting.df),
        excess=-np.expm1(-effect) * volume,
        excess_low=-np.expm1(reach - effect) * volume,
        excess_high=-np.expm1(-effect - reach) * volume,
        pre_trend_p=np.where(good, pre_p, np.nan),
        path=path,
        path_low=path - width,
        path_high=path + width,
        placebos=len(t),
    )


def _student(t: Vector, placebos: Vector, df: float) -> Vector:
    """Two-sided p of t, on the scale at which the placebos' middle 90 % is that of Student's t.

    A few placebos that really moved, or have wild errors, do not shift that scale, as they would
    the ranks. The tail beyond is assumed.
    """
    from scipy.stats import t as student

    scale = np.quantile(placebos, LEVEL) / student.ppf((1 + LEVEL) / 2, df)
    return np.asarray(2 * student.sf(t / scale, df))


def _paths(
    drifting: Drifting, fits: tuple[Fits, Fits], paths: tuple[Matrix, Matrix], bins: Bins
) -> tuple[Matrix, Matrix, Vector]:
    """Effects by bin, half the width of their band, and p-values of the bins before."""
    real, placebo = (
        np.abs(path) / path_errors(bins, drifting.null, drifting.noise(fit))
        for path, fit in zip(paths, fits, strict=True)
    )
    everywhere = np.ones_like(bins.before)
    normal = sup_t(path_covariance(bins, drifting.null), LEVEL)
    critical = max(normal, rank_quantile(largest(placebo, everywhere), LEVEL))
    width = critical * path_errors(bins, drifting.null, drifting.noise(fits[0]))
    return paths[0], width, rank_p(largest(real, bins.before), largest(placebo, bins.before))


def single(goods: Places, destinations: Places) -> Asked:
    """One good and one destination in each fit."""
    return Asked(Cases([*goods[:, None]], [*destinations]), np.arange(len(goods)))


def together(listed: Places, wanted: Marks) -> Asked:
    """All goods of a list in one fit per destination, each with an effect of its own.

    `wanted` has shape (goods of the list, destinations).
    """
    places = wanted.shape[1]
    return Asked(Cases([listed] * places, range(places)), np.flatnonzero(wanted.T.ravel()))


def placebos_of(table: Table, post: Marks, freq: str, listed: Places | None) -> list[Asked]:
    """Goods to the other destinations that can be contrasted, in the same manner.

    Goods of the list are treated together, as they are for the destination asked about; all
    others one at a time, at most 1,000 of them, spread evenly.
    """
    heard = rules(table.without(0), post, freq) == HEARD
    joint = [] if listed is None else [together(listed, heard[listed])]
    if listed is not None:
        heard[listed] = False
    good, destination = np.nonzero(heard)
    few = np.unique(np.linspace(0, max(len(good) - 1, 0), MOST_PLACEBOS).round().astype(np.int64))
    some = [single(good[few], destination[few])] if len(good) else []
    return joint + some


def placebo_lists(table: Table, listed: Places) -> Asked:
    """The list, and random lists, in every other destination; one effect each.

    Random lists are as long as the list, but at most half of the goods, so that they differ.
    """
    places, k = table.values.shape[1] - 1, len(table.values)
    draws, size = max(LISTS // places - 1, 0), min(len(listed), max(k // 2, 1))
    rng = np.random.default_rng(0)
    lists = [listed, *(np.sort(rng.choice(k, size, replace=False)) for _ in range(draws))]
    goods = [chosen for chosen in lists for _ in range(places)]
    cases = Cases(goods, [*range(places)] * len(lists), shared=True)
    return Asked(cases, np.arange(len(goods)))
