"""What is written in a figure, where, how large, and whether any of it is hard to read."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text

from tradeflow.charts.page import figure_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

TOUCH = 1.0  # pixels by which two boxes may overlap: rounding, not ink
SMALLEST = 6.0  # points; what is smaller cannot be read in print


def visible_texts(fig: Figure) -> Iterator[Text]:
    hidden = {id(t) for ax in fig.axes if not ax.axison for t in ax.xaxis.findobj(Text)}
    hidden |= {id(t) for ax in fig.axes if not ax.axison for t in ax.yaxis.findobj(Text)}
    for text in fig.findobj(Text):
        assert isinstance(text, Text)
        if text.get_text().strip() and text.get_visible() and id(text) not in hidden:
            yield text


def boxes(fig: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with its box in pixels."""
    canvas = FigureCanvasAgg(fig)
    canvas.draw()
    renderer = canvas.get_renderer()
    return [(t.get_text(), t.get_window_extent(renderer)) for t in visible_texts(fig)]


def overlaps(found: list[tuple[str, Bbox]]) -> list[tuple[str, str]]:
    return [
        (a, b)
        for (a, one), (b, two) in itertools.combinations(found, 2)
        if min(one.x1, two.x1) - max(one.x0, two.x0) > TOUCH
        and min(one.y1, two.y1) - max(one.y0, two.y0) > TOUCH
    ]


def outside(fig: Figure, found: list[tuple[str, Bbox]]) -> list[str]:
    """Texts that leave the figure."""
    return [
        text
        for text, box in found
        if box.x0 < 0 or box.y0 < 0 or box.x1 > fig.bbox.x1 or box.y1 > fig.bbox.y1
    ]


def hard_to_read(fig: Figure) -> list[object]:
    """Texts over each other, out of the figure, or too small for print."""
    found = boxes(fig)
    small = [t.get_text() for t in visible_texts(fig) if float(t.get_fontsize()) < SMALLEST]
    return [*overlaps(found), *outside(fig, found), *small]


def words(drawn: Figure | Axes) -> str:
    """All that a figure says, on one line."""
    fig = figure_of(drawn) if hasattr(drawn, "get_title") else drawn
    return " ".join(" ".join(t.get_text() for t in visible_texts(fig)).split())
