"""Whether a reporter has stopped recording a partner under its code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.panel.states import State

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

FEWEST_GOODS: Final = 3
"""Goods whose trade must end in the same period."""

_BEFORE: Final = 12  # periods before, in which a good must have traded to count
_SILENT: Final = (State.ZERO, State.WITHHELD)


def vanished_from(panel: Panel) -> date | None:
    """First period from which on no good of the panel is traded, though all periods are released.

    Goods end and begin one by one. If all end in the same period and never come back, the partner
    is more likely recorded under another code, or no longer at all.

    Returns
    -------
    date or None
        None if trade goes on, or fewer than :data:`FEWEST_GOODS` goods traded before.
    """
    traded = np.nan_to_num(panel.values) > 0
    released = np.isin(panel.state, _SILENT).any(axis=0)
    quiet: NDArray[np.bool_] = np.asarray(released & ~traded.any(axis=0))
    first = _last_run(quiet)
    goods = traded[:, max(first - _BEFORE, 0) : first].any(axis=1).sum()
    if first == len(panel.periods) or first == 0 or goods < FEWEST_GOODS:
        return None
    return panel.periods[first]


def _last_run(quiet: NDArray[np.bool_]) -> int:
    """Where the last run of True begins; the length if the last is False."""
    loud = np.flatnonzero(~quiet)
    return int(loud[-1]) + 1 if loud.size else 0
