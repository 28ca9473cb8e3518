"""What a run did, written last: a run without a manifest did not end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import InputFileError, UnknownNameError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

MOMENT: Final = "%Y%m%dT%H%M%SZ"
"""How the name of a run tells its moment."""


@dataclass(slots=True)
class Manifest:
    """One run of the update.

    Attributes
    ----------
    run
        Its name: its number, and the moment at which it began (UTC), as
        ``0007-20261122T060000Z``.
    exit
        The exit code: 0 done, 75 a source is late or does not answer.
    changed
        Whether anything new was taken in or computed.
    offline
        Whether nobody was asked.
    code, map_version, settings
        Version of the package and of the category map; digest of the settings.
    inputs
        Digest of all that findings and figures rest on.
    taken
        Deliveries taken in, with rows added, revised, withdrawn, and the checksums of the raw
        answers that they rest on.
    arrived, withdrawn, late
        Periods that came, that a source had and has no more, that are not released.
    revisions
        Revised and withdrawn cells of at least the threshold: the largest first.
    failed
        Sources that did not answer, or not as documented.
    not_asked
        Standing questions not asked, offline or of a silent source, with the answers held.
    notes
        What a person should know about the run.
    analyses
        Per source and frequency: findings, cells by state, or why there are none.
    reports
        Names of the reports beside the manifest.
    seconds
        Time of each step.
    """

    run: str
    exit: int = 0
    changed: bool = False
    offline: bool = False
    code: str = ""
    map_version: str = ""
    settings: str = ""
    inputs: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    arrived: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    not_asked: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    analyses: list[dict[str, Any]] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def write(self, home: Path) -> Path:
        """Write it under its own name."""
        path = _folder(home) / self.run / "manifest.json"
        content = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        write_whole(path, (content + "\n").encode())
        return path


def runs(home: Path) -> list[str]:
    """Names of the runs that ended, in the order in which they began."""
    return sorted((path.parent.name for path in _folder(home).glob("*/manifest.json")), key=_place)


def next_run(home: Path, moment: datetime) -> str:
    """Name a run that begins now: its number, and what the clock says.

    The number orders the runs, since a clock can be set back. A run that was killed keeps its
    number, too.
    """
    taken = (_place(path.name)[0] for path in _folder(home).glob("*"))
    return f"{max(taken, default=0) + 1:04}-{moment:{MOMENT}}"


def moment_of(run: str) -> datetime:
    """Tell when a run began, by its name."""
    return datetime.strptime(run.rpartition("-")[2], MOMENT).replace(tzinfo=UTC)


def read_manifest(home: Path, run: str) -> Manifest:
    """Read the manifest of a run.

    Parameters
    ----------
    home
        The folder that holds ``runs``.
    run
        Its name or its number; or ``"latest"``, or ``"previous"`` for the one before.

    Raises
    ------
    UnknownNameError
        There is no such run.
    InputFileError
        Its manifest is damaged.
    """
    path = _folder(home) / _named(runs(home), run) / "manifest.json"
    try:
        return Manifest(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputFileError(
            path,
            f"this is no manifest of this version ({error}).",
            remedy=f"Move {path.parent} away; the lake and the results do not need it.",
        ) from error


def _folder(home: Path) -> Path:
    return home / "runs"


def _place(name: str) -> tuple[int, str]:
    """Order names by their number; what has none comes first."""
    number, dash, _ = name.partition("-")
    return (int(number) if dash and number.isdecimal() else 0, name)


def _named(names: list[str], run: str) -> str:
    if run in names:
        return run
    back = {"latest": -1, "previous": -2}.get(run, 0)
    if 0 < -back <= len(names):
        return names[back]
    for name in names:
        if run.isdecimal() and _place(name)[0] == int(run):
            return name
    hint = f"Runs: {', '.join(names[-5:]) or 'none yet; begin with: tradeflow update'}."
    raise UnknownNameError.of("Run", run, names, hint=hint)
