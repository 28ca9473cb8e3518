"""The design of one window around an event, and the same window around placebo dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.design import regressors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

TARGET: Final = np.array([0, 1], dtype=np.intp)
"""Columns of the level and of the slope."""

_FEWEST: Final = 2  # months on either side of a competing step


def window_design(
    periods: Sequence[date], before: int, competitors: Sequence[int]
) -> tuple[NDArray[np.float64], list[int]]:
    """Build the columns of a window.

    Parameters
    ----------
    periods
        The months of the window.
    before
        How many of them lie before the event.
    competitors
        Places in the window at which other events step in.

    Returns
    -------
    design : ndarray
        Shape (T, p): level (a step), slope (years since the event), constant, trend, season, and
        a step for each competitor that the rest does not already contain.
    kept : list of int
        Which competitors have a step.
    """
    place = np.arange(len(periods)) - before
    late = place >= 0
    columns = np.column_stack([late, np.where(late, place, 0) / 12, regressors(periods)])
    kept: list[int] = []
    for start in sorted(competitors, key=lambda c: abs(c - before)):
        step = (np.arange(len(periods)) >= start).astype(float)
        longer = np.column_stack([columns, step])
        inside = _FEWEST <= start <= len(periods) - _FEWEST
        if inside and np.linalg.matrix_rank(longer) == longer.shape[1]:
            columns, kept = longer, [*kept, start]
    return columns, kept
