"""What the panels of a figure have in common: bars, axes, captions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator

from tradeflow.charts.style import BAND, DASHES, FAINT, INK, RULE, SMALL, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.charts.annual.strata import Stratum
    from tradeflow.detect.annual.result import Path

    Floats: TypeAlias = NDArray[np.float64]

BAR: Final = 0.72
"""Width of a bar, years."""


def years_of(path: Path) -> NDArray[np.int64]:
    """Years of a path, shape (n_periods,)."""
    return np.array([p.year for p in path.periods])


def draw_bars(
    ax: Axes, years: NDArray[np.int64], low: Floats, high: Floats, layer: Stratum
) -> None:
    """Draw one layer's bars from `low` to `high`, all as one object, which is quick."""
    left, right = years - BAR / 2, years + BAR / 2
    corners = np.array([[left, low], [right, low], [right, high], [left, high]])
    bars = PolyCollection(list(corners.transpose(2, 0, 1)[high != low]))
    bars.set(facecolor=layer.color, edgecolor=FAINT if layer.hatch else "white", linewidth=0.4)
    bars.set_hatch(layer.hatch)
    ax.add_collection(bars, autolim=False)


def dress(ax: Axes) -> None:
    """Give axes the house style, also those that a caller made elsewhere."""
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=SMALL)


def set_frame(ax: Axes, years: NDArray[np.int64], top: float, *, seam: float, ticks: int) -> None:
    """Set the axes, and mark the date."""
    dress(ax)
    ax.set_xlim(years[0] - 0.55, years[-1] + 0.55)
    ax.set_ylim(0, top)
    ax.xaxis.set_major_locator(FixedLocator(years.tolist()))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:.0f}"))
    levels = MaxNLocator(nbins=ticks, steps=[1, 2, 2.5, 5, 10]).tick_values(0, top)
    ax.yaxis.set_major_locator(FixedLocator([v for v in levels if 0 <= v <= top]))
    ax.yaxis.set_major_formatter(FuncFormatter(plain))
    ax.grid(axis="y", color=RULE, linewidth=0.4)
    ax.axvline(seam, color=INK, linewidth=0.9, linestyle=DASHES, zorder=2.5)


def caption(ax: Axes, text: str) -> None:
    """Write a panel's title; its place is fixed, so that nothing need be measured."""
    ax.set_title(text, loc="left", fontsize=SMALL, pad=4, y=1.0)


def hatch_after(ax: Axes, text: str, *, seam: float) -> None:
    """Hatch the stretch that cannot be compared, and say so on the chart."""
    end = ax.get_xlim()[1]
    ax.axvspan(seam, end, facecolor="none", edgecolor=BAND, hatch="\\\\", linewidth=0, zorder=0.5)
    ax.text(
        0.02,
        0.97,
        text,
        transform=ax.transAxes,
        fontsize=SMALL,
        ha="left",
        va="top",
        zorder=6,
        bbox={"facecolor": "white", "edgecolor": FAINT, "linewidth": 0.5, "pad": 3.0},
    )
