"""Writing a file whole or not at all; taking away what a killed process left of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from tradeflow.errors import OutputError

PART: Final = ".part"
"""Ending of a file that is being written; its name begins with a dot and the process's number."""


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all.

    A temporary file in the same folder is flushed to disk, then renamed over the target.
    """
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{os.getpid()}-", suffix=PART, delete=False
        ) as handle:
            temporary = Path(handle.name)
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise OutputError(
            f"{target} cannot be written: {error.strerror}. Nothing was changed there. "
            "Choose another place or free some room."
        ) from error


def check_place(target: Path) -> Path:
    """Return `target` if a file can be made there, to be asked before long work.

    Raises
    ------
    OutputError
        It is a folder, or in its folder no file can be made.
    """
    if target.is_dir():
        raise OutputError(
            f"{target} cannot be written: it is a folder. Nothing was changed there. "
            "Name a file in it."
        )
    if not can_write(target.parent):
        raise OutputError(
            f"{target} cannot be written: no file can be made in {target.parent}. "
            "Nothing was changed there. Choose another place or free some room."
        )
    return target


def can_write(folder: Path) -> bool:
    """Say whether a file can be made in a folder, or in the nearest one above it that exists."""
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def sweep(folder: Path) -> None:
    """Take away what was being written, in a folder and below, by processes that are gone."""
    for path in folder.rglob(f".*-*{PART}"):
        owner = path.name[1:].partition("-")[0]
        if owner.isdecimal() and not _lives(int(owner)):
            path.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
