"""Legends in as many columns as there is room for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.page import width_of
from tradeflow.charts.style import SMALL
from tradeflow.charts.wrap import width

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    Entries = Mapping[str, Artist | tuple[Artist, ...]]

LOOK: Final[dict[str, Any]] = {
    "borderaxespad": 0,
    "borderpad": 0,
    "columnspacing": 1.0,
    "fontsize": SMALL,
    "handlelength": 1.8,
    "handletextpad": 0.5,
    "labelspacing": 0.35,
}
"""Options of every such legend; :func:`columns_of` counts on them."""

_HANDLE: Final = 0.42  # inches: a legend's picture, and the gap before the next


def columns_of(labels: Sequence[str], inches: float) -> int:
    """As many columns as fit; each is as wide as its widest label."""
    wide = [width(label, size=SMALL) + _HANDLE for label in labels]
    for count in range(len(labels), 1, -1):
        groups = np.array_split(wide, count)  # as matplotlib does
        if sum(group.max() for group in groups) <= inches:
            return count
    return 1


def lines_of(labels: Sequence[str], inches: float) -> int:
    """Lines that a legend takes."""
    return -(-len(labels) // columns_of(labels, inches))


def entries_above(ax: Axes, entries: Entries, *, left: float = 0.0) -> None:
    """Put a legend over axes, and over `left` inches beside them."""
    inches = width_of(ax)
    ax.legend(
        list(entries.values()),
        list(entries),
        loc="lower left",
        bbox_to_anchor=(-left / inches, 1.0, 1.0, 0.0),
        ncols=columns_of(list(entries), inches + left),
        **{**LOOK, "borderaxespad": 0.2, "borderpad": 0.4},
    )
