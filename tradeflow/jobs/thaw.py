"""Unpacking a frozen study: checked file by file, whole or not at all."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from tradeflow.errors import InputFileError, OutputError, UsageError
from tradeflow.jobs.freeze import LIST, VERSION, Freeze, here
from tradeflow.sources.archive import ArchiveLimits, unpacked
from tradeflow.store.releases import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LIMITS: Final = ArchiveLimits(expanded_bytes=2**38, members=1_000_000)
"""A study of years has hundreds of thousands of small answers."""

ASK_AGAIN: Final = "Ask for the zip again. Nothing was unpacked."


@dataclass(frozen=True, slots=True)
class Thawed:
    """A study that was unpacked.

    Attributes
    ----------
    folder
        Where it lies.
    about
        What it is.
    other
        Versions that are not those here, as sentences; the same results need the same versions.
    """

    folder: Path
    about: Freeze
    other: tuple[str, ...]


def thaw(study: Path, into: Path) -> Thawed:
    """Unpack a frozen study into a new folder.

    Parameters
    ----------
    study
        What :func:`tradeflow.jobs.freeze.freeze` wrote.
    into
        A folder that is empty or not there yet.

    Returns
    -------
    Thawed

    Raises
    ------
    UsageError
        The folder holds something.
    UnsafeArchive
        The zip would write outside the folder, or expands beyond reason.
    InputFileError
        It is no frozen study, or a file in it is not the one that was frozen.
    OutputError
        The folder cannot be written.
    """
    if into.is_file() or (into.is_dir() and any(into.iterdir())):
        raise UsageError(f"{into} is not an empty folder. Name one that is not there yet: --into.")
    with unpacked(study, limits=LIMITS) as files:
        about = _about(study, files)
        _check(study, about, files)
        _place(files, into)
    return Thawed(into, about, _other(about))


def _about(study: Path, files: Mapping[str, Path]) -> Freeze:
    if LIST not in files:
        raise InputFileError(study, f"no frozen study: it has no {LIST}.", remedy=ASK_AGAIN)
    try:
        said = json.loads(files[LIST].read_text(encoding="utf-8"))
        if said["version"] > VERSION:
            remedy = "Get it: pip install -U tradeflow-monitor."
            raise InputFileError(study, "frozen by a newer tradeflow.", remedy=remedy)
        return Freeze(**{**said, "members": dict(said["members"])})
    except (json.JSONDecodeError, UnicodeDecodeError, TypeError, KeyError) as error:
        raise InputFileError(study, f"its {LIST} is damaged.", remedy=ASK_AGAIN) from error


def _check(study: Path, about: Freeze, files: Mapping[str, Path]) -> None:
    for name in sorted(about.members.keys() ^ (files.keys() - {LIST})):
        problem = "is missing" if name in about.members else "was not frozen with it"
        raise InputFileError(study, f"{name!r} {problem}.", remedy=ASK_AGAIN)
    for name, digest in about.members.items():
        if sha256_of(files[name]) != digest:
            raise InputFileError(study, f"{name!r} is not what was frozen.", remedy=ASK_AGAIN)


def _place(files: Mapping[str, Path], into: Path) -> None:
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=into.parent, prefix=".thaw-") as folder:
            draft = Path(folder) / "study"
            for name, file in files.items():
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, draft / name)
            if into.exists():
                into.rmdir()
            draft.replace(into)
    except OSError as error:
        raise OutputError(
            f"{into} cannot be written: {error.strerror}. Nothing was left there. Choose another "
            "place or free some room."
        ) from error


def _other(about: Freeze) -> tuple[str, ...]:
    now = here()
    return tuple(
        f"{word}: {getattr(about, name)} then, {getattr(now, name)} here"
        for name, word in (
            ("tradeflow", "tradeflow"),
            ("category_map", "category map"),
            ("python", "Python"),
            ("system", "system"),
        )
        if getattr(about, name) != getattr(now, name)
    )
