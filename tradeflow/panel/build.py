"""From the flow table to a panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.errors import DataError, DuplicateKeyError, UsageError
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import all_categories, listed_codes, members
from tradeflow.nomenclature.families import family_table
from tradeflow.options import By, FlowKind, Freq, Measure, Side, one_of
from tradeflow.panel.absent import absent_states, asked_about, released_periods
from tradeflow.panel.breaks import find_breaks
from tradeflow.panel.model import Panel
from tradeflow.panel.states import State
from tradeflow.schema import KEY, LINE, TOTAL
from tradeflow.sources.registry import source_info

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.frames import Frame

UNITS: Final = {"value_usd": "USD", "net_kg": "kg"}
ALL: Final = "all"
"""Key of series that add all reporters, or all partners, up."""

_PAIR: Final = ["reporter", "partner"]
_STATE_OF_STATUS: Final = {
    "reported": State.REPORTED,
    "provisional": State.REPORTED,
    "estimated": State.ESTIMATED,
    "mirror": State.MIRROR,
}


def panel(
    flows: Frame,
    *,
    by: By = "category",
    measure: Measure = "value_usd",
    flow: FlowKind = "export",
    together: Side | None = None,
    calendar: Frame | None = None,
) -> Panel:
    """Arrange a flow table as series by periods, with the state of every cell.

    Parameters
    ----------
    flows
        A flow table of one frequency and one source, in which no two releases state the same
        cell.
    by
        ``"hs6"``: one series per reporter, partner and six-digit code; a code that only changed
        its number is one series, under the newest number. ``"family"``: one series per family of
        codes that stays comparable over the editions in the table. ``"category"``: one series
        per category of the map that the table has codes of, the sum of all its members.
        ``"total"``: the totals of all goods, as published.
    measure
        ``"value_usd"`` (US dollars, current) or ``"net_kg"`` (kilograms).
    flow
        Which kind of flow to take.
    together
        ``"reporter"`` or ``"partner"``: add the series of all reporters, or of all partners, up;
        the key then says ``all``. None keeps them apart.
    calendar
        What was asked and what is released, from :func:`tradeflow.release_calendar`. Without it,
        a reporter is taken to have released the periods in which it has rows.

    Returns
    -------
    Panel

    Raises
    ------
    UsageError
        The table mixes frequencies or sources, two releases state the same cell, or it has no
        such flow.
    DuplicateKeyError
        The table holds a total beside its parts.

    Notes
    -----
    A cell that a released period does not list is ``ZERO`` (value 0) if the source is complete,
    else ``WITHHELD`` (no number). Where the calendar knows that the series was asked for, it
    decides: ``ZERO`` if the cell was asked for, the period is released and the source lists all
    trade or says that there was none; ``WITHHELD`` if nobody asked in that period. A period that
    is not released is ``NOT_RELEASED`` (no number).
    From the change of edition on, cells of a code that cannot be compared with itself before are
    ``BREAK``.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.panel(tf.load_sample(), by="category")
    Panel of 18 series by category, value_usd in USD, 2017 to 2023 (BACI V202501)
    """
    for name, value, options in (("by", by, By), ("measure", measure, Measure)):
        one_of(value, options, name=name)
    one_of(flow, FlowKind, name="flow")
    known = None if calendar is None else to_polars(calendar).cast({"period": pl.Date})
    rows = _chosen(check_flows(to_polars(flows)), flow, totals=by == "total")
    if together is not None:
        rows = _together(rows, one_of(together, Side, name="together"))
    if by == "total":
        return _by_code(rows.rename({"hs6": "total"}), "total", measure, known)
    if by == "family":
        return _by_code(_as_families(rows), "family", measure, known)
    codes = _by_code(_as_codes(rows), "hs6", measure, known)
    return codes if by == "hs6" else _by_category(codes)


def _chosen(rows: pl.DataFrame, flow: str, *, totals: bool) -> pl.DataFrame:
    rows = rows.filter(pl.col("flow") == flow)
    wanted = rows.filter((pl.col("hs6") == TOTAL) if totals else LINE)
    if wanted.is_empty() and len(rows) and not totals:
        raise UsageError(
            f"The table's {flow} flows are totals of all goods or of headings only; "
            "no six-digit code is there. For all goods together take by='total'."
        )
    rows = wanted
    if rows.is_empty():
        raise UsageError(f"The table has no {flow} flows {'in total' if totals else 'by code'}.")
    for column, remedy in (
        ("freq", "Months and years do not mix: filter one."),
        ("source", "Sources disagree: filter one; witnesses are compared, not added."),
    ):
        found = rows[column].unique().sort().to_list()
        if len(found) > 1:
            raise UsageError(f"The table holds several values of {column}: {found}. {remedy}")
    _refuse_repeats(rows)
    _refuse_totals(rows)
    return rows


def _together(rows: pl.DataFrame, side: str) -> pl.DataFrame:
    """Put all reporters, or all partners, under one name, if no release is missing."""
    if side == "reporter" and not source_info(rows["source"][0]).released_together:
        seen = rows.group_by("reporter").agg(pl.col("period").n_unique())
        late = seen.filter(pl.col("period") < rows["period"].n_unique())["reporter"].sort()
        if len(late):
            raise UsageError(
                f"Not every reporter has released every period ({', '.join(late[:5])} ...); a sum "
                "would fall where one is late. Filter the periods or the reporters first."
            )
    return rows.with_columns(pl.lit(ALL).alias(side))


def _refuse_repeats(rows: pl.DataFrame) -> None:
    """Refuse a cell that two releases state; each period may have a release of its own."""
    cell = [name for name in KEY if name != "release"]
    twice = rows.filter(rows.select(cell).is_duplicated())
    if not twice.is_empty():
        found = twice["release"].unique().sort().to_list()
        raise UsageError(
            f"Releases repeat each other ({twice.height} rows, releases {found[:5]}): filter one."
        )


def _refuse_totals(rows: pl.DataFrame) -> None:
    cell = ["period", *_PAIR, "edition", "hs6"]
    for part in ("national_code", "region", "regime"):
        mixed = rows.group_by(cell).agg(
            whole=pl.col(part).is_null().any(), split=pl.col(part).is_not_null().any()
        )
        bad = mixed.filter(pl.col("whole") & pl.col("split"))
        if not bad.is_empty():
            first = bad.sort(cell).row(0, named=True)
            raise DuplicateKeyError(
                f"Code {first['hs6']}, {first['period']}: a row without {part} stands beside rows "
                f"with one, a total beside its parts ({bad.height} cells). Keep one of the two."
            )


def _editions(rows: pl.DataFrame) -> list[str]:
    return sorted(rows["edition"].cast(pl.String).unique())


def _as_codes(rows: pl.DataFrame) -> pl.DataFrame:
    """Put codes that only changed their number under the newest number."""
    editions = _editions(rows)
    rows = rows.with_columns(pl.col("edition").cast(pl.String))
    if len(editions) == 1:
        return rows
    same = family_table(editions).filter("exact").drop("exact")
    return (
        rows.join(same, on=["edition", "hs6"], how="left", maintain_order="left")
        .with_columns(hs6=pl.coalesce("family", "hs6"))
        .drop("family")
    )


def _as_families(rows: pl.DataFrame) -> pl.DataFrame:
    editions = _editions(rows)
    table = family_table(editions).drop("exact")
    rows = rows.with_columns(pl.col("edition").cast(pl.String))
    return rows.join(table, on=["edition", "hs6"], how="left", maintain_order="left")


def _by_code(rows: pl.DataFrame, by: By, measure: Measure, calendar: pl.DataFrame | None) -> Panel:
    cells = rows.group_by(*_PAIR, by, "period").agg(
        value_usd=pl.col("value_usd").sum(),
        net_kg=pl.when(pl.col("net_kg").is_not_null().all()).then(pl.col("net_kg").sum()),
        state=pl.col("status").cast(pl.String).replace_strict(_STATE_OF_STATUS).max(),
    )
    keys = cells.select(*_PAIR, by).unique().sort([*_PAIR, by])
    said = asked_about(rows, calendar)
    told = released_periods(said)
    periods = _periods(rows, told)
    grid = _Grid(keys, periods, cells, [*_PAIR, by])
    values, net_kg = grid.fill("value_usd"), grid.fill("net_kg")
    stated = grid.fill("state")
    absent = absent_states(rows, keys, periods, by, said=said)
    state = np.where(np.isnan(stated), absent, stated).astype(np.uint8)
    zero = state == State.ZERO
    values[zero], net_kg[zero] = 0.0, 0.0
    edition = _editions(rows)[-1]
    notes = [""] * len(keys)
    if by == "hs6":
        breaks = find_breaks(keys, periods, values, _stated(rows))
        values[breaks.absent], net_kg[breaks.absent] = np.nan, np.nan
        state[breaks.broken | breaks.absent] = State.BREAK
        notes = breaks.notes
    return Panel(
        values=np.ascontiguousarray(values if measure == "value_usd" else net_kg),
        state=state,
        net_kg=net_kg,
        keys=_describe(keys, by, edition, notes),
        periods=periods,
        freq=_freq(rows),
        by=by,
        measure=measure,
        unit=UNITS[measure],
        provenance=_provenance(rows),
    )


class _Grid:
    """Places cells of a long table on series by periods."""

    def __init__(
        self, keys: pl.DataFrame, periods: Sequence[date], cells: pl.DataFrame, on: list[str]
    ) -> None:
        columns = pl.DataFrame({"period": periods}).with_row_index("column")
        placed = cells.join(keys.with_row_index("row"), on=on).join(columns, on="period")
        self.shape = (len(keys), len(periods))
        self.row, self.column = placed["row"].to_numpy(), placed["column"].to_numpy()
        self.cells = placed

    def fill(self, name: str) -> NDArray[np.float64]:
        out = np.full(self.shape, np.nan)
        out[self.row, self.column] = self.cells[name].cast(pl.Float64).to_numpy()
        return out


def _periods(rows: pl.DataFrame, told: Mapping[tuple[str, date], bool | None]) -> tuple[date, ...]:
    days = {*rows["period"].unique(), *(period for _, period in told)}
    if not days:
        raise DataError("The table has no period.")
    step = "1y" if _freq(rows) == "A" else "1mo"
    return tuple(pl.date_range(min(days), max(days), step, eager=True))


def _freq(rows: pl.DataFrame) -> Freq:
    return "A" if rows["freq"][0] == "A" else "M"


def _stated(rows: pl.DataFrame) -> dict[tuple[str, date], str]:
    unique = rows.group_by("reporter", "period").agg(pl.col("edition").max())
    return {(r, p): e for r, p, e in unique.iter_rows()}


def _describe(keys: pl.DataFrame, by: By, edition: str, notes: list[str]) -> pl.DataFrame:
    if by in {"family", "total"}:
        return keys
    slugs = members(edition=edition).group_by("hs6").agg(pl.col("category").sort().str.join(";"))
    return (
        keys.join(slugs, on="hs6", how="left", maintain_order="left")
        .with_columns(
            edition=pl.lit(edition),
            listed=pl.col("hs6").is_in(list(listed_codes(edition))),
            flags=pl.Series(notes, dtype=pl.String),
        )
        .select(*_PAIR, "hs6", "edition", "category", "listed", "flags")
    )


def _by_category(codes: Panel) -> Panel:
    names = pl.DataFrame({"category": list(all_categories())}).with_row_index("order")
    edition = codes.keys["edition"][0]
    placed = (
        codes.keys.select(*_PAIR, "hs6")
        .with_row_index("row")
        .join(members(edition=edition).select("category", "hs6"), on="hs6")
        .join(names, on="category")
        .sort(*_PAIR, "order", "row")
        .group_by(*_PAIR, "order", "category", maintain_order=True)
        .agg("row")
    )
    if placed.is_empty():
        raise UsageError("No code of the table is in any category: `tradeflow categories`.")
    found = tuple(row.to_numpy().astype(np.intp) for row in placed["row"])
    return Panel(
        values=np.stack([_known_sum(codes.values[i]) for i in found]),
        state=np.stack([_joint_state(codes.state[i]) for i in found]),
        net_kg=np.stack([_joint_weight(codes.net_kg[i], codes.values[i]) for i in found]),
        keys=placed.select(*_PAIR, "category"),
        periods=codes.periods,
        freq=codes.freq,
        by="category",
        measure=codes.measure,
        unit=codes.unit,
        provenance=codes.provenance,
        parts=codes,
        members=found,
    )


def _known_sum(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the members that have a number; NaN where none has."""
    return np.where(np.isnan(values).all(axis=0), np.nan, np.nansum(values, axis=0))


def _joint_weight(net_kg: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of the members with a value; NaN where one of them has no weight."""
    lost = (np.isnan(net_kg) & ~np.isnan(values)).any(axis=0)
    return np.where(lost, np.nan, _known_sum(net_kg))


def _joint_state(states: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """State of a sum: the worst of its members', where a zero does not hide a number.

    A sum that is ``WITHHELD`` holds the members that have a number: at least that much.
    """
    order = [
        State.ZERO,
        State.REPORTED,
        State.MIRROR,
        State.ESTIMATED,
        State.WITHHELD,
        State.NOT_RELEASED,
        State.BREAK,
    ]
    rank = np.empty(len(State), dtype=np.uint8)
    rank[order] = np.arange(len(order))
    worst: NDArray[np.uint8] = np.asarray(order, dtype=np.uint8)[rank[states].max(axis=0)]
    return worst


def _provenance(rows: pl.DataFrame) -> tuple[str, ...]:
    said = []
    for source in rows["source"].unique().sort():
        found = rows.filter(pl.col("source") == source)["release"].unique().sort().to_list()
        many = f"{len(found)} releases, the last {found[-1]}"
        said.append(f"{source} {found[0] if len(found) == 1 else many}")
    return tuple(said)
