"""``tradeflow report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tradeflow.cli.inputs import (
    AsOf,
    File,
    Kind,
    LakeSource,
    Monthly,
    Partner,
    Reporter,
    Since,
    calendar_in,
    flows_in,
)
from tradeflow.cli.output import Quiet, say, working
from tradeflow.files import check_place


def report(
    file: File = None,
    *,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("report.html"),
    tables: Annotated[
        Path | None, typer.Option(help="Folder for the tables as CSV, Parquet and Excel.")
    ] = None,
    kind: Kind = "flows",
    since: Since = None,
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
    from tradeflow.report.report import report as write

    target = check_place(out)  # before the work, not after it
    flows = flows_in(file, kind=kind, monthly=monthly, source=source, as_of=as_of)
    with working("Hearing the evidence", quiet=quiet) as tell:
        written = write(
            flows,
            out=target,
            since=since,
            reporter=reporter,
            partner=partner,
            as_of=as_of,
            calendar=calendar_in(file, as_of),
            tables=tables,
            progress=lambda done, of: tell(f"Figures drawn: {done} of {of}"),
        )
    say(f"{written} written, {written.stat().st_size / 1e6:.1f} MB.", quiet=quiet)
    if tables is not None:
        say(f"Tables: {tables}/", quiet=quiet)
