"""From the lake to findings and figures: one data set per source and frequency."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow import __version__
from tradeflow.errors import TradeflowError
from tradeflow.files import write_whole
from tradeflow.flows.lake import load_lake, release_calendar
from tradeflow.nomenclature.categories import MAP_VERSION
from tradeflow.panel.build import panel
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.detect.findings.result import FindingsResult
    from tradeflow.jobs.settings import Settings
    from tradeflow.options import Freq
    from tradeflow.panel.model import Panel

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
    findings
        One record per category, of the columns KEPT.
    states
        Cells of the panel by state.
    why_not
        Why there are no findings; empty if there are.
    """

    source: str
    freq: str
    findings: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=dict)
    why_not: str = ""


def inputs_digest(home: Path, settings: Settings) -> str:
    """Change if, and only if, anything changes that findings and figures rest on."""
    lake = Lake(home)
    said = {
        "files": lake.checksums(),
        "settings": settings.digest(),
        "map": MAP_VERSION,
        "code": __version__,
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def analyse(home: Path, settings: Settings) -> list[Analysis]:
    """Find and draw for every data set of the lake; what cannot be analysed says why."""
    sets = sorted({(source, freq) for source, freq, _ in Lake(home).partitions()})
    return [_one(home, settings, source, "A" if freq == "A" else "M") for source, freq in sets]


def _one(home: Path, settings: Settings, source: str, freq: Freq) -> Analysis:
    from tradeflow.detect.findings.findings import findings

    result = Analysis(source, freq)
    folder = results_folder(home, source, freq)
    try:
        flows = load_lake(home, source=source, freq=freq, backend="polars")
        whole = panel(flows, by="category", calendar=release_calendar(home))
        result.states = whole.counts()
        since = settings.since_year if freq == "A" else settings.since_month
        found = findings(flows, since=since, partner=settings.partner, q=settings.rate)
    except TradeflowError as error:
        result.why_not = str(error)
        return result
    table = found.table
    result.findings = _records(table)
    _draw(found, whole, folder, since)
    write_whole(folder / LAST, _csv(table))
    return result


def results_folder(home: Path, source: str, freq: str) -> Path:
    """Where the findings and figures of a data set lie."""
    return home / "results" / f"{source}-{freq}".replace(" ", "_")


def still_there(home: Path, analyses: list[dict[str, Any]]) -> bool:
    """Whether nobody took away what an earlier run wrote."""
    wrote = [a for a in analyses if not a["why_not"]]
    return all((results_folder(home, a["source"], a["freq"]) / LAST).exists() for a in wrote)


def _records(table: pl.DataFrame) -> list[dict[str, Any]]:
    rows = table.select([name for name in KEPT if name in table.columns]).to_dicts()
    return json.loads(json.dumps(rows, default=str))  # type: ignore[no-any-return]


def _csv(table: pl.DataFrame) -> bytes:
    lists = [name for name, kind in table.schema.items() if isinstance(kind, pl.List)]
    flat = table.with_columns(pl.col(lists).cast(pl.List(pl.String)).list.join("; "))
    return flat.write_csv().encode()


def _draw(found: FindingsResult, whole: Panel, folder: Path, since: str) -> None:
    from tradeflow.charts.save import draw_gallery
    from tradeflow.charts.save_chart import save_chart
    from tradeflow.detect.annual.shifts import detect_shifts

    save_chart(found.plot(), folder / "figures" / "findings.png")
    if whole.freq == "A":
        draw_gallery(detect_shifts(whole, since=since), folder / "figures")
