"""The stages of the robust fit: search, date, reweight, least squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.robust.model import Columns, Form, LeastSquares, least_squares
from tradeflow.detect.robust.scale import consistency, keep, trimmed_scale
from tradeflow.detect.robust.tukey import profile
from tradeflow.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

FIRST_STARTS: Final = 500
ALL_STARTS: Final = 4_000
FEWEST_STARTS, MOST_STARTS = 40, 250
REACH: Final = 15
_CLIP = 1e4
_EXACT = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """The observed part of a series of `length` periods, centred and scaled.

    Attributes
    ----------
    t
        Shape (n,): positions 1, 2, ... of the observations.
    y
        Shape (n,).
    h
        Observations that the search counts.
    length
        Periods, observed or not.
    """

    t: NDArray[np.int64]
    y: NDArray[np.float64]
    h: int
    length: int

    @property
    def clipped(self) -> NDArray[np.float64]:
        """Values without gross errors, whose squares would drown the rest."""
        return np.clip(self.y, -_CLIP, _CLIP)


@dataclass(frozen=True, slots=True, eq=False)
class Scan:
    """The robust fits with a step at each candidate date, in the units of the search.

    Attributes
    ----------
    dates
        Shape (d,): positions of the candidates; [0] if no step was searched.
    objective
        Shape (d,): trimmed sums of squares.
    coef, gamma
        Shapes (d, m) and (d, amplitude): expanded coefficients.
    residual
        Shape (d, n).
    scale
        Shape (d,).
    """

    dates: NDArray[np.int64]
    objective: NDArray[np.float64]
    coef: NDArray[np.float64]
    gamma: NDArray[np.float64]
    residual: NDArray[np.float64]
    scale: NDArray[np.float64]

    def at(self, chosen: NDArray[np.int64]) -> Scan:
        """Keep some dates only, by index."""
        return Scan(*(getattr(self, name)[chosen] for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The reweighted least squares fit with all its steps.

    Attributes
    ----------
    steps
        Positions of the level shifts, the newest last.
    columns
        The model at the observations.
    kept
        Shape (n,).
    ls
        Least squares on the kept observations.
    widening
        Factor that makes its scale consistent.
    """

    steps: tuple[int, ...]
    columns: Columns
    kept: NDArray[np.bool_]
    ls: LeastSquares
    widening: float

    @property
    def scale(self) -> float:
        """Standard deviation of the noise."""
        return float(np.sqrt(self.ls.rss / self.ls.df)) * self.widening


def search(
    data: Data, form: Form, steps: Sequence[int], dates: NDArray[np.int64], seed: int
) -> Scan:
    """Search the least trimmed squares fit with a step at each date, or without if none."""
    from tradeflow.detect.robust.algebra import Sizes
    from tradeflow.detect.robust.search import scan

    columns = Columns.of(form, data.t, data.length, steps)
    linear = columns.linear.shape[1] + (len(dates) > 0)
    sizes = Sizes(linear, form.waves, form.amplitude)
    design = columns.expanded(step=len(dates) > 0)
    p = linear + form.waves
    rows = np.insert(design, p, data.clipped, axis=0)
    first = np.searchsorted(data.t, dates) if len(dates) else np.array([-1])
    later = int(np.clip(ALL_STARTS // len(first), FEWEST_STARTS, MOST_STARTS))
    objective, coef, gamma = scan(rows, sizes, data.h, first, (FIRST_STARTS, later), seed)
    coef = np.delete(coef, p, axis=1)
    residual = data.y - coef @ design
    if len(dates):
        residual -= coef[:, linear - 1, None] * (data.t >= dates[:, None])
    scale = trimmed_scale(residual, data.h)
    return Scan(dates if len(dates) else np.zeros(1, int), objective, coef, gamma, residual, scale)


def choose_date(data: Data, form: Form, steps: Sequence[int], found: Scan) -> int:
    """Return the index of the best date: the trimmed optimum, refined nearby by a bounded loss."""
    best = int(np.argmin(found.objective))
    if data.h == len(data.y):
        return best
    _check_scale(float(found.scale[best]))
    near = np.flatnonzero(np.abs(found.dates - found.dates[best]) <= REACH)
    loss = profile(data, form, steps, found.at(near), float(found.scale[best])).loss
    return int(near[np.argmin(loss)])


def finish(data: Data, form: Form, steps: Sequence[int], found: Scan, index: int) -> Fit:
    """Leave out what a normal law does not explain, and fit the rest by least squares."""
    own = (*steps, int(found.dates[index])) if found.dates[index] else tuple(steps)
    _check_scale(float(found.scale[index]))
    kept = np.ones(len(data.y), dtype=bool)
    if data.h < len(data.y):
        kept = keep(found.residual[index], float(found.scale[index]))
    columns = Columns.of(form, data.t, data.length, own)
    n_linear = columns.linear.shape[1] + form.waves
    start = np.concatenate([found.coef[index][:n_linear], found.gamma[index]])
    ls = least_squares(columns.rows(kept), data.y[kept], start)
    return Fit(own, columns, kept, ls, consistency(float(kept.mean())))


def _check_scale(scale: float) -> None:
    if scale < _EXACT:
        raise DataError(
            "At least the counted share of the values lies exactly on a fitted line (many zeros, "
            "or values that were constructed). Without noise nothing can be tested; use a method "
            "for zero-heavy series, or a larger coverage."
        )
