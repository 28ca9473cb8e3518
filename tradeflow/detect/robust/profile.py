"""The robust loss at every candidate date, compiled: Tukey's M-estimator, the scale given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.robust.algebra import Sizes, compiled, entry
from tradeflow.detect.robust.amplitude import fit
from tradeflow.detect.robust.concentration import (
    Problem,
    new_problem,
    put_residuals,
    set_date,
)
from tradeflow.detect.robust.tukey import CORNER

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOT_STEADY = 0  # passed on as int(...), as in the search
MOST_STEPS = 50
TOLERANCE = 1e-6


@compiled
def _weigh(problem: Problem, coef: NDArray[np.float64], scale: float) -> float:
    """Sum the weighted cross-products into ``work.packed``; return Tukey's loss of the fit."""
    packed, residual = problem.work.packed, problem.work.residual
    put_residuals(problem, coef)
    loss = 0.0
    packed[:] = 0.0
    for t in range(len(residual)):
        room = max(0.0, 1.0 - (residual[t] / (CORNER * scale)) ** 2)
        weight = room * room
        loss += CORNER**2 / 6.0 * (1.0 - weight * room)
        row = problem.products[t]
        for k in range(len(packed)):
            packed[k] += weight * row[k]
    return loss


@entry
def losses(  # noqa: PLR0917  compiled functions take positions
    rows: NDArray[np.float64],
    sizes: Sizes,
    dates: NDArray[np.int64],
    coef: NDArray[np.float64],
    gamma: NDArray[np.float64],
    scale: float,
) -> NDArray[np.float64]:
    """Minimise Tukey's loss with a step at each date.

    Parameters
    ----------
    rows
        Shape (m, n): expanded, with the response; the last linear one is the step, and is
        overwritten.
    sizes
        Rows of each kind.
    dates
        Shape (d,): places of the first observation after the step.
    coef, gamma
        Shapes (d, m) and (d, powers): where to start. They are overwritten.
    scale
        Of the residuals, in the unit of the response.

    Returns
    -------
    array
        Shape (d,): the sums of rho(residual / scale).
    """
    problem = new_problem(rows, rows.shape[1], sizes)
    out = np.empty(len(dates))
    for d in range(len(dates)):
        set_date(problem, dates[d])
        loss = np.inf
        for _ in range(MOST_STEPS):
            before, loss = loss, _weigh(problem, coef[d], scale)
            if before - loss <= TOLERANCE * (1.0 + loss):
                break
            fit(sizes, problem.work, coef[d], gamma[d], int(NOT_STEADY))
        out[d] = min(before, loss)
    return out
