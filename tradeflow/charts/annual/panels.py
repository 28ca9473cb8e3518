"""The main panel of a category: value by year, and what comparable goods did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
from matplotlib.collections import PolyCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from tradeflow.charts.frame import draw_bars, set_frame, years_of
from tradeflow.charts.style import (
    BAND,
    DASHES,
    FAINT,
    INK,
    NOTE,
    plain,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.charts.annual.strata import Stratum
    from tradeflow.detect.annual.result import Path

    Floats: TypeAlias = NDArray[np.float64]
    Entry: TypeAlias = Artist | tuple[Artist, ...]

_BAND_WIDTH: Final = 0.9
_TALLEST_BAND: Final = 2.5  # times the bars; a taller band is cut, with its end in figures
_TALLEST_GREY: Final = 2.0  # times the rest; taller grey bars are cut, with totals in figures
_HALO: Final[dict[str, Any]] = {"color": "white", "linewidth": 3.0, "zorder": 4}
_LINE: Final[dict[str, Any]] = {
    "color": INK,
    "linewidth": 1.4,
    "marker": "o",
    "markersize": 5.0,
    "markerfacecolor": "white",
    "markeredgecolor": INK,
    "zorder": 5,
}


def draw_value(ax: Axes, path: Path, layers: Sequence[Stratum], *, seam: float) -> None:
    """Draw value by year, members stacked, with the counterfactual and its band.

    Parameters
    ----------
    ax, path, layers
        Where, what, and how the members are arranged.
    seam
        Place of the date on the axis, on which the bar of a year is centred on its number.
    """
    years, top = years_of(path), _ceiling(path, layers)
    bottom = np.zeros(len(years))
    for layer in layers:
        height = np.nan_to_num(layer.values) / 1e6
        draw_bars(ax, years, bottom, bottom + height, layer)
        bottom = bottom + height
    _band(ax, years, path, top)
    ax.plot(years, path.counterfactual / 1e6, **_HALO)
    ax.plot(years, path.counterfactual / 1e6, **_LINE)
    for year, total in zip(years, bottom, strict=True):
        if total > top:
            _over(ax, year, total, "")
    set_frame(ax, years, top, seam=seam, ticks=5)


def _ceiling(path: Path, layers: Sequence[Stratum]) -> float:
    """Top of the value axis, m USD."""
    kept = float(_total([s for s in layers if s.comparable]).max(initial=0))
    kept = max(kept, np.nanmax([0, *path.counterfactual]) / 1e6)
    most = max(kept, min(np.nanmax([0, *path.high]) / 1e6, _TALLEST_BAND * kept))
    whole = float(_total(layers).max(initial=0))
    if most == 0 or whole <= _TALLEST_GREY * most:
        most = max(most, whole)
    return float(most) * 1.06


def _total(layers: Sequence[Stratum]) -> Floats:
    if not layers:
        return np.zeros(1)
    total: Floats = np.nansum([s.values for s in layers], axis=0) / 1e6
    return total


def _band(ax: Axes, years: NDArray[np.int64], path: Path, top: float) -> None:
    low, high, known = path.low / 1e6, path.high / 1e6, np.isfinite(path.low)
    left, right = years - _BAND_WIDTH / 2, years + _BAND_WIDTH / 2
    corners = np.array([[left, low], [right, low], [right, high], [left, high]])
    boxes = PolyCollection(list(corners.transpose(2, 0, 1)[known]))
    boxes.set(facecolor=BAND, alpha=0.45, linewidth=0, zorder=3)
    ax.add_collection(boxes, autolim=False)
    for year, end in zip(years[known], high[known], strict=True):
        if end > top:
            _over(ax, year, end, "to ")


def _over(ax: Axes, year: int, value: float, word: str) -> None:
    """Write where something ends that the axis cuts."""
    ax.text(
        year,
        0.985,
        f"{word}{plain(float(f'{value:.3g}'))}\N{UPWARDS ARROW}",
        transform=ax.get_xaxis_transform(),
        fontsize=NOTE,
        ha="center",
        va="top",
        zorder=6,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def value_legend(path: Path, layers: Sequence[Stratum], *, date: str) -> dict[str, Entry]:
    """Entries of the legend: what the members' own panels do not explain.

    Returns
    -------
    dict
        Label → what stands beside it.
    """
    out: dict[str, Entry] = {}
    if np.isfinite(path.counterfactual).any():
        band = Patch(facecolor=BAND, alpha=0.45)
        out["pace of comparable goods, 90\N{NO-BREAK SPACE}% interval"] = (
            band,
            Line2D([], [], **_LINE),
        )
    out |= {s.note: _swatch(s) for s in layers if not s.comparable}
    out[date] = Line2D([], [], color=INK, linewidth=0.9, linestyle=DASHES)
    return out


def member_legend(layers: Sequence[Stratum]) -> dict[str, Entry]:
    """Entries of the members that count, where these have no panels of their own."""
    return {s.label: _swatch(s) for s in layers if s.comparable}


def _swatch(layer: Stratum) -> Patch:
    edge = FAINT if layer.hatch else "white"
    return Patch(facecolor=layer.color, edgecolor=edge, hatch=layer.hatch, linewidth=0.4)
