"""All codes by month on one sheet: each against its own year before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl
from matplotlib.collections import LineCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from tradeflow.charts.canvas import ROOM, Box, Said, drawing_on, lay_out
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.legends import entries_above, lines_of
from tradeflow.charts.monthly.axis import runs, ticks_of
from tradeflow.charts.monthly.heatmap_grid import Grid, grid_of, latest
from tradeflow.charts.monthly.marks import BROKEN, NOT_RELEASED, PROVISIONAL, SPANS, WITHHELD
from tradeflow.charts.names import exporters, place_name
from tradeflow.charts.page import height_of, width_of
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import (
    FAINT,
    INK,
    NOTE,
    RATIO_LINES,
    RATIOS,
    RULE,
    TIMES,
)
from tradeflow.charts.wrap import shorten
from tradeflow.detect.monthly.year_on_year import YEAR
from tradeflow.errors import TooShortError
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_polars
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.panel.model import Panel

_EDGES: Final = tuple(float(np.log(ratio)) for ratio in (0.25, 0.5, 0.8, 1.25, 2.0, 4.0))
_WORDS: Final = (
    f"below {TIMES}0.25",
    f"{TIMES}0.25 to 0.5",
    f"{TIMES}0.5 to 0.8",
    "about the same",
    f"{TIMES}1.25 to 2",
    f"{TIMES}2 to 4",
    f"above {TIMES}4",
)
_GUESSED: Final = "estimated or mirror"
_NOTHING: Final = "blank: nothing to compare with"
_PITCH: Final = 0.135  # inches from row to row
_NAMES: Final = 2.55  # inches
_NAMES_GIVEN: Final = 0.45  # part of a caller's axes
_LOWEST: Final = 0.13  # inches that a row needs for its name
_LEGEND: Final = 0.155  # inches for each of its lines


def plot_heatmap(
    flows: Frame,
    *,
    reporter: str | None = None,
    partner: str = "RUS",
    calendar: Frame | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw all categories and their codes by month, each against the same month a year before.

    Parameters
    ----------
    flows
        A monthly flow table.
    reporter
        ISO alpha-3; None for the only exporter, or all together.
    partner
        ISO alpha-3.
    calendar
        Which reporter released which month, from :func:`tradeflow.release_calendar`.
    ax
        Axes to draw on, with room for names at their left; None for a figure of its own.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    UsageError
        The table is annual, or has no such exports.
    TooShortError
        It holds no more than a year.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample("eu-high-priority-monthly")
    >>> ax = tf.plot_heatmap(flows)
    >>> ax.get_yticklabels()[0].get_text()
    'UAV and aircraft parts'
    """
    from tradeflow.detect.findings.question import ask
    from tradeflow.detect.monthly.answers import provisional_months

    table = check_flows(to_polars(flows))
    route = (partner, reporter)
    (last,) = table.select(pl.col("period").max()).row(0)
    asked = ask(table, "category", route, since=last, hubs=(), q=0.1, calendar=calendar)
    who = tuple(asked.asked_flows["reporter"].unique().sort())
    provisional = provisional_months(asked.asked, asked.asked_flows)
    return draw_heatmap(asked.asked, who, partner, provisional=provisional, ax=ax)


def draw_heatmap(
    panel: Panel,
    reporters: tuple[str, ...],
    partner: str,
    *,
    provisional: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    ax: Axes | None = None,
) -> Axes:
    """Draw the map of a monthly panel by category.

    Parameters
    ----------
    panel
        Of one destination, with its parts.
    reporters, partner
        ISO alpha-3.
    provisional
        Months that may yet be revised, of the categories and of the codes: shapes (n, T) and
        (codes, T).
    ax
        As for :func:`plot_heatmap`.

    Raises
    ------
    TooShortError
        The panel holds no more than a year.
    """
    if len(panel.periods) <= YEAR:
        raise TooShortError(
            f"{len(panel.periods)} months hold no month with a year before it: give 13 or more."
        )
    grid = grid_of(panel, provisional, china=reporters == ("CHN",))
    entries = _entries(grid)
    above = lines_of(list(entries), ROOM) * _LEGEND + 0.1
    box = Box(len(grid.names) * _PITCH, left=_NAMES, right=0.05, above=above, below=0.35)
    words = _said(grid, exporters(reporters, panel.provenance), partner)
    with drawing_on(ax, words, provenance_of(panel), box) as target:
        _cells(target, grid)
        _states(target, grid)
        names = _NAMES if ax is None else _NAMES_GIVEN * width_of(target)
        _axes(target, grid, names - 0.1)
        beside = lay_out(target)
        _months(target, grid)
        entries_above(target, entries, left=names if ax is None else beside)
    return target


def _classes(log: NDArray[np.float64]) -> NDArray[np.float64]:
    """Which of the colours each cell has; NaN for none."""
    return np.where(np.isnan(log), np.nan, np.searchsorted(_EDGES, log))


