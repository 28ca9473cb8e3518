"""The picture of the routes: what the direct route lost and hubs gained, as bands on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from tradeflow.charts.canvas import Box, drawing_on
from tradeflow.charts.forest import nothing_heard
from tradeflow.charts.names import place_name
from tradeflow.charts.page import height_of, width_of
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import BAND, BODY, DASHES, FAINT, INK, PALETTE, SMALL
from tradeflow.charts.witness.routes_words import interval_words, routes_said, share_words
from tradeflow.detect.witness.ledger import ALL
from tradeflow.detect.witness.routes.tables import totals_frame

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.routes.routes import RoutesResult

_WIDEST: Final = 0.95  # inches of the widest band
_LANE: Final = 0.54  # inches that a hub takes beside its band
_HEAD: Final = 0.3  # inches for the names of donor and partner
_SIDE: Final = 0.12  # inches from the edge to donor and partner
_TURN: Final = 0.12  # part of the width in which bands bend
_HUB, _ONWARD = (0.42, 0.30), (0.71, 0.82)  # parts of a wide and of a narrow width
_NARROW: Final = 5.5  # inches
_THINNEST: Final = 0.7  # points
_TIGHT: Final = 0.5  # inches between hubs under which each is told in one line


@dataclass(frozen=True, slots=True)
class _Lane:
    """A hub: the row of its totals, and where its bands start, run and end, inches from the top.

    `room` is the height that it has for itself.
    """

    row: dict[str, Any]
    start: float
    middle: float
    end: float
    room: float


@dataclass(frozen=True, slots=True)
class _Map:
    """Axes in inches from the top left corner, and the scale of all bands, loss and excess."""

    ax: Axes
    width: float
    scale: float

    @property
    def narrow(self) -> bool:
        """Whether there is no room for words over the bands."""
        return self.width < _NARROW

    @property
    def columns(self) -> tuple[float, float, float, float]:
        """Where bands start, reach a hub, leave it, and end."""
        hub, onward = _HUB[self.narrow], _ONWARD[self.narrow]
        return _SIDE, hub * self.width, onward * self.width, self.width - _SIDE

    def inches(self, usd: float) -> float:
        """Height of a band."""
        return abs(usd) * self.scale


def plot_routes(result: RoutesResult, *, ax: Axes | None = None) -> Axes:
    """Draw the direct route's loss and the hubs' excess as bands between countries.

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
    All bands are on one scale. The loss is dashed and empty. An excess is filled: in colour if
    its interval lies above 0, else grey; below 0 it is dashed and empty, too.
    """
    totals = totals_frame(result).filter(pl.col(result.by) == ALL)
    whole = totals.row(-1, named=True)
    hubs = [r for r in totals.iter_rows(named=True) if r["partner"] != ALL and not r["rule"]]
    hubs.sort(key=lambda row: row["excess_usd"], reverse=True)
    said, provenance = routes_said(result, whole), provenance_of(result)
    if not hubs:
        return nothing_heard(ax, said, provenance)
    box = Box(height=_height(hubs, whole), left=0.0, right=0.0, above=0.1, below=0.1)
    with drawing_on(ax, said, provenance, box) as target:
        target.axis("off")
        _draw(target, result, hubs, whole)
    return target


def _height(hubs: list[dict[str, Any]], whole: dict[str, Any]) -> float:
    """Inches that the drawing takes, its widest band as wide as it may be."""
    amounts = np.abs([whole["loss_usd"], *(row["excess_usd"] for row in hubs)])
    return float(_HEAD + amounts.sum() * _WIDEST / amounts.max() + _LANE * (len(hubs) + 1))


def _draw(
    ax: Axes, result: RoutesResult, hubs: list[dict[str, Any]], whole: dict[str, Any]
) -> None:
    height, width = height_of(ax), width_of(ax)
    ax.set(xlim=(0, width), ylim=(height, 0))
    amounts = np.abs([whole["loss_usd"], *(row["excess_usd"] for row in hubs)])
    room = max(height - _HEAD - _LANE * (len(hubs) + 1), 0.2 * height)
    drawn = _Map(ax, width, room / float(amounts.sum()))
    loss = _HEAD + drawn.inches(whole["loss_usd"])
    starts, ends = (
        _stacked(loss, [drawn.inches(row[name] or 0.0) for row in hubs])
        for name in ("excess_usd", "onward_usd")
    )
    lane = (height - loss) / len(hubs)
    _direct(drawn, whole, _HEAD, loss)
    for i, row in enumerate(hubs):
        _detour(drawn, _Lane(row, starts[0][i], loss + (i + 0.6) * lane, ends[0][i], lane))
    left, _, _, right = drawn.columns
    for x, name, low, ha in (
        (left, result.donor, starts[1], "left"),
        (right, result.partner, ends[1], "right"),
    ):
        ax.plot([x, x], [_HEAD, low], color=INK, lw=3, solid_capstyle="butt")
        ax.text(x, _HEAD - 0.06, place_name(name), ha=ha, va="bottom", weight="bold", fontsize=BODY)


def _stacked(top: float, heights: list[float]) -> tuple[list[float], float]:
    """Middles of bands that lie one under the other, and where the last ends."""
    edges = list(accumulate(heights, initial=top))
    return [(a + b) / 2 for a, b in pairwise(edges)], edges[-1]


def _direct(drawn: _Map, whole: dict[str, Any], top: float, bottom: float) -> None:
    left, _, _, right = drawn.columns
    _band(drawn, [(left, (top + bottom) / 2), (right, (top + bottom) / 2)], bottom - top, None)
    gap = "\n" if drawn.narrow and bottom - top > _TIGHT else " "
    said = f"lost on the direct route:{gap}{interval_words(whole, 'loss_usd')}"
    drawn.ax.text(
        drawn.width / 2, (top + bottom) / 2, said, ha="center", va="center", fontsize=SMALL
    )


def _detour(drawn: _Map, lane: _Lane) -> None:
    """From donor to hub, and from hub to partner where the hub reports."""
    row, (left, hub, onward, right) = lane.row, drawn.columns
    clear, wide = row["excess_usd_low"] > 0, drawn.inches(row["excess_usd"])
    face = None if row["excess_usd"] < 0 else PALETTE[2] if clear else BAND
    _band(drawn, [(left, lane.start), (hub, lane.middle)], wide, face)
    if not drawn.narrow:
        drawn.ax.text(
            hub, lane.middle - wide / 2 - 0.03, interval_words(row, "excess_usd"), ha="right",
            va="bottom", fontsize=SMALL,
        )  # fmt: skip
    _hub(drawn, lane)
    if row["onward_rule"]:
        return
    clear, wide = row["onward_usd_low"] > 0, drawn.inches(row["onward_usd"])
    face = None if row["onward_usd"] < 0 else PALETTE[0] if clear else BAND
    _band(drawn, [(onward, lane.middle), (right, lane.end)], wide, face)


def _hub(drawn: _Map, lane: _Lane) -> None:
    """Name of the hub, how much of the loss its excess could carry, and what it sent on."""
    x, row, share = drawn.columns[1] + 0.08, lane.row, share_words(lane.row)
    name = place_name(row["partner"])
    if lane.room < _TIGHT:
        said = f"{name}: {share} of the loss"
        drawn.ax.text(x, lane.middle, said, fontsize=SMALL, va="center")
        return
    said = f"{interval_words(row, 'excess_usd')}\n{share} of the loss"
    if not drawn.narrow:
        on = "not heard" if row["onward_rule"] else interval_words(row, "onward_usd")
        said = f"{share} of the loss\nonward: {on}"
    drawn.ax.text(x, lane.middle, name, weight="bold", fontsize=BODY, va="bottom")
    drawn.ax.text(x, lane.middle + 0.03, said, fontsize=SMALL, va="top", color=FAINT)


def _band(drawn: _Map, ends: list[tuple[float, float]], wide: float, face: str | None) -> None:
    """Draw a band that bends near donor and partner; without a face it is dashed and empty."""
    (x0, y0), (x1, y1) = ends
    bend = _TURN * drawn.width
    first = x0 < drawn.width / 2 and y0 != y1
    turn = (x0, x0 + bend) if first else (x1 - bend, x1)
    upper = _edge(x0, y0, x1, y1, turn, -wide / 2)
    lower = _edge(x0, y0, x1, y1, turn, wide / 2)[::-1]
    codes = [Path.MOVETO, Path.LINETO, *[Path.CURVE4] * 3, Path.LINETO]
    back = [Path.LINETO, Path.LINETO, *[Path.CURVE4] * 3, Path.LINETO]
    shape = Path(np.array([*upper, *lower]), [*codes, *back])
    style: dict[str, Any] = {"facecolor": face or "none", "edgecolor": face or INK}
    style |= {"lw": _THINNEST, "ls": "solid" if face else DASHES}
    drawn.ax.add_patch(PathPatch(shape, **style))


def _edge(  # noqa: PLR0917  two points, where it bends, and how far beside
    x0: float, y0: float, x1: float, y1: float, turn: tuple[float, float], beside: float
) -> list[tuple[float, float]]:
    """One long side: straight, one S-shaped bend, straight; six corners, the middle ones bent."""
    start, end = turn
    middle = (start + end) / 2
    return [
        (x0, y0 + beside),
        (start, y0 + beside),
        (middle, y0 + beside),
        (middle, y1 + beside),
        (end, y1 + beside),
        (x1, y1 + beside),
    ]
