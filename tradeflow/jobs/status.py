"""What is held, what is due, what is late, and how the last run ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.jobs.manifest import read_manifest, runs
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.plan import how_many
from tradeflow.store.calendar import Calendar
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

SERIES: Final = ("source", "freq", "reporter")
OUT: Final = ("reported", "zero")
ENOUGH: Final = 3
"""Releases that must have been watched before a date is named for the next one."""

_STEP: Final = pl.when(pl.col("freq") == "A").then(pl.lit("1y")).otherwise(pl.lit("1mo"))


def holdings(home: Path, *, today: date | None = None) -> list[dict[str, Any]]:
    """Say of each source, frequency and reporter what is held, due and late.

    Parameters
    ----------
    home
        The folder that holds lake and calendar.
    today
        The day to judge by; the clock's (UTC) if None.

    Returns
    -------
    list of dict
        source, freq, reporter; ``rows`` held, their ``first`` and ``last`` period and the day of
        their ``last_change``; ``not_released`` periods that were asked for, and the first of
        them, ``waits_for``; ``watched``, the number of releases that were seen to come; and, if
        these are at least three, ``due``, the day about which ``waits_for`` should come,
        ``due_first`` and ``due_last``, the earliest and latest day by the delays that were seen,
        and ``late_days`` since the latest, 0 if it is not late.

    Notes
    -----
    A release was watched if its period was once asked for in vain and given later; what was
    there at the first question tells nothing about its delay. ``due`` is the end of the period
    plus the median delay; a period is late beyond the longest delay.
    """
    day = today or SystemClock().now().date()
    calendar = Calendar(home)
    states = calendar.states()  # also makes sure that the file is whole
    said = pl.read_parquet(calendar.path) if not states.is_empty() else states
    rows = (
        _held(home)
        .join(_waiting(states), on=SERIES, how="full", coalesce=True)
        .join(_watched(said), on=SERIES, how="left")
        .with_columns(pl.col("rows", "not_released", "watched").fill_null(0))
    )
    return _text(_due(rows, day)).sort(SERIES).to_dicts()


SAME: Final = (
    "source",
    "freq",
    "last",
    "last_change",
    "not_released",
    "waits_for",
    "watched",
    "due",
    "due_first",
    "due_last",
    "late_days",
)
NAMED: Final = 3
"""Reporters that a line of the table names."""


def grouped(held: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join reporters of a source of whom the same is to be said, for people to read.

    Parameters
    ----------
    held
        What :func:`holdings` gives.

    Returns
    -------
    list of dict
        The same names, and ``reporters`` instead of reporter; rows are added up, ``first`` is
        the earliest, and ``due`` says in words between which days it lies.
    """
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in held:
        groups.setdefault(tuple(row[name] for name in SAME), []).append(row)
    return [
        {
            **rows[0],
            "reporters": _reporters([row["reporter"] for row in rows]),
            "rows": sum(row["rows"] for row in rows),
            "first": min((row["first"] for row in rows if row["first"]), default=None),
            "due": _due_words(rows[0]),
        }
        for rows in groups.values()
    ]


def _due_words(row: dict[str, Any]) -> str | None:
    between = f"({row['due_first']} to {row['due_last']})"
    return row["due"] and f"{row['due']} {between}"


def _reporters(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "")


def _held(home: Path) -> pl.DataFrame:
    period = pl.col("period")
    held = Lake(home).scan().group_by(SERIES)
    return held.agg(
        rows=pl.len().cast(pl.Int64),
        first=period.min(),
        last=period.max(),
        last_change=pl.col("known_from").max(),
    ).collect()


def _waiting(states: pl.DataFrame) -> pl.DataFrame:
    """Count periods that nobody of a reporter's goods has, after the last one that is out."""
    by_period = states.group_by(*SERIES, "period").agg(
        out=pl.col("state").is_in(OUT).any(), late=(pl.col("state") == "not released").any()
    )
    waiting = by_period.filter(~pl.col("out") & pl.col("late"))
    return waiting.group_by(SERIES).agg(
        not_released=pl.len().cast(pl.Int64), waits_for=pl.col("period").min()
    )


def _watched(said: pl.DataFrame) -> pl.DataFrame:
    """Measure, in days, how long after its end each period came that was waited for."""
    day, out = pl.col("known_from"), pl.col("state").is_in(OUT)
    came = said.group_by(*SERIES, "period").agg(
        asked=day.filter(pl.col("state") == "not released").min(), came=day.filter(out).min()
    )
    lag = (pl.col("came") - pl.col("period").dt.offset_by(_STEP)).dt.total_days()
    return (
        came.filter(pl.col("asked") < pl.col("came"))
        .group_by(SERIES)
        .agg(
            watched=pl.len().cast(pl.Int64),
            shortest=lag.min().cast(pl.Int64),
            usual=lag.median().round().cast(pl.Int64),
            longest=lag.max().cast(pl.Int64),
        )
    )


def _due(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    end = pl.col("waits_for").dt.offset_by(_STEP)
    over = (pl.lit(day) - end).dt.total_days() - pl.col("longest")
    delays = {"due": "usual", "due_first": "shortest", "due_last": "longest"}
    known = pl.col("watched") >= ENOUGH
    return rows.with_columns(
        **{due: pl.when(known).then(end + pl.duration(days=lag)) for due, lag in delays.items()},
        late_days=pl.when(known).then(over.clip(lower_bound=0)),
    ).drop(delays.values())


def _text(rows: pl.DataFrame) -> pl.DataFrame:
    """Write periods as people do: 2026-09, or 2025 for a year."""
    annual = pl.col("freq") == "A"
    return rows.with_columns(
        pl.when(annual)
        .then(pl.col(name).dt.strftime("%Y"))
        .otherwise(pl.col(name).dt.strftime("%Y-%m"))
        .alias(name)
        for name in ("first", "last", "waits_for")
    )


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
        + f"; {how_many(len(last.late), 'period')} not released; "
        + f"{how_many(len(names), 'run')} in all."
    )
