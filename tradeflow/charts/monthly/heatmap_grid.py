"""What the map of all codes by month shows: rows, and each cell against its year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.charts.monthly.members import parts_of
from tradeflow.charts.names import good_name
from tradeflow.detect.monthly.year_on_year import YEAR, year_on_year

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Rows of the map: categories, each with its codes beneath it.

    Attributes
    ----------
    names, heads
        Of the rows, and which are categories; shape (n,).
    log
        Shape (n, months): log ratio to the year before; NaN where there is none.
    state
        Same shape, as in a panel.
    provisional
        Same shape: whether a number may yet be revised.
    periods
        Months of the columns.
    """

    names: list[str]
    heads: list[bool]
    log: NDArray[np.float64]
    state: NDArray[np.uint8]
    provisional: NDArray[np.bool_]
    periods: tuple[date, ...]


def grid_of(
    panel: Panel, provisional: tuple[NDArray[np.bool_], NDArray[np.bool_]], *, china: bool
) -> Grid:
    """Put the rows together.

    Parameters
    ----------
    panel
        Monthly, by category, with its parts.
    provisional
        Months that may yet be revised, of the categories and of the codes.
    china
        Whether January and February count as one month, as China's new year asks for.
    """
    names, heads, log, state, may_change = [], [], [], [], []
    parts = parts_of(panel)
    whole = year_on_year(panel, merge_new_year=china)
    each = year_on_year(parts, merge_new_year=china)
    for row, name in enumerate(panel.keys["category"]):
        names.append(good_name(name, "category"))
        names += [good_name(parts.keys["hs6"][int(i)], "hs6") for i in panel.members[row]]
        heads += [True, *[False] * len(panel.members[row])]
        log += [whole[row], *each[panel.members[row]]]
        state += [panel.state[row, YEAR:], *parts.state[panel.members[row], YEAR:]]
        may_change += [provisional[0][row, YEAR:], *provisional[1][panel.members[row], YEAR:]]
    cells = np.array(log), np.array(state), np.array(may_change) & np.isfinite(log)
    return Grid(names, heads, *cells, panel.periods[YEAR:])


def latest(grid: Grid) -> tuple[date, int, int, int]:
    """The last month that most codes have, and how many fell and rose by half, and are known."""
    codes = grid.log[~np.array(grid.heads)]
    known = (~np.isnan(codes)).sum(axis=0)
    most = np.flatnonzero(known * 2 >= max(int(known.max(initial=0)), 1))
    at = int(most[-1]) if most.size else -1
    column = codes[:, at]
    return (
        grid.periods[at],
        int((column < np.log(0.5)).sum()),
        int((column > np.log(2.0)).sum()),
        int(known[at]),
    )
