"""The members of a category apart, each on its own scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeVar

import numpy as np

from tradeflow.charts.frame import draw_bars, years_of
from tradeflow.charts.style import DASHES, FAINT, INK, RULE, SMALL, plain
from tradeflow.charts.wrap import shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.charts.annual.strata import Stratum
    from tradeflow.detect.annual.result import Path

    Number = TypeVar("Number", float, NDArray[np.float64])
    Across = Literal["left", "center", "right"]
    Down = Literal["top", "center"]

_TALLEST: Final = 1.2  # inches from one member to the next
_TITLE: Final = 0.3  # inches for two lines of words above the bars
_GAP: Final = 0.1
_EVERY: Final = 2  # years from one label to the next


@dataclass(frozen=True, slots=True)
class Strip:
    """Where one member is drawn: inches from the top of the axes, m USD at its top."""

    title: float
    top: float
    base: float
    most: float

    def level(self, millions: Number) -> Number:
        """Place of a value in m USD."""
        return self.base - (self.base - self.top) * millions / self.most


def draw_members(
    ax: Axes, path: Path, layers: Sequence[Stratum], *, inches: tuple[float, float], seam: float
) -> None:
    """Draw the members one below the other.

    Parameters
    ----------
    ax, path, layers
        Where, what, and how the members are arranged.
    inches
        Width and height of the axes.
    seam
        Place of the date on the axis.
    """
    years = years_of(path)
    width, height = inches
    left, right = years[0] - 0.55, years[-1] + 0.55
    ax.set(xlim=(left, right), ylim=(height, 0))
    ax.set_axis_off()
    pitch = min(_TALLEST, height / len(layers))
    for i, layer in enumerate(layers):
        strip = _strip(layer, i * pitch, pitch)
        _rules(ax, strip, (left, right), seam)
        values = np.nan_to_num(layer.values) / 1e6
        base = np.full(len(years), strip.base)
        draw_bars(ax, years, base, strip.level(values), layer)
        label = shorten(layer.label, inches=width, size=SMALL)
        _write(ax, (left, strip.title), f"{label}\n{layer.note}", ha="left", va="top")
    foot = len(layers) * pitch - _GAP + 0.05
    for year in years[::_EVERY]:
        _write(ax, (year, foot), str(year), ha="center", va="top")


def _strip(layer: Stratum, start: float, pitch: float) -> Strip:
    most = float(np.nanmax(layer.values)) / 1e6 * 1.08
    return Strip(title=start, top=start + _TITLE, base=start + pitch - _GAP, most=most)


def _rules(ax: Axes, strip: Strip, ends: tuple[float, float], seam: float) -> None:
    """Draw the base, one rule with its value, and the date."""
    tick = round_below(strip.most)
    ax.plot(ends, [strip.base] * 2, color=FAINT, linewidth=0.6, zorder=3)
    ax.plot(ends, [strip.level(tick)] * 2, color=RULE, linewidth=0.4, zorder=0)
    ax.plot([seam] * 2, [strip.top, strip.base], color=INK, linewidth=0.9, linestyle=DASHES)
    for value in (0.0, tick):
        _write(ax, (ends[0] - 0.12, strip.level(value)), plain(value), ha="right", va="center")


def round_below(most: float) -> float:
    """Give the largest of 1, 2 and 5 times a power of ten that is not larger."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)


def _write(ax: Axes, place: tuple[float, float], text: str, *, ha: Across, va: Down) -> None:
    x, y = place
    ax.text(x, y, text, fontsize=SMALL, ha=ha, va=va, linespacing=1.15)
