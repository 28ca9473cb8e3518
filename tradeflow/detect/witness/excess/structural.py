"""A local level with season and controls: what a series would have been, all periods jointly.

Before the date, on logs or scaled amounts,

    y_t = level_t + x_t'beta + e_t,   level_t = level_{t-1} + u_t,   Var(u_t) = q Var(e_t),

with x_t a constant, eleven months of the year (none for years) and controls, if any. Given q
everything is linear, so that the forecast of all later periods is one multivariate Student
distribution: level, coefficients and error variance are integrated out under flat priors. q is
summed out on a grid by its restricted likelihood. A sum over periods gets its interval from draws
of whole paths, never from the bands of single periods, which are not independent.

References
----------
Harvey, A. C. (1989), Forecasting, Structural Time Series Models and the Kalman Filter, Cambridge,
chapters 3 and 4. Brodersen, K. H. et al. (2015), Inferring causal impact using Bayesian structural
time-series models, Annals of Applied Statistics 9(1). Harville, D. A. (1977), Maximum likelihood
approaches to variance component estimation, JASA 72(358) (restricted likelihood).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.linalg import cho_solve, cholesky, solve_triangular

from tradeflow.errors import TooShortError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Vector = NDArray[np.float64]
    Matrix = NDArray[np.float64]

DRIFTS: Final = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Grid of q, the variance of a step of the level over that of the noise."""

_LONG_TAIL: Final = 2  # degrees of freedom up to which Student's distribution has no variance


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Joint distribution of a series after the date, given drift ratio by drift ratio.

    Attributes
    ----------
    weight
        Shape (n_drifts,): posterior weight of each drift ratio; adds up to 1.
    mean
        Shape (n_drifts, H): location of the Student distribution.
    scale
        Shape (n_drifts, H, H): its scale matrix.
    freedom
        Its degrees of freedom.
    fitted
        Shape (start,): smoothed series before the date, mean over the drift ratios.
    error
        Root mean square of the one-step forecast errors before the date.
    """

    weight: Vector
    mean: Matrix
    scale: NDArray[np.float64]
    freedom: int
    fitted: Vector
    error: float

    def expected(self) -> Vector:
        """Mean path after the date, shape (H,)."""
        return np.asarray(self.weight @ self.mean)

    def variance(self) -> Matrix:
        """Covariance of the path after the date, shape (H, H), drift ratios mixed."""
        inflate = self.freedom / max(self.freedom - _LONG_TAIL, 1)
        off = self.mean - self.expected()
        between = np.einsum("d,di,dj->ij", self.weight, off, off)
        return np.asarray(inflate * np.einsum("d,dij->ij", self.weight, self.scale) + between)

    def draw(self, count: int, seed: int) -> Matrix:
        """Draw whole paths after the date, shape (count, H)."""
        rng = np.random.default_rng(seed)
        which = np.sort(rng.choice(len(self.weight), size=count, p=self.weight))
        root = np.stack([cholesky(s, lower=True) for s in self.scale])
        shock = np.einsum("nij,nj->ni", root[which], rng.standard_normal((count, len(root[0]))))
        tail = np.sqrt(rng.chisquare(self.freedom, size=count) / self.freedom)
        return np.asarray(self.mean[which] + shock / tail[:, None])


def design(month: NDArray[np.int64] | None, controls: Matrix) -> Matrix:
    """Regressors: constant, months of the year other than the first seen, controls.

    Parameters
    ----------
    month
        Shape (T,): month of the year; None for years.
    controls
        Shape (n_controls, T).

    Returns
    -------
    ndarray
        Shape (T, k).
    """
    columns = [np.ones(controls.shape[1]), *controls]
    if month is not None:
        columns += [(month == m).astype(float) for m in np.unique(month)[1:]]
    return np.column_stack(columns)


def forecast(
    y: Vector,
    x: Matrix,
    when: NDArray[np.int64],
    start: int,
    drifts: Sequence[float] = DRIFTS,
) -> Forecast:
    """Forecast all periods from `start` on from those before.

    Parameters
    ----------
    y
        Shape (T,), no missing values; values from `start` on are not read.
    x
        Shape (T, k), with a constant; known in all periods.
    when
        Shape (T,): position of each period in time, ascending; gaps are allowed.
    start
        Number of periods before the date; more than k + 1.
    drifts
        Grid of q.

    Returns
    -------
    Forecast

    Raises
    ------
    TooShortError
        There are not more periods than coefficients, or the regressors are collinear before.
    """
    x, when = np.ascontiguousarray(x, dtype=np.float64), np.ascontiguousarray(when, dtype=np.int64)
    k = x.shape[1]
    maps = [_maps(q, start, when.tobytes(), x.tobytes(), k) for q in drifts]
    parts = [_given(y[:start], m, start - k) for m in maps]
    height = np.array([p.likelihood for p in parts])
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    return Forecast(
        weight=weight,
        mean=np.stack([p.mean for p in parts]),
        scale=np.stack([p.scale for p in parts]),
        freedom=start - k,
        fitted=weight @ np.stack([p.fitted for p in parts]),
        error=float(np.sqrt(weight @ np.array([p.error for p in parts]))),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """One drift ratio: restricted log likelihood and moments."""

    likelihood: float
    mean: Vector
    scale: Matrix
    fitted: Vector
    error: float


def _given(before: Vector, maps: _Maps, freedom: int) -> _Given:
    """Apply the maps of one drift ratio to a series."""
    residual = maps.residual @ before
    variance = max(float(residual @ residual) / freedom, np.finfo(float).tiny)
    return _Given(
        likelihood=float(-0.5 * freedom * np.log(variance) - maps.size),
        mean=maps.mean @ before,
        scale=variance * maps.scale,
        fitted=maps.fitted @ before,
        error=float(np.mean((maps.step * residual) ** 2)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Maps:
    """What takes a series before the date to its estimates; the same for all series of a panel."""

    residual: Matrix
    mean: Matrix
    fitted: Matrix
    scale: Matrix
    step: Vector
    size: float


@lru_cache(maxsize=256)
def _maps(q: float, start: int, when: bytes, x: bytes, k: int) -> _Maps:
    """Generalised least squares and best linear prediction for one drift ratio."""
    place, regressors = np.frombuffer(when, dtype=np.int64), np.frombuffer(x).reshape(-1, k)
    early, late = regressors[:start], regressors[start:]
    if start < k + 2 or np.linalg.matrix_rank(early) < k:
        raise TooShortError(
            f"{start} periods before the date do not identify {k} coefficients of season and "
            "controls: start later."
        )
    shape = q * (np.minimum.outer(place, place) - place[0]) + np.eye(len(place))
    root = cholesky(shape[:start, :start], lower=True)
    white = solve_triangular(root, np.eye(start), lower=True)
    white_x = white @ early
    gram = cholesky(white_x.T @ white_x, lower=True)
    beta = cho_solve((gram, True), white_x.T @ white)
    residual = white - white_x @ beta
    pull = white @ shape[:start, start:]
    slack = solve_triangular(gram, (late - pull.T @ white_x).T, lower=True)
    return _Maps(
        residual=residual,
        mean=late @ beta + pull.T @ residual,
        fitted=early @ beta + (shape[:start, :start] - np.eye(start)) @ white.T @ residual,
        scale=shape[start:, start:] - pull.T @ pull + slack.T @ slack,
        step=np.diag(root).copy(),
        size=float(np.log(np.diag(root)).sum() + np.log(np.diag(gram)).sum()),
    )
