"""The figure of a category, of years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.charts.annual.beneath import draw_unit_value, draw_weight
from tradeflow.charts.annual.members import draw_members
from tradeflow.charts.annual.panels import draw_value, member_legend, value_legend
from tradeflow.charts.annual.strata import strata
from tradeflow.charts.annual.words import headline, subtitle
from tradeflow.charts.canvas import Box, Said, drawing_on
from tradeflow.charts.footer import category_notes
from tradeflow.charts.frame import caption, hatch_after
from tradeflow.charts.legends import LOOK, entries_above
from tradeflow.charts.marks import chosen_marks, draw_marks, key
from tradeflow.charts.page import MARGIN, WIDTH, new_page, width_of
from tradeflow.charts.phrases import seam as seam_words
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.style import SMALL, styled
from tradeflow.charts.wrap import wrap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tradeflow.charts.annual.panels import Entry
    from tradeflow.charts.annual.strata import Stratum
    from tradeflow.charts.marks import Mark
    from tradeflow.charts.page import Page
    from tradeflow.detect.annual.result import Path, ShiftTable

_LEFT: Final = MARGIN + 0.5  # room for the tick labels of the main column
_MAIN: Final = 4.35
_VALUE: Final = 2.75
_SIDE: Final = MARGIN + 5.4
_SIDE_WIDTH: Final = WIDTH - _SIDE - MARGIN
_SIDE_TOP: Final = 0.37
_DRAWING: Final = 6.05
_DRAWING_BROKEN: Final = 4.05  # without weight and unit value
_FOOT: Final = 0.33
_WARNING: Final = 0.55  # part of the panel's width


def draw_category(shifts: ShiftTable, name: str) -> Figure:
    """Draw the whole figure of a category from its answer."""
    row, path = shifts[name], shifts.paths[name]
    marks = _marks(shifts)
    notes = [*([key(marks)] if marks else []), *category_notes(row)]
    with styled():
        layers = strata(path, row, shifts)
        tall = _DRAWING if _is_comparable(path) else _DRAWING_BROKEN
        page = new_page(
            headline(row, shifts),
            subtitle(row, shifts),
            notes,
            drawing=tall,
            provenance=provenance_of(shifts),
        )
        _value_column(page, shifts, path, layers, marks)
        _beneath(page, path, seam=_seam(shifts))
        page.text(_SIDE, 0.13, "Members apart, m USD a year", size=SMALL)
        box = (_SIDE_WIDTH, tall - _SIDE_TOP - _FOOT)
        side = page.axes(_SIDE, _SIDE_TOP, *box)
        draw_members(side, path, layers, inches=box, seam=_seam(shifts))
    return page.figure


def _is_comparable(path: Path) -> bool:
    return bool(np.isfinite(path.comparable).any())


def _marks(shifts: ShiftTable) -> tuple[Mark, ...]:
    earlier = [p for p in shifts.periods if p < shifts.options.since]
    first = earlier[-shifts.options.baseline :][0]
    return chosen_marks(first, shifts.periods[-1].replace(month=12, day=31))


def _seam(shifts: ShiftTable) -> float:
    return shifts.options.since.year - 0.5


def _value_column(
    page: Page, shifts: ShiftTable, path: Path, layers: Sequence[Stratum], marks: Sequence[Mark]
) -> None:
    seam = _seam(shifts)
    value = page.axes(_LEFT, 0.45, _MAIN, _VALUE)
    draw_value(value, path, layers, seam=seam)
    caption(value, "Value, m USD a year")
    _warn_if_broken(value, path, shifts, inches=_MAIN)
    draw_marks(value, marks)
    _legend(page, value_legend(path, layers, date=f"start of {shifts.options.since.year}"))


def _beneath(page: Page, path: Path, *, seam: float) -> None:
    if not _is_comparable(path):
        why = "Weight and unit value: none, because no member is comparable."
        page.text(_LEFT, 3.6, why, size=SMALL)
        return
    draw_weight(page.axes(_LEFT, 3.72, _MAIN, 0.75), path, seam=seam)
    draw_unit_value(page.axes(_LEFT, 4.97, _MAIN, 0.75), path, seam=seam)


def _legend(page: Page, entries: Mapping[str, Entry]) -> None:
    page.figure.legend(
        handles=list(entries.values()),
        labels=list(entries),
        loc="upper left",
        bbox_to_anchor=(MARGIN / WIDTH, 1 - page.top / page.height),
        ncols=len(entries),
        **LOOK,
    )


def _warn_if_broken(ax: Axes, path: Path, shifts: ShiftTable, *, inches: float) -> None:
    if _is_comparable(path):
        return
    text = (
        f"No comparable series across {seam_words(shifts)}: every member changed what it holds, "
        "or is shared with another category. Bars: values as published."
    )
    lines = wrap(text, inches=inches * _WARNING, size=SMALL)
    hatch_after(ax, "\n".join(lines), seam=_seam(shifts))


def draw_value_alone(shifts: ShiftTable, name: str, ax: Axes) -> Axes:
    """Draw the value panel of a category on axes of a figure made elsewhere."""
    row, path = shifts[name], shifts.paths[name]
    words = Said(headline(row, shifts), subtitle(row, shifts))
    layers = strata(path, row, shifts)
    with drawing_on(ax, words, provenance_of(shifts), Box(_VALUE)) as target:
        draw_value(target, path, layers, seam=_seam(shifts))
        _warn_if_broken(target, path, shifts, inches=width_of(target))
        target.set_ylabel("m USD a year", fontsize=SMALL)
        date = f"start of {shifts.options.since.year}"
        entries_above(target, member_legend(layers) | value_legend(path, layers, date=date))
    return ax
