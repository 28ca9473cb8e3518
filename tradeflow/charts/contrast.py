"""Pictures of a contrast: the effects of all goods, and the path of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.style import BAND, DASHES, FAINT, INK, PALETTE, RULE, styled
from tradeflow.detect.witness.contrast.event_bands import REFERENCE
from tradeflow.detect.witness.heard import HEARD
from tradeflow.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.contrast.result import ContrastResult

_MOST: Final = 25
_ROW: Final = 0.24  # inches
_YEAR: Final = 365  # days
_WIDEST: Final = 4.0  # interval ends beyond so many times the largest effect are cut off


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
    rows = heard[np.argsort(result.p[heard], kind="stable")][:_MOST]
    rows = rows[np.argsort(result.effect[rows], kind="stable")]
    with styled():
        ax = ax or _new_axes(2.0 + _ROW * max(len(rows), 4))
        for y, row in enumerate(rows):
            color = PALETTE[0] if result.moved[row] else BAND
            ax.plot([result.low[row], result.high[row]], [y, y], color=color, lw=1.4)
            ax.plot(result.effect[row], y, "o", color=color, ms=4)
        ax.axvline(0, color=INK, lw=0.8)
        names = result.keys[result.by].to_list()
        ax.set_yticks(range(len(rows)), [names[i] for i in rows])
        if len(rows):
            reach = _WIDEST * max(float(np.abs(result.effect[rows]).max()), 0.1)
            ax.set_xlim(max(ax.get_xlim()[0], -reach), min(ax.get_xlim()[1], reach))
        ax.set_xlabel(
            f"log change beyond {_comparison(result)} (90 % interval; dark: q at most "
            f"{result.rate:.2f})"
        )
        _title(ax, _finding(result), result)
    return ax


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
    since = np.datetime64(result.since)
    reach = np.stack([result.path[row] - result.path_low[row]] * 2)
    with styled():
        ax = ax or _new_axes(4.0)
        ax.errorbar(days, result.path[row], yerr=reach, fmt="o", ms=3.5, color=PALETTE[0], lw=1.0)
        ax.axhline(0, color=INK, lw=0.8)
        ax.axvline(since, color=FAINT, lw=0.9, ls=DASHES)  # type: ignore[arg-type]  # a date
        _mark_reference(ax, result)
        if (days < since).any():
            ax.text(
                0.01, 0.02, f"before: p = {result.pre_trend_p[row]:.2f}", color=FAINT,
                transform=ax.transAxes,
            )  # fmt: skip
        ax.set_ylabel(f"log change beyond {_comparison(result)}\n(band for all bins at once, 90 %)")
        percent = 100 * np.expm1(result.effect[row])
        _title(ax, f"{name}: {percent:+,.0f} % since {result.since:%Y-%m}", result)
    return ax


def _mark_reference(ax: Axes, result: ContrastResult) -> None:
    """Say where the year lies that all effects are relative to."""
    before = [period for period in result.periods if period < result.since]
    step = (result.periods[1] - result.periods[0]).days
    months = REFERENCE["A" if step >= _YEAR else "M"]
    first, last = (np.datetime64(period) for period in (before[-months:][0], result.since))
    ax.axvspan(first, last, color=RULE, alpha=0.35, lw=0)  # type: ignore[arg-type]  # dates
    middle: Any = first + (last - first) // 2  # matplotlib takes dates, its types do not
    ax.text(
        middle, 0.98, "reference\nyear", color=FAINT, ha="center", va="top",
        transform=ax.get_xaxis_transform(),
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


def _finding(result: ContrastResult) -> str:
    heard = int((result.rule == HEARD).sum())
    return (
        f"{int(result.moved.sum())} of {heard} series heard moved against the comparison "
        f"since {result.since:%Y-%m}"
    )


def _title(ax: Axes, finding: str, result: ContrastResult) -> None:
    """State the finding and where the data are from; simulated data say so in their source."""
    exporter = result.keys["reporter"][0] if len(result.keys) else ""
    source = f"exports of {exporter} to {result.partner}; {', '.join(result.provenance)}"
    ax.set_title(f"{finding}\n{source}", loc="left")


def _new_axes(height: float) -> Axes:
    from matplotlib.figure import Figure

    return Figure(figsize=(8, height), layout="constrained").subplots()
