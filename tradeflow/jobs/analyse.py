"""From the lake to findings and figures: one data set per source and frequency."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote

import polars as pl

from tradeflow import __version__
from tradeflow.errors import TradeflowError, UsageError
from tradeflow.files import write_whole
from tradeflow.flows.lake import load_lake, release_calendar
from tradeflow.flows.revisions import revisions
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.panel.build import panel
from tradeflow.schema import LINE, TOTAL
from tradeflow.store.calendar import Calendar
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tradeflow.detect.findings.result import FindingsResult
    from tradeflow.jobs.settings import Settings
    from tradeflow.options import By, Freq
    from tradeflow.panel.model import Panel

    DataSet: TypeAlias = tuple[str, Freq]
    Timed: TypeAlias = Callable[[str], AbstractContextManager[None]]

LAST: Final = "findings.csv"
"""Written after all figures of its data set."""

KEPT: Final = (
    "reporter",
    "partner",
    "category",
    "title",
    "verdict",
    "sentence",
    "size_log",
    "size_log_low",
    "size_log_high",
    "month",
    "alarm_q",
    "flags",
)
"""Columns of a finding that a run remembers, for the next one to compare with."""


@dataclass(slots=True)
class Analysis:
    """What one data set shows.

    Attributes
    ----------
    source, freq
        The data set.
    inputs
        Digest of all that its findings and figures rest on.
    findings
        One record per category, and per total of all goods, of the columns KEPT.
    states
        Cells of the panel by state.
    why_not
        Why there are no findings; empty if there are.
    """

    source: str
    freq: Freq
    inputs: str = ""
    findings: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    why_not: str = ""


def inputs_digest(home: Path, settings: Settings) -> str:
    """Change if, and only if, anything changes that findings and figures rest on."""
    said = {
        "sets": [_inputs(home, settings, *one) for one in data_sets(home)],
        "settings": settings.digest(),
    }
    return _digest(said)


def _inputs(home: Path, settings: Settings, source: str, freq: str) -> str:
    """Digest of what one data set's findings and figures rest on, and of nothing else."""
    place = f"source={quote(source, safe='')}/freq={freq}/"
    rooms = (f"lake/{place}", f"history/{place}")
    files = Lake(home).checksums()
    states = Calendar(home).states().filter(source=source, freq=freq).drop("note", "known_from")
    since = settings.since_year if freq == "A" else settings.since_month
    said = {
        "files": {name: digest for name, digest in files.items() if name.startswith(rooms)},
        "states": states.rows(),
        "settings": [since, settings.partner, settings.rate],
        "map": MAP_VERSION,
        "code": __version__,
    }
    return _digest(said)


