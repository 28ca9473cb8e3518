"""One report in one file, from a flow table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.charts.provenance import provenance_of
from tradeflow.errors import OutputError, UsageError
from tradeflow.files import check_place, write_whole
from tradeflow.flows.check import check_flows
from tradeflow.flows.samples import load_sample
from tradeflow.frames import to_polars
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day
from tradeflow.panel.build import panel
from tradeflow.report.compose import compose, frames_of
from tradeflow.report.export import write_tables
from tradeflow.report.print import print_page
from tradeflow.report.safe import plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from tradeflow.frames import Frame
    from tradeflow.panel.model import Panel
    from tradeflow.report.story import Story

SINCE: Final = {"A": "2022", "M": "2022-03"}
"""First period of the time after, if nobody names one; of months, the first whole one."""


def report(
    flows: Frame | None = None,
    *,
    out: str | Path,
    since: date | str | int | None = None,
    reporter: str | None = None,
    partner: str = "RUS",
    as_of: str | None = None,
    changes: str | Mapping[str, Any] | None = None,
    data_status: Sequence[Mapping[str, Any]] | None = None,
    calendar: Frame | None = None,
    revisions: Frame | None = None,
    tables: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write the findings on a flow table as one HTML file that needs no other.

    Parameters
    ----------
    flows
        A flow table of one source, annual or monthly, of all codes if annual; None for the
        embedded annual trade of China with Russia.
    out
        The file to write.
    since
        First period after; None for 2022, of months 2022-03.
    reporter
        The exporter, ISO alpha-3; None for the only one, or, of months, all together.
    partner
        The destination asked about, ISO alpha-3.
    as_of
        Day on which the data were known so; None if their releases say it all.
    changes
        What changed since the last run: the page of ``tradeflow diff`` (Markdown) or the same as
        a dict.
    data_status
        Rows of what is late, as ``tradeflow status`` or a run's manifest give them.
    calendar
        What was asked and what is released, from :func:`tradeflow.release_calendar`: months that
        are late are then shown as late.
    revisions
        How far each month may yet be revised, as for :func:`tradeflow.monitor`.
    tables
        Folder for all tables as CSV, Parquet and Excel; None for none.
    progress
        Called with the number of figures drawn and their total.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DataError
        The table breaks the flow-table contract.
    UsageError
        The table mixes sources or frequencies, or holds several exporters of annual trade.
    OutputError
        The file cannot be written there.

    Notes
    -----
    The same input gives the same bytes. Nothing is written before everything is ready.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.report(out="report.html").stat().st_size < 5_000_000
    True
    """
    target = _target(out)
    table = check_flows(to_polars(load_sample(backend="polars") if flows is None else flows))
    chosen = _of_reporter(_legible(table), reporter)
    asked = _to_partner(chosen, partner)
    freq = "A" if "A" in asked["freq"] else "M"
    day = first_day(since or SINCE[freq])
    whole = panel(asked, by="category", calendar=calendar)
    story = _story(
        freq,
        chosen,
        whole,
        since=day,
        reporter=reporter,
        partner=partner,
        calendar=calendar,
        revisions=revisions,
    )
    source = provenance_of(whole, as_of=as_of)
    page = compose(
        story,
        asked,
        whole,
        source=source,
        changes=changes,
        data_status=data_status,
        progress=progress,
    )
    html = print_page(page)
    if tables is not None:
        write_tables(frames_of(story, asked, whole, source), Path(tables))
    write_whole(target, html)
    return target


def _target(out: str | Path) -> Path:
    target = Path(out)
    if target.is_dir():
        raise OutputError(f"{target} is a folder: name the file too, such as {target}/report.html.")
    return check_place(target)


def _legible(table: pl.DataFrame) -> pl.DataFrame:
    """Show what steers the display in the one text that others write: the release."""
    release = pl.col("release")
    return table.with_columns(release.replace({x: plain(x) for x in table["release"].unique()}))


def _of_reporter(table: pl.DataFrame, reporter: str | None) -> pl.DataFrame:
    if reporter is None:
        return table
    rows = table.filter(pl.col("reporter") == country(reporter).iso3)
    return _some(rows, f"no flows of {reporter}", table["reporter"])


def _to_partner(table: pl.DataFrame, partner: str) -> pl.DataFrame:
    rows = table.filter(pl.col("partner") == country(partner).iso3)
    return _some(rows, f"no flows to {partner}", table["partner"])


def _some(rows: pl.DataFrame, what: str, held: pl.Series) -> pl.DataFrame:
    if rows.is_empty():
        names = ", ".join(held.unique().sort().head(10))
        raise UsageError(f"The table has {what}; it holds {names or 'nothing'}.")
    return rows


def _story(
    freq: str,
    flows: pl.DataFrame,
    whole: Panel,
    *,
    since: date,
    reporter: str | None,
    partner: str,
    calendar: Frame | None,
    revisions: Frame | None,
) -> Story:
    """Let the methods for years or for months tell what they found."""
    if freq == "M":
        from tradeflow.report.monthly import monthly_story

        return monthly_story(
            flows,
            since=since,
            reporter=reporter,
            partner=partner,
            calendar=calendar,
            revisions=revisions,
        )
    from tradeflow.report.annual import annual_story

    exporters = whole.keys["reporter"].unique().sort().to_list()
    if len(exporters) > 1:
        raise UsageError(
            f"The table holds annual exports of {', '.join(exporters[:10])}: name one as reporter."
        )
    return annual_story(flows, whole, since=since, partner=partner)
