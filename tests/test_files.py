"""Files are written whole or not at all, and what a killed process was writing is taken away."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from tradeflow.files import PART, sweep, write_whole
from tradeflow.jobs.lock import hold

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import os, signal, sys
from pathlib import Path
from tradeflow.files import write_whole
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), b"new")
"""


def killed_while_writing(target: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)  # noqa: S603
    assert ended.returncode == -signal.SIGKILL


def test_a_kill_leaves_the_old_file_and_a_part_that_is_swept(tmp_path: Path) -> None:
    target = tmp_path / "releases" / "toy" / "record.json"
    write_whole(target, b"old")
    killed_while_writing(target)
    (part,) = tmp_path.rglob(f".*{PART}")
    assert part.parent == target.parent
    assert target.read_bytes() == b"old"
    with hold(tmp_path):
        assert not part.exists()
    assert target.read_bytes() == b"old"


def test_only_parts_of_dead_processes_are_swept(tmp_path: Path) -> None:
    names = [".1-alive.part", "1-a-users.part", ".notes.part", f".{10**30}-never.part"]
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    sweep(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[:3])
