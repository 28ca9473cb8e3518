"""The monthly run: gather, find, draw, compare with the last run, and write it all down."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from tradeflow import __version__
from tradeflow.files import write_whole
from tradeflow.jobs.analyse import analyse, inputs_digest
from tradeflow.jobs.diff import compare, markdown
from tradeflow.jobs.gather import Gatherer
from tradeflow.jobs.lock import hold
from tradeflow.jobs.manifest import Manifest, moment_of, next_run, read_manifest, runs
from tradeflow.jobs.notify import notify
from tradeflow.jobs.rebuild import finish
from tradeflow.jobs.rebuild import rebuild as build_anew
from tradeflow.jobs.reports import write_report
from tradeflow.jobs.settings import Settings, load_settings
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.run import silent
from tradeflow.store.calendar import Calendar
from tradeflow.store.home import home as home_folder
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from tradeflow.jobs.analyse import DataSet
    from tradeflow.jobs.gather import Gathered
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.run import Progress

MINUTE: Final = timedelta(minutes=1)
LONG: Final = timedelta(days=100)
"""A run a month is usual; after so long a silence the clock is looked at, too."""

DONE: Final = 0
LATER: Final = 75


def update(
    settings: Settings | None = None,
    *,
    offline: bool = False,
    rebuild: bool = False,
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
    rebuild
        First build the lake anew from the releases, history and all; nobody is asked.
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
    InputFileError
        A file of the lake is damaged; `rebuild` mends it.
    OutputError
        It cannot be written; nothing is lost.

    Examples
    --------
    >>> import tradeflow as tf
    >>> done = tf.update(offline=True)  # doctest: +SKIP
    >>> done.exit, done.changed  # doctest: +SKIP
    (75, True)
    """
    chosen = settings or load_settings()
    home = home_folder(chosen.home)
    with hold(home):
        now = (clock or SystemClock()).now()
        name = next_run(home, now)
        manifest = Manifest(run=name, offline=offline or rebuild, code=__version__)
        manifest.map_version, manifest.settings = MAP_VERSION, chosen.digest()
        finish(home)
        rebuilt = _rebuilt(manifest, home, chosen) if rebuild else []
        _check(home)
        with _timed(manifest, "gather"):
            gatherer = Gatherer(
                chosen,
                home,
                offline=manifest.offline,
                report=report,
                clock=clock,
                patience=patience,
            )
            journal = gatherer.intake.journal
            journal.told(_last_told(home))  # killed between telling and forgetting
            gathered, untold = gatherer.everything(), journal.untold()
        _tell(manifest, gathered, untold)
        manifest.notes = [*_odd_clock(home, now), *rebuilt, *manifest.notes]
        fresh = _results(manifest, home, chosen)
        page = _write(manifest, home, chosen, fresh)
        journal.told([entry["identity"] for entry in untold])
    notify(manifest, page, chosen.notify)
    return manifest


def _rebuilt(manifest: Manifest, home: Path, settings: Settings) -> list[str]:
    with _timed(manifest, "rebuild"):
        return build_anew(home, settings, manifest.run)


def _check(home: Path) -> None:
    """Make sure that no file of the lake is damaged or gone, even if nothing would read it."""
    for room in ("lake", "history"):
        Lake(home).seals.check_all(room)
    Calendar(home).states()


def _odd_clock(home: Path, now: datetime) -> list[str]:
    """Say if the clock stands before the last run, or so far after it that it may be wrong."""
    names = runs(home)
    passed = now - moment_of(names[-1]) if names else timedelta(0)
    if -MINUTE <= passed <= LONG:
        return []
    when = f"The clock says {now:%Y-%m-%d %H:%M} UTC, {abs(passed).days} days"
    if passed < -MINUTE:
        return [f"{when} before the last run: it is wrong, or was then."]
    return [f"{when} after the last run. If it is wrong, set it right before the next run."]


def _last_told(home: Path) -> list[str]:
    names = runs(home)
    last = read_manifest(home, names[-1]).taken if names else []
    return [entry["identity"] for entry in last]


def _tell(manifest: Manifest, gathered: Gathered, untold: list[dict[str, Any]]) -> None:
    periods = [row for entry in untold for row in entry["periods"]]
    manifest.taken = [
        {k: v for k, v in entry.items() if k not in {"periods", "revisions"}} for entry in untold
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


def _results(manifest: Manifest, home: Path, settings: Settings) -> list[DataSet]:
    """Analyse what has changed; the data sets that were analysed."""
    manifest.inputs = inputs_digest(home, settings)
    before = read_manifest(home, "latest").analyses if runs(home) else []
    timed = partial(_timed, manifest)
    manifest.analyses, fresh = analyse(home, settings, before, timed)
    manifest.changed = bool(fresh) or len(before) != len(manifest.analyses)
    return fresh


def _write(manifest: Manifest, home: Path, settings: Settings, fresh: list[DataSet]) -> str:
    """Write diff, reports and manifest, the manifest last; return the diff as a page."""
    names = runs(home)
    diff = compare(read_manifest(home, names[-1]) if names else None, [manifest])
    folder, page = home / "runs" / manifest.run, markdown(diff)
    if settings.report:
        with _timed(manifest, "report"):
            for data_set in fresh:
                write_report(home, settings, manifest, data_set, page)
    write_whole(folder / "diff.json", (json.dumps(diff, indent=1, default=str) + "\n").encode())
    write_whole(folder / "diff.md", page.encode())
    manifest.write(home)
    return page


@contextmanager
def _timed(manifest: Manifest, step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    spent = manifest.seconds.get(step, 0.0) + time.perf_counter() - start
    manifest.seconds[step] = round(spent, 2)
