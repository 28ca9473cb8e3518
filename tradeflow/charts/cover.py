"""Picture of the cover goods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.charts.price_volume import finish, new_axes, ratio_axis, reach
from tradeflow.charts.style import PALETTE, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.cover.cover import CoverResult

_APART: Final = 0.12
_MOST: Final = 12
_EXACT: Final = 0.10


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
    with styled():
        ax = ax or new_axes()
        rows = result.table.filter(pl.col("change_log_low").is_not_null()).head(_MOST).reverse()
        for name, color, shift, label in (
            ("change", PALETTE[0], _APART, "against itself before"),
            ("destinations", PALETTE[3], -_APART, "against other destinations"),
        ):
            low, middle, high = (
                rows[f"{name}_log{end}"].cast(pl.Float64).fill_null(np.nan).to_numpy()
                for end in ("_low", "", "_high")
            )
            if np.isfinite(low).any():
                ax.errorbar(
                    middle,
                    np.arange(len(rows)) + shift,
                    xerr=reach(low, middle, high),
                    fmt="o",
                    color=color,
                    lw=1.2,
                    ms=4,
                    label=f"{label}, 90 % interval",
                )
        names = rows.select("reporter", "hs6", "unit").rows()
        ax.set_yticks(np.arange(len(rows)), [f"{r} {good}, USD/{unit}" for r, good, unit in names])
        ax.set_ylim(-0.6, max(len(rows), 1) - 0.4)
        ax.axvline(0, color="black", lw=0.8)
        ratio_axis(ax, f"unit value from {result.since:%Y-%m} on, times the baseline (log scale)")
        finish(ax, _found(result), result.provenance, len(rows))
    return ax


def _found(result: CoverResult) -> str:
    single = result.table.filter(pl.col("hs6") != "all")
    heard = single.filter(pl.col("rule") == "")
    moved = heard.filter((pl.col("change_q") <= _EXACT) | (pl.col("destinations_q") <= _EXACT))
    return (
        f"Cover goods to {result.partner}: the unit value of {len(moved)} of {len(heard)} heard "
        f"moved (q at most 0.10); {len(single) - len(heard)} not heard"
    )
