"""``tradeflow figures`` and ``tradeflow detect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from tradeflow.cli import complete
from tradeflow.cli.inputs import (
    SINCE,
    AsOf,
    File,
    Kind,
    LakeSource,
    Monthly,
    Partner,
    Q,
    Reporter,
    Since,
    calendar_in,
    flows_in,
)
from tradeflow.cli.output import Form, Format, Quiet, csv_text, say, show, working
from tradeflow.errors import OutputError
from tradeflow.files import check_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

    from tradeflow.detect.annual.result import ShiftTable

DESCRIPTION: Final = (
    "A level shift is a description; only an alarm with a contrast earns the word anomalous."
)

Categories = Annotated[
    list[str] | None,
    typer.Option(
        metavar="<name>",
        help="Only this category; may be given several times.",
        autocompletion=complete.categories,
    ),
]
Baseline = Annotated[
    int, typer.Option(metavar="<years>", help="Years before it to compare with.", min=1)
]


def figures(
    file: File = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the figures.")] = Path("figures"),
    category: Categories = None,
    kind: Kind = "flows",
    since: Since = None,
    baseline: Baseline = 3,
    q: Q = 0.10,
    reporter: Reporter = None,
    partner: Partner = "RUS",
    monthly: Monthly = False,
    quiet: Quiet = False,
    source: LakeSource = None,
    as_of: AsOf = None,
) -> None:
    """Draw a figure for each category and an overview of all; of years, print the table.

    Example: tradeflow figures --out figures

    Example: tradeflow --own tyres=401120,401110 figures --category tyres

    Example: tradeflow figures --monthly --out figures/eu-monthly

    Example: tradeflow figures flows.csv --reporter CHN --since 2022-03 --out figures

    Example: tradeflow figures tradeflow-data --monthly --source GACC --as-of 2026-11-01
    """
    from tradeflow.charts.category import route_of
    from tradeflow.charts.monthly.gallery import draw_monthly
    from tradeflow.nomenclature.categories import category as known

    _check_folder(out)
    only = [known(name).category for name in category or ()]
    flows = flows_in(file, kind=kind, monthly=monthly, source=source, as_of=as_of)
    if "M" in flows["freq"]:
        with working("Drawing the figures", quiet=quiet):
            written = draw_monthly(
                flows,
                out,
                since=since or SINCE["M"],
                reporter=reporter,
                partner=partner,
                q=q,
                calendar=calendar_in(file, as_of),
                only=only,
            )
        say(f"{len(written)} files are in {out}/", quiet=quiet)
    else:
        chosen = route_of(flows, reporter, partner)
        day = since or SINCE["A"]
        with working("Looking for shifts", quiet=quiet):
            table = _answer(chosen, by="category", since=day, baseline=baseline, q=q)
        _draw_years(table, out, only=only, quiet=quiet)


def _check_folder(out: Path) -> None:
    """Refuse a place for figures before the work, not after it."""
    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file, not a folder: choose another place for the figures.")
    check_place(out / "overview.png")


def _draw_years(table: ShiftTable, out: Path, *, only: Sequence[str], quiet: bool) -> None:
    from tradeflow.charts.save import draw_gallery
    from tradeflow.files import write_whole

    for name in only:
        table[name]  # before the work, not after it
    _print(table)
    with working(f"Drawing {len(only) or len(table.rows) + 1} figures", quiet=quiet):
        written = draw_gallery(table, out, only=only)
    write_whole(out / "summary.csv", csv_text(table.records()).encode())
    say(f"{len(written)} files and summary.csv are in {out}/", quiet=quiet)


def detect(
    file: File = None,
    *,
    by: Annotated[Literal["category", "hs6"], typer.Option(help="Categories or codes.")] = (
        "category"
    ),
    kind: Kind = "flows",
    since: Since = None,
    baseline: Baseline = 3,
    q: Q = 0.10,
    form: Form = "table",
    everything: Annotated[
        bool, typer.Option("--all", help="With --by hs6: unlisted codes in the table, too.")
    ] = False,
    monthly: Monthly = False,
    source: LakeSource = None,
    as_of: AsOf = None,
    quiet: Quiet = False,
) -> None:
    """Say what shifted beyond trade in general, and how rare that is.

    Of months: what changed for good, and what is alarming, side by side.

    Example: tradeflow detect --format json

    Example: tradeflow detect --by hs6 --format csv

    Example: tradeflow detect --monthly --since 2022-03
    """
    flows = flows_in(file, kind=kind, monthly=monthly, source=source, as_of=as_of)
    if "M" in flows["freq"]:
        _monthly(flows, by, since or SINCE["M"], together=file is None, q=q, form=form, quiet=quiet)
        return
    with working("Looking for shifts", quiet=quiet):
        table = _answer(flows, by=by, since=since or SINCE["A"], baseline=baseline, q=q)
    if form == "table":
        _print(table, listed_only=not everything)
    else:
        show(table.records(), form)


def _answer(
    flows: pl.DataFrame,
    *,
    by: Literal["category", "hs6"],
    since: str,
    baseline: int,
    q: float,
) -> ShiftTable:
    from tradeflow.detect.annual.shifts import detect_shifts
    from tradeflow.panel.build import panel

    return detect_shifts(panel(flows, by=by), since=since, baseline=baseline, q=q)


def _print(table: ShiftTable, *, listed_only: bool = True) -> None:
    from tradeflow.detect.annual.summary import report_lines

    for line in report_lines(table, listed_only=listed_only):
        typer.echo(line)


def _monthly(
    flows: pl.DataFrame,
    by: Literal["category", "hs6"],
    since: str,
    *,
    together: bool,
    q: float,
    form: Format,
    quiet: bool,
) -> None:
    from tradeflow.detect.monthly.monitor import monitor
    from tradeflow.detect.monthly.readable import readable
    from tradeflow.detect.monthly.screen import screen
    from tradeflow.detect.monthly.tables import side_by_side
    from tradeflow.errors import TooShortError
    from tradeflow.panel.build import panel

    series = panel(flows, by=by, together="reporter" if together else None)
    with working("Looking for shifts", quiet=quiet):
        described = screen(series, q=q)
        try:
            alarms, silent = monitor(series, since=since, q=q), ""
        except TooShortError as error:
            alarms, silent = None, f"No alarm: {error}"
    if silent:
        say(silent, quiet=quiet)
    rows = side_by_side(described, alarms).to_dicts()
    if form == "table":
        table, others = readable(rows, by)
        if table:
            show(table, form)
        typer.echo(others)
    else:
        show(rows, form)
    say(DESCRIPTION, quiet=quiet)
