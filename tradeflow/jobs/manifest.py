"""What a run did, written last: a run without a manifest did not end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from tradeflow.errors import UnknownNameError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Manifest:
    """One run of the update.

    Attributes
    ----------
    run
        Its name: the moment at which it began (UTC), as ``20261122T060000Z``.
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
    analyses
        Per source and frequency: findings, cells by state, or why there are none.
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
    analyses: list[dict[str, Any]] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def write(self, home: Path) -> Path:
        """Write it under its own name."""
        path = home / "runs" / self.run / "manifest.json"
        content = json.dumps(asdict(self), ensure_ascii=False, indent=1, default=str)
        write_whole(path, (content + "\n").encode())
        return path


def runs(home: Path) -> list[str]:
    """Names of the runs that ended, oldest first."""
    return sorted(path.parent.name for path in (home / "runs").glob("*/manifest.json"))


def read_manifest(home: Path, run: str) -> Manifest:
    """Read the manifest of a run; ``"latest"`` and ``"previous"`` are names, too.

    Raises
    ------
    UnknownNameError
        There is no such run.
    """
    names = runs(home)
    place = {"latest": -1, "previous": -2}
    if run in place and len(names) >= -place[run]:
        run = names[place[run]]
    if run not in names:
        hint = f"Runs: {', '.join(names[-5:]) or 'none yet'}."
        raise UnknownNameError.of("Run", run, names, hint=hint)
    text = (home / "runs" / run / "manifest.json").read_text(encoding="utf-8")
    return Manifest(**json.loads(text))
