"""Where a command takes its flows from: a file, a folder that holds a lake, or embedded data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradeflow.errors import UsageError

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
    """
    from tradeflow.flows.lake import load_lake
    from tradeflow.flows.read import read_flows
    from tradeflow.flows.samples import load_sample
    from tradeflow.frames import to_polars

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
    return to_polars(read_flows(file, kind=kind, backend="polars"))
