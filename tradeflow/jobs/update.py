"""The monthly run: gather, find, draw, compare with the last run, and write it all down."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from tradeflow import __version__
from tradeflow.files import write_whole
from tradeflow.jobs.analyse import analyse, inputs_digest, still_there
from tradeflow.jobs.diff import compare, markdown
from tradeflow.jobs.gather import Gatherer
from tradeflow.jobs.lock import hold
from tradeflow.jobs.manifest import Manifest, next_run, read_manifest, runs
from tradeflow.jobs.notify import notify
from tradeflow.jobs.settings import Settings, load_settings
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.run import silent
from tradeflow.store.home import home as home_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tradeflow.jobs.gather import Gathered
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.run import Progress

DONE: Final = 0
LATER: Final = 75


def update(
    settings: Settings | None = None,
    *,
    offline: bool = False,
    report: Callable[[Progress], None] = silent,
    clock: Clock | None = None,
    patience: Patience | None = None,
) -> Manifest:
    """Bring the lake, the findings and the figures up to date, and say what changed.

    Safe to kill at any moment: the next run goes on where this one stopped. A run whose inputs
    are those of the last one computes nothing.

    Parameters
    ----------
    settings
        What to do; from ``tradeflow.toml`` and the environment if None.
    offline
        Ask nobody; work from the answers that are held and the embedded data.
    report
        Called after every answer of a source.
    clock, patience
        For tests, and for schedulers of their own.

    Returns
    -------
    Manifest
        Also written, with the diff, under ``runs/`` of the home folder; ``exit`` is 0, or 75 if a
        source is late or did not answer.

    Raises
    ------
    Locked
        Another run holds the home folder.
    OutputError
        It cannot be written; nothing is lost.
    """
    chosen = settings or load_settings()
    home = home_folder(chosen.home)
    with hold(home):
        name = next_run(home, (clock or SystemClock()).now())
        manifest = Manifest(run=name, offline=offline, code=__version__)
        manifest.map_version, manifest.settings = MAP_VERSION, chosen.digest()
        with _timed(manifest, "gather"):
            gatherer = Gatherer(
                chosen, home, offline=offline, report=report, clock=clock, patience=patience
            )
            gatherer.journal.told(_last_told(home))  # killed between telling and forgetting
            gathered, untold = gatherer.everything(), gatherer.journal.untold()
        _tell(manifest, gathered, untold)
        _results(manifest, home, chosen)
        page = _write(manifest, home)
        gatherer.journal.told([entry["identity"] for entry in untold])
    notify(manifest, page, chosen.notify)
    return manifest


def _last_told(home: Path) -> list[str]:
    names = runs(home)
    last = read_manifest(home, names[-1]).taken if names else []
    return [entry["identity"] for entry in last]


def _tell(manifest: Manifest, gathered: Gathered, untold: list[dict[str, Any]]) -> None:
    periods = [row for entry in untold for row in entry["periods"]]
    manifest.taken = [
        {k: v for k, v in entry.items() if k not in {"periods", "revisions", "question"}}
        for entry in untold
    ]
    manifest.revisions = [row for entry in untold for row in entry["revisions"]]
    manifest.arrived = [row for row in periods if _out(row["state"]) and not _out(row["before"])]
    manifest.withdrawn = [row for row in periods if _out(row["before"]) and not _out(row["state"])]
    manifest.late, manifest.not_asked = gathered.late, gathered.not_asked
    manifest.failed, manifest.notes = gathered.failed, gathered.notes
    waiting = manifest.failed or manifest.late or manifest.not_asked
    manifest.exit = LATER if waiting else DONE


def _out(state: str | None) -> bool:
    return state in {"reported", "zero"}


def _results(manifest: Manifest, home: Path, settings: Settings) -> None:
    manifest.inputs = inputs_digest(home, settings)
    names = runs(home)
    last = read_manifest(home, names[-1]) if names else None
    same = last is not None and last.inputs == manifest.inputs
    if last is not None and same and still_there(home, last.analyses):
        manifest.analyses = last.analyses
        return
    with _timed(manifest, "analyse"):
        manifest.analyses = [asdict(a) for a in analyse(home, settings)]
    manifest.changed = True


def _write(manifest: Manifest, home: Path) -> str:
    """Write diff and manifest, the manifest last; return the diff as a page."""
    names = runs(home)
    diff = compare(read_manifest(home, names[-1]) if names else None, [manifest])
    folder, page = home / "runs" / manifest.run, markdown(diff)
    write_whole(folder / "diff.json", (json.dumps(diff, indent=1, default=str) + "\n").encode())
    write_whole(folder / "diff.md", page.encode())
    manifest.write(home)
    return page


@contextmanager
def _timed(manifest: Manifest, step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    manifest.seconds[step] = round(time.perf_counter() - start, 2)
