"""The lake is built anew from the releases: the same bytes, the same history, nobody asked."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest
from killing import content
from loopback import StepClock
from test_update import DECEMBER, NOVEMBER, Living, go, page, values

import tradeflow as tf
from tradeflow.errors import InputFileError
from tradeflow.jobs import rebuild as module
from tradeflow.jobs.settings import Settings
from tradeflow.jobs.update import update

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def living() -> Iterator[Living]:
    with Living() as fake:
        yield fake


def revised(home: Path, fake: Living) -> dict[str, str]:
    """Two runs with a revision between them; what lies there then."""
    go(home, fake, NOVEMBER)
    fake.edits = {min(values(home)): 1.5}
    go(home, fake, DECEMBER)
    return content(home)


def flip_a_bit(path: Path) -> None:
    damaged = bytearray(path.read_bytes())
    damaged[100] ^= 1
    path.write_bytes(damaged)


@pytest.mark.parametrize("room", ["lake", "history", "calendar"])
def test_a_file_damaged_by_one_bit_is_named_and_comes_back(
    living: Living, tmp_path: Path, room: str
) -> None:
    was, before = revised(tmp_path, living), values(tmp_path, "2026-12-01")
    flip_a_bit(next((tmp_path / room).rglob("*.parquet")))
    with pytest.raises(InputFileError, match="tradeflow update --rebuild"):
        _read(tmp_path)
    asked = len(living.requests)
    for offline in (False, True):  # though nothing new would make it read the file
        with pytest.raises(InputFileError, match="tradeflow update --rebuild"):
            go(tmp_path, living, DECEMBER, offline=offline)
    assert len(living.requests) == asked
    again = go(tmp_path, living, DECEMBER, rebuild=True)
    assert (again.exit, again.changed, again.taken, len(living.requests)) == (75, False, [], asked)
    assert content(tmp_path) == was
    assert values(tmp_path, "2026-12-01") == before
    assert "all 2 files are what they were" in page(tmp_path, again)
    assert (tmp_path / "replaced" / again.run / room).is_dir()


def _read(home: Path) -> None:
    tf.revisions(home)
    tf.release_calendar(home)


def test_without_journal_and_runs_every_day_is_found_in_the_releases(
    living: Living, tmp_path: Path
) -> None:
    was = revised(tmp_path, living)
    shutil.rmtree(tmp_path / "runs")
    (tmp_path / "lake/.journal.json").write_text("{")
    with pytest.raises(InputFileError, match="journal is damaged"):
        go(tmp_path, living, DECEMBER)
    go(tmp_path, living, DECEMBER, rebuild=True)
    assert content(tmp_path) == was


@pytest.mark.parametrize("told", [True, False], ids=["manifests", "releases alone"])
def test_vintages_of_said_days_come_back_even_if_one_repeats_another(
    tmp_path: Path, *, told: bool
) -> None:
    home, days = tmp_path / "home", ("2025-01-20", "2025-03-20", "2025-05-20")
    chosen = Settings(home=str(home), samples=False, fetch=())
    for day, factor in zip(days, (1.0, 1.5, 1.0), strict=True):  # the last undoes the revision
        file = _totals(tmp_path / f"{factor}.csv", factor)
        tf.ingest("comtrade", file, home=home, released=day)
    update(chosen, offline=True, clock=StepClock(DECEMBER))
    was, known = content(home), [values(home, day) for day in days]
    assert known[0] == known[2] != known[1]
    if not told:
        shutil.rmtree(home / "runs")
        (home / "lake/.journal.json").unlink()
    again = update(chosen, rebuild=True, clock=StepClock(DECEMBER))
    assert content(home) == was
    assert [values(home, day) for day in days] == known
    assert "not in the releases" not in page(home, again)


def _totals(path: Path, factor: float) -> Path:
    months = [f"{month:%Y-%m-%d}" for month in _months(date(2023, 1, 1), 3)]
    lines = [f"{month},{1000 * i * factor:.0f}," for i, month in enumerate(months, 1)]
    path.write_text("\n".join(["date,chn_to_rus_usd,rus_to_chn_usd", *lines, ""]))
    return path


def _months(first: date, count: int) -> list[date]:
    return [first.replace(month=first.month + i) for i in range(count)]


def test_a_release_that_is_gone_is_named_and_the_old_lake_kept(
    living: Living, tmp_path: Path
) -> None:
    revised(tmp_path, living)
    shutil.rmtree(tmp_path / "releases/comtrade/2026-12-20")
    again = go(tmp_path, living, DECEMBER, rebuild=True)
    assert "brought by 2026-12-20 is not in the releases" in page(tmp_path, again)
    assert len(tf.revisions(tmp_path)) == 0
    old = tmp_path / "replaced" / again.run
    assert len(tf.revisions(old)) == 1


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_rebuild_killed_at_any_moment_loses_nothing(
    living: Living, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    was = revised(tmp_path, living)
    with monkeypatch.context() as patch:
        if moment == "before":
            patch.setattr(module, "_compared", _killed)
        elif moment == "between":
            patch.setattr(module, "ROOMS", _HalfWay(module.ROOMS))
        else:
            patch.setattr(module, "finish", _killed)
        with pytest.raises(KeyboardInterrupt):
            module.rebuild(tmp_path, _settings(tmp_path), "0003-x")
    assert go(tmp_path, living, DECEMBER).changed is False
    assert content(tmp_path) == was
    assert not (tmp_path / module.DRAFT).exists()


def _settings(home: Path) -> Settings:
    return Settings(home=str(home))


def _killed(*_: object) -> None:
    raise KeyboardInterrupt


class _HalfWay(tuple[str, ...]):
    """Rooms that kill whoever walks through them a second time, after the first room."""

    __slots__ = ()
    walks = 0

    def __iter__(self) -> Iterator[str]:
        type(self).walks += 1
        rooms = super().__iter__()
        yield next(rooms)
        if type(self).walks > 1:
            raise KeyboardInterrupt
        yield from rooms
