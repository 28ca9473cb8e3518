"""Poisson pseudo-likelihood of goods by destinations by periods, fitted by proportional scaling.

    E[y_kjt] = a_{kj,m(t)} g_kt l_jt exp(b_{bin(t)} 1{series k, j is treated})

Scaling the fitted values in turn to the observed totals of every factor climbs the likelihood to
its maximum, which is that of :func:`tradeflow.detect.witness.contrast.ppml.ppml`. Many fits that
differ only in what is treated start from one fit without any; each then takes a few sweeps.

References
----------
Deming, W. E. and Stephan, F. F. (1940), On a least squares adjustment of a sampled frequency table
when the expected marginal totals are known, Annals of Mathematical Statistics 11(4).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.contrast.scaling import climb, climb_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Cube = NDArray[np.float64]
    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]
    Marks = NDArray[np.bool_]
    Places = NDArray[np.int64]

TOLERANCE: Final = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Trade of one exporter with K goods, J destinations and T periods.

    Attributes
    ----------
    values
        Shape (K, J, T), at least 0, any unit; 0 where not known.
    known
        Same shape.
    season
        Shape (T,): season of each period, counted from 0, of a series' level.
    growth
        Whether each destination has a factor per period.
    scale
        Shape (K, J): the panel's unit in one unit of `values`.
    """

    values: Cube
    known: Marks
    season: Places
    growth: bool
    scale: Matrix

    def without(self, destination: int) -> Table:
        """Leave one destination out."""
        rest = np.delete(np.arange(self.values.shape[1]), destination)
        values = np.ascontiguousarray(self.values[:, rest])
        known = np.ascontiguousarray(self.known[:, rest])
        scale = np.ascontiguousarray(self.scale[:, rest])
        return Table(values, known, self.season, self.growth, scale)

    def of_goods(self, kept: Marks) -> Table:
        """Leave goods out; `kept` has shape (K,)."""
        return Table(
            self.values[kept], self.known[kept], self.season, self.growth, self.scale[kept]
        )

    def totals(self) -> tuple[Matrix, Cube, Matrix]:
        """Observed totals of good x period, series x season, destination x period."""
        seasons = np.arange(self.season.max() + 1)
        level = [self.values[:, :, self.season == m].sum(axis=2) for m in seasons]
        return self.values.sum(axis=1), np.stack(level, axis=2), self.values.sum(axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """What is treated in each fit.

    Attributes
    ----------
    goods
        For each case the goods treated.
    destination
        For each case its destination.
    shared
        Whether the goods of a case have one effect in common, not one each.
    """

    goods: Sequence[Places]
    destination: Sequence[int]
    shared: bool = False

    def rows(self) -> tuple[list[Places], list[int]]:
        """Goods and destination behind each effect."""
        cases = zip(self.goods, self.destination, strict=True)
        if self.shared:
            return list(self.goods), list(self.destination)
        flat = [(goods[i : i + 1], j) for goods, j in cases for i in range(len(goods))]
        return [goods for goods, _ in flat], [j for _, j in flat]


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Fits with n effects.

    Attributes
    ----------
    log
        Shape (n, bins): effects, log points; 0 in the first bin, the reference; minus infinity
        in a bin without trade, NaN where the data set no bound.
    observed, mean
        Shape (n, T): trade of the series behind the effect, added up, and its fitted values.
    amount
        Shape (n, T): the same trade in the panel's unit.
    rest
        Shape (n, T): 1 less the weight of these series in their goods, times 1 less their
        weight in their destination: the part of a residual that the factors leave.
    """

    log: Matrix
    observed: Matrix
    mean: Matrix
    rest: Matrix
    amount: Matrix

    def only(self, rows: NDArray[np.bool_] | Places) -> Fits:
        """Some of the effects."""
        return Fits(*(getattr(self, field.name)[rows] for field in fields(self)))


def fit_null(table: Table) -> Cube:
    """Fitted values without any treatment, shape (K, J, T)."""
    mean = table.known.astype(np.float64)
    nothing, bins = np.zeros(0, dtype=np.int64), np.zeros(len(table.season), dtype=np.int64)
    log = np.zeros((0, 1))
    climb(mean, table.totals(), table.season, table.growth, nothing, 0, bins, log,
          TOLERANCE, log)  # fmt: skip
    return mean


def fit_effects(
    table: Table, null: Cube, cases: Cases, bins: Places, *, tolerance: float = TOLERANCE
) -> Fits:
    """Fit the effects of many cases, one case at a time.

    Parameters
    ----------
    table
        The trade.
    null
        From :func:`fit_null`.
    cases
        What is treated.
    bins
        Shape (T,): bin of each period, 0 for the reference.
    tolerance
        Largest change of an effect in the last sweep, log points.

    Returns
    -------
    Fits
        One row per effect, in the order of :meth:`Cases.rows`.
    """
    goods, places = cases.rows()
    n, periods = len(goods), len(bins)
    pairs = list(zip(goods, places, strict=True))
    observed = np.array([table.values[g, j].sum(axis=0) for g, j in pairs]).reshape(n, periods)
    amount = np.array([table.scale[g, j] @ table.values[g, j] for g, j in pairs])
    in_bin = (bins[:, None] == np.arange(bins.max() + 1)).astype(float)
    log, mean, rest = np.zeros((n, in_bin.shape[1])), np.zeros((n, periods)), np.zeros((n, periods))
    sizes = [len(g) for g in cases.goods]
    climb_all(
        null, table.totals(), table.season, table.growth, np.concatenate([*cases.goods]),
        _starts(sizes), np.array(cases.destination, dtype=np.int64), bins, observed @ in_bin,
        _starts([1] * len(sizes) if cases.shared else sizes), tolerance, log, mean, rest,
    )  # fmt: skip
    return Fits(log, observed, mean, rest, amount.reshape(n, periods))


def _starts(sizes: Sequence[int]) -> Places:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
