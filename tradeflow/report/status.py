"""What the data hold, what is late, and in which state every cell is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.nomenclature.countries import country
from tradeflow.panel.states import State
from tradeflow.report.numbers import NONE
from tradeflow.report.page import Cell, Column, Grid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tradeflow.panel.model import Panel

MEANING: Final = {
    State.REPORTED: "as the reporter published it",
    State.ZERO: "the period is released and does not list the cell: no trade",
    State.NOT_RELEASED: "the period is not out: nothing is known, and it is not a zero",
    State.WITHHELD: "released, but confidential or not certified as zero: no number",
    State.ESTIMATED: "reconciled or estimated by the producer of the data",
    State.MIRROR: "taken from the partner's report",
    State.BREAK: "not comparable with the periods before the classification changed",
}

_HEADINGS: Final = {
    "source": "Source",
    "freq": "Frequency",
    "reporter": "Reporter",
    "partner": "Partner",
    "flow": "Flow",
    "goods": "Goods",
    "period": "Period",
    "rows": "Rows held",
    "first": "First period",
    "last": "Last period",
    "last_change": "Last change",
    "not_released": "Periods not released",
    "waits_for": "Waits for",
    "watched": "Releases watched",
    "due": "Due about",
    "late_days": "Days late",
}


def holdings_frame(flows: pl.DataFrame) -> pl.DataFrame:
    """What a flow table holds: one row per source, reporter and flow.

    Parameters
    ----------
    flows
        The flow table that the report is made of.
    """
    period = pl.col("period")
    form = "%Y" if flows["freq"][0] == "A" else "%Y-%m"
    return (
        flows.group_by("source", "reporter", "flow")
        .agg(
            releases=pl.col("release").n_unique().cast(pl.Int64),
            release=pl.col("release").max(),
            first=period.min().dt.strftime(form),
            last=period.max().dt.strftime(form),
            periods=period.n_unique().cast(pl.Int64),
            rows=pl.len().cast(pl.Int64),
        )
        .with_columns(pl.col("flow").cast(pl.String))
        .sort("source", "reporter", "flow")
    )


def status_grids(
    flows: pl.DataFrame, whole: Panel, late: Sequence[Mapping[str, Any]] | None
) -> list[Grid]:
    """Tables of holdings, late periods (if there are any) and states.

    Parameters
    ----------
    flows
        The flow table.
    whole
        Its panel by category.
    late
        Rows of late months or of holdings, as ``tradeflow status`` gives them; None if nobody
        watched the releases.
    """
    grids = [_holdings(flows), _states(whole)]
    return [*grids[:1], _late(late), *grids[1:]] if late else grids


def _holdings(flows: pl.DataFrame) -> Grid:
    columns = ("Reporter", "Flow", "Source and latest release", "First period", "Last period")
    alike = ["source", "release", "flow", "first", "last", "periods"]
    held = holdings_frame(flows).group_by(alike, maintain_order=True)
    rows = held.agg("reporter", pl.col("rows").sum()).to_dicts()
    return Grid(
        name="held",
        caption="What the data hold; reporters that are alike stand together",
        columns=[
            *(Column(name) for name in columns),
            Column("Periods", numeric=True),
            Column("Rows", numeric=True),
        ],
        rows=[
            (
                Cell(", ".join(country(one).name for one in row["reporter"])),
                Cell(row["flow"]),
                Cell(f"{row['source']} {row['release']}"),
                Cell(row["first"]),
                Cell(row["last"]),
                Cell(str(row["periods"]), row["periods"]),
                Cell(f"{row['rows']:,}", row["rows"]),
            )
            for row in rows
        ],
    )


def _states(whole: Panel) -> Grid:
    codes = whole.parts.counts() if whole.parts is not None else {}
    cells = whole.counts()
    return Grid(
        name="states",
        caption="States of the cells: one cell is one series in one period",
        columns=[
            Column("State"),
            Column("Meaning"),
            Column("Cells, by category", numeric=True),
            Column("Cells, by code", numeric=True),
        ],
        rows=[
            (
                Cell(state.name.lower().replace("_", " ")),
                Cell(meaning),
                Cell(f"{cells[state.name]:,}", cells[state.name]),
                Cell(f"{codes.get(state.name, 0):,}", codes.get(state.name, 0)),
            )
            for state, meaning in MEANING.items()
        ],
    )


def _late(rows: Sequence[Mapping[str, Any]]) -> Grid:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return Grid(
        name="late",
        caption="What is late, as the last run saw it",
        columns=[
            Column(_HEADINGS.get(n, n.replace("_", " ")), numeric=_counts(rows, n)) for n in names
        ],
        rows=[tuple(_cell(row.get(name)) for name in names) for row in rows],
    )


def _counts(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    return all(isinstance(row.get(name), int | float | None) for row in rows)


def _cell(value: object) -> Cell:
    if value is None:
        return Cell(NONE, "")
    if isinstance(value, int | float):
        return Cell(f"{value:,}", float(value))
    return Cell(str(value))
