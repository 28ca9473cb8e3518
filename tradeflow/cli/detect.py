"""``tradeflow figures`` and ``tradeflow detect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from tradeflow.cli.inputs import AsOf, LakeSource, flows_in
from tradeflow.cli.output import Format, csv_text, say, show
from tradeflow.errors import OutputError
from tradeflow.options import FileKind, Freq

if TYPE_CHECKING:
    import polars as pl

    from tradeflow.detect.annual.result import ShiftTable

SAMPLE = "china-russia-annual"
MONTHLY_SAMPLE = "eu-high-priority-monthly"
SINCE: Final[dict[Freq, str]] = {"A": "2022", "M": "2022-03"}

File = Annotated[
    Path | None,
    typer.Argument(help="Annual flows of all codes; the embedded China to Russia data if absent."),
]
Kind = Annotated[FileKind, typer.Option(help="What the file is.")]
Since = Annotated[str, typer.Option(help="First year of the time after.")]
SinceEither = Annotated[
    str | None,
    typer.Option(
        help="First year or month of the time after; the month by default is the first whole "
        f"one after 24 February 2022 [{SINCE['A']}, of months {SINCE['M']}].",
    ),
]
Baseline = Annotated[int, typer.Option(help="Years before it to compare with.", min=1)]
Q = Annotated[float, typer.Option("--q", help="False-discovery rate promised.", min=0.0, max=1.0)]
Quiet = Annotated[bool, typer.Option("--quiet", help="No talk on standard error.")]


def figures(
    file: File = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the figures.")] = Path("figures"),
    kind: Kind = "flows",
    since: Since = "2022",
    baseline: Baseline = 3,
    q: Q = 0.10,
    quiet: Quiet = False,
    source: LakeSource = None,
    as_of: AsOf = None,
) -> None:
    """Draw a figure for each category and an overview, and print the table.

    Example: tradeflow figures --out figures
    """
    from tradeflow.charts.save import draw_gallery
    from tradeflow.files import write_whole

    if out.exists() and not out.is_dir():
        raise OutputError(f"{out} is a file, not a folder: choose another place for the figures.")
    flows = flows_in(file, kind=kind, sample=SAMPLE, freq="A", source=source, as_of=as_of)
    table = _answer(flows, by="category", since=since, baseline=baseline, q=q)
    _print(table)
    say(f"Drawing {len(table.rows) + 1} figures ...", quiet=quiet)
    written = draw_gallery(table, out)
    write_whole(out / "summary.csv", csv_text(table.records()).encode())
    say(f"{len(written)} files and summary.csv are in {out}/", quiet=quiet)


def detect(
    file: File = None,
    *,
    by: Annotated[Literal["category", "hs6"], typer.Option(help="Categories or codes.")] = (
        "category"
    ),
    kind: Kind = "flows",
    since: SinceEither = None,
    baseline: Baseline = 3,
    q: Q = 0.10,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = "table",
    everything: Annotated[
        bool, typer.Option("--all", help="With --by hs6: unlisted codes in the table, too.")
    ] = False,
    monthly: Annotated[
        bool, typer.Option("--monthly", help="Monthly flows: description and alarm side by side.")
    ] = False,
    source: LakeSource = None,
    as_of: AsOf = None,
) -> None:
    """Say what shifted beyond trade in general, and how rare that is.

    Example: tradeflow detect --format json

    Example: tradeflow detect --by hs6 --format csv

    Example: tradeflow detect --monthly --since 2022-03
    """
    freq: Freq = "M" if monthly else "A"
    sample = MONTHLY_SAMPLE if monthly else SAMPLE
    flows = flows_in(file, kind=kind, sample=sample, freq=freq, source=source, as_of=as_of)
    if monthly:
        _monthly(flows, by, since or SINCE["M"], together=file is None, q=q, form=form)
        return
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
) -> None:
    from tradeflow.detect.monthly.monitor import monitor
    from tradeflow.detect.monthly.screen import screen
    from tradeflow.detect.monthly.tables import side_by_side
    from tradeflow.errors import TooShortError
    from tradeflow.panel.build import panel

    series = panel(flows, by=by, together="reporter" if together else None)
    described = screen(series, q=q)
    try:
        alarms = monitor(series, since=since, q=q)
    except TooShortError as error:
        alarms = None
        say(f"No alarm: {error}")
    rows = side_by_side(described, alarms).to_dicts()
    exporters = {row["reporter"] for row in rows}
    columns = ["reporter"] if len(exporters) > 1 else []
    columns += ["partner", by, "description", "month", "month_first", "month_last"]
    columns += ["change_percent", "description_q", "alarm"]
    show(rows, form, columns if alarms is None else [*columns, "excess_usd", "alarm_q"])
    say("A level shift is a description; only an alarm with a contrast earns the word anomalous.")
