"""Ready files that let a machine run the update: cron, systemd, GitHub Actions.

All three run it daily at one time from the 20th to the 28th, when the month's releases have come:
a run that finds nothing new computes nothing, and a source that was late or did not answer is
asked again the next day. Hour and minute follow from the folder, so that not everybody asks at
the same moment.
"""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from tradeflow import __version__
from tradeflow.errors import UsageError
from tradeflow.options import one_of
from tradeflow.sources.offices import source

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.jobs.settings import Settings

Scheduler = Literal["cron", "systemd", "github"]

DAYS: Final = (20, 28)
"""First and last day of the month: China's customs has its tables of goods out by the 20th."""

FIRST_HOUR: Final = 4
HOURS: Final = 4
MINUTES: Final = 60


@dataclass(frozen=True, slots=True)
class Task:
    """What a scheduler is to run.

    Attributes
    ----------
    program
        Where ``tradeflow`` is installed, absolute.
    folder
        The working folder, absolute; ``tradeflow.toml`` lies there.
    home
        Folder of releases, lake, runs and results, absolute.
    settings
        Another file of settings, absolute; None for ``tradeflow.toml``.
    keys
        Environment variables that hold keys of the sources that are asked.
    """

    program: Path
    folder: Path
    home: Path
    settings: Path | None = None
    keys: tuple[str, ...] = ()

    @property
    def time(self) -> tuple[int, int]:
        """Hour, from four to seven, and minute; never the full hour, when everybody asks."""
        digest = hashlib.sha256(str(self.home).encode()).digest()
        return FIRST_HOUR + digest[0] % HOURS, 1 + digest[1] % (MINUTES - 1)

    @property
    def command(self) -> list[str]:
        """The words of the command line."""
        file = ["--settings", str(self.settings)] if self.settings else []
        return [str(self.program), "update", "--quiet", "--home", str(self.home), *file]


def keys_of(settings: Settings) -> tuple[str, ...]:
    """Name the environment variables that hold keys of the sources that are asked."""
    asked = sorted({order.source for order in settings.fetch})
    return tuple(key.variable for key in (source(name).key for name in asked) if key is not None)


def schedule(scheduler: Scheduler, task: Task) -> str:
    """Write the file, or files, that a scheduler wants.

    Parameters
    ----------
    scheduler
        ``"cron"``, ``"systemd"`` or ``"github"``.
    task
        What is to run.

    Returns
    -------
    str
        The text; what is to be done with it stands in its comments.

    Raises
    ------
    UnknownNameError
        Another scheduler.
    UsageError
        A path that these files cannot hold.
    """
    one_of(scheduler, Scheduler, name="scheduler")
    if not all(word.isprintable() for word in [*task.command, str(task.folder)]):
        raise UsageError("A path has a line break or a control character. Choose another folder.")
    return {"cron": _cron, "systemd": _systemd, "github": _github}[scheduler](task)


def _cron(task: Task) -> str:
    hour, minute = task.time
    log = shlex.quote(str(task.folder / "tradeflow.log"))
    command = f"cd {shlex.quote(str(task.folder))} && {shlex.join(task.command)} >> {log}"
    return _CRONTAB.format(
        keys=_list(task.keys, "none of the sources asked takes one"),
        when=f"{minute} {hour} {DAYS[0]}-{DAYS[1]} * *",
        command=command.replace("%", r"\%"),  # cron takes a plain % for the end of the line
    )


def _list(words: tuple[str, ...], nothing: str) -> str:
    return ", ".join(words) or nothing


_CRONTAB: Final = """\
# Add this with `crontab -e`. Keys of sources are lines NAME=value above it ({keys}).
# What changed goes to the log; cron mails only errors and warnings.
{when} {command}
"""


def _systemd(task: Task) -> str:
    hour, minute = task.time
    return _UNITS.format(
        folder=str(task.folder).replace("%", "%%"),
        command=" ".join(map(_unit_word, task.command)),
        keys=_list(task.keys, "none of the sources asked takes one"),
        when=f"*-*-{DAYS[0]}..{DAYS[1]} {hour:02}:{minute:02}:00",
    )


