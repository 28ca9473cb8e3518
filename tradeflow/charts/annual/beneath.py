"""The panels beneath the value: weight and unit value of the comparable members."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tradeflow.charts.frame import BAR, caption, set_frame, years_of
from tradeflow.charts.style import FAINT, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.annual.result import Path


def draw_weight(ax: Axes, path: Path, *, seam: float) -> None:
    """Draw the weight of the comparable members."""
    years, tonnes = years_of(path), path.net_kg / 1e3
    ax.bar(years, np.nan_to_num(tonnes), BAR, color=FAINT)
    _finish(ax, path, tonnes, "Weight, tonnes a year", seam)


def draw_unit_value(ax: Axes, path: Path, *, seam: float) -> None:
    """Draw US dollars per kilogram of the comparable members."""
    ax.plot(years_of(path), path.unit_value, color=INK, linewidth=1.2, marker="s", markersize=3.5)
    _finish(ax, path, path.unit_value, "Unit value, USD per kg", seam)


def _finish(ax: Axes, path: Path, values: NDArray[np.float64], title: str, seam: float) -> None:
    years, known = years_of(path), np.isfinite(values)
    if not known.any():
        caption(ax, title)
        _nothing(ax, "no weights are published")
        return
    missing = ", ".join(str(y) for y in years[~known])
    whose = "" if all(path.member_comparable) else " (comparable members)"
    caption(ax, title + whose + (f"; weight missing in {missing}" if missing else ""))
    set_frame(ax, years, float(np.nanmax(values)) * 1.12, seam=seam, ticks=4)


def _nothing(ax: Axes, why: str) -> None:
    """Say in place of a drawing why there is none."""
    ax.set_axis_off()
    ax.text(0.0, 0.8, f"none: {why}", transform=ax.transAxes, va="center", color=FAINT)
