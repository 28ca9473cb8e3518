"""Which periods are compared with which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.errors import TooShortError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Windows:
    """Masks over the periods, each of shape (n_periods,).

    Attributes
    ----------
    history
        All periods before the date: they tell how much the series drift.
    baseline
        The last of them: what the periods after the date are compared with.
    after
        The periods from the date on.
    """

    history: NDArray[np.bool_]
    baseline: NDArray[np.bool_]
    after: NDArray[np.bool_]

    @property
    def contrast(self) -> NDArray[np.float64]:
        """Weights of "mean after minus mean of the baseline", shape (n_periods,)."""
        weights: NDArray[np.float64] = (
            self.after / self.after.sum() - self.baseline / self.baseline.sum()
        )
        return weights

    def step(self, period: int) -> NDArray[np.float64]:
        """Weights of "one period minus mean of the baseline", shape (n_periods,)."""
        weights: NDArray[np.float64] = -(self.baseline / self.baseline.sum())
        weights[period] += 1.0
        return weights


def windows(
    periods: Sequence[date], since: date, *, baseline: int, after: int | None = None
) -> Windows:
    """Cut the periods at a date.

    Parameters
    ----------
    periods
        Ascending.
    since
        First period of the time after.
    baseline
        How many periods before `since` to compare with (fewer if there are fewer).
    after
        How many periods from `since` on; all if None.

    Raises
    ------
    TooShortError
        Fewer than two periods before, or none after.
    """
    later = np.array([p >= since for p in periods])
    history = ~later
    n_before = int(history.sum())
    if n_before < 2 or not later.any():  # noqa: PLR2004  a variance needs two
        raise TooShortError(
            f"At least two periods before {since} and one after are needed; the data have "
            f"{n_before} and {int(later.sum())}."
        )
    position = np.arange(len(periods))
    first = n_before - min(baseline, n_before)
    last = len(periods) if after is None else n_before + after
    return Windows(history, history & (position >= first), later & (position < last))
