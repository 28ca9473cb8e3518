"""What is held, what is late, and how the last run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from tradeflow.jobs.manifest import read_manifest, runs
from tradeflow.store.calendar import Calendar
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


def holdings(home: Path) -> list[dict[str, Any]]:
    """Give one record per source, frequency and reporter: rows, first and last period, late."""
    rows = Lake(home).scan()
    held = (
        rows.group_by("source", "freq", "reporter")
        .agg(
            rows=pl.len(),
            first=pl.col("period").min(),
            last=pl.col("period").max(),
            known_since=pl.col("known_from").min(),
            last_change=pl.col("known_from").max(),
        )
        .sort("source", "freq", "reporter")
        .collect()
    )
    late = (
        Calendar(home)
        .states()
        .filter(pl.col("state") == "not released")
        .group_by("source", "freq", "reporter")
        .agg(not_released=pl.col("period").n_unique(), late_from=pl.col("period").min())
    )
    return held.join(late, on=["source", "freq", "reporter"], how="left").to_dicts()


def last_words(home: Path) -> str:
    """Say in one sentence how the last run ended."""
    names = runs(home)
    if not names:
        return f"No run has ended yet in {home}. Begin with: tradeflow update"
    last = read_manifest(home, names[-1])
    failed = ", ".join(sorted({row["source"] for row in last.failed}))
    return (
        f"Last run {last.run}: exit {last.exit}"
        + (f"; did not answer or not as documented: {failed}" if failed else "")
        + f"; {len(last.late)} periods not released; {len(names)} runs in all."
    )
