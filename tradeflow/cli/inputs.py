"""What commands that answer share: where the flows come from, and the options to say so."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from tradeflow.cli import complete
from tradeflow.errors import InputFileError, UsageError
from tradeflow.options import FileKind, Freq

if TYPE_CHECKING:
    import polars as pl

SAMPLE: Final[dict[Freq, str]] = {"A": "china-russia-annual", "M": "eu-high-priority-monthly"}
SINCE: Final[dict[Freq, str]] = {"A": "2022", "M": "2022-03"}

File = Annotated[
    Path | None,
    typer.Argument(
        help="Flows, monthly or annual, of all codes if annual; or a folder that `tradeflow "
        "update` filled; the embedded China to Russia data if absent.",
    ),
]
Kind = Annotated[FileKind, typer.Option(help="What the file is.")]
Since = Annotated[
    str | None,
    typer.Option(
        help="First year or month of the time after; the month by default is the first whole "
        f"one after 24 February 2022 [{SINCE['A']}, of months {SINCE['M']}].",
    ),
]
Q = Annotated[
    float,
    typer.Option(
        "--q",
        help="False-discovery rate promised; -q is --quiet.",
        min=0.0,
        max=1.0,
        metavar="<rate>",
    ),
]
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
    monthly: bool,
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
    monthly
        Without a file: the embedded monthly data. With a folder: its months; else its years, or
        its months if it holds no years.
    source, as_of
        Which part of a lake, and as known on which day.

    Raises
    ------
    UsageError
        Options of a lake without a folder, or `monthly` with a file.
    InputFileError
        The file is not there, cannot be what it should be, or has no rows.
    """
    from tradeflow.flows.samples import load_sample
    from tradeflow.frames import to_polars

    if file is not None and file.is_dir():
        return _in_lake(file, monthly=monthly, source=source, as_of=as_of)
    if as_of is not None or source is not None:
        raise UsageError(
            "--as-of and --source choose from a lake: name the folder, such as "
            "`tradeflow findings tradeflow-data --source BACI --as-of 2026-11-01`."
        )
    if file is None:
        return to_polars(load_sample(SAMPLE["M" if monthly else "A"], backend="polars"))
    if monthly:
        raise UsageError(f"{file} says itself whether it is monthly: leave --monthly out.")
    return _in_file(file, kind)


def calendar_in(file: Path | None, as_of: str | None) -> pl.DataFrame | None:
    """Load what the sources of a lake were asked and have released; None without a lake."""
    from tradeflow.flows.lake import release_calendar
    from tradeflow.frames import to_polars

    if file is None or not file.is_dir():
        return None
    return to_polars(release_calendar(file, as_of=as_of, backend="polars"))


def _in_lake(folder: Path, *, monthly: bool, source: str | None, as_of: str | None) -> pl.DataFrame:
    from tradeflow.flows.lake import load_lake
    from tradeflow.frames import to_polars

    freq: Freq | None = "M" if monthly else None
    held = to_polars(load_lake(folder, source=source, freq=freq, as_of=as_of, backend="polars"))
    years = held.filter(held["freq"] == "A")
    return held if years.is_empty() else years


def _in_file(file: Path, kind: FileKind) -> pl.DataFrame:
    from tradeflow.flows.read import read_flows
    from tradeflow.frames import to_polars

    if not file.exists():
        raise InputFileError(file, "no such file.", remedy=_instead_of(file))
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
