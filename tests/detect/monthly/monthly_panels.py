"""Panels of months made of an array, for the tests of description and alarm."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.panel.model import Panel
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from tradeflow.options import Freq


def months(n: int, first: date) -> tuple[date, ...]:
    place = [first.month - 1 + i for i in range(n)]
    return tuple(date(first.year + p // 12, p % 12 + 1, 1) for p in place)


def as_panel(
    values: ArrayLike,
    *,
    first: date = date(2017, 1, 1),
    state: NDArray[np.uint8] | None = None,
    freq: Freq = "M",
) -> Panel:
    """Panel by code of values (n, T); NaN is not released, 0 is zero."""
    cells = np.ascontiguousarray(values, dtype=float)
    n = len(cells)
    if state is None:
        state = np.select(
            [np.isnan(cells), cells == 0], [State.NOT_RELEASED, State.ZERO], State.REPORTED
        ).astype(np.uint8)
    keys = {"reporter": ["CHN"] * n, "partner": ["RUS"] * n, "hs6": [f"{i:06d}" for i in range(n)]}
    return Panel(
        values=cells,
        state=state,
        net_kg=np.full_like(cells, np.nan),
        keys=pl.DataFrame(keys, schema=dict.fromkeys(keys, pl.String)),
        periods=months(cells.shape[1], first),
        freq=freq,
        by="hs6",
        measure="value_usd",
        unit="USD",
        provenance=("simulated 1",),
    )
