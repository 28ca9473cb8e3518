"""Picture of the cover goods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import Points, lines_on, plot_forest
from tradeflow.charts.names import good_name, place_name
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import PALETTE
from tradeflow.detect.witness.cover.groups import ALL_GOODS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.cover.cover import CoverResult

_MOST: Final = 12
_CLEAR: Final = 0.10
"""q-value up to which a mark is full."""


def plot_cover(result: CoverResult, *, ax: Axes | None = None) -> Axes:
    """Draw each good's change of unit value against itself before and other destinations.

    Parameters
    ----------
    result
        From :func:`tradeflow.cover`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    known = result.table.filter(pl.col("change_log_low").is_not_null())
    rows = known.head(lines_on(ax, _MOST))
    several = rows["reporter"].n_unique() > 1
    return plot_forest(
        ax,
        _said(result),
        provenance_of(result),
        names=[_name(row, several=several) for row in rows.iter_rows(named=True)],
        points=[
            _points(rows, "change", "against itself before", PALETTE[0], "o"),
            _points(rows, "destinations", "against other destinations", PALETTE[3], "s"),
        ],
        axis="change of the unit value, % (log scale; bar: 90 % interval)",
        of=len(known),
    )


def _name(row: dict[str, Any], *, several: bool) -> str:
    good = "all cover goods" if row["hs6"] == ALL_GOODS else good_name(row["hs6"], "hs6")
    whose = f"{row['reporter']}: " if several else ""
    return f"{whose}{good}, USD/{row['unit']}"


def _points(rows: pl.DataFrame, name: str, label: str, color: str, marker: str) -> Points:
    names = [f"{name}_log{end}" for end in ("", "_low", "_high")]
    sizes = rows.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    q = rows[f"{name}_q"].cast(pl.Float64).fill_null(1.0).to_numpy()
    return Points(label, sizes, color, marker, q <= _CLEAR)


def _said(result: CoverResult) -> Said:
    single = result.table.filter(pl.col("hs6") != ALL_GOODS)
    heard = single.filter(pl.col("rule") == "")
    moved = heard.filter((pl.col("change_q") <= _CLEAR) | (pl.col("destinations_q") <= _CLEAR))
    headline = (
        f"Cover goods to {place_name(result.partner)}: the unit value of {len(moved)} of "
        f"{len(heard)} heard moved clearly; {len(single) - len(heard)} not heard"
    )
    exporters = ", ".join(place_name(name) for name in result.table["reporter"].unique().sort())
    subtitle = (
        f"Exports of {exporters} to {place_name(result.partner)}: {result.periods_after} periods "
        f"from {result.since:%Y-%m} on. Full marks: q at most {_CLEAR:.2f}."
    )
    cannot = (
        "A unit value that stays shows no more than that nothing dear and heavy was declared as "
        "these goods: a small share would not be seen."
    )
    return Said(headline, subtitle, (f"{cannot} {COMPATIBLE}",))