def _digest(said: dict[str, Any]) -> str:
    text = json.dumps(said, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def data_sets(home: Path) -> list[DataSet]:
    """Name the data sets of the lake by source and frequency."""
    sets = {(source, freq) for source, freq, _ in Lake(home).partitions()}
    return [(source, "A" if freq == "A" else "M") for source, freq in sorted(sets)]


def analyse(
    home: Path, settings: Settings, before: Sequence[dict[str, Any]], timed: Timed
) -> tuple[list[dict[str, Any]], list[DataSet]]:
    """Find and draw for every data set of the lake whose inputs have changed.

    Parameters
    ----------
    home
        The folder of the lake.
    settings
        Of the run.
    before
        Analyses of the run before: those with the same inputs stand.
    timed
        Takes the name of a step and gives a context in which it is timed.

    Returns
    -------
    tuple
        All analyses, and the data sets that were analysed now. What cannot be analysed says why.
    """
    stand = {(a["source"], a["freq"]): a for a in before if _stands(home, a)}
    analyses, fresh = [], []
    for source, freq in data_sets(home):
        inputs, held = _inputs(home, settings, source, freq), stand.get((source, freq))
        if held is None or held["inputs"] != inputs:
            held = asdict(_one(home, settings, Analysis(source, freq, inputs), timed))
            fresh.append((source, freq))
        analyses.append(held)
    return analyses, fresh


def _stands(home: Path, analysis: dict[str, Any]) -> bool:
    """Whether nobody took away what an earlier run wrote."""
    folder = results_folder(home, analysis["source"], analysis["freq"])
    return bool(analysis["why_not"]) or (folder / LAST).exists()


def _one(home: Path, settings: Settings, result: Analysis, timed: Timed) -> Analysis:
    folder = results_folder(home, result.source, result.freq)
    calendar = to_polars(release_calendar(home, backend="polars"))
    work, tables = _Work(settings, folder, calendar, timed), []
    try:
        with timed("panel"):
            held = load_lake(home, source=result.source, freq=result.freq, backend="polars")
    except UsageError:
        result.why_not = "Its source states nothing any more; what it stated is in the history."
        return result
    flows = to_polars(held)
    for wanted, find in ((LINE, _by_category), (pl.col("hs6") == TOTAL, _by_total)):
        if flows.filter(wanted & (pl.col("flow") == "export")).is_empty():
            continue
        try:
            table, states = find(flows, work)
        except TradeflowError as error:
            result.why_not = str(error)
        else:
            result.states = result.states or states
            tables.append(table)
    if tables:
        result.findings = [record for table in tables for record in _records(table)]
        write_whole(folder / LAST, _csv(pl.concat(tables, how="diagonal_relaxed")))
    elif not result.why_not:
        result.why_not = "It holds no exports, of goods by six-digit code or in total."
    return result


@dataclass(frozen=True, slots=True)
class _Work:
    """What every step needs."""

    settings: Settings
    folder: Path
    calendar: pl.DataFrame
    timed: Timed


def _by_category(flows: pl.DataFrame, work: _Work) -> tuple[pl.DataFrame, dict[str, int]]:
    from tradeflow.detect.findings.findings import findings

    settings, timed = work.settings, work.timed
    with timed("panel"):
        whole = panel(flows, by="category", calendar=work.calendar)
    since = settings.since_year if whole.freq == "A" else settings.since_month
    with timed("findings"):
        found = findings(
            flows,
            since=since,
            partner=settings.partner,
            q=settings.rate,
            calendar=work.calendar,
            revisions=revision_error(work.settings.home, flows),
        )
    with timed("figures"):
        _draw(found, whole, flows, work)
    return found.table, whole.counts()


def revision_error(
    home: str | Path | None, flows: pl.DataFrame, by: By = "category"
) -> pl.DataFrame | None:
    """How far each month may yet be revised, by what the lake has seen; of years nothing is."""
    if flows["freq"][0] == "A":
        return None
    source = str(flows["source"][0])
    found = revisions(home, what="periods", by=by, source=source, backend="polars")
    return to_polars(found)


def _by_total(flows: pl.DataFrame, work: _Work) -> tuple[pl.DataFrame, dict[str, int]]:
    from tradeflow.jobs.totals import total_findings

    settings, timed = work.settings, work.timed
    mine = flows.filter((pl.col("partner") == settings.partner) & (pl.col("hs6") == TOTAL))
    if mine["freq"].cast(pl.String).eq("A").any():
        raise UsageError("Totals of years say too little; ask for months, or for goods by code.")
    with timed("panel"):
        totals = panel(mine, by="total", calendar=work.calendar)
    with timed("findings"):
        found = total_findings(
            totals,
            since=settings.since_month,
            rate=settings.rate,
            revisions=revision_error(work.settings.home, mine, "total"),
        )
    return found, totals.counts()


def results_folder(home: Path, source: str, freq: str) -> Path:
    """Where the findings and figures of a data set lie."""
    return home / "results" / f"{source}-{freq}".replace(" ", "_")


def _records(table: pl.DataFrame) -> list[dict[str, Any]]:
    rows = table.select([name for name in KEPT if name in table.columns]).to_dicts()
    return json.loads(json.dumps(rows, default=str))  # type: ignore[no-any-return]


def _csv(table: pl.DataFrame) -> bytes:
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    flat = table.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join("; "))
    return flat.write_csv().encode()


def _draw(found: FindingsResult, whole: Panel, flows: pl.DataFrame, work: _Work) -> None:
    from tradeflow.charts.monthly.gallery import draw_monthly
    from tradeflow.charts.save import draw_gallery, save_figure
    from tradeflow.detect.annual.shifts import detect_shifts

    settings, folder = work.settings, work.folder / "figures"
    save_figure(found.plot(), folder / "findings.png")
    if whole.freq == "A":
        draw_gallery(detect_shifts(whole, since=settings.since_year), folder)
        return
    draw_monthly(
        flows,
        folder,
        since=settings.since_month,
        partner=settings.partner,
        q=settings.rate,
        calendar=work.calendar,
        revisions=revision_error(work.settings.home, flows),
    )