def _unit_word(word: str) -> str:
    r"""Quote a word of a command line as systemd reads it.

    Examples
    --------
    >>> print(_unit_word("/srv/50% off"))
    "/srv/50%% off"
    """
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped if escaped == word and not set(word) & set(" ';") else f'"{escaped}"'


_UNITS: Final = """\
# File ~/.config/systemd/user/tradeflow.service
[Unit]
Description=Monthly update of tradeflow

[Service]
Type=oneshot
WorkingDirectory={folder}
# Keys of sources, as lines NAME=value ({keys}).
EnvironmentFile=-%h/.config/tradeflow.env
# The colon keeps systemd from replacing dollar signs.
ExecStart=:{command}
# A source is late or did not answer: nothing is lost, and the timer comes again tomorrow.
SuccessExitStatus=75

# File ~/.config/systemd/user/tradeflow.timer
# Then: systemctl --user daemon-reload && systemctl --user enable --now tradeflow.timer
# To run while nobody is logged in: loginctl enable-linger
[Unit]
Description=Monthly update of tradeflow, daily while releases come

[Timer]
OnCalendar={when}
# A machine that was off catches up once.
Persistent=true

[Install]
WantedBy=timers.target
"""


def _github(task: Task) -> str:
    hour, minute = task.time
    file = f" --settings {shlex.quote(task.settings.name)}" if task.settings else ""
    said = {
        "<when>": f"{minute} {hour} {DAYS[0]}-{DAYS[1]} * *",
        "<version>": __version__,
        "<settings>": file,
        "<keys>": "\n          ".join(
            f"{name}: ${{{{ secrets.{name} }}}}" for name in (*task.keys, "TRADEFLOW_NOTIFY")
        ),
    }
    text = _WORKFLOW
    for mark, words in said.items():
        text = text.replace(mark, words)
    return text


_WORKFLOW: Final = """\
# File .github/workflows/tradeflow.yml on the default branch, tradeflow.toml beside .github.
# Releases, lake, runs and results are kept on the branch tradeflow-data.
name: tradeflow
on:
  schedule:
    - cron: "<when>" # UTC
  workflow_dispatch: {}

permissions:
  contents: write # to push the data branch
  actions: write # to enable this workflow anew

concurrency:
  group: tradeflow
  cancel-in-progress: false

defaults:
  run:
    shell: bash

jobs:
  update:
    runs-on: ubuntu-latest
    timeout-minutes: 350
    steps:
      - uses: actions/checkout@v6
      - uses: actions/setup-python@v6
        with:
          python-version: "3.13"
      - name: Install
        run: pip install "tradeflow-monitor[notify]==<version>"
      - name: Restore data
        run: |
          code=0
          git ls-remote --exit-code --heads origin tradeflow-data || code=$?
          if [ "$code" -eq 0 ]; then
            git fetch --depth 1 origin tradeflow-data
            git worktree add -B tradeflow-data tradeflow-data FETCH_HEAD
          elif [ "$code" -eq 2 ]; then # there is no such branch yet
            git worktree add --detach tradeflow-data
            git -C tradeflow-data switch --orphan tradeflow-data
          else
            exit "$code"
          fi
      - name: Update
        env:
          <keys>
        run: |
          code=0
          tradeflow update --quiet --home tradeflow-data<settings> \\
            >> "$GITHUB_STEP_SUMMARY" || code=$?
          if [ "$code" -eq 75 ]; then
            echo "::warning::A source is late or silent. Nothing is lost; the next run asks."
            code=0
          fi
          exit "$code"
      - name: Keep data
        if: ${{ !cancelled() }}
        run: |
          cd tradeflow-data
          rm -f .lock
          git add --all
          git -c user.name=tradeflow -c user.email=tradeflow@users.noreply.github.com \\
            commit --quiet --allow-empty --message "Update of $(date -u +%F)"
          git push origin HEAD:refs/heads/tradeflow-data
      # GitHub disables the schedules of a public repository after sixty days without activity.
      # The commit above is activity; enabling the workflow anew starts the sixty days again.
      - name: Stay alive
        if: ${{ !cancelled() }}
        env:
          GH_TOKEN: ${{ github.token }}
        run: |
          file="${GITHUB_WORKFLOW_REF%%@refs/*}"
          gh api --method PUT "repos/$GITHUB_REPOSITORY/actions/workflows/${file##*/}/enable"
"""
