"""Picture of changes of level after dated events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.charts.price_volume import finish, new_axes, ratio_axis, reach
from tradeflow.charts.style import FAINT, PALETTE, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    with styled():
        ax = ax or new_axes()
        heard = result.table.filter(pl.col("rule") == "")
        rows = heard.sort(pl.col("p").fill_null(1.0), "p_hac").head(_MOST).reverse()
        middle = _numbers(rows, "level_log")
        for kind, color, width, label in (
            ("log", FAINT, 1.0, "90 % interval from placebo dates"),
            ("hac", PALETTE[0], 3.0, "90 % interval that Newey-West claims"),
        ):
            low, high = (_numbers(rows, f"level_{kind}_{end}") for end in ("low", "high"))
            if np.isfinite(low).any():
                ax.errorbar(
                    middle,
                    np.arange(len(rows)),
                    xerr=reach(low, middle, high),
                    fmt="o",
                    color=color,
                    lw=width,
                    ms=5,
                    label=label,
                )
        names = rows.select("reporter", "partner", result.by, "event").rows()
        ax.set_yticks(np.arange(len(rows)), [" ".join(name[:3]) + f"\n{name[3]}" for name in names])
        ax.axvline(0, color="black", lw=0.8)
        ratio_axis(ax, "level after the event, times the level before (log scale)")
        finish(ax, _found(result, heard), result.provenance, len(rows))
    return ax


def _numbers(rows: pl.DataFrame, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy()


def _found(result: EventStudyResult, heard: pl.DataFrame) -> str:
    calibrated = heard.filter(pl.col("rule_placebo") == "")
    if calibrated.is_empty():
        return f"{len(heard)} series and events heard, none calibrated: no room for placebo dates"
    claimed = (calibrated["q_hac"] <= result.rate).sum()
    return (
        f"{len(result.changed)} of {len(calibrated)} changes hold against placebo dates; "
        f"Newey-West would claim {claimed}"
    )
