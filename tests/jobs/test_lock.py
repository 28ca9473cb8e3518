"""Two updates started together: one works, the other says who holds the lock."""

from __future__ import annotations

import errno
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock
import pytest

from tradeflow.errors import Locked, OutputError
from tradeflow.jobs.lock import hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HOLDER = """
import sys
from pathlib import Path
from tradeflow.jobs.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_run(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold a folder in another process, until it is killed or told to end."""
    process = subprocess.Popen(  # noqa: S603  our own words
        [sys.executable, "-c", HOLDER, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_second_run_says_who_holds_the_folder_and_since_when(tmp_path: Path) -> None:
    with other_run(tmp_path) as process, pytest.raises(Locked) as caught, hold(tmp_path):
        pass
    expected = rf"process {process.pid} on {socket.gethostname()} since 20\d\d-\d\d-\d\d .* UTC"
    assert caught.match(expected)


def test_the_program_says_so_too_and_a_scheduler_may_try_later(
    tmp_path: Path, cli: Callable[..., tuple[int, str, str]]
) -> None:
    with other_run(tmp_path) as process:
        code, out, err = cli("update", "--offline", "--home", str(tmp_path))
    assert (code, out) == (75, "")
    assert f"held by another run (process {process.pid} on" in err


def test_a_killed_owner_holds_nothing(tmp_path: Path) -> None:
    with other_run(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert json.loads((tmp_path / ".lock.owner").read_text())["process"] == process.pid
    with hold(tmp_path):
        assert json.loads((tmp_path / ".lock.owner").read_text())["process"] == os.getpid()
    assert not (tmp_path / ".lock.owner").exists()


def test_a_run_that_fails_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), hold(tmp_path):
        raise ZeroDivisionError
    with hold(tmp_path):
        pass


@pytest.mark.parametrize("signature", ["", "{}", "[]", "null", '{"process": 1}'])
def test_an_owner_that_has_not_signed_is_said_to_have_not(tmp_path: Path, signature: str) -> None:
    with other_run(tmp_path):
        (tmp_path / ".lock.owner").write_text(signature)
        with pytest.raises(Locked, match="has not signed yet"), hold(tmp_path):
            pass


def test_a_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    with hold(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()


def test_a_place_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"cannot be written: .* --home"), hold(home):
            pass


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (PermissionError(errno.EACCES, "Permission denied"), "Permission denied"),
        (OSError(errno.EROFS, "Read-only file system"), "Read-only file system"),
        (NotImplementedError("no flock here"), "a disk without locks"),
    ],
)
def test_what_the_system_refuses_is_said_in_our_terms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, says: str
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(filelock.FileLock, "acquire", refuse)
    with pytest.raises(OutputError, match=says), hold(tmp_path):
        pass


def test_a_full_disk_is_said_and_the_lock_is_free_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left on device"), hold(tmp_path):
            pass
    with hold(tmp_path):
        pass
