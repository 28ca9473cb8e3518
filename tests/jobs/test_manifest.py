"""Runs keep their order and their record, whatever the clock does."""

from __future__ import annotations

import errno
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tradeflow.errors import InputFileError, OutputError, UnknownNameError
from tradeflow.jobs.manifest import Manifest, moment_of, next_run, read_manifest, runs

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def end_runs(home: Path, *hours: float) -> list[str]:
    """End a run at each of these hours after noon; their names, in the order of the events."""
    names = []
    for hour in hours:
        names.append(next_run(home, NOON + timedelta(hours=hour)))
        Manifest(run=names[-1]).write(home)
    return names


def test_a_run_is_named_by_its_number_and_its_moment(tmp_path: Path) -> None:
    names = end_runs(tmp_path, 0, 24)
    assert names == ["0001-20261122T120000Z", "0002-20261123T120000Z"]
    assert [moment_of(name) for name in names] == [NOON, NOON + timedelta(days=1)]


@pytest.mark.parametrize(
    "hours",
    [(0, 1, 2), (0, -2000, 1), (0, 0, 0), (876_000, 0, 1), (0, 5, -3)],
    ids=["forward", "back for weeks", "three in one second", "a century ahead once", "summer time"],
)
def test_the_order_of_runs_is_that_of_events_whatever_the_clock_says(
    tmp_path: Path, hours: tuple[float, ...]
) -> None:
    names = end_runs(tmp_path, *hours)
    assert runs(tmp_path) == names
    assert read_manifest(tmp_path, "latest").run == names[-1]
    assert read_manifest(tmp_path, "previous").run == names[-2]


def test_the_order_holds_beyond_the_padding(tmp_path: Path) -> None:
    Manifest(run="9999-20261122T120000Z").write(tmp_path)
    names = end_runs(tmp_path, 1, 0)
    assert names == ["10000-20261122T130000Z", "10001-20261122T120000Z"]
    assert runs(tmp_path)[-2:] == names


def test_a_run_that_was_killed_keeps_its_number_and_is_no_run(tmp_path: Path) -> None:
    end_runs(tmp_path, 0)
    (tmp_path / "runs" / "0002-20261122T130000Z").mkdir()
    assert end_runs(tmp_path, 2) == ["0003-20261122T140000Z"]
    assert len(runs(tmp_path)) == 2


def test_folders_of_others_do_not_disturb(tmp_path: Path) -> None:
    for name in ("notes", "20261122T120000Z", "x-1"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    assert end_runs(tmp_path, 0) == ["0001-20261122T120000Z"]


def test_a_manifest_reads_as_it_was_written(tmp_path: Path) -> None:
    said = Manifest(
        run="0001-20261122T120000Z",
        exit=75,
        changed=True,
        failed=[{"source": "comtrade", "error": "時間切れ"}],
        seconds={"gather": 1.25},
    )
    path = said.write(tmp_path)
    assert path == tmp_path / "runs" / said.run / "manifest.json"
    assert read_manifest(tmp_path, said.run) == said


@pytest.mark.parametrize("word", ["2", "0002", "0002-20261122T130000Z", "latest"])
def test_a_run_can_be_named_in_several_ways(tmp_path: Path, word: str) -> None:
    end_runs(tmp_path, 0, 1)
    assert read_manifest(tmp_path, word).run == "0002-20261122T130000Z"


@pytest.mark.parametrize("word", ["previous", "2", "0", "../../etc", ""])
def test_a_run_that_does_not_exist_is_answered_with_those_that_do(
    tmp_path: Path, word: str
) -> None:
    end_runs(tmp_path, 0)
    with pytest.raises(UnknownNameError, match="Runs: 0001-20261122T120000Z"):
        read_manifest(tmp_path, word)


def test_before_the_first_run_there_is_none(tmp_path: Path) -> None:
    assert runs(tmp_path) == []
    with pytest.raises(UnknownNameError, match="Runs: none yet"):
        read_manifest(tmp_path, "latest")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"run": "x", "colour": 1}', "{}", "\0"])
def test_a_damaged_manifest_is_named_with_its_remedy(tmp_path: Path, text: str) -> None:
    (name,) = end_runs(tmp_path, 0)
    path = tmp_path / "runs" / name / "manifest.json"
    path.write_text(text)
    with pytest.raises(InputFileError, match="no manifest of this version") as caught:
        read_manifest(tmp_path, "latest")
    assert str(path.parent) in caught.value.remedy


def test_on_a_full_disk_a_run_has_not_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    end_runs(tmp_path, 0)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(OutputError, match="No space left"):
            end_runs(tmp_path, 1)
    assert runs(tmp_path) == ["0001-20261122T120000Z"]
