"""One figure per category."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, overload

import numpy as np
import polars as pl

from tradeflow.charts.beneath import draw_unit_value, draw_weight
from tradeflow.charts.credit import give_credit
from tradeflow.charts.footer import category_notes
from tradeflow.charts.frame import caption, hatch_after
from tradeflow.charts.marks import chosen_marks, draw_marks, key
from tradeflow.charts.members import draw_members
from tradeflow.charts.monthly_category import draw_monthly_category, draw_value_alone
from tradeflow.charts.page import MARGIN, WIDTH, new_page, width_of
from tradeflow.charts.panels import draw_value, value_legend
from tradeflow.charts.phrases import seam as seam_words
from tradeflow.charts.provenance import provenance_of
from tradeflow.charts.strata import strata
from tradeflow.charts.style import BODY, SMALL, styled
from tradeflow.charts.words import headline, subtitle
from tradeflow.charts.wrap import wrap
from tradeflow.detect.monthly.answers import monthly_answers
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import category

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tradeflow.charts.marks import Mark
    from tradeflow.charts.page import Page
    from tradeflow.charts.panels import Entry
    from tradeflow.charts.strata import Stratum
    from tradeflow.detect.annual.result import Path, ShiftTable
    from tradeflow.frames import Frame

SINCE_YEAR: Final = "2022"
SINCE_MONTH: Final = "2022-03"
"""First whole month after 24 February 2022."""

_LEFT: Final = MARGIN + 0.5  # room for the tick labels of the main column
_MAIN: Final = 4.35
_SIDE: Final = MARGIN + 5.4
_SIDE_WIDTH: Final = WIDTH - _SIDE - MARGIN
_SIDE_TOP: Final = 0.37
_DRAWING: Final = 6.05
_DRAWING_BROKEN: Final = 4.05  # without weight and unit value
_FOOT: Final = 0.33
_WARNING: Final = 0.55  # part of the panel's width


@overload
def plot_category(
    flows: Frame,
    name: str,
    *,
    since: date | str | None = None,
    reporter: str | None = None,
    partner: str = "RUS",
    calendar: Frame | None = None,
    ax: None = None,
    shifts: ShiftTable | None = None,
) -> Figure: ...
@overload
def plot_category(
    flows: Frame,
    name: str,
    *,
    since: date | str | None = None,
    reporter: str | None = None,
    partner: str = "RUS",
    calendar: Frame | None = None,
    ax: Axes,
    shifts: ShiftTable | None = None,
) -> Axes: ...
def plot_category(
    flows: Frame,
    name: str,
    *,
    since: date | str | None = None,
    reporter: str | None = None,
    partner: str = "RUS",
    calendar: Frame | None = None,
    ax: Axes | None = None,
    shifts: ShiftTable | None = None,
) -> Figure | Axes:
    """Draw a category: value, weight, unit value, members, and what was to be expected.

    Parameters
    ----------
    flows
        A flow table of all codes, annual or monthly; not read if `shifts` is given.
    name
        A category.
    since
        First year or month of the time after; None for 2022, of months for 2022-03.
    reporter
        ISO alpha-3; None for the only exporter, or all together.
    partner
        ISO alpha-3.
    calendar
        Which reporter released which month, from :func:`tradeflow.release_calendar`: months that
        are late are then drawn as late.
    ax
        Axes for the value panel alone; None for a whole figure.
    shifts
        Of years: the answers by category, if they are known already.

    Returns
    -------
    matplotlib.figure.Figure or matplotlib.axes.Axes
        The figure, or the axes given.

    Raises
    ------
    UnknownNameError
        No such category, or the flows have none of its codes.
    UsageError
        The table has no exports of the reporter, or to the partner.

    Notes
    -----
    Years are drawn against what comparable goods did, months against a forecast from the months
    before `since`. A month that is provisional, estimated, mirrored, withheld, not released or not
    comparable has a mark of its own, and no line runs through a month without a number.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample()
    >>> shifts = tf.detect_shifts(tf.panel(flows), baskets=500)
    >>> figure = tf.plot_category(flows, "jammers", shifts=shifts)
    >>> len(figure.axes)
    4
    >>> months = tf.load_sample("eu-high-priority-monthly")
    >>> len(tf.plot_category(months, "chips").axes)
    5
    """
    category(name)
    if shifts is None:
        rows = to_polars(flows)
        if (rows["freq"] == "M").any():
            answers = monthly_answers(
                rows,
                since=since or SINCE_MONTH,
                reporter=reporter,
                partner=partner,
                calendar=calendar,
            )
            if ax is None:
                return draw_monthly_category(answers, name)
            return draw_value_alone(answers, name, ax)
        shifts = _shifts(route_of(rows, reporter, partner), since or SINCE_YEAR)
    if ax is None:
        return draw_category(shifts, name)
    with styled():
        _value_alone(ax, shifts, name)
    give_credit(ax, headline(shifts[name], shifts), provenance_of(shifts))
    return ax


def route_of(rows: pl.DataFrame, reporter: str | None, partner: str) -> pl.DataFrame:
    """Take the rows of a route: of years a figure shows one; all if the table holds no other."""
    to = rows.filter(pl.col("partner") == partner) if rows["partner"].n_unique() > 1 else rows
    return to if reporter is None else to.filter(pl.col("reporter") == reporter)


def _shifts(rows: pl.DataFrame, since: date | str) -> ShiftTable:
    from tradeflow.detect.annual.shifts import detect_shifts
    from tradeflow.panel.build import panel

    return detect_shifts(panel(rows), since=since)


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
    value = page.axes(_LEFT, 0.45, _MAIN, 2.75)
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
        borderaxespad=0,
        borderpad=0,
        ncols=len(entries),
        columnspacing=1.0,
        handlelength=1.8,
        handletextpad=0.5,
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


def _value_alone(ax: Axes, shifts: ShiftTable, name: str) -> None:
    row, path = shifts[name], shifts.paths[name]
    layers = strata(path, row, shifts)
    draw_value(ax, path, layers, seam=_seam(shifts))
    inches = width_of(ax)
    _warn_if_broken(ax, path, shifts, inches=inches)
    ax.set_ylabel("m USD a year", fontsize=SMALL)
    title = wrap(headline(row, shifts), inches=inches, size=BODY, bold=True)
    ax.set_title("\n".join(title), fontsize=BODY, fontweight="bold", loc="left")
    if _is_comparable(path):
        entries = value_legend(path, layers, date=f"start of {shifts.options.since.year}")
        ax.legend(list(entries.values()), list(entries), loc="upper left")
