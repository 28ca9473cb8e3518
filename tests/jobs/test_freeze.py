"""A frozen study gives the same bytes again, elsewhere and later; a tampered one gives nothing."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fake_comtrade import FakeComtrade
from killing import content
from loopback import StepClock

from tradeflow.errors import InputFileError, Locked, OutputError, UnsafeArchive, UsageError
from tradeflow.flows.samples import list_samples
from tradeflow.jobs import gather
from tradeflow.jobs import update as jobs
from tradeflow.jobs.freeze import freeze, here
from tradeflow.jobs.lock import hold
from tradeflow.jobs.settings import Order, Settings, load_settings
from tradeflow.jobs.thaw import thaw
from tradeflow.jobs.update import update
from tradeflow.store.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SECRET = "mailto://user:hunter2@example.org"  # noqa: S105  invented
OPEN = Order("comtrade", {"codes": ["854231", "854232"], "since": "2024-01"})
LATER = datetime(2028, 3, 5, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _one_sample() -> Iterator[None]:
    """Let the smallest embedded data set that gives findings stand for all."""
    with pytest.MonkeyPatch.context() as patch:
        few = [s for s in list_samples() if s.name == "eu-high-priority-monthly"]
        patch.setattr(gather, "list_samples", lambda: few)
        yield


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeComtrade]:
    with FakeComtrade() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRADEFLOW_COMTRADE_URL", server.url)
        yield server


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, fake: FakeComtrade) -> Settings:
    """Settings whose home has seen one update: embedded data, and answers on loopback."""
    assert fake.url
    home = tmp_path_factory.mktemp("study") / "home"
    chosen = Settings(home=str(home), report=False, notify=(SECRET,), fetch=(OPEN,), rate=0.05)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs, "notify", lambda *_: None)
        manifest = update(chosen, clock=StepClock())
    assert not manifest.failed
    return chosen


@pytest.fixture(scope="module")
def study(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "study.zip"
    freeze(out, settings)
    return out


@pytest.fixture
def mine(settings: Settings, tmp_path: Path) -> Settings:
    """A copy of the home, to be damaged."""
    shutil.copytree(settings.home, tmp_path / "home")
    return replace(settings, home=str(tmp_path / "home"))


def members(study: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(study) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_was_thawed_gives_the_same_bytes_offline_and_years_later(
    study: Path, settings: Settings, fake: FakeComtrade, tmp_path: Path
) -> None:
    thawed = thaw(study, tmp_path / "there")
    assert thawed.other == ()
    data = tmp_path / "there" / "data"
    before, asked = content(Path(settings.home)), len(fake.requests)
    assert content(data) == {n: c for n, c in before.items() if not n.startswith("results/")}
    found = load_settings(tmp_path / "there" / "tradeflow.toml", home=str(data))
    manifest = update(found, offline=True, clock=StepClock(LATER))
    assert (manifest.failed, manifest.taken, manifest.changed) == ([], [], True)
    assert content(data) == before
    assert any(name.endswith("findings.png") for name in before)
    assert len(fake.requests) == asked


def test_the_releases_alone_give_the_same_lake(
    study: Path, settings: Settings, tmp_path: Path
) -> None:
    thaw(study, tmp_path / "there")
    data = tmp_path / "there" / "data"
    for room in ("lake", "calendar"):
        shutil.rmtree(data / room)
    found = load_settings(tmp_path / "there" / "tradeflow.toml", home=str(data))
    update(found, offline=True, clock=StepClock(LATER))
    assert content(data) == content(Path(settings.home))


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="no sha256sum here")
def test_the_results_can_be_checked_with_the_systems_own_program(
    study: Path, settings: Settings, tmp_path: Path
) -> None:
    thaw(study, tmp_path / "there")
    shutil.copytree(Path(settings.home) / "results", tmp_path / "there" / "data" / "results")
    check = ["sha256sum", "--check", "--strict", "results.sha256"]
    folder = tmp_path / "there"
    done = subprocess.run(check, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    kept = [path for path in (folder / "data/results").rglob("*") if path.is_file()]
    assert done.stdout.count(": OK\n") == len(kept) > 1


def test_the_same_study_gives_the_same_bytes(
    study: Path, settings: Settings, mine: Settings, tmp_path: Path
) -> None:
    for name, chosen in (("again", settings), ("copied", mine)):
        freeze(tmp_path / name / "study.zip", chosen)
        assert (tmp_path / name / "study.zip").read_bytes() == study.read_bytes()


def test_settings_are_frozen_with_their_questions_closed_and_no_address(study: Path) -> None:
    found = members(study)
    assert not any(b"hunter2" in content for content in found.values())
    text = found["tradeflow.toml"].decode()
    assert 'home = "data"\n' in text
    assert "rate = 0.05\n" in text
    assert 'until = "2026-10"\n' in text  # the run was on 1 November


def test_settings_survive_the_journey(study: Path, settings: Settings, tmp_path: Path) -> None:
    folder = thaw(study, tmp_path / "there").folder
    closed = Order("comtrade", {**OPEN.question, "until": "2026-10"})
    expected = replace(settings, home="data", notify=(), fetch=(closed,))
    assert load_settings(folder / "tradeflow.toml") == expected


def test_the_list_names_versions_and_every_file(study: Path) -> None:
    found = members(study)
    said = json.loads(found["freeze.json"])
    now = here()
    assert (said["tradeflow"], said["python"]) == (now.tradeflow, now.python)
    assert (said["category_map"], said["system"]) == (now.category_map, now.system)
    assert said["members"].keys() == found.keys() - {"freeze.json"}
    assert f"tradeflow-monitor=={now.tradeflow}\n" in found["requirements.txt"].decode()
    assert said["run"] == json.loads(found["run/manifest.json"])["run"]
    assert said["run"] in found["README.md"].decode()
    records = [n for n in found if n.startswith("data/releases/") and n.endswith(".json")]
    assert records
    assert not any(".lock" in n or "ledger" in n or n.startswith("data/runs") for n in found)


def test_before_the_first_run_there_is_nothing_to_freeze(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Run `tradeflow update` first"):
        freeze(tmp_path / "study.zip", Settings(home=str(tmp_path / "home")))
    assert list(tmp_path.iterdir()) == []


def test_results_of_other_inputs_are_not_frozen(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="have changed since run 0001"):
        freeze(tmp_path / "study.zip", replace(settings, rate=0.2))
    assert not (tmp_path / "study.zip").exists()


def test_no_study_is_frozen_while_an_update_is_at_work(settings: Settings, tmp_path: Path) -> None:
    with hold(Path(settings.home)), pytest.raises(Locked):
        freeze(tmp_path / "study.zip", settings)


@pytest.mark.parametrize("victim", ["lake", "calendar", "release", "record", "gone"])
def test_damaged_data_are_not_frozen(mine: Settings, tmp_path: Path, victim: str) -> None:
    home = Path(mine.home)
    record = next(home.glob("releases/comtrade/*/*-*.json"))
    released = record.parent / json.loads(record.read_text())["content"]
    path = {
        "lake": next(home.glob("lake/*/*/*/flows.parquet")),
        "calendar": Calendar(home).path,
        "record": record,
    }.get(victim, released)
    if victim == "gone":
        path.unlink()
    else:
        before = path.stat()
        path.write_bytes(b"x" + path.read_bytes()[1:])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises((InputFileError, ValueError), match=r"damaged|no origin record"):
        freeze(tmp_path / "study.zip", mine)
    assert not (tmp_path / "study.zip").exists()


def test_a_record_cannot_draw_other_files_into_the_zip(mine: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    record = next(Path(mine.home).glob("releases/comtrade/*/*-*.json"))
    said = json.loads(record.read_text())
    said["content"] = os.path.relpath(tmp_path / "secret", record.parent)
    record.write_text(json.dumps(said))
    with pytest.raises(InputFileError, match="gone or damaged"):
        freeze(tmp_path / "study.zip", mine)


def test_a_full_disk_leaves_the_older_zip(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    out = tmp_path / "study.zip"
    out.write_bytes(b"older")
    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(OutputError, match=r"study\.zip cannot be written: No space left"):
        freeze(out, settings)
    assert out.read_bytes() == b"older"
    assert list(tmp_path.iterdir()) == [out]


def test_a_place_that_is_no_folder_is_named(study: Path, settings: Settings) -> None:
    with pytest.raises(OutputError, match="cannot be written"):
        freeze(study / "below" / "study.zip", settings)
    with pytest.raises(OutputError, match="cannot be written"):
        thaw(study, study / "below")


def rewrite(study: Path, out: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Pack a study anew after changing its members."""
    found = members(study)
    change(found)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return out


