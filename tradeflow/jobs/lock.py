"""One run at a time: the operating system's lock, which ends with its owner."""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import filelock

from tradeflow.errors import Locked, OutputError
from tradeflow.files import sweep, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def hold(home: Path) -> Iterator[None]:
    """Hold the lake as long as the block runs.

    The lock is the operating system's: when its owner dies, however it dies, the lock is free.
    Who holds it since when stands in a file beside it, for people. What a killed run was writing
    is taken away.

    Parameters
    ----------
    home
        Folder of releases, lake, runs and results; it is made if it is not there.

    Raises
    ------
    Locked
        Another run holds it; the message says which, and since when.
    OutputError
        The folder cannot be written.
    """
    lock, owner = filelock.FileLock(home / ".lock"), home / ".lock.owner"
    _acquire(lock, home, owner)
    try:
        sweep(home)
        _sign(owner)
        yield
    finally:
        with suppress(OSError):  # what was done stands, whether or not a signature remains
            owner.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: filelock.BaseFileLock, home: Path, owner: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except filelock.Timeout:
        raise Locked(
            f"{home} is held by another run ({_who(owner)}). Wait for its end, or end it: the "
            "next run goes on where it stopped."
        ) from None
    except NotImplementedError as error:
        raise OutputError(
            f"{home} lies on a disk without locks. Choose a local disk: --home."
        ) from error
    except OSError as error:
        raise OutputError(
            f"{home} cannot be written: {error.strerror}. Choose another place: --home."
        ) from error


def _sign(owner: Path) -> None:
    said = {
        "process": os.getpid(),
        "machine": socket.gethostname(),
        "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
    }
    write_whole(owner, json.dumps(said).encode())


def _who(owner: Path) -> str:
    try:
        said = json.loads(owner.read_text(encoding="utf-8"))
        return f"process {said['process']} on {said['machine']} since {said['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "its owner has not signed yet"
