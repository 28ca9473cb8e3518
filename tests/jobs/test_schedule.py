"""Files for schedulers: judged by systemd, by the shell, by git, and by their own syntax."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tradeflow import __version__
from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.jobs.schedule import Task, keys_of, schedule
from tradeflow.jobs.settings import Order, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = Path("/srv/trade")
PLAIN = Task(Path("/usr/bin/tradeflow"), FOLDER, FOLDER / "data")
NASTY = 'it\'s 100%s $HOME; "ok" & \\more'
RECORD = '#!/bin/sh\npwd > "{out}"; for word; do echo "$word" >> "{out}"; done\necho page\n'


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def run(command: str | list[str], **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401
    return subprocess.run(  # noqa: S603  our own words
        ["bash", "-c", command] if isinstance(command, str) else command,
        capture_output=True,
        text=True,
        check=False,
        **options,
    )


def units(text: str, folder: Path) -> list[str]:
    """Write the files that a text names into a folder."""
    parts = re.split(r"^# File \S*/(\S+)\n", text, flags=re.MULTILINE)
    for name, content in zip(parts[1::2], parts[2::2], strict=True):
        (folder / name).write_text(content)
    return [str(folder / name) for name in parts[1::2]]


def test_hours_are_spread_over_folders_and_never_full() -> None:
    times = [Task(PLAIN.program, FOLDER, FOLDER / str(i)).time for i in range(500)]
    assert {hour for hour, _ in times} == {4, 5, 6, 7}
    assert {minute for _, minute in times} == set(range(1, 60))
    assert PLAIN.time == Task(PLAIN.program, FOLDER, FOLDER / "data").time


def test_all_three_run_at_the_same_time_on_the_same_days() -> None:
    hour, minute = PLAIN.time
    when = f"{minute} {hour} 20-28 * *"
    assert f"\n{when} " in schedule("cron", PLAIN)
    assert f"OnCalendar=*-*-20..28 {hour:02}:{minute:02}:00\n" in schedule("systemd", PLAIN)
    assert yaml.safe_load(schedule("github", PLAIN))[True]["schedule"] == [{"cron": when}]


def test_keys_of_the_sources_asked_are_named_and_never_their_values(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRADEFLOW_CENSUS_KEY", "hunter2")
    orders = (Order("census", {}), Order("hmrc", {}), Order("comtrade", {}), Order("census", {}))
    keys = keys_of(Settings(fetch=orders))
    assert keys == ("TRADEFLOW_CENSUS_KEY", "TRADEFLOW_COMTRADE_KEY")
    task = Task(PLAIN.program, FOLDER, PLAIN.home, keys=keys)
    for text in (schedule("cron", task), schedule("systemd", task), schedule("github", task)):
        assert all(key in text for key in keys)
        assert "hunter2" not in text


def test_another_scheduler_is_not_known() -> None:
    with pytest.raises(UnknownNameError, match="Allowed: cron, systemd, github"):
        schedule("crown", PLAIN)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "github"])
def test_a_path_that_would_begin_a_line_of_its_own_is_refused(scheduler: Any) -> None:  # noqa: ANN401
    task = Task(PLAIN.program, FOLDER, Path("/srv/a\n* * * * * evil"))
    with pytest.raises(UsageError, match="line break"):
        schedule(scheduler, task)


def test_crons_line_runs_the_update_whatever_the_folder_is_called(tmp_path: Path) -> None:
    folder = tmp_path / NASTY
    said = tmp_path / "said"
    tradeflow = program(folder / "tradeflow", RECORD.format(out=said))
    task = Task(tradeflow, folder, folder / "data", settings=folder / "other.toml")
    (line,) = [line for line in schedule("cron", task).splitlines() if line[0] != "#"]
    *_, command = line.split(" ", 5)
    assert not re.search(r"(?<!\\)%", command)  # else cron would end the command there
    done = run(command.replace(r"\%", "%"), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    words = [str(folder), *task.command[1:]]
    assert said.read_text().splitlines() == words
    assert (folder / "tradeflow.log").read_text() == "page\n"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
@pytest.mark.parametrize("name", ["plain", "with blanks", NASTY])
def test_systemd_accepts_the_units(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    tradeflow = program(tmp_path / "the program" / "tradeflow", "#!/bin/sh\n")
    text = schedule("systemd", Task(tradeflow, folder, folder / "data"))
    done = run(["systemd-analyze", "verify", "--man=no", *units(text, tmp_path)])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_reads_the_days(tmp_path: Path) -> None:
    _, timer = units(schedule("systemd", PLAIN), tmp_path)
    (when,) = re.findall("^OnCalendar=(.*)$", Path(timer).read_text(), flags=re.MULTILINE)
    base = ["systemd-analyze", "calendar", when, "--base-time=2026-11-27 12:00:00"]
    done = run([*base, "--iterations=2"])
    assert "2026-11-28" in done.stdout
    assert "2026-12-20" in done.stdout


@pytest.mark.parametrize(
    ("word", "quoted"),
    [
        ("/srv/data", "/srv/data"),
        ("/srv/my data", '"/srv/my data"'),
        ("50%", '"50%%"'),
        ('a"b', '"a\\"b"'),
        ("a\\b", '"a\\\\b"'),
        ("it's", '"it\'s"'),
        ("a$b", "a$b"),
    ],
)
def test_systemd_words_are_quoted_as_its_manual_says(word: str, quoted: str) -> None:
    text = schedule("systemd", Task(PLAIN.program, FOLDER, Path(word)))
    assert f"--home {quoted}\n" in text


def workflow(task: Task = PLAIN) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(schedule("github", task))
    return found


def steps() -> dict[str, dict[str, Any]]:
    return {step["name"]: step for step in workflow()["jobs"]["update"]["steps"] if "name" in step}


def test_the_workflow_may_do_what_it_does_and_no_more() -> None:
    assert workflow()["permissions"] == {"contents": "write", "actions": "write"}
    assert workflow()["concurrency"] == {"group": "tradeflow", "cancel-in-progress": False}
    assert workflow()[True].keys() == {"schedule", "workflow_dispatch"}


def test_the_workflow_installs_this_version_and_takes_keys_from_secrets() -> None:
    task = Task(PLAIN.program, FOLDER, PLAIN.home, FOLDER / "other.toml", ("A_KEY",))
    text = schedule("github", task)
    found = {s.get("name"): s for s in yaml.safe_load(text)["jobs"]["update"]["steps"]}
    assert found["Install"]["run"] == f'pip install "tradeflow-monitor[notify]=={__version__}"'
    assert found["Update"]["env"] == {
        "A_KEY": "${{ secrets.A_KEY }}",
        "TRADEFLOW_NOTIFY": "${{ secrets.TRADEFLOW_NOTIFY }}",
    }
    assert "--home tradeflow-data --settings other.toml" in found["Update"]["run"]
    assert "<" not in re.sub(r"\$\{\{.*?\}\}", "", text)  # every mark was replaced


class Runner:
    """Runs the workflow's steps as GitHub's machine would, with git for real."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls, self.number = folder, folder / "calls", 0
        self.origin = folder / "origin.git"
        self.env: Mapping[str, str] = {
            "PATH": f"{folder / 'bin'}:/usr/bin:/bin",
            "HOME": str(folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_REPOSITORY": "somebody/monitor",
            "GITHUB_WORKFLOW_REF": "somebody/monitor/.github/workflows/my.yml@refs/heads/ma@in",
        }
        program(folder / "bin" / "gh", f'#!/bin/sh\necho "gh $*" >> {self.calls}\n')
        self.git(f"init -q --bare -b main {self.origin}")
        self.git(f"clone -q {self.origin} seed")
        (folder / "seed" / "README.md").write_text("mine\n")
        self.git("-C seed add README.md")
        self.git("-C seed -c user.name=a -c user.email=a@b commit -q -m first")
        self.git("-C seed push -q origin HEAD:main")

    def git(self, words: str) -> str:
        done = run(f"git {words}", cwd=self.folder, env=self.env)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def job(self, update: str) -> tuple[int, str]:
        """Run all steps on a fresh machine; the update's exit code and all that was printed."""
        self.number += 1
        program(self.folder / "bin" / "tradeflow", f"#!/bin/sh\n{update}\n")
        place = self.folder / f"machine{self.number}"
        self.git(f"clone -q --depth 1 file://{self.origin} {place}")
        codes, printed = {}, ""
        for name in ("Restore data", "Update", "Keep data", "Stay alive"):
            done = run(f"set -eo pipefail\n{steps()[name]['run']}", cwd=place, env=self.env)
            codes[name], printed = done.returncode, printed + done.stdout + done.stderr
        assert codes.keys() - {"Update"} == {n for n in codes if codes[n] == 0} - {"Update"}, (
            printed
        )
        return codes["Update"], printed

    def held(self) -> dict[str, str]:
        names = self.git(f"-C {self.origin} ls-tree -r --name-only tradeflow-data").split()
        return {n: self.git(f"-C {self.origin} show tradeflow-data:{n}") for n in names}


def test_the_workflow_keeps_data_from_run_to_run(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    update = 'echo "$*"; cd tradeflow-data; echo x >> lake; touch .lock'
    for number in (1, 2, 3):
        code, _ = runner.job(update)
        assert code == 0
        assert runner.held() == {"lake": "x\n" * number}
    assert runner.git(f"-C {runner.origin} ls-tree --name-only main") == "README.md\n"
    assert (tmp_path / "summary.md").read_text() == "update --quiet --home tradeflow-data\n" * 3


@pytest.mark.parametrize(("code", "shown", "warned"), [(0, 0, False), (75, 0, True), (1, 1, False)])
def test_late_is_a_warning_broken_is_a_failure_and_nothing_is_lost(
    tmp_path: Path, code: int, shown: int, *, warned: bool
) -> None:
    runner = Runner(tmp_path)
    found, printed = runner.job(f"echo kept > tradeflow-data/release; exit {code}")
    assert found == shown
    assert ("::warning::" in printed) is warned
    assert runner.held() == {"release": "kept\n"}


def test_each_run_is_activity_and_enables_the_workflow_anew(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    for _ in range(2):
        runner.job("true")
    log = runner.git(f"-C {runner.origin} log --oneline tradeflow-data").splitlines()
    assert len(log) == 2
    enable = "gh api --method PUT repos/somebody/monitor/actions/workflows/my.yml/enable\n"
    assert runner.calls.read_text() == enable * 2
    after = [steps()[name]["if"] for name in ("Keep data", "Stay alive")]
    assert after == ["${{ !cancelled() }}"] * 2


def test_a_server_that_does_not_answer_never_starts_an_empty_branch(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    place = tmp_path / "machine"
    runner.git(f"clone -q --depth 1 file://{runner.origin} {place}")
    runner.git(f"-C {place} remote set-url origin file://{tmp_path}/gone.git")
    done = run(f"set -eo pipefail\n{steps()['Restore data']['run']}", cwd=place, env=runner.env)
    assert done.returncode == 128
    assert not (place / "tradeflow-data").exists()


def test_the_program_prints_a_line_for_this_folder(
    tmp_path: Path, cli: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, _ = cli("schedule", "cron")
    assert code == 0
    assert f"cd {tmp_path} && {tmp_path}/tradeflow update" in out
    assert f"--home {tmp_path}/tradeflow-data >>" in out
    assert "TRADEFLOW_COMTRADE_KEY" in out
    (tmp_path / "my.toml").write_text('home = "held"\nfetch = []\n')
    code, out, _ = cli("schedule", "systemd", "--settings", "my.toml")
    assert code == 0
    assert f"--home {tmp_path}/held --settings {tmp_path}/my.toml\n" in out
