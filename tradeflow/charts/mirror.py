"""The picture of the mirrors: by how much imports over exports moved, series by series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.charts.style import FAINT, PALETTE, SMALL, millions, styled
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
    shown = frame.filter(pl.col("rule") == "").sort("change_log").head(_MOST).reverse()
    with styled():
        ax = ax or _new_axes(len(shown))
        rows = np.arange(len(shown))
        percent = {c: 100 * np.expm1(shown[c].to_numpy()) for c in _COLUMNS}
        middle = percent["change_log"]
        reach = np.abs(np.stack([percent["change_log_low"], percent["change_log_high"]]) - middle)
        clear = percent["change_log_high"] < 0
        for which, face in ((clear, PALETTE[0]), (~clear, "white")):
            ax.errorbar(
                middle[which],
                rows[which],
                xerr=reach[:, which],
                fmt="o",
                color=PALETTE[0],
                mfc=face,
                ms=5,
                lw=1.1,
            )
        ax.axvline(0, color=FAINT, lw=0.8)
        ax.set_yticks(rows, [_name(row, result.by) for row in shown.iter_rows(named=True)])
        ax.set_ylim(-0.6, max(len(shown), 1) - 0.4)
        ax.set_xlabel("imports recorded per export reported, change in % (90 % interval)")
        ax.set_title(_title(result, frame), loc="left", fontsize=SMALL + 1)
    return ax


_COLUMNS: Final = ("change_log", "change_log_low", "change_log_high")


def _name(row: dict[str, Any], by: str) -> str:
    return f"{row['partner']} {row[by].replace('_', ' ')}, {millions(row['lost_usd'])} m USD lost"


def _title(result: MirrorResult, frame: pl.DataFrame) -> str:
    fallen = int((frame["change_log_high"] < 0).sum())
    lost = float(np.nansum(totals_frame(result)["lost_usd"].to_numpy()))
    heard = int((frame["rule"] == "").sum())
    return (
        f"{fallen} of {heard} mirrors record less of what {result.pairs[0].reporter} reports since "
        f"{result.since:%Y-%m}; {millions(lost)} m USD lost in transit\n"
        f"{', '.join(result.provenance)}\n{_wrapped(tally(frame['rule']))}"
    )


def _wrapped(text: str) -> str:
    return text.replace(", ", ",\n", 1) if len(text) > 90 else text  # noqa: PLR2004  a line's letters


def _new_axes(rows: int) -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 1.7 + 0.26 * max(rows, 4)), layout="constrained").subplots()
