"""All figures of monthly flows, written to a folder."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tradeflow.charts.monthly.category import draw_monthly_category
from tradeflow.charts.monthly.heatmap import draw_heatmap
from tradeflow.charts.monthly.results import plot_monitor, plot_shifts
from tradeflow.charts.save import save_figure
from tradeflow.detect.monthly.answers import monthly_answers
from tradeflow.detect.monthly.year_on_year import YEAR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    import polars as pl
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from tradeflow.detect.monthly.answers import MonthlyAnswers
    from tradeflow.frames import Frame


def draw_monthly(
    flows: pl.DataFrame,
    folder: Path,
    *,
    since: date | str,
    reporter: str | None = None,
    partner: str = "RUS",
    q: float = 0.10,
    calendar: Frame | None = None,
    revisions: Frame | None = None,
    only: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> list[Path]:
    """Draw overview, heat map and every category of monthly flows, as PNG and SVG.

    Parameters
    ----------
    flows
        A monthly flow table.
    folder
        Where to; made if it is not there.
    since
        First month of the time after.
    reporter
        ISO alpha-3; None for the only exporter, or all together.
    partner
        ISO alpha-3.
    q
        False-discovery rate of alarms.
    calendar
        Which reporter released which month, from :func:`tradeflow.release_calendar`: late months
        then are drawn as late.
    revisions
        How far each month may yet be revised, as for :func:`tradeflow.monitor`.
    only
        Categories to draw, without overview and heat map; empty for all.
    progress
        Called after each figure with how many are drawn, and of how many.

    Returns
    -------
    list of Path
        The files written: overview, heat map, then the categories.

    Raises
    ------
    UsageError
        The table is annual, or has no such exports.
    UnknownNameError
        The table holds nothing of a category in `only`.
    TooShortError
        No month before the date, or none since.
    OutputError
        A file cannot be written.
    """
    answers = monthly_answers(
        flows,
        since=since,
        reporter=reporter,
        partner=partner,
        q=q,
        calendar=calendar,
        revisions=revisions,
    )
    drawings = dict(_drawings(answers, only))
    written = []
    for done, (stem, draw) in enumerate(drawings.items(), start=1):
        figure = draw()
        written += [save_figure(figure, folder / f"{stem}.{end}") for end in ("png", "svg")]
        if progress is not None:
            progress(done, len(drawings))
    return written


def _drawings(
    answers: MonthlyAnswers, only: Sequence[str]
) -> Iterator[tuple[str, Callable[[], Figure | Axes]]]:
    if not only:
        yield from _of_all(answers)
    for name in only or answers.names():
        yield name, partial(draw_monthly_category, answers, name)


def _of_all(answers: MonthlyAnswers) -> Iterator[tuple[str, Callable[[], Figure | Axes]]]:
    described, watched = answers.described, answers.watched
    names = answers.names()
    if watched is not None:
        yield "overview", lambda: plot_monitor(watched, series=len(names))
    elif described is not None:
        yield "overview", lambda: plot_shifts(described)
    if len(answers.panel.periods) > YEAR:
        yield (
            "heatmap",
            partial(
                draw_heatmap,
                answers.panel,
                answers.reporters,
                answers.partner,
                provisional=(answers.provisional, answers.code_provisional),
            ),
        )