def listed(found: dict[str, bytes], **changes: object) -> None:
    found["freeze.json"] = json.dumps({**json.loads(found["freeze.json"]), **changes}).encode()


CHANGES: dict[str, Callable[[dict[str, bytes]], object]] = {
    "'README.md' is not what was frozen": lambda f: f.update({"README.md": b"other"}),
    "'requirements.txt' is missing": lambda f: f.pop("requirements.txt"),
    "'data/more' was not frozen with it": lambda f: f.update({"data/more": b"x"}),
    "it has no freeze.json": lambda f: f.pop("freeze.json"),
    "its freeze.json is damaged": lambda f: f.update({"freeze.json": b"{"}),
    "freeze.json is damaged": lambda f: listed(f, members=7),
    "json is damaged": lambda f: listed(f, colour="red"),
    "is damaged": lambda f: f.update({"freeze.json": b'"version"'}),
    "frozen by a newer tradeflow": lambda f: listed(f, version=2, colour="red"),
}


@pytest.mark.parametrize("says", CHANGES)
def test_a_changed_study_is_refused_and_nothing_is_written(
    study: Path, tmp_path: Path, says: str
) -> None:
    changed = rewrite(study, tmp_path / "changed.zip", CHANGES[says])
    with pytest.raises(InputFileError, match=says):
        thaw(changed, tmp_path / "there")
    assert list(tmp_path.iterdir()) == [changed]


