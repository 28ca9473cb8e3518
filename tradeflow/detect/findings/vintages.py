"""What revisions and new months did to findings: the word then, and the word now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from tradeflow.detect.findings.findings import findings
from tradeflow.errors import UsageError
from tradeflow.flows.lake import load_lake, release_calendar
from tradeflow.flows.revisions import revisions
from tradeflow.frames import to_backend, to_polars
from tradeflow.nomenclature.editions import first_day
from tradeflow.nomenclature.tables import table
from tradeflow.options import Freq, one_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tradeflow.frames import Frame
    from tradeflow.options import Backend

_COMPARED: Final = ("verdict", "change_log", "excess_usd", "alarm_q")
_NEVER: Final = "no findings then"


def changed_findings(
    home: str | Path | None = None,
    *,
    before: date | str,
    after: date | str | None = None,
    since: date | str,
    source: str | None = None,
    freq: Freq = "M",
    partner: str = "RUS",
    q: float = 0.10,
    backend: Backend = "pandas",
) -> Frame:
    """Compare the findings that two vintages of the lake give.

    Parameters
    ----------
    home
        The folder that holds the lake; ``TRADEFLOW_HOME`` or ``tradeflow-data`` if None.
    before, after
        As known on these days; `after` None for now.
    since, partner, q
        As for :func:`tradeflow.findings`.
    source, freq
        The data set.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        One row per category with revised cells, or with another word: category, title,
        ``verdict``, ``change_log`` (log points), ``excess_usd`` (US dollars) and ``alarm_q``, each
        with ``_before`` and ``_after``; ``changed`` (whether the word is another); and why:
        ``cells_revised``, between the two days, and ``new_periods`` since.

    Raises
    ------
    UsageError
        The lake held nothing of the kind on one of the days, or `after` is not later.
    """
    first, last = first_day(before), None if after is None else first_day(after)
    if last is not None and last <= first:
        raise UsageError(f"after is {last} and before is {first}: give the later day as after.")
    asked = _Asked(home, source, cast("Freq", one_of(freq, Freq, name="freq")), since, partner, q)
    (old, old_periods), (new, new_periods) = (asked.known(day) for day in (first, last))
    both = new.join(old, on="category", how="full", coalesce=True, suffix="_before").rename(
        {name: f"{name}_after" for name in _COMPARED}
    )
    rows = both.join(asked.revised(first, last), on="category", how="left").with_columns(
        pl.coalesce("title", "title_before").alias("title"),
        pl.col("verdict_before").fill_null(_NEVER),
        pl.col("cells_revised").fill_null(0),
        changed=pl.col("verdict_after").ne_missing(pl.col("verdict_before")),
        new_periods=pl.lit(new_periods - old_periods),
    )
    pairs = [f"{name}_{when}" for name in _COMPARED for when in ("before", "after")]
    shown = rows.filter(pl.col("changed") | (pl.col("cells_revised") > 0)).select(
        "category", "title", *pairs, "changed", "cells_revised", "new_periods"
    )
    order = ["changed", "cells_revised", "category"]
    return to_backend(shown.sort(order, descending=[True, True, False]), backend)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is compared."""

    home: str | Path | None
    source: str | None
    freq: Freq
    since: date | str
    partner: str
    q: float

    def known(self, day: date | None) -> tuple[pl.DataFrame, int]:
        """Findings as known on a day, and how many periods they could read."""
        flows = to_polars(
            load_lake(self.home, source=self.source, freq=self.freq, as_of=day, backend="polars")
        )
        name, error = str(flows["source"][0]), None
        if self.freq == "M":
            error = revisions(self.home, what="periods", source=name, as_of=day, backend="polars")
        found = findings(
            flows,
            since=self.since,
            partner=self.partner,
            q=self.q,
            calendar=release_calendar(self.home, as_of=day, backend="polars"),
            revisions=error,
        )
        return found.table.select("category", "title", *_COMPARED), flows["period"].n_unique()

    def revised(self, first: date, last: date | None) -> pl.DataFrame:
        """Count the revised cells of exports to the partner by category."""
        start = first + timedelta(days=1)
        cells = to_polars(
            revisions(self.home, source=self.source, since=start, as_of=last, backend="polars")
        ).filter(freq=self.freq, partner=self.partner, flow="export")
        codes = table("members").select("category", "edition", "hs6")
        return (
            cells.join(codes, on=["edition", "hs6"])
            .group_by("category")
            .agg(cells_revised=pl.len())
        )
