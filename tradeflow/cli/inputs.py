"""Where a command takes its flows from: a file, a folder that holds a lake, or embedded data."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradeflow.cli import complete
from tradeflow.errors import InputFileError, UsageError

if TYPE_CHECKING:
    import polars as pl

    from tradeflow.options import FileKind, Freq

AsOf = Annotated[
    str | None,
    typer.Option(help="With a folder: the data as known on this day, as 2026-11-01."),
]
LakeSource = Annotated[
    str | None, typer.Option("--source", help="With a folder: the source, as 'UN Comtrade'.")
]

Partner = Annotated[
    str,
    typer.Option(
        help="The destination asked about, ISO alpha-3.", autocompletion=complete.countries
    ),
]
Reporter = Annotated[
    str | None,
    typer.Option(
        help="The exporter, ISO alpha-3; the only one, or all together, if not named.",
        autocompletion=complete.countries,
    ),
]
Monthly = Annotated[
    bool,
    typer.Option(
        "--monthly", help="Without a file: the embedded monthly EU data. With a folder: its months."
    ),
]


def flows_in(
    file: Path | None,
    *,
    kind: FileKind,
    sample: str,
    freq: Freq | None = None,
    source: str | None = None,
    as_of: str | None = None,
) -> pl.DataFrame:
    """Load what a command works on.

    Parameters
    ----------
    file
        A file, or a folder that ``tradeflow update`` filled; None for embedded data.
    kind
        What the file is.
    sample
        The embedded data set.
    freq, source, as_of
        Which part of a lake, and as known on which day.

    Raises
    ------
    UsageError
        Options of a lake without a folder.
    InputFileError
        The file is not there, cannot be what it should be, or has no rows.
    """
    from tradeflow.flows.lake import load_lake
    from tradeflow.flows.read import read_flows
    from tradeflow.flows.samples import load_sample
    from tradeflow.frames import to_polars

    if file is not None and not file.exists():
        raise InputFileError(file, "no such file.", remedy=_instead_of(file))
    if file is not None and file.is_dir():
        lake = load_lake(file, source=source, freq=freq, as_of=as_of, backend="polars")
        return to_polars(lake)
    if as_of is not None or source is not None:
        raise UsageError(
            "--as-of and --source choose from a lake: name the folder, such as "
            "`tradeflow findings tradeflow-data --source BACI --as-of 2026-11-01`."
        )
    if file is None:
        return to_polars(load_sample(sample, backend="polars"))
    flows = to_polars(read_flows(file, kind=kind, backend="polars"))
    if flows.is_empty():
        raise InputFileError(file, "the table has a header and no rows.", remedy="Fetch it again.")
    return flows


def _instead_of(file: Path) -> str:
    """Say what may be meant by a file that is not there."""
    if file.name.replace(".", "", 1).isdigit():
        return f"Check the path; the false-discovery rate is --q {file}, -q is --quiet."
    beside = [path.name for path in file.parent.iterdir()] if file.parent.is_dir() else []
    near = get_close_matches(file.name, beside, n=1)
    return f"Check the path. Did you mean {file.with_name(near[0])}?" if near else "Check the path."