@pytest.mark.parametrize("name", ["../evil", "/etc/evil", "data/../../evil", "C:\\evil"])
def test_a_name_that_leads_outside_is_refused(study: Path, tmp_path: Path, name: str) -> None:
    changed = rewrite(study, tmp_path / "changed.zip", lambda f: f.update({name: b"x"}))
    with pytest.raises(UnsafeArchive, match="outside its folder"):
        thaw(changed, tmp_path / "there")
    assert list(tmp_path.iterdir()) == [changed]


def test_a_zip_bomb_is_refused(study: Path, tmp_path: Path) -> None:
    bomb = rewrite(study, tmp_path / "bomb.zip", lambda f: f.update({"bomb": bytes(10**8)}))
    with pytest.raises(UnsafeArchive, match="beyond"):
        thaw(bomb, tmp_path / "there")
    assert list(tmp_path.iterdir()) == [bomb]


def test_half_a_zip_is_refused(study: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.zip"
    half.write_bytes(study.read_bytes()[: study.stat().st_size // 2])
    with pytest.raises(InputFileError, match="damaged or half-written"):
        thaw(half, tmp_path / "there")


def test_a_folder_that_holds_something_is_left_alone(study: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    thaw(study, tmp_path / "there")
    for place in (tmp_path / "there", study):
        with pytest.raises(UsageError, match="not an empty folder"):
            thaw(study, place)


def test_a_full_disk_leaves_no_half_study(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "move", full)
    with pytest.raises(OutputError, match="No space left"):
        thaw(study, tmp_path / "there")
    assert list(tmp_path.iterdir()) == []


def test_other_versions_are_told(study: Path, tmp_path: Path) -> None:
    older = rewrite(study, tmp_path / "older.zip", lambda f: listed(f, python="3.9.1"))
    (told,) = thaw(older, tmp_path / "there").other
    assert told == f"Python: 3.9.1 then, {here().python} here"


def test_the_program_freezes_and_thaws(
    settings: Settings,
    cli: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    text = 'rate = 0.05\n[[fetch]]\nsource = "comtrade"\nsince = "2024-01"\n'
    (tmp_path / "tradeflow.toml").write_text(text + 'codes = ["854231", "854232"]\n')
    code, _, err = cli("freeze", "--out", "study.zip", "--home", settings.home)
    assert (code, "study.zip: run 0001-" in err) == (0, True)
    code, _, err = cli("thaw", "study.zip", "--into", "there")
    assert (code, "cd there && tradeflow update --offline" in err) == (0, True)
    assert (tmp_path / "there" / "data" / "lake").is_dir()
    code, _, err = cli("thaw", "study.zip", "--into", "there")
    assert (code, "not an empty folder" in err) == (2, True)
