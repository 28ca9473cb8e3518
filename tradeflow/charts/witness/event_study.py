"""Picture of changes of level after dated events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import Points, lines_on, plot_forest
from tradeflow.charts.names import series_names, trade_words
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import FAINT, PALETTE
from tradeflow.detect.witness.heard import tally

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.witness.events.event_study import EventStudyResult

_MOST: Final = 12


def plot_event_study(result: EventStudyResult, *, ax: Axes | None = None) -> Axes:
    """Draw the changes of level that are least likely by chance, with both intervals.

    Parameters
    ----------
    result
        From :func:`tradeflow.event_study`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    heard = result.table.filter(pl.col("rule") == "")
    rows = heard.sort(pl.col("p").fill_null(1.0), "p_hac").head(lines_on(ax, _MOST))
    named = zip(series_names(rows, result.by), rows["event"], strict=True)
    return plot_forest(
        ax,
        _said(result, heard),
        provenance_of(result),
        names=[f"{name}; {event}" for name, event in named],
        points=_both(rows, result.rate),
        axis="level after the event against before, % (log scale; bars: 90 % intervals)",
        of=len(heard),
    )


def _both(rows: pl.DataFrame, rate: float) -> list[Points]:
    """Intervals by placebo dates, where there was room for any, and those of Newey and West."""
    clear = rows["q"].cast(pl.Float64).fill_null(1.0).to_numpy() <= rate
    placebo = Points("by placebo dates", _sizes(rows, "log"), PALETTE[0], "o", clear)
    claimed = rows["q_hac"].cast(pl.Float64).fill_null(1.0).to_numpy() <= rate
    hac = Points("by Newey-West errors", _sizes(rows, "hac"), FAINT, "s", claimed)
    return [placebo, hac] if np.isfinite(placebo.sizes[:, 1]).any() else [hac]


def _sizes(rows: pl.DataFrame, kind: str) -> NDArray[np.float64]:
    names = ["level_log", f"level_{kind}_low", f"level_{kind}_high"]
    return rows.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()


def _said(result: EventStudyResult, heard: pl.DataFrame) -> Said:
    calibrated = heard.filter(pl.col("rule_placebo") == "")
    subtitle = (
        f"{trade_words(result.table, result.provenance)}: {result.before} months before and "
        f"{result.after} from each event on; trend, seasons and other dated events in the window "
        f"are in the model. Full marks: q at most {result.rate:.2f}."
    )
    notes = (f"Series and events: {tally(result.table['rule'])}. {COMPATIBLE}",)
    if calibrated.is_empty():
        headline = (
            f"{len(heard)} series and events heard, none calibrated: no room for placebo dates"
        )
        alone = "Intervals and marks are by Newey-West errors alone, which claim too much."
        return Said(headline, f"{subtitle} {alone}", notes)
    claimed = int((calibrated["q_hac"] <= result.rate).sum())
    headline = (
        f"{len(result.changed)} of {len(calibrated)} changes hold against placebo dates; "
        f"Newey-West errors would claim {claimed}"
    )
    return Said(headline, subtitle, notes)
