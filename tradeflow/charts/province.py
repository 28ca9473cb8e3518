"""The picture of the provinces: each place's share before and after, good by good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.charts.style import FAINT, PALETTE, SMALL, styled
from tradeflow.detect.witness.heard import tally
from tradeflow.detect.witness.province.tables import place_frame
from tradeflow.nomenclature.provinces import registered_place

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.province.province import ProvinceResult

_MOST: Final = 24


def plot_province(result: ProvinceResult, *, ax: Axes | None = None) -> Axes:
    """Draw shares before and after with the interval of the shift, the largest shifts first.

    Parameters
    ----------
    result
        From :func:`tradeflow.province`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    frame = place_frame(result).filter(pl.col("rule") == "")
    shown = frame.sort(pl.col("shift").abs(), descending=True).head(_MOST).reverse()
    with styled():
        ax = ax or _new_axes(len(shown))
        rows, data = np.arange(len(shown)), 100 * shown.select(*_COLUMNS).to_numpy()
        ax.hlines(rows, data[:, 2], data[:, 3], color=FAINT, lw=3, alpha=0.5)
        ax.plot(data[:, 0], rows, "o", mfc="white", mec=PALETTE[0], ms=5, label="before")
        ax.plot(data[:, 1], rows, "o", color=PALETTE[0], ms=5, label="after")
        ax.set_yticks(rows, [_name(row, result.by) for row in shown.iter_rows(named=True)])
        ax.set_ylim(-0.7, max(len(shown), 1) - 0.3)
        ax.set_xlabel("share of the good's exports, % (bar: before plus shift, 90 % interval)")
        if len(shown):
            ax.legend(loc="lower right")
        ax.set_title(_title(result, frame), loc="left", fontsize=SMALL + 1)
    return ax


_COLUMNS: Final = (
    pl.col("share_before"),
    pl.col("share_after"),
    (pl.col("share_before") + pl.col("shift_low")).alias("low"),
    (pl.col("share_before") + pl.col("shift_high")).alias("high"),
)


def _name(row: dict[str, Any], by: str) -> str:
    return f"{row['province']}, {row[by].replace('_', ' ')}"


def _title(result: ProvinceResult, frame: pl.DataFrame) -> str:
    place = registered_place(result.asked).name_en
    asked = frame.filter(pl.col("region") == result.asked)
    up = int((asked["shift_low"] > 0).sum())
    return (
        f"The share of exporters registered in {place} rose in {up} of {len(asked)} goods to "
        f"{result.partner} since {result.since:%Y-%m}\n{', '.join(result.provenance)}\n"
        f"{tally(good.rule for good in result.goods)}"
    )


def _new_axes(rows: int) -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 1.7 + 0.24 * max(rows, 4)), layout="constrained").subplots()
