"""The regression model of one series: its columns, and its least squares fit with errors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_MOST_STEPS = 100
_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Form:
    """What the model holds besides level shifts.

    Attributes
    ----------
    trend
        Degree of the trend; 0 is a constant level.
    harmonics
        Pairs of waves of the season; 0 for none.
    amplitude
        Degree of the polynomial in time by which the waves grow; 0 for a steady season.
    period
        Periods a year.
    """

    trend: int
    harmonics: int
    amplitude: int
    period: int

    @property
    def waves(self) -> int:
        """Columns of the season; at half the period the sine is zero everywhere."""
        return 2 * self.harmonics - (2 * self.harmonics == self.period)

    @property
    def n_coefficients(self) -> int:
        """Coefficients without level shifts."""
        return self.trend + 1 + self.waves + self.amplitude

    def without(self, *, season: bool = False) -> Form:
        """Leave out the varying amplitude, or the whole season."""
        return replace(self, amplitude=0, harmonics=0 if season else self.harmonics)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Columns of the model at some periods. Time is counted in lengths of the series.

    Attributes
    ----------
    linear
        Shape (n, trend + 1 + number of steps).
    waves
        Shape (n, w).
    powers
        Shape (n, amplitude): time to the power 1, 2, ...
    """

    linear: NDArray[np.float64]
    waves: NDArray[np.float64]
    powers: NDArray[np.float64]

    @classmethod
    def of(
        cls, form: Form, t: NDArray[np.int64], length: int, steps: Sequence[int] = ()
    ) -> Columns:
        """Build the columns at periods `t` (1, 2, ...); each step begins at a period."""
        u = t / length
        angle = 2 * np.pi * np.outer(t, np.arange(1, form.harmonics + 1)) / form.period
        waves = np.stack([np.cos(angle), np.sin(angle)], axis=2).reshape(len(t), -1)
        trend = u[:, None] ** np.arange(form.trend + 1)
        dummies = [(t >= step).astype(float) for step in steps]
        linear = np.column_stack([trend, *dummies])
        return cls(linear, waves[:, : form.waves], u[:, None] ** np.arange(1, form.amplitude + 1))

    def rows(self, keep: NDArray[np.bool_]) -> Columns:
        """Keep some periods only."""
        return Columns(self.linear[keep], self.waves[keep], self.powers[keep])

    def expanded(self, *, step: bool) -> NDArray[np.float64]:
        """Return the columns as rows, with waves times powers, and room for one more step."""
        n = len(self.linear)
        room = [np.zeros((n, 1))] if step else []
        scaled = [self.waves * power[:, None] for power in self.powers.T]
        return np.ascontiguousarray(np.column_stack([self.linear, *room, self.waves, *scaled]).T)

    def values(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Evaluate the model at the coefficients (linear, waves, amplitude)."""
        linear, beta, gamma = self._parts(theta)
        fitted: NDArray[np.float64] = self.linear @ linear
        return fitted + (self.waves @ beta) * (1 + self.powers @ gamma)

    def jacobian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Differentiate the model by its coefficients."""
        _, beta, gamma = self._parts(theta)
        swing = (1 + self.powers @ gamma)[:, None]
        season = (self.waves @ beta)[:, None]
        return np.column_stack([self.linear, self.waves * swing, self.powers * season])

    def _parts(
        self, theta: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        a, b = self.linear.shape[1], self.waves.shape[1]
        return theta[:a], theta[a : a + b], theta[a + b :]


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """A least squares fit.

    Attributes
    ----------
    theta, se
        Coefficients (linear, waves, amplitude) and their standard errors.
    rss
        Residual sum of squares.
    df
        Degrees of freedom.
    """

    theta: NDArray[np.float64]
    se: NDArray[np.float64]
    rss: float
    df: int


def least_squares(
    columns: Columns, y: NDArray[np.float64], start: NDArray[np.float64]
) -> LeastSquares:
    """Fit by Gauss-Newton steps, halved while they do not help.

    Parameters
    ----------
    columns
        The model, n rows.
    y
        Shape (n,).
    start
        Coefficients (linear, waves, amplitude) to start from.

    Returns
    -------
    LeastSquares
        The standard errors come from the Jacobian at the end.
    """
    theta = start.astype(float)
    residual = y - columns.values(theta)
    rss = float(residual @ residual)
    for _ in range(_MOST_STEPS):
        step = np.linalg.lstsq(columns.jacobian(theta), residual, rcond=None)[0]
        length, before = 1.0, rss
        while length > _TOLERANCE:
            trial = y - columns.values(theta + length * step)
            if (lower := float(trial @ trial)) < rss:
                theta, residual, rss = theta + length * step, trial, lower
                break
            length /= 2
        if before - rss <= _TOLERANCE * rss:
            break
    jacobian = columns.jacobian(theta)
    df = len(y) - len(theta)
    variance = np.diag(np.linalg.pinv(jacobian.T @ jacobian)) * rss / df
    return LeastSquares(theta, np.sqrt(np.maximum(variance, 0.0)), rss, df)
