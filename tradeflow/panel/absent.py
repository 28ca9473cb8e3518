"""What it means that no row states a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.panel.asked import asked_states
from tradeflow.panel.states import State
from tradeflow.sources.registry import source_info

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.options import By

_SAID: Final = {
    "reporter": pl.String(),
    "partner": pl.String(),
    "goods": pl.String(),
    "period": pl.Date(),
    "flow": pl.String(),
    "state": pl.String(),
    "released": pl.Boolean(),
}


def asked_about(rows: pl.DataFrame, calendar: pl.DataFrame | None) -> pl.DataFrame:
    """What was asked about the reporters of these rows; empty if nobody asked."""
    if calendar is None:
        return pl.DataFrame(schema=_SAID)
    return calendar.filter(
        (pl.col("source") == rows["source"][0])
        & (pl.col("freq") == str(rows["freq"][0]))
        & pl.col("reporter").is_in(rows["reporter"].unique().to_list())
    ).select(list(_SAID))


def released_periods(said: pl.DataFrame) -> dict[tuple[str, date], bool | None]:
    """What the source said of each reporter and period as a whole."""
    rows = said.select("reporter", "period", "released").unique()
    return {(reporter, period): out for reporter, period, out in rows.iter_rows()}


def absent_states(
    rows: pl.DataFrame,
    keys: pl.DataFrame,
    periods: Sequence[date],
    by: By,
    *,
    said: pl.DataFrame,
) -> NDArray[np.float64]:
    """State of the cells that no row states.

    Parameters
    ----------
    rows
        Of one source, frequency and flow.
    keys, periods, by
        Of the panel.
    said
        From :func:`asked_about`.

    Returns
    -------
    ndarray
        Shape (n_series, n_periods). Where the series was asked for, what was answered decides;
        else whether the source is complete, and the period released.
    """
    info = source_info(rows["source"][0])
    quiet = State.ZERO if info.complete else State.WITHHELD
    out = _released(rows, keys, periods, released_periods(said), together=info.released_together)
    absent = np.where(out, float(quiet), float(State.NOT_RELEASED))
    answered = asked_states(
        said.filter(pl.col("flow") == str(rows["flow"][0])),
        keys,
        periods,
        by,
        editions=sorted(rows["edition"].cast(pl.String).unique()),
        lists_all=info.complete or info.zero_if_asked,
    )
    late = (answered == State.WITHHELD) & (absent == State.NOT_RELEASED)
    return np.where(np.isnan(answered) | late, absent, answered)


def _released(
    rows: pl.DataFrame,
    keys: pl.DataFrame,
    periods: Sequence[date],
    told: Mapping[tuple[str, date], bool | None],
    *,
    together: bool,
) -> NDArray[np.bool_]:
    """Whether each series' reporter has released each period."""
    listed = set(rows.select("reporter", "period").unique().iter_rows())
    anyone = {period for _, period in listed}

    def out(reporter: str, period: date) -> bool:
        seen = period in anyone if together else (reporter, period) in listed
        return seen or told.get((reporter, period)) is True

    return np.asarray([[out(r, p) for p in periods] for r in keys["reporter"]], dtype=np.bool_)
