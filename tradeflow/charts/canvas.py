"""Where a result is drawn: on a sheet of its own with all its words, or on a caller's axes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tradeflow.charts.credit import give_credit
from tradeflow.charts.frame import dress
from tradeflow.charts.page import MARGIN, WIDTH, figure_of, height_of, new_page, width_of
from tradeflow.charts.style import BODY, SMALL, styled
from tradeflow.charts.wrap import hold_units, width, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from tradeflow.charts.provenance import Provenance

ROOM: Final = WIDTH - 2 * MARGIN
"""Width of a sheet between its margins, inches."""

_HANDLE: Final = 0.45  # inches that a legend adds to each of its words
_PAD: Final = 5.0  # points
_SLIP: Final = 0.05  # inches that a layout may yet move


@dataclass(frozen=True, slots=True)
class Said:
    """What a figure says in words.

    Attributes
    ----------
    headline
        The finding.
    subtitle
        Of what, since when, how much.
    notes
        Paragraphs under the drawing: how to read it, and what it cannot show.
    """

    headline: str
    subtitle: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Box:
    """Room for the drawing on a sheet, in inches; names stand at its left, figures at its right."""

    height: float
    left: float = 0.55
    right: float = 0.1
    above: float = 0.32
    below: float = 0.5


@contextmanager
def drawing_on(ax: Axes | None, said: Said, provenance: Provenance, box: Box) -> Iterator[Axes]:
    """Give axes to draw on in the house style.

    Parameters
    ----------
    ax
        A caller's axes, which get the headline and the sources as their title; None for a new
        sheet with all the words.
    said
        The words.
    provenance
        Where the numbers come from; noted on the axes for whoever saves them.
    box
        Room for the drawing; a caller's axes keep theirs.

    Yields
    ------
    matplotlib.axes.Axes
    """
    with styled():
        if ax is None:
            yield _own(said, provenance, box)
        else:
            figure_of(ax)  # which says what is wrong with them
            dress(ax)
            yield ax
            give_credit(ax, said.headline, provenance)
            _fit_words(ax, said.headline, provenance)


def _own(said: Said, provenance: Provenance, box: Box) -> Axes:
    page = new_page(
        said.headline,
        said.subtitle,
        said.notes,
        drawing=box.above + box.height + box.below,
        provenance=provenance,
    )
    return page.axes(MARGIN + box.left, box.above, ROOM - box.left - box.right, box.height)


def _fit_words(ax: Axes, headline: str, provenance: Provenance) -> None:
    """Write finding and sources over a caller's axes, as wide as they are once laid out."""
    lay_out(ax)
    label_axes(ax, x=ax.get_xlabel().replace("\n", " "), y=ax.get_ylabel().replace("\n", " "))
    beside = lay_out(ax)
    texts = (hold_units(headline), f"{', '.join(provenance.sources)}.")
    room = width_of(ax) + beside - _SLIP
    lines = [line for text in texts for line in wrap(text, inches=room, size=BODY)]
    legend = ax.get_legend()
    taken = 0.0 if legend is None else legend.get_window_extent().height * 72 / figure_of(ax).dpi
    start = -beside / width_of(ax)
    ax.set_title("\n".join(lines), loc="left", x=start, fontsize=BODY, pad=_PAD + taken)


def lay_out(ax: Axes) -> float:
    """Give axes their size, if a layout engine decides on it; return inches of names beside them.

    Without an engine nothing is measured: the caller set the size, and nobody made room for names.
    """
    figure = figure_of(ax)
    if figure.get_layout_engine() is None:
        return 0.0
    figure.draw_without_rendering()
    taken = ax.yaxis.get_tightbbox() if ax.axison else None
    return 0.0 if taken is None else max((ax.bbox.x0 - taken.x0) / figure.dpi, 0.0)


def label_axes(ax: Axes, *, x: str = "", y: str = "") -> None:
    """Write what the axes show, in lines that fit."""
    across = wrap(x, inches=width_of(ax), size=SMALL)
    up = wrap(y, inches=height_of(ax), size=SMALL)
    ax.set_xlabel("\n".join(across), fontsize=SMALL)
    ax.set_ylabel("\n".join(up), fontsize=SMALL)


def legend_above(ax: Axes, *, beside: float = 0.0) -> None:
    """Put the legend over the drawing, in as many columns as fit; `beside` inches more are free."""
    handles, labels = ax.get_legend_handles_labels()
    if not labels:
        return
    room, taken = width_of(ax) + beside, [width(word, size=SMALL) + _HANDLE for word in labels]
    columns = len(labels) if sum(taken) <= room else max(1, int(room / max(taken)))
    ax.legend(
        handles,
        labels,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns,
        borderaxespad=0.2,
        borderpad=0.2,
        handlelength=1.6,
        handletextpad=0.5,
        columnspacing=1.2,
        fontsize=SMALL,
    )
