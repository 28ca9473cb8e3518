"""``tradeflow figures`` and ``tradeflow detect``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from tradeflow.cli.output import Format, csv_text, say, show
from tradeflow.options import FileKind

if TYPE_CHECKING:
    from tradeflow.detect.annual.result import ShiftTable

SAMPLE = "china-russia-annual"

File = Annotated[
    Path | None,
    typer.Argument(help="Annual flows of all codes; the embedded China to Russia data if absent."),
]
Kind = Annotated[FileKind, typer.Option(help="What the file is.")]
Since = Annotated[int, typer.Option(help="First year of the time after.")]
Baseline = Annotated[int, typer.Option(help="Years before it to compare with.", min=1)]
Q = Annotated[float, typer.Option("--q", help="False-discovery rate promised.", min=0.0, max=1.0)]
Quiet = Annotated[bool, typer.Option("--quiet", help="No talk on standard error.")]


def figures(
    file: File = None,
    *,
    out: Annotated[Path, typer.Option(help="Folder for the figures.")] = Path("figures"),
    kind: Kind = "flows",
    since: Since = 2022,
    baseline: Baseline = 3,
    q: Q = 0.10,
    quiet: Quiet = False,
) -> None:
    """Draw a figure for each category and an overview, and print the table.

    Example: tradeflow figures --out figures
    """
    from tradeflow.charts.save import draw_gallery
    from tradeflow.files import write_whole

    table = _answer(file, kind=kind, by="category", since=since, baseline=baseline, q=q)
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
    since: Since = 2022,
    baseline: Baseline = 3,
    q: Q = 0.10,
    form: Annotated[Format, typer.Option("--format", help="How to print.")] = "table",
    everything: Annotated[
        bool, typer.Option("--all", help="With --by hs6: unlisted codes in the table, too.")
    ] = False,
) -> None:
    """Say what shifted beyond trade in general, and how rare that is.

    Examples: tradeflow detect --format json
              tradeflow detect --by hs6 --format csv
    """
    table = _answer(file, kind=kind, by=by, since=since, baseline=baseline, q=q)
    if form == "table":
        _print(table, listed_only=not everything)
    else:
        show(table.records(), form)


def _answer(
    file: Path | None,
    *,
    kind: FileKind,
    by: Literal["category", "hs6"],
    since: int,
    baseline: int,
    q: float,
) -> ShiftTable:
    from tradeflow.detect.annual.shifts import detect_shifts
    from tradeflow.flows.read import read_flows
    from tradeflow.flows.samples import load_sample
    from tradeflow.panel.build import panel

    if file is None:
        flows = load_sample(SAMPLE, backend="polars")
    else:
        flows = read_flows(file, kind=kind, backend="polars")
    return detect_shifts(panel(flows, by=by), since=since, baseline=baseline, q=q)


def _print(table: ShiftTable, *, listed_only: bool = True) -> None:
    from tradeflow.detect.annual.summary import report_lines

    for line in report_lines(table, listed_only=listed_only):
        typer.echo(line)
