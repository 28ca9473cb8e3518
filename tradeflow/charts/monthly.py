"""Pictures of what the monthly methods found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.style import styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.monitor import MonitorResult
    from tradeflow.detect.monthly.screen import ScreenResult

_DARK: Final = "#0b2545"
_REACH: Final = 1.6448536269514722  # of a 90 % interval, in standard errors
_MOST: Final = 15


def plot_screen(result: ScreenResult, *, ax: Axes | None = None) -> Axes:
    """Draw the size of every change found against its month, with 90 % intervals and date sets.

    Parameters
    ----------
    result
        From :func:`tradeflow.screen`. Level shifts are filled, changes not shown to last open.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    with styled():
        ax = ax or _new_axes()
        for rows, fill, word in (
            (result.sudden, "white", "sudden change, not shown to last"),
            (result.shifted, _DARK, "level shift"),
        ):
            if rows.any():
                _changes(ax, result, np.flatnonzero(rows), fill, word)
        ax.axhline(0, color="black", lw=0.8)
        ax.set_ylabel("change of the level, log points (90 % interval)")
        ax.set_xlim(result.periods[0], result.periods[-1])  # type: ignore[arg-type]  # dates
        if ax.get_legend_handles_labels()[0]:
            ax.legend(frameon=False, loc="best")
        shifted = int(result.shifted.sum())
        _title(ax, f"{shifted} of {len(result.rule)} series have a level shift", result)
    return ax


def _changes(ax: Axes, result: ScreenResult, rows: NDArray[np.intp], fill: str, word: str) -> None:
    months = np.array(result.periods)
    size, half = result.size[rows], _REACH * result.se[rows]
    ax.hlines(size, months[result.first[rows]], months[result.last[rows]], color=_DARK, lw=0.8)
    ax.vlines(months[result.date[rows]], size - half, size + half, color=_DARK, lw=0.8)
    ax.plot(
        months[result.date[rows]], size, "o", color=_DARK, markerfacecolor=fill, ms=4, label=word
    )


def plot_monitor(result: MonitorResult, *, ax: Axes | None = None) -> Axes:
    """Draw the excess of the strongest alarms over the longest span, with 90 % intervals.

    Parameters
    ----------
    result
        From :func:`tradeflow.monitor`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes
    """
    with styled():
        ax = ax or _new_axes()
        excess, low, high = _over_longest(result)
        order = np.argsort(-np.nan_to_num(np.abs(excess)), kind="stable")
        rows = order[result.alarm[order]][:_MOST][::-1]
        reach = np.abs(np.stack([low, high]) - excess)[:, rows]
        ax.errorbar(excess[rows], np.arange(len(rows)), xerr=reach, fmt="o", color=_DARK, lw=1.2)
        names = result.keys.select("reporter", "partner", result.by).rows()
        ax.set_yticks(np.arange(len(rows)), [" ".join(names[i]) for i in rows])
        ax.axvline(0, color="black", lw=0.8)
        span = max(result.spans[k] for k in result.longest if k >= 0)
        ax.set_xlabel(f"excess over up to {span} months, m USD (90 % interval)")
        alarms = int(result.alarm.sum())
        _title(ax, f"{alarms} of {len(result.rule)} series raise an alarm", result)
        if not alarms:
            ax.set_xticks([])
    return ax


def _over_longest(result: MonitorResult) -> NDArray[np.float64]:
    """Excess and its interval over each series' longest complete span, million US dollars."""
    at = np.maximum(result.longest, 0)[:, None]
    ends = (result.excess, result.excess_low, result.excess_high)
    picked = np.stack([np.take_along_axis(x, at, axis=1)[:, 0] for x in ends]) / 1e6
    return np.where(np.isfinite(picked), picked, np.nan)


def _title(ax: Axes, finding: str, result: MonitorResult | ScreenResult) -> None:
    """State the finding and where the data are from; simulated data say so in their source."""
    ax.set_title(f"{finding}\n{', '.join(result.provenance)}", loc="left")


def _new_axes() -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(8, 5), layout="constrained").subplots()
