"""Pictures of a contrast: the effects of all goods, and the path of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.canvas import Box, Said, drawing_on, label_axes
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.forest import Points, lines_on, plot_forest
from tradeflow.charts.intervals import percent, percent_ticks
from tradeflow.charts.monthly.axis import HALF_MONTH, days_of, set_months
from tradeflow.charts.names import good_name, goods, trade_words
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import FAINT, INK, PALETTE, RULE, SMALL
from tradeflow.detect.witness.contrast.event_bands import REFERENCE
from tradeflow.detect.witness.heard import HEARD, tally
from tradeflow.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.contrast.result import ContrastResult

_MOST: Final = 25
_YEAR: Final = 365  # days


def plot_contrast(result: ContrastResult, *, ax: Axes | None = None) -> Axes:
    """Draw the effects of the series with the smallest p-values, with 90 % intervals.

    Parameters
    ----------
    result
        From :func:`tradeflow.contrast`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    heard = np.flatnonzero(result.rule == HEARD)
    rows = heard[np.argsort(result.p[heard], kind="stable")][: lines_on(ax, _MOST)]
    rows = rows[np.argsort(-result.effect[rows], kind="stable")]
    names = result.keys[result.by].to_list()
    shown = Points(
        label="effect",
        sizes=np.stack([result.effect, result.low, result.high], axis=1)[rows],
        color=PALETTE[0],
        marker="o",
        full=result.moved[rows],
    )
    return plot_forest(
        ax,
        _said(result),
        provenance_of(result),
        names=[good_name(names[i], result.by) for i in rows],
        points=[shown],
        axis=f"change beyond {_comparison(result)}, % (log scale; bar: 90 % interval)",
        of=len(heard),
    )


def plot_path(result: ContrastResult, name: str, *, ax: Axes | None = None) -> Axes:
    """Draw the effects of one good by bin, with the band that holds for all bins at once.

    Parameters
    ----------
    result
        From :func:`tradeflow.contrast`.
    name
        The good, a value of the panel's `by`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UnknownNameError
        There is no such series.
    UsageError
        The witness was not heard on it.
    """
    row = _row(result, name)
    days = np.array(result.bins, dtype="datetime64[D]")
    reach = np.stack([result.path[row] - result.path_low[row]] * 2)
    box = Box(height=3.0, left=0.75, above=0.1)
    with drawing_on(ax, _path_said(result, row), provenance_of(result), box) as target:
        target.errorbar(
            days, result.path[row], yerr=reach, fmt="o", ms=3.5, color=PALETTE[0], lw=1.0
        )
        target.axhline(0, color=INK, lw=0.8)
        _mark_reference(target, result)
        percent_ticks(target)
        set_months(target, result.periods, since=result.since)
        label_axes(target, y=f"change beyond {_comparison(result)}, % (log scale)")
    return target


def _mark_reference(ax: Axes, result: ContrastResult) -> None:
    """Say where the year lies that all effects are relative to."""
    before = [period for period in result.periods if period < result.since]
    step = (result.periods[1] - result.periods[0]).days
    months = REFERENCE["A" if step >= _YEAR else "M"]
    first, last = days_of([before[-months:][0], result.since]) - HALF_MONTH
    ax.axvspan(first, last, color=RULE, alpha=0.35, lw=0)
    ax.text(
        (first + last) / 2, 0.98, "reference\nyear", color=FAINT, fontsize=SMALL, ha="center",
        va="top", transform=ax.get_xaxis_transform(),
    )  # fmt: skip


def _row(result: ContrastResult, name: str) -> int:
    names = result.keys[result.by].to_list()
    if name not in names:
        raise UnknownNameError.of(f"Series by {result.by}", name, names)
    row = names.index(name)
    if result.rule[row] != HEARD:
        raise UsageError(f"{name} has no path to draw: {result.rule[row]}.")
    return int(row)


def _comparison(result: ContrastResult) -> str:
    return "other destinations" + (" and goods" if result.against == "both" else "")


def _said(result: ContrastResult) -> Said:
    heard = int((result.rule == HEARD).sum())
    headline = (
        f"{int(result.moved.sum())} of {goods(heard, result.by)} heard moved against "
        f"{_comparison(result)} since {result.since:%Y-%m}{_strongest(result)}"
    )
    subtitle = (
        f"{trade_words(result.keys, result.provenance)}: change of the level that "
        f"{len(result.donors)} other destinations do not explain, judged by {result.placebos:,} "
        f"placebos. Full marks: q at most {result.rate:.2f}."
    )
    return Said(headline, subtitle, (f"Series: {tally(result.rule)}. {COMPATIBLE}",))


def _strongest(result: ContrastResult) -> str:
    """Name the series that moved farthest, if any did."""
    moved = np.flatnonzero(result.moved)
    if not len(moved):
        return ""
    row = moved[np.argmax(np.abs(result.effect[moved]))]
    name = good_name(result.keys[result.by][int(row)], result.by)
    return f"; farthest: {name}, {percent(result.effect[row])}"


def _path_said(result: ContrastResult, row: int) -> Said:
    name = good_name(result.keys[result.by][row], result.by)
    low, high = (percent(end[row]) for end in (result.low, result.high))
    headline = (
        f"{name}: {percent(result.effect[row])} (90 % interval {low} to {high}) beyond "
        f"{_comparison(result)} since {result.since:%Y-%m}"
    )
    before = result.pre_trend_p[row]
    apart = "" if np.isnan(before) else f" Apart before the reference year: p = {before:.2f}."
    trade = trade_words(result.keys, result.provenance)
    subtitle = f"{trade}. Bars: a 90 % band for all dates at once.{apart}"
    return Said(headline, subtitle, (COMPATIBLE,))
