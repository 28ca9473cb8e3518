"""One figure per category, of years or of months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, overload

import polars as pl

from tradeflow.charts.annual.category import draw_category
from tradeflow.charts.annual.category import draw_value_alone as draw_years_alone
from tradeflow.charts.monthly.category import draw_monthly_category, draw_value_alone
from tradeflow.detect.monthly.answers import monthly_answers
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import category

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tradeflow.detect.annual.result import ShiftTable
    from tradeflow.frames import Frame

SINCE_YEAR: Final = "2022"
SINCE_MONTH: Final = "2022-03"
"""First whole month after 24 February 2022."""


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
        Axes for the value panel alone; None for a whole figure, 8 inches wide. For a journal's
        column give axes of its width, such as
        ``plt.subplots(figsize=(3.5, 4), layout="constrained")[1]``.
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
    return draw_years_alone(shifts, name, ax)


def route_of(rows: pl.DataFrame, reporter: str | None, partner: str) -> pl.DataFrame:
    """Take the rows of a route: of years a figure shows one; all if the table holds no other."""
    to = rows.filter(pl.col("partner") == partner) if rows["partner"].n_unique() > 1 else rows
    return to if reporter is None else to.filter(pl.col("reporter") == reporter)


def _shifts(rows: pl.DataFrame, since: date | str) -> ShiftTable:
    from tradeflow.detect.annual.shifts import detect_shifts
    from tradeflow.panel.build import panel

    return detect_shifts(panel(rows), since=since)
