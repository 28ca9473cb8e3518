"""A report of each data set that changed, with what the run has to tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradeflow.errors import OutputError, TradeflowError
from tradeflow.flows.lake import load_lake, release_calendar
from tradeflow.frames import to_polars
from tradeflow.jobs.analyse import revision_error
from tradeflow.schema import TOTAL

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.jobs.analyse import DataSet
    from tradeflow.jobs.manifest import Manifest
    from tradeflow.jobs.settings import Settings


def write_report(
    home: Path, settings: Settings, manifest: Manifest, data_set: DataSet, changes: str
) -> None:
    """Write one report beside the diff; the manifest says which there are, or why there is none.

    Parameters
    ----------
    home, settings
        Of the run.
    manifest
        The run, which may not have ended yet.
    data_set
        Source and frequency.
    changes
        The diff as a page of Markdown.
    """
    from tradeflow.report.report import report

    source, freq = data_set
    goods = [a for a in manifest.analyses if (a["source"], a["freq"]) == data_set]
    if not any(f["category"] != TOTAL for a in goods for f in a["findings"]):
        return
    name = f"report-{source}-{freq}.html".replace(" ", "_")
    flows = to_polars(load_lake(home, source=source, freq=freq, backend="polars"))
    try:
        report(
            flows,
            out=home / "runs" / manifest.run / name,
            since=settings.since_year if freq == "A" else settings.since_month,
            partner=settings.partner,
            changes=changes,
            calendar=release_calendar(home, backend="polars"),
            revisions=revision_error(home, flows),
            data_status=[row for row in manifest.late if row["source"] == source],
        )
    except OutputError:
        raise
    except TradeflowError as error:
        manifest.notes.append(f"No report on {source}: {error}")
    else:
        manifest.reports.append(name)