def _cells(ax: Axes, grid: Grid) -> None:
    classes = _classes(grid.log)
    norm = BoundaryNorm(np.arange(len(RATIOS) + 1) - 0.5, len(RATIOS))
    ax.imshow(
        classes, aspect="auto", interpolation="nearest", cmap=ListedColormap(RATIOS), norm=norm
    )
    for i, color in enumerate(RATIO_LINES):
        lines = [
            [(first - 0.5, y), (last + 0.5, y)]
            for y, row in enumerate(classes)
            for first, last in runs(row == i)
        ]
        ax.add_collection(LineCollection(lines, colors=color, linewidths=0.7), autolim=False)


def _states(ax: Axes, grid: Grid) -> None:
    """Hatch what has no number, and mark what is estimated or provisional."""
    for word, state in _HATCHED.items():
        for y, row in enumerate(grid.state == state):
            for first, last in runs(row):
                box = (first - 0.5, y - 0.5), last - first + 1, 1
                ax.add_patch(Rectangle(*box, **_LOOKS[word]))
    for word, cells in _marked(grid).items():
        ax.plot(*np.nonzero(cells)[::-1], **_MARKS[word])


def _marked(grid: Grid) -> dict[str, NDArray[np.bool_]]:
    """Which cells have a mark on their colour."""
    guessed = np.isin(grid.state, (State.ESTIMATED, State.MIRROR)) & ~np.isnan(grid.log)
    return {_GUESSED: guessed, PROVISIONAL: grid.provisional & ~guessed}


_LOOKS: Final = {**SPANS, BROKEN: {**SPANS[BROKEN], "edgecolor": FAINT, "hatch": "\\\\\\\\"}}
_HATCHED: Final = {
    NOT_RELEASED: State.NOT_RELEASED,
    WITHHELD: State.WITHHELD,
    BROKEN: State.BREAK,
}
_MARKS: Final[dict[str, dict[str, Any]]] = {
    word: {
        "linestyle": "none",
        "marker": marker,
        "markersize": size,
        "markerfacecolor": "white",
        "markeredgecolor": INK,
        "markeredgewidth": 0.5,
    }
    for word, marker, size in ((_GUESSED, "D", 2.4), (PROVISIONAL, "o", 1.7))
}


def _months(ax: Axes, grid: Grid) -> None:
    """Name the months, as many as there is room for once names have taken theirs."""
    ax.set_xticks(*ticks_of(grid.periods, inches=width_of(ax)))


def _axes(ax: Axes, grid: Grid, room: float) -> None:
    """Name the rows; where they are too low for their names, the categories alone."""
    low = height_of(ax) / len(grid.names) < _LOWEST
    named = [i for i, head in enumerate(grid.heads) if head or not low]
    ax.set_yticks(named, [shorten(grid.names[i], inches=room, size=NOTE) for i in named])
    ax.tick_params(axis="y", length=0, labelsize=NOTE)
    for label, head in zip(ax.get_yticklabels(), (grid.heads[i] for i in named), strict=True):
        label.set_color(INK if head else FAINT)
        label.set_fontweight("bold" if head else "normal")
    starts = [y - 0.5 for y, head in enumerate(grid.heads) if head and y]
    ax.hlines(starts, -0.5, len(grid.periods) - 0.5, color=RULE, linewidth=0.8)
    ax.spines[["left", "bottom"]].set_visible(False)


def _entries(grid: Grid) -> dict[str, Artist | tuple[Artist, ...]]:
    """What the legend explains: the colours, and the states that occur."""
    out: dict[str, Artist | tuple[Artist, ...]] = {}
    for i, (word, color) in enumerate(zip(_WORDS, RATIOS, strict=True)):
        patch = Patch(facecolor=color, edgecolor=RULE, linewidth=0.4)
        out[word] = (
            (patch, Line2D([], [], color=RATIO_LINES[i], lw=0.9)) if i < len(RATIO_LINES) else patch
        )
    for word, state in _HATCHED.items():
        if (grid.state == state).any():
            out[word] = Patch(**{"edgecolor": FAINT, **_LOOKS[word]})
    out |= {
        word: Line2D([], [], **_MARKS[word]) for word, cells in _marked(grid).items() if cells.any()
    }
    if (np.isnan(grid.log) & ~np.isin(grid.state, list(_HATCHED.values()))).any():
        out[_NOTHING] = Patch(facecolor="white", edgecolor=RULE, linewidth=0.6)
    return out


def _said(grid: Grid, who: str, partner: str) -> Said:
    month, fallen, risen, known = latest(grid)
    headline = (
        f"{month:%b %Y} against a year before: {fallen} of {known} codes below half, "
        f"{risen} above double"
        if known
        else "No month has a year before to compare with"
    )
    subtitle = (
        f"Exports of {who} to {place_name(partner)} by category (bold) and six-digit code, US "
        "dollars, each month as a multiple of the same month a year before."
    )
    how = f"A line through a cell marks a fall, on grey paper too. {COMPATIBLE}"
    return Said(headline, subtitle, (how,))
