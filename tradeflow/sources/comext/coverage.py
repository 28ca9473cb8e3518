"""What is known of the periods asked for: reported, not released yet, or unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import polars as pl

from tradeflow.sources.comext.places import countries, partners
from tradeflow.sources.comext.rows import FLOWS, first_day
from tradeflow.sources.parsed import COVERAGE_SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable

Cell: TypeAlias = tuple[str, str, str, str]
"""Reporter, partner, flow and period, in Comext's own codes."""


def coverage(
    cells: Iterable[Cell], rows: pl.DataFrame, *, newest: dict[str, str], proof: str
) -> pl.DataFrame:
    """Say of every reporter, partner, flow and period asked for what is known of it.

    Parameters
    ----------
    cells
        What was asked.
    rows
        What came, as rows of the flow table.
    newest
        Of each reporter, the last period that it has released at all; later ones are
        ``not released``. Without it, nothing is known of a period that has no rows.
    proof
        What ends there, in words.
    """
    stated = _stated(rows)

    def state(cell: Cell) -> tuple[str, str]:
        reporter, _, _, period = cell
        if cell in stated:
            return "reported", "rows are there"
        if reporter not in newest:
            return "unknown", "no rows; whether the period is released could not be learned"
        if period > newest[reporter]:
            return "not released", f"{proof} ends with {newest[reporter]}"
        return "unknown", "no rows: not reported, or confidential; Comext certifies no zero"

    known = [(*cell, *state(cell)) for cell in sorted(set(cells))]
    frame = pl.DataFrame(known, schema=dict.fromkeys(COVERAGE_SCHEMA, pl.String), orient="row")
    return frame.with_columns(
        reporter=pl.col("reporter").replace_strict(countries(), return_dtype=pl.String),
        partner=pl.col("partner").replace_strict(partners(), return_dtype=pl.String),
        flow=pl.col("flow").replace_strict(FLOWS, return_dtype=pl.String),
        period=first_day(pl.col("period")),
        state=pl.col("state").cast(COVERAGE_SCHEMA["state"]),
    ).sort("reporter", "partner", "flow", "period")


def _stated(rows: pl.DataFrame) -> set[Cell]:
    reporters = {iso3: code for code, iso3 in countries().items()}
    others = {iso3: code for code, iso3 in partners().items()}
    flows = {flow: code for code, flow in FLOWS.items()}
    found = rows.select("reporter", "partner", "flow", "period", "freq").unique()
    return {
        (reporters[r], others[p], flows[flow], f"{day:%Y}" if freq == "A" else f"{day:%Y-%m}")
        for r, p, flow, day, freq in found.iter_rows()
    }
