"""``tradeflow report``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tradeflow.cli.detect import MONTHLY_SAMPLE, SAMPLE, Kind
from tradeflow.cli.findings import File
from tradeflow.cli.inputs import AsOf, LakeSource, Monthly, Partner, Reporter, flows_in
from tradeflow.cli.output import Quiet, say
from tradeflow.errors import UsageError


def report(
    file: File = None,
    *,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    tables: Annotated[
        Path | None, typer.Option(help="Folder for the tables as CSV, Parquet and Excel.")
    ] = None,
    kind: Kind = "flows",
    since: Annotated[
        str | None,
        typer.Option(help="First year or month of the time after [2022, of months 2022-03]."),
    ] = None,
    reporter: Reporter = None,
    partner: Partner = "RUS",
    monthly: Monthly = False,
    source: LakeSource = None,
    as_of: AsOf = None,
    quiet: Quiet = False,
) -> None:
    """Write one self-contained page: summary, ranking, figures, state of the data, methods.

    Example: tradeflow report --out report.html

    Example: tradeflow report --out report.html --tables tables

    Example: tradeflow report tradeflow-data --source BACI --as-of 2026-11-01 --out report.html
    """
    from tradeflow.flows.lake import release_calendar
    from tradeflow.report.report import report as write

    if monthly and file is not None and not file.is_dir():
        raise UsageError(f"{file} says itself whether it is monthly: leave --monthly out.")
    flows = flows_in(
        file,
        kind=kind,
        sample=MONTHLY_SAMPLE if monthly else SAMPLE,
        freq="M" if monthly else None,
        source=source,
        as_of=as_of,
    )
    folder = file if file is not None and file.is_dir() else None
    calendar = None if folder is None else release_calendar(folder, as_of=as_of)
    say("Hearing the evidence ...", quiet=quiet)
    written = write(
        flows,
        out=out,
        since=since,
        reporter=reporter,
        partner=partner,
        as_of=as_of,
        calendar=calendar,
        tables=tables,
        progress=None if quiet else drawn,
    )
    say(f"{written} written, {written.stat().st_size / 1e6:.1f} MB.", quiet=quiet)
    if tables is not None:
        say(f"Tables: {tables}/", quiet=quiet)


def drawn(done: int, of: int) -> None:
    """Say how many figures are drawn: on one line of a terminal, else at every fourth part."""
    text = f"Figures drawn: {done} of {of}"
    if sys.stderr.isatty():
        end = "\n" if done == of else ""
        print(f"\r\x1b[2K{text}", end=end, file=sys.stderr, flush=True)  # noqa: T201
    elif done == of or done % max(of // 4, 1) == 0:
        say(text)
