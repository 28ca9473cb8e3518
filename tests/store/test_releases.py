"""Raw answers: kept once, unchanged, with their origin; nothing half-kept."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tradeflow.errors import DataError, OutputError, Unreachable
from tradeflow.files import PART
from tradeflow.sources.call import Call
from tradeflow.sources.http.session import Received
from tradeflow.store.releases import Releases, read_record

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Answer

WHEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def call(n: int) -> Call:
    return Call("toy", "/rows", (("n", str(n)),), note=f"Öl {n}", about=(("period", "2022-01"),))


def put(releases: Releases, n: int, content: bytes, at: datetime = WHEN) -> Answer:
    received = Received(
        200,
        (("content-type", "text/csv"),),
        "https://example.org/rows?n=1",
        hashlib.sha256(content).hexdigest(),
        len(content),
        at,
    )
    with releases.incoming("toy") as incoming:
        incoming.file.write(content)
        return incoming.keep(call(n), received)


def test_what_is_kept_comes_back_in_another_process(tmp_path: Path) -> None:
    answer = put(Releases(tmp_path), 1, b"a,b\n")
    again = Releases(tmp_path).held(call(1))
    assert again == answer
    assert again.read() == b"a,b\n"
    assert again.path == tmp_path / "toy/2026-11-01" / answer.sha256
    assert again.call.told("period") == "2022-01"
    assert Releases(tmp_path).held(call(2)) is None


def test_the_same_content_lies_there_once(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = put(releases, 1, b"same")
    second = put(releases, 2, b"same", WHEN + timedelta(days=3))
    assert first.path == second.path
    assert len([p for p in (tmp_path / "toy").rglob("*") if p.is_file()]) == 3
    assert list(Releases(tmp_path).all_answers("toy")) == [first, second]


def test_the_latest_answer_counts_if_it_is_recent_enough(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    put(releases, 1, b"old")
    new = put(releases, 1, b"new", WHEN + timedelta(days=1))
    assert releases.held(call(1)) == new
    assert Releases(tmp_path, fresh_since=WHEN + timedelta(hours=1)).held(call(1)) == new
    assert Releases(tmp_path, fresh_since=WHEN + timedelta(days=2)).held(call(1)) is None


def test_content_without_a_record_counts_for_nothing(tmp_path: Path) -> None:
    put(Releases(tmp_path), 1, b"x")
    for record in tmp_path.rglob("*.json"):
        record.unlink()
    assert Releases(tmp_path).held(call(1)) is None


def test_a_shortened_file_is_asked_again_and_a_changed_one_named(tmp_path: Path) -> None:
    answer = put(Releases(tmp_path), 1, b"abc")
    answer.path.write_bytes(b"abd")
    with pytest.raises(DataError, match="checksum"):
        answer.read()
    answer.path.write_bytes(b"ab")
    assert Releases(tmp_path).held(call(1)) is None


def test_nothing_stays_behind_when_an_answer_fails(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    with contextlib.suppress(Unreachable), releases.incoming("toy") as incoming:
        incoming.file.write(b"half")
        raise Unreachable("gone")
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_what_a_dead_process_left_is_swept(tmp_path: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    room = tmp_path / ".incoming"
    room.mkdir()
    (room / f".{dead}-aa{PART}").write_bytes(b"half")
    (room / f".{os.getppid()}-bb{PART}").write_bytes(b"another process at work")
    put(Releases(tmp_path), 1, b"x")
    assert [p.name for p in room.iterdir()] == [f".{os.getppid()}-bb{PART}"]


def test_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    releases = Releases(tmp_path)
    put(releases, 1, b"kept")
    monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(OutputError, match="No space left"):
        put(releases, 2, b"not kept")
    monkeypatch.undo()
    assert Releases(tmp_path).held(call(1)) is not None
    assert Releases(tmp_path).held(call(2)) is None
    assert list((tmp_path / ".incoming").iterdir()) == []


def _full(_: int) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="choose another folder"):
        put(Releases(tmp_path / "file"), 1, b"x")


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"call": 1}'])
def test_a_damaged_record_is_named(damage: str, tmp_path: Path) -> None:
    put(Releases(tmp_path), 1, b"x")
    (record,) = tmp_path.rglob("*.json")
    record.write_text(damage)
    with pytest.raises(DataError, match="no origin record"):
        Releases(tmp_path).held(call(1))


def test_a_record_says_all_about_its_origin(tmp_path: Path) -> None:
    put(Releases(tmp_path), 1, b"x")
    (path,) = tmp_path.rglob("*.json")
    record = json.loads(path.read_text())
    assert record["url"] == "https://example.org/rows?n=1"
    assert record["retrieved_at"] == "2026-11-01T12:00:00+00:00"
    assert record["content"] == record["sha256"]
    assert read_record(path).call == call(1)
