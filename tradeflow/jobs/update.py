"""The monthly run: gather, find, draw, compare with the last run, and write it all down."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow import __version__
from tradeflow.files import write_whole
from tradeflow.jobs.analyse import analyse, inputs_digest, still_there
from tradeflow.jobs.diff import compare, markdown
from tradeflow.jobs.gather import Gatherer
from tradeflow.jobs.lock import hold
from tradeflow.jobs.manifest import Manifest, next_run, read_manifest, runs
from tradeflow.jobs.settings import Settings, load_settings
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.run import silent
from tradeflow.store.home import home as home_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tradeflow.jobs.gather import Gathered
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.run import Progress

DONE: Final = 0
LATER: Final = 75
REVISIONS_KEPT: Final = 1000


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
            _take_over(manifest, gatherer.everything(), chosen)
        _results(manifest, home, chosen)
        _write(manifest, home)
        return manifest


def _take_over(manifest: Manifest, gathered: Gathered, settings: Settings) -> None:
    manifest.taken, manifest.failed = gathered.taken, gathered.failed
    manifest.arrived, manifest.withdrawn = gathered.arrived, gathered.withdrawn
    manifest.late, manifest.not_asked = gathered.late, gathered.not_asked
    manifest.revisions = _large(gathered.revised, gathered.gone, settings.revision)
    late = manifest.late or manifest.offline
    manifest.exit = LATER if manifest.failed or late else DONE


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


def _write(manifest: Manifest, home: Path) -> None:
    names = runs(home)
    before = read_manifest(home, names[-1]) if names else None
    diff = compare(before, manifest)
    folder = home / "runs" / manifest.run
    write_whole(folder / "diff.json", (json.dumps(diff, indent=1, default=str) + "\n").encode())
    write_whole(folder / "diff.md", markdown(diff).encode())
    manifest.write(home)


def _large(
    revised: Sequence[pl.DataFrame], gone: Sequence[pl.DataFrame], threshold: float
) -> list[dict[str, Any]]:
    """List revised cells of at least the threshold, and withdrawn ones, the largest first."""
    kept = ["reporter", "partner", "flow", "hs6", "period", "source", "value_before", "value_after"]
    frames = [
        *(f.with_columns(value_after="value_usd") for f in revised),
        *(
            f.with_columns(value_before="value_usd", value_after=pl.lit(None, dtype=pl.Float64))
            for f in gone
        ),
    ]
    if not frames:
        return []
    change = pl.col("value_after") / pl.col("value_before") - 1
    rows = (
        pl.concat([f.select(kept) for f in frames])
        .with_columns(change=pl.when(pl.col("value_before") > 0).then(change))
        .filter(pl.col("change").is_null() | (pl.col("change").abs() >= threshold))
    )
    moved = (pl.col("value_after").fill_null(0) - pl.col("value_before")).abs()
    return rows.sort(moved, descending=True).head(REVISIONS_KEPT).to_dicts()


@contextmanager
def _timed(manifest: Manifest, step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    manifest.seconds[step] = round(time.perf_counter() - start, 2)
