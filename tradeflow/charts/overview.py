"""All categories on one page, ranked."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from tradeflow.charts.annual.ranking import Line, lines, tested
from tradeflow.charts.annual.words import overview_headline, overview_subtitle
from tradeflow.charts.canvas import Box, Said, drawing_on
from tradeflow.charts.footer import OVERVIEW_NOTES
from tradeflow.charts.frame import dress
from tradeflow.charts.monthly.results import plot_monitor, plot_shifts
from tradeflow.charts.page import width_of
from tradeflow.charts.phrases import odds
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import (
    BAND,
    DASHES,
    FAINT,
    INK,
    RULE,
    SMALL,
    TIMES,
    millions,
    plain,
)
from tradeflow.charts.wrap import shorten
from tradeflow.detect.annual.verdicts import BORDERLINE, EXCEPTIONAL
from tradeflow.detect.monthly.monitor import MonitorResult
from tradeflow.detect.monthly.screen import ScreenResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from tradeflow.detect.annual.result import Shift, ShiftTable

_NAMES: Final = 2.62  # inches on a sheet
_NAMES_GIVEN: Final = 0.55  # part of a caller's axes
_PITCH: Final = 0.2  # inches from line to line
_PLOT: Final = 0.55  # part of the axes' width that the dots take; figures take the rest
_NARROW: Final = 4.5  # inches of axes that have no room for figures beside the dots
_EXCESS: Final = 0.83  # right end of the column of excesses, part of the width
_SHARE: Final = 1.0
_ROUND: Final = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
_TICK: Final = 0.45  # inches
_AXIS: Final = (
    "times what comparable goods did, log scale; bar: 90\xa0% interval;\n"
    "dot filled: exceptional; grey: borderline; open: not rare"
)
_FILL: Final = {EXCEPTIONAL: INK, BORDERLINE: BAND}


def plot_overview(
    shifts: ShiftTable | MonitorResult | ScreenResult, *, ax: Axes | None = None
) -> Axes:
    """Draw how far every category moved beyond comparable goods, and how rare that is.

    Parameters
    ----------
    shifts
        The answers: of years from :func:`tradeflow.detect_shifts`; of months from
        :func:`tradeflow.monitor`, ranked by excess over the forecast, or from
        :func:`tradeflow.screen`, ranked by the change of the level.
    ax
        Axes to draw on, with room for names at their left (``layout="constrained"`` makes it);
        on narrow ones the figures beside the dots are left out. None for a figure of its own
        (``ax.figure``).

    Returns
    -------
    matplotlib.axes.Axes
        The axes drawn on.

    Examples
    --------
    >>> import tradeflow as tf
    >>> shifts = tf.detect_shifts(tf.panel(tf.load_sample()), baskets=500)
    >>> tf.plot_overview(shifts).get_xscale()
    'log'
    """
    if isinstance(shifts, MonitorResult):
        return plot_monitor(shifts, ax=ax)
    if isinstance(shifts, ScreenResult):
        return plot_shifts(shifts, ax=ax)
    ranked, rows = lines(shifts), tested(shifts)
    said = Said(overview_headline(rows), overview_subtitle(rows, shifts), OVERVIEW_NOTES)
    box = Box(len(ranked) * _PITCH, left=_NAMES, right=0.0, above=0.4, below=0.65)
    with drawing_on(ax, said, provenance_of(shifts), box) as target:
        _draw(target, ranked, room=_NAMES if ax is None else _NAMES_GIVEN * width_of(target))
    return target


def _draw(ax: Axes, ranked: Sequence[Line], *, room: float) -> None:
    (low, high), wide = _range(ranked), width_of(ax) > _NARROW
    _frame(ax, low, high, rows=len(ranked), part=_PLOT if wide else 1.0)
    _names(ax, ranked, room)
    for y, line in enumerate(ranked):
        if line.row is not None:
            _row(ax, y, line.row, low, high)
            if wide:
                _figures(ax, y, line.row)
    if wide:
        _columns(ax)


def _columns(ax: Axes) -> None:
    """Head the columns of figures."""
    for x, text in (
        (_EXCESS, "excess, m USD a year\n[90\xa0% interval]"),
        (_SHARE, "baskets that\nmoved as far"),
    ):
        ax.text(
            x,
            1.01,
            text,
            transform=ax.transAxes,
            ha="right",
            va="bottom",
            fontsize=SMALL,
            color=FAINT,
        )


def _range(ranked: Sequence[Line]) -> tuple[float, float]:
    """Limits of the scale: all dots with room around them, and 1; intervals may be cut."""
    far = [line.row.shift for line in ranked if line.row and math.isfinite(line.row.shift)]
    return math.exp(min([0.0, *far]) - 0.6), math.exp(max([0.0, *far]) + 0.6)


def _frame(ax: Axes, low: float, high: float, *, rows: int, part: float) -> None:
    dress(ax)
    ax.set_xscale("log")
    ax.set_xlim(low, low * (high / low) ** (1 / part))
    ax.set_ylim(rows - 0.4, -0.6)
    every = 1 + int(len([t for t in _ROUND if low <= t <= high]) * _TICK > part * width_of(ax))
    at = _ROUND.index(1)
    ticks = [t for i, t in enumerate(_ROUND) if low <= t <= high and (i - at) % every == 0]
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{TIMES}{plain(x)}"))
    ax.spines["left"].set_visible(False)
    ax.spines["bottom"].set_bounds(low, high)
    ax.vlines(ticks, -0.6, rows - 0.4, color=RULE, linewidth=0.4, zorder=0)
    ax.vlines(1, -0.6, rows - 0.4, color=INK, linewidth=0.9, linestyle=DASHES, zorder=1)
    ax.set_xlabel(_AXIS, loc="left", fontsize=SMALL)


def _names(ax: Axes, ranked: Sequence[Line], room: float) -> None:
    """Write names beside the rows, and headings in bold."""
    ax.yaxis.set_major_locator(FixedLocator(list(range(len(ranked)))))
    names = [line.row.title if line.row else line.heading for line in ranked]
    ax.set_yticklabels([shorten(name, inches=room, size=SMALL) for name in names])
    ax.tick_params(axis="y", length=0, pad=6)
    for label, line in zip(ax.get_yticklabels(), ranked, strict=True):
        if line.row is None:
            label.set_fontweight("bold")
        elif not math.isfinite(line.row.shift):
            label.set_color(FAINT)


def _row(ax: Axes, y: int, row: Shift, low: float, high: float) -> None:
    if not math.isfinite(row.shift):
        return
    left, right = (_beyond(row, bound) for bound in (row.excess_low_usd, row.excess_high_usd))
    ax.plot([max(left, low), min(right, high)], [y, y], color=INK, linewidth=1.2, zorder=2)
    for end, limit, marker in ((left, low, "<"), (right, high, ">")):
        if not low <= end <= high:
            ax.plot(limit, y, marker=marker, color=INK, markersize=4, clip_on=False, zorder=2)
    fill = _FILL.get(row.rarity, "white")
    ax.plot(math.exp(row.shift), y, "o", mfc=fill, mec=INK, markersize=6.5, zorder=3)


def _figures(ax: Axes, y: int, row: Shift) -> None:
    """Excess with its interval, and how rare it is."""
    if not math.isfinite(row.shift):
        _say(ax, y, _EXCESS, row.verdict, FAINT)
        return
    bounds = (millions(v, sign=True) for v in (row.excess_low_usd, row.excess_high_usd))
    _say(ax, y, _EXCESS, f"{millions(row.excess_usd, sign=True)} [{', '.join(bounds)}]", INK)
    part, whole = odds(row.placebo_share)
    _say(ax, y, _SHARE, f"{part or '< 1'} in {whole:,}", INK)


def _beyond(row: Shift, excess: float) -> float:
    """Turn a bound of the excess into times what comparable goods did."""
    rest = row.after_usd - excess
    return row.after_usd / rest if rest > 0 else float(np.inf)


def _say(ax: Axes, y: int, x: float, text: str, color: str) -> None:
    ax.text(
        x,
        y,
        text,
        transform=ax.get_yaxis_transform(),
        ha="right",
        va="center",
        fontsize=SMALL,
        color=color,
    )
