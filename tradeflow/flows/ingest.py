"""From files that a person downloaded to a checked flow table."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import InputFileError, UsageError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.rates import load_kept_rates
from tradeflow.nomenclature.units import more_rates
from tradeflow.options import Backend, one_of
from tradeflow.sources.call import Call
from tradeflow.sources.http.session import Received
from tradeflow.sources.offices import source
from tradeflow.sources.parsed import Parsed
from tradeflow.store.home import releases_folder
from tradeflow.store.releases import Releases, sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.call import Answer
    from tradeflow.sources.source import Source


def ingest(
    name: str,
    paths: str | Path | Sequence[str | Path],
    *,
    home: str | Path | None = None,
    release: str | None = None,
    backend: Backend = "pandas",
    **facts: str,
) -> Delivery:
    """Read files of a source into one checked flow table, and keep them.

    Parameters
    ----------
    name
        Name of the source; ``tradeflow sources`` lists them.
    paths
        One file or several; cells that two of them state are an error.
    home
        The folder in which the files are kept; ``TRADEFLOW_HOME`` or ``tradeflow-data`` if None.
    release
        Which release of the source they are; the day of the ingest if None.
    backend
        ``"pandas"`` or ``"polars"``.
    **facts
        What the files do not say themselves, such as ``flow="export"`` or ``period="2024-01"``.

    Returns
    -------
    Delivery

    Raises
    ------
    UsageError
        The source reads no files, or no file is named.
    InputFileError, DataError
        A file is not what it should be; nothing is kept then.
    """
    one_of(backend, Backend, name="backend")
    office = source(name)
    files = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    if not files:
        raise UsageError(f"Name at least one file: tradeflow ingest {name} FILE ...")
    now = datetime.now(UTC)
    told = {key: value for key, value in facts.items() if value is not None}
    told["release"] = release or f"{now:%Y-%m-%d}"
    with more_rates(load_kept_rates(home)):
        parsed = _together([read_file(office, path, path.name, told) for path in files])
    releases = Releases(releases_folder(home))
    result = deliver(parsed, (), where=", ".join(map(str, files)), backend=backend)
    answers = tuple(_keep(office, path, told, releases, now) for path in files)
    return replace(result, answers=answers)


def read_file(office: Source, path: Path, name: str, facts: dict[str, str]) -> Parsed:
    """Read one file with its source's reader; `name` is the name under which it came.

    Raises
    ------
    InputFileError
        There is no such file, or it is not what it should be.
    UsageError
        The source has no files, or knows nothing of a fact.
    """
    if not path.is_file():
        raise InputFileError(path, "no such file.", remedy="Check the path.")
    return office.read_file(path, name=name, **facts)


def _together(parts: Sequence[Parsed]) -> Parsed:
    return Parsed(
        rows=pl.concat([part.rows for part in parts], how="diagonal_relaxed"),
        withheld=pl.concat([part.withheld for part in parts], how="diagonal_relaxed"),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _keep(
    office: Source, path: Path, facts: dict[str, str], releases: Releases, now: datetime
) -> Answer:
    digest = sha256_of(path)
    call = Call(
        source=office.name,
        path=f"/file/{digest}",
        note=path.name,
        kind="file",
        about=tuple(sorted({**facts, "name": path.name}.items())),
    )
    held = releases.held(call)
    if held is not None:
        return held
    with releases.incoming(office.name) as incoming, path.open("rb") as content:
        shutil.copyfileobj(content, incoming.file)
        received = Received(200, (), f"file:{path.name}", digest, path.stat().st_size, now)
        return incoming.keep(call, received)
