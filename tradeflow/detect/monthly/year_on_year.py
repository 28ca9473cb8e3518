"""Every month against the same month a year before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.panel.calendar import merge_january_february
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

YEAR: Final = 12
_WHOLE: Final = (State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR)


def year_on_year(panel: Panel, *, merge_new_year: bool) -> NDArray[np.float64]:
    """Log of each month's value over that of the same month a year before.

    Parameters
    ----------
    panel
        A monthly panel.
    merge_new_year
        Give January and February their mean, as is right for exports from China.

    Returns
    -------
    ndarray
        Shape (n, T - 12), log points; minus infinity where trade stopped. NaN where either month
        has no number that can be compared, or nothing was traded a year before.
    """
    values = np.where(np.isin(panel.state, _WHOLE), panel.values, np.nan)
    if merge_new_year:
        values = merge_january_february(values, panel.periods)
    before, now = values[:, :-YEAR], values[:, YEAR:]
    out = np.full(now.shape, np.nan)
    np.divide(now, before, out=out, where=before > 0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(out))
