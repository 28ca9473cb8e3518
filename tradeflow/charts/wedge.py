"""The picture of the robust fit: the series with its fit, and the double wedge above it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import MaxNLocator

from tradeflow.charts.canvas import Box, Said, drawing_on, legend_above
from tradeflow.charts.monthly.axis import set_amounts
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import BODY, FAINT, INK, PALETTE, SMALL, plain
from tradeflow.detect.robust.text import name_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap

    from tradeflow.detect.robust.result import ShiftResult

_CEILING: Final = 8.0
_FLOOR: Final = 2.0
_HEIGHT: Final = 0.75
_GAP: Final = 0.16
_TALL: Final = 2.3  # inches, and so are the next two
_TITLE: Final = 0.25
_AIR: Final = 0.1
_SERIES: Final = "the caller's own series"


def plot_shift(result: ShiftResult, *, ax: Axes | None = None) -> Axes:
    """Draw the fit, and on a sheet the double wedge above it; return the axes of the fit.

    Parameters
    ----------
    result
        What to draw.
    ax
        Where to draw the fit alone; None for a sheet with the double wedge, too.
    """
    above = _AIR
    if len(result.wedge_dates):
        above += _TALL * (_GAP + _HEIGHT) + _TITLE
    box = Box(_TALL, left=0.7, above=above)
    with drawing_on(ax, _said(result), provenance_of([_SERIES]), box) as target:
        _draw_fit(result, target)
        if ax is None and len(result.wedge_dates):
            _draw_wedge(result, target)
    return target


def _said(result: ShiftResult) -> Said:
    shifts = [f"{name_of(s.date, result.labels)} ({_size(s.size)})" for s in result.shifts]
    found = f"Level shifts at {', '.join(shifts)}" if len(shifts) > 1 else "No level shift"
    headline = f"Level shift at {shifts[0]}" if len(shifts) == 1 else found
    subtitle = (
        f"Robust fit of {len(result.labels)} periods, in the unit of the series; outliers: "
        f"{len(result.outliers)}, periods without a value: {result.n_missing}."
    )
    return Said(headline, subtitle)


def _size(size: float) -> str:
    """Print a change in the unit of the series, with three figures."""
    return f"{'+' if size > 0 else ''}{plain(float(f'{size:.3g}'))}"


def _draw_fit(result: ShiftResult, ax: Axes) -> None:
    position = np.arange(1, len(result.labels) + 1)
    ax.plot(position, result.values, color=FAINT, lw=0.8, marker=".", ms=3.5, label="value")
    steps = [shift.position - 1 for shift in result.shifts]
    gap = np.insert(position.astype(float), steps, np.nan)
    ax.plot(gap, np.insert(result.fitted, steps, np.nan), color=PALETTE[2], lw=1.4, label="fit")
    far = np.array([o.position for o in result.outliers], dtype=int)
    if len(far):
        shown = result.values[far - 1]
        ax.plot(far, shown, "o", ms=6, mfc="none", mec=PALETTE[1], mew=1.1, label="outlier")
    for line, shift in enumerate(result.shifts):
        ax.axvline(shift.position - 0.5, color=PALETTE[3], lw=1.1)
        ax.annotate(
            f" {name_of(shift.date, result.labels)}: {_size(shift.size)}",
            (shift.position - 0.5, 1.0 - 0.07 * line),
            xycoords=("data", "axes fraction"),
            va="top",
            fontsize=SMALL,
        )
    ax.set_xlim(0, len(position) + 1)
    set_amounts(ax, *ax.get_ylim(), ticks=5)
    _name_periods(result, ax)
    legend_above(ax)


def _name_periods(result: ShiftResult, ax: Axes) -> None:
    """Put ticks at Januaries, or let matplotlib choose among positions."""
    years = [
        (i + 1, label.year)
        for i, label in enumerate(result.labels)
        if isinstance(label, date) and label.month == 1
    ]
    if years:
        every = len(years) // 12 + 1
        ax.set_xticks([at for at, _ in years[::every]], [str(year) for _, year in years[::every]])
    else:
        last = len(result.labels)
        ax.set_xticks(
            [x for x in MaxNLocator(6, integer=True).tick_values(1, last) if 0 <= x <= last]
        )
        ax.set_xlabel("period", fontsize=SMALL)


def _draw_wedge(result: ShiftResult, ax: Axes) -> None:
    """Show |residual| / scale for every candidate date (up) and period (across)."""
    top = ax.inset_axes((0.0, 1.0 + _GAP, 1.0, _HEIGHT), sharex=ax)
    size = np.minimum(np.abs(result.wedge), _CEILING)
    dates = result.wedge_dates
    rows = np.full((int(dates[-1] - dates[0]) + 1, size.shape[1]), np.nan)
    rows[dates - dates[0]] = size
    top.imshow(
        rows,
        origin="lower",
        aspect="auto",
        interpolation="nearest",
        cmap=_shades(),
        vmin=_FLOOR,
        vmax=_CEILING,
        extent=(0.5, size.shape[1] + 0.5, dates[0] - 0.5, dates[-1] + 0.5),
    )
    top.set_xlim(ax.get_xlim())
    top.plot([dates[0], dates[-1]], [dates[0], dates[-1]], color=FAINT, lw=0.8, ls=":")
    for shift in result.shifts:
        top.axhline(shift.position, color=PALETTE[3], lw=0.9)
    _label_wedge(result, top)


def _shades() -> LinearSegmentedColormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("wedge", ["white", PALETTE[3], PALETTE[1], INK])


def _label_wedge(result: ShiftResult, top: Axes) -> None:
    top.tick_params(labelbottom=False)
    dates = result.wedge_dates
    ticks = dates[:: max(1, len(dates) // 5)]
    top.set_yticks(ticks, [name_of(result.labels[d - 1], result.labels) for d in ticks])
    top.set_ylabel("shift tried at", fontsize=SMALL, color=INK)
    top.set_title(
        "Double wedge: |residual| / scale for each date tried, white below 2, black from 8",
        loc="left",
        fontsize=BODY,
    )
