"""The picture of the provinces: each place's share before and after, good by good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.charts.canvas import ROOM, Box, Said, drawing_on, label_axes, legend_above
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import lines_on, nothing_heard, write_names
from tradeflow.charts.names import good_name, goods, place_name
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import BAND, INK, MINUS, PALETTE, RULE, SMALL
from tradeflow.charts.wrap import width
from tradeflow.detect.witness.heard import tally
from tradeflow.detect.witness.province.tables import place_frame
from tradeflow.nomenclature.provinces import registered_place

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.charts.provenance import Provenance
    from tradeflow.detect.witness.province.province import ProvinceResult

_MOST: Final = 18
_LINE: Final = 0.26  # inches
_LABEL: Final = 2.7  # inches at most
_FIGURES: Final = 1.65  # inches


def plot_province(result: ProvinceResult, *, ax: Axes | None = None) -> Axes:
    """Draw shares before and after with the interval of the shift, the place asked for first.

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
    other = pl.col("region") != result.asked
    shown = frame.sort(other, -pl.col("shift").abs()).head(lines_on(ax, _MOST))
    said, provenance = _said(result, frame), provenance_of(result)
    if shown.is_empty():
        return nothing_heard(ax, said, provenance)
    names = [
        f"{place}: {good_name(good, result.by)}"
        for place, good in shown.select("province", result.by).iter_rows()
    ]
    shares = 100 * shown.select(*_COLUMNS).to_numpy()
    return _drawn(ax, said, provenance, names, shares)


def _drawn(
    ax: Axes | None,
    said: Said,
    provenance: Provenance,
    names: list[str],
    shares: NDArray[np.float64],
) -> Axes:
    left = min(max(width(name, size=SMALL) for name in names), _LABEL) + 0.15
    box = Box(height=_LINE * max(len(names), 3), left=left, right=_FIGURES)
    with drawing_on(ax, said, provenance, box) as target:
        _draw(target, shares)
        write_names(target, names, _LABEL if ax is None else None)
        legend_above(target, beside=_FIGURES if ax is None else 0.0)
        if ax is None:
            _figures(target, shares, 1 + 0.15 / (ROOM - left - _FIGURES))
    return target


_COLUMNS: Final = (
    pl.col("share_before"),
    pl.col("share_after"),
    (pl.col("share_before") + pl.col("shift_low")).alias("low"),
    (pl.col("share_before") + pl.col("shift_high")).alias("high"),
)


def _draw(ax: Axes, shares: NDArray[np.float64]) -> None:
    """One line to a good and place; shares in per cent, as in the columns above."""
    rows, (before, after, low, high) = np.arange(len(shares)), shares.T
    ax.hlines(rows[1:] - 0.5, 0, 100, color=RULE, lw=0.4, zorder=0)
    band = "90 % interval"
    ax.hlines(rows, np.clip(low, 0, 100), np.clip(high, 0, 100), color=BAND, lw=4, label=band)
    ax.plot(before, rows, "o", color=INK, mfc="white", ms=5, label="share before")
    ax.plot(after, rows, "o", color=PALETTE[0], ms=5, label="share after")
    ax.set(xlim=(-2, 102), ylim=(len(shares) - 0.5, -0.5))
    ax.set_xticks([0, 25, 50, 75, 100])
    label_axes(ax, x="share of the good's exports, %")


def _figures(ax: Axes, shares: NDArray[np.float64], x: float) -> None:
    for y, (before, after, low, high) in enumerate(shares):
        said = f"{_points(after - before)} ({_points(low - before)} to {_points(high - before)}) pp"
        ax.text(x, y, said, transform=ax.get_yaxis_transform(), va="center", fontsize=SMALL)


def _points(value: float) -> str:
    """Percentage points, with their sign."""
    return f"{value:+.0f}".replace("-", MINUS)


def _said(result: ProvinceResult, frame: pl.DataFrame) -> Said:
    place = registered_place(result.asked).name_en
    asked = frame.filter(pl.col("region") == result.asked)
    up = int((asked["shift_low"] > 0).sum())
    headline = (
        f"The share of exporters registered in {place} rose in {up} of "
        f"{goods(len(asked), result.by)} to {place_name(result.partner)}{_largest(result, asked)}"
    )
    subtitle = (
        f"Exports of {place_name(result.reporter)} to {place_name(result.partner)} from "
        f"{result.since:%Y-%m} on against before, by where the exporter is registered; at the "
        "right the shift in percentage points."
    )
    note = (
        f"Goods: {tally(good.rule for good in result.goods)}. Where a firm is registered is not "
        f"where goods are made. {COMPATIBLE}"
    )
    return Said(headline, subtitle, (note,))


def _largest(result: ProvinceResult, asked: pl.DataFrame) -> str:
    """Name the good with the largest clear rise."""
    clear = asked.filter(pl.col("shift_low") > 0).sort("shift", descending=True)
    if clear.is_empty():
        return f" since {result.since:%Y-%m}"
    row = clear.row(0, named=True)
    before, after = (100 * row[f"share_{when}"] for when in ("before", "after"))
    good = good_name(row[result.by], result.by)
    return f": {good} from {before:.0f} to {after:.0f} % since {result.since:%Y-%m}"
