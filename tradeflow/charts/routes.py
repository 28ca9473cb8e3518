"""The picture of the routes: donor, hubs and partner; what is lost is dashed, excess is a width."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.charts.style import FAINT, INK, MINUS, NOTE, PALETTE, SMALL, millions, styled
from tradeflow.detect.witness.ledger import ALL
from tradeflow.detect.witness.routes.tables import totals_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.routes.routes import RoutesResult

_LEFT, _MIDDLE, _RIGHT = 0.08, 0.5, 0.92
_WIDEST: Final = 0.16  # of a band, in parts of the axes' height
_THINNEST: Final = 0.004
_FLOOR: Final = (0.07, 0.78)  # between which the hubs lie


@dataclass(frozen=True, slots=True)
class _Scale:
    """US dollars to heights; excesses have a scale of their own, which the figure states."""

    usd: float

    def height(self, usd: float) -> float:
        return max(_WIDEST * abs(usd) / self.usd, _THINNEST)


def plot_routes(result: RoutesResult, *, ax: Axes | None = None) -> Axes:
    """Draw loss and excess as bands between countries.

    Parameters
    ----------
    result
        From :func:`tradeflow.routes`.
    ax
        Axes to draw on; a new figure if None.

    Returns
    -------
    matplotlib.axes.Axes

    Notes
    -----
    The loss is dashed and empty, excesses are filled: dark if their interval lies above 0, else
    light. The loss has a scale of its own where it is far larger than any excess.
    """
    totals = totals_frame(result).filter(pl.col(result.by) == ALL)
    hubs = [r for r in totals.iter_rows(named=True) if r["partner"] != ALL and not r["rule"]]
    hubs.sort(key=lambda row: row["excess_usd"], reverse=True)
    whole = totals.row(-1, named=True)
    with styled():
        ax = ax or _new_axes(len(hubs))
        ax.set(xlim=(0, 1), ylim=(0, 1))
        ax.axis("off")
        if hubs:
            _draw(ax, result, hubs, whole)
        ax.set_title(_title(result, whole), loc="left", fontsize=SMALL + 1)
    return ax


def _draw(
    ax: Axes, result: RoutesResult, hubs: list[dict[str, Any]], whole: dict[str, Any]
) -> None:
    widest = max(abs(row["excess_usd"]) for row in hubs)
    scale = _Scale(max(widest, 1.0))
    _loss(ax, 0.86, whole)
    heights = np.array([scale.height(row["excess_usd"]) for row in hubs])
    gap = (_FLOOR[1] - _FLOOR[0] - heights.sum()) / len(hubs)
    middles = _FLOOR[1] - np.cumsum(heights + gap) + heights / 2
    for y, row in zip(middles, hubs, strict=True):
        _detour(ax, float(y), row, scale)
    for x, name in ((_LEFT, result.donor), (_RIGHT, result.partner)):
        ax.plot([x, x], [0.05, 0.95], color=INK, lw=2.5, solid_capstyle="butt")
        said = "donors" if name == ALL else name
        ax.text(x, 0.97, said, ha="center", va="bottom", fontsize=SMALL + 1, weight="bold")
    ax.text(
        _LEFT,
        0.0,
        f"Widths of excesses: {millions(widest)} m USD is the widest; the loss is not on their "
        "scale. Light: the interval holds 0.",
        fontsize=NOTE,
        color=FAINT,
        va="bottom",
    )


def _loss(ax: Axes, y: float, whole: dict[str, Any]) -> None:
    half = _WIDEST / 4
    ax.fill(
        [_LEFT, _RIGHT, _RIGHT, _LEFT],
        [y - half, y - half, y + half, y + half],
        facecolor="none",
        edgecolor=INK,
        lw=1.0,
        ls=(0, (4, 3)),
    )
    ax.text(
        _MIDDLE, y, f"loss {_interval(whole, 'loss_usd')}", ha="center", va="center", fontsize=SMALL
    )


def _detour(ax: Axes, y: float, row: dict[str, Any], scale: _Scale) -> None:
    """Donor to hub, and hub to partner where the hub reports."""
    clear = row["excess_usd_low"] > 0
    half = scale.height(row["excess_usd"]) / 2
    ax.fill_between(
        [_LEFT, _MIDDLE], y - half, y + half, color=PALETTE[2] if clear else "#d0d0d0", lw=0
    )
    ax.text(_MIDDLE + 0.012, y, row["partner"], va="center", fontsize=SMALL + 1, weight="bold")
    ax.text(
        _LEFT + 0.015,
        y + half + 0.012,
        f"{_interval(row, 'excess_usd')}, at most {_share(row)} of the loss",
        fontsize=NOTE,
        va="bottom",
    )
    if row["onward_rule"]:
        ax.text(_MIDDLE + 0.07, y, "onward leg not heard", va="center", fontsize=NOTE, color=FAINT)
        return
    half = scale.height(row["onward_usd"]) / 2
    face = PALETTE[0] if row["onward_usd_low"] > 0 else "#d0d0d0"
    ax.fill_between([_MIDDLE + 0.07, _RIGHT], y - half, y + half, color=face, lw=0)
    words = f"onward {_interval(row, 'onward_usd')}"
    ax.text(_RIGHT - 0.015, y - half - 0.012, words, ha="right", va="top", fontsize=NOTE)


def _interval(row: dict[str, Any], name: str) -> str:
    at, low, high = (millions(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return f"{at} ({low} to {high}) m USD"


def _title(result: RoutesResult, whole: dict[str, Any]) -> str:
    source = ", ".join(result.provenance)
    if whole["rule"]:
        return f"Routes to {result.partner}: {whole['rule']}\n{source}"
    return (
        f"Since {result.since:%Y-%m} the excess through {len(result.hubs)} hubs could carry at "
        f"most {_share(whole)}\nof what the direct route to {result.partner} lost; that it did is "
        f"not shown\n{source}"
    )


def _share(row: dict[str, Any]) -> str:
    return (
        f"{_percent(row['share'])} ({_percent(row['share_low'])} to {_percent(row['share_high'])})"
    )


def _percent(share: float) -> str:
    """Per cent with a true minus sign and no negative zero."""
    return f"{share:z.1%}".replace("-", MINUS)


def _new_axes(hubs: int) -> Axes:
    from matplotlib.figure import Figure

    size = (8.2, 2.6 + 0.55 * max(hubs, 2))
    return Figure(figsize=size, layout="constrained").subplots()
