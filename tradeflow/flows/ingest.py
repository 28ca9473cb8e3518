"""From files that a person downloaded to a checked flow table."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from tradeflow.errors import InputFileError, UsageError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.rates import load_kept_rates
from tradeflow.nomenclature.editions import first_day
from tradeflow.nomenclature.units import more_rates
from tradeflow.options import Backend, one_of
from tradeflow.sources.call import Call
from tradeflow.sources.http.session import Received
from tradeflow.sources.offices import source
from tradeflow.sources.parsed import Parsed
from tradeflow.store.home import releases_folder
from tradeflow.store.releases import RELEASED, Releases, sha256_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.call import Answer
    from tradeflow.sources.source import FileCheck, Source


def ingest(
    name: str,
    paths: str | Path | Sequence[str | Path],
    *,
    home: str | Path | None = None,
    release: str | None = None,
    released: str | date | None = None,
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
        Which release of the source they are; what each file says itself if None (Comext's
        ``LAST UPDATE``), else `released`, else the day of the ingest.
    released
        The day on which the source released them, as 2025-02-07: from it on the lake counts what
        they state as known, so that vintages kept in a drawer can be put in order. The day of
        the ingest if None.
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
        The source reads no files, no file is named, `released` is no day or still to come, or an
        argument has the wrong type.
    InputFileError, DataError
        A file is not what it should be; nothing is kept then.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.ingest("gacc", ["exports_2025.csv"], flow="export")
    Traceback (most recent call last):
        ...
    tradeflow.errors.InputFileError: exports_2025.csv: ...
    """
    one_of(backend, Backend, name="backend")
    office = source(name)
    files, now, said = _listed(name, paths), datetime.now(UTC), _texts(facts)
    day = None if released is None else _day(released, now.date())
    named = release if release is None else str(release)
    told = [{**said, "release": named or _release_of(office, p, day or now.date())} for p in files]
    with more_rates(load_kept_rates(home)):
        pairs = zip(files, told, strict=True)
        parsed = _together([read_file(office, path, path.name, facts) for path, facts in pairs])
    releases = Releases(releases_folder(home))
    result = deliver(parsed, (), where=", ".join(map(str, files)), backend=backend)
    dated = {} if day is None else {RELEASED: f"{day}"}
    calls = [_call(office, p, facts, dated) for p, facts in zip(files, told, strict=True)]
    answers = tuple(_keep(c, p, releases, now) for c, p in zip(calls, files, strict=True))
    return replace(result, answers=answers)


def check_files(
    name: str,
    paths: str | Path | Sequence[str | Path],
    *,
    home: str | Path | None = None,
    **facts: str,
) -> FileCheck:
    """Check files of a source together without stopping at the first fault; nothing is kept.

    Parameters
    ----------
    name
        Name of the source; so far ``"gacc"``.
    paths, home
        As for :func:`ingest`.
    **facts
        What the files do not say themselves, such as ``flow="export"``; and ``partner``, whose
        lines should be there (``"RUS"``).

    Returns
    -------
    FileCheck
        ``summary()`` says it in words, ``fit`` whether :func:`ingest` would take the files;
        for China customs see :class:`~tradeflow.sources.gacc.validate.ExportCheck`.

    Raises
    ------
    UsageError
        The source cannot check its files, or no file is named.
    """
    with more_rates(load_kept_rates(home)):
        return source(name).check_files(_listed(name, paths), **_texts(facts))


def _listed(name: str, paths: Any) -> list[Path]:  # noqa: ANN401  whatever a user gives
    many = [paths] if isinstance(paths, str | os.PathLike) else paths
    if not isinstance(many, Iterable) or not all(isinstance(p, str | os.PathLike) for p in many):
        raise UsageError(f"{paths!r} is no path, nor a list of paths.")
    files = [Path(path) for path in many]
    if not files:
        raise UsageError(f"Name at least one file: tradeflow ingest {name} FILE ...")
    return files


def _texts(facts: dict[str, Any]) -> dict[str, str]:
    for key, value in facts.items():
        if not isinstance(value, str | int | None):
            raise UsageError(f"{key} is {value!r}: give it as text.")
    return {key: str(value) for key, value in facts.items() if value is not None}


def _release_of(office: Source, path: Path, day: date) -> str:
    said = office.release_of(path) if office.release_of and path.is_file() else None
    return said or f"{day}"


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


def _day(released: str | date, today: date) -> date:
    day = first_day(released)
    if day > today:
        raise UsageError(f"released is {day}, which is still to come: today is {today}.")
    return day


def _together(parts: Sequence[Parsed]) -> Parsed:
    return Parsed(
        rows=pl.concat([part.rows for part in parts], how="diagonal_relaxed"),
        withheld=pl.concat([part.withheld for part in parts], how="diagonal_relaxed"),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _call(office: Source, path: Path, facts: dict[str, str], dated: dict[str, str]) -> Call:
    return Call(
        source=office.name,
        path=f"/file/{sha256_of(path)}",
        params=tuple(dated.items()),  # what is released again on a later day is another release
        note=path.name,
        kind="file",
        about=tuple(sorted({**facts, **dated, "name": path.name}.items())),
    )


def _keep(call: Call, path: Path, releases: Releases, now: datetime) -> Answer:
    digest = call.path.rpartition("/")[2]
    held = releases.held(call)
    if held is not None:
        return held
    with releases.incoming(call.source) as incoming, path.open("rb") as content:
        shutil.copyfileobj(content, incoming.file)
        received = Received(200, (), f"file:{path.name}", digest, path.stat().st_size, now)
        return incoming.keep(call, received)
