"""The picture of the mirrors: by how much imports over exports moved, series by series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import Points, lines_on, plot_forest
from tradeflow.charts.names import place_name, series_names
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import PALETTE, money
from tradeflow.charts.witness.routes_words import interval_words
from tradeflow.detect.witness.heard import tally
from tradeflow.detect.witness.mirror.tables import series_frame, totals_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.mirror.mirror import MirrorResult

_MOST: Final = 20


def plot_mirror(result: MirrorResult, *, ax: Axes | None = None) -> Axes:
    """Draw the change of each mirror ratio with its 90 % interval.

    Parameters
    ----------
    result
        From :func:`tradeflow.mirror`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    frame = series_frame(result)
    heard = frame.filter(pl.col("rule") == "")
    shown = heard.sort("change_log").head(lines_on(ax, _MOST))
    sizes = shown.select(pl.col(_COLUMNS).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    points = Points(
        label="change",
        sizes=sizes,
        color=PALETTE[0],
        marker="o",
        full=sizes[:, 2] < 0,
    )
    return plot_forest(
        ax,
        _said(result, frame),
        provenance_of(result),
        names=series_names(shown, result.by),
        points=[points],
        axis="imports recorded per export reported: change, % (log scale; bar: 90 % interval)",
        of=len(heard),
    )


_COLUMNS: Final = ["change_log", "change_log_low", "change_log_high"]


def _said(result: MirrorResult, frame: pl.DataFrame) -> Said:
    heard = frame.filter(pl.col("rule") == "")
    fallen = int((heard["change_log_high"] < 0).sum())
    exporter = place_name(result.pairs[0].reporter)
    headline = (
        f"{fallen} of {len(heard)} mirrors record less of what {exporter} reports since "
        f"{result.since:%Y-%m}{_lost(result)}"
    )
    partners = ", ".join(place_name(pair.partner) for pair in result.pairs)
    subtitle = (
        f"Exports that {exporter} reports to {partners}, and the imports that these record from "
        "it: their ratio against its own history. Intervals hold 90 %; full marks: all below 0."
    )
    caution = (
        "" if result.certified else "No zeros are certified: an absent cell counts as nothing. "
    )
    note = f"{caution}Series: {tally(frame['rule'])}. A gap does not say where the goods went."
    return Said(headline, subtitle, (f"{note} {COMPATIBLE}",))


def _lost(result: MirrorResult) -> str:
    """Add up what was lost, with its interval where one partner is asked alone."""
    totals = totals_frame(result).filter(pl.col("rule") == "")
    if totals.is_empty():
        return ""
    if len(totals) > 1:
        return f"; {money(float(totals['lost_usd'].sum()))} lost in transit"
    return f"; {interval_words(totals.row(0, named=True), 'lost_usd')} lost in transit"
