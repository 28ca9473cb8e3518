"""Queries over the lake: plans written once, carried out by Polars, DuckDB or Spark.

Each takes the lake as one of these engines opened it and gives back a plan of the same engine;
nothing is read before the caller collects it. The lake needs no help to be opened::

    rows = polars.scan_parquet("lake/**/*.parquet", hive_partitioning=True)
    rows = duckdb.read_parquet("lake/**/*.parquet", hive_partitioning=True)
    rows = spark.read.parquet("lake")

Sums of the engines agree but for the order in which they add.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import narwhals.stable.v2 as nw

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import WORLD
from tradeflow.nomenclature.tables import table
from tradeflow.options import Side, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl
    from narwhals.stable.v2.typing import IntoLazyFrameT

_CELL: Final = ("source", "freq", "reporter", "partner", "flow", "period")
_PARTS: Final = ("national_code", "region", "regime")
_CODE: Final = ("edition", "hs6")
_SUMS: Final = ("value_usd", "net_kg", "rows", "rows_without_kg", "mixed_cells")


def code_months(
    rows: IntoLazyFrameT, *, codes: Sequence[str], together: Sequence[Side] = ()
) -> IntoLazyFrameT:
    """Sum some codes of the lake by code and period.

    Parameters
    ----------
    rows
        The lake, opened lazily in Polars, DuckDB or Spark.
    codes
        Six-digit codes, of any edition.
    together
        ``"reporter"``, ``"partner"`` or both: add these up. Rows of the world as partner are
        totals, and then left out.

    Returns
    -------
    same kind as `rows`
        One row per source, freq, reporter, partner, flow, edition, hs6 and period, without order:
        ``value_usd`` (US dollars), ``net_kg`` (kilograms of the rows that state a weight; null
        if none does), ``rows``, ``rows_without_kg``, and ``mixed_cells``: how many cells state a
        total beside its parts (a row without national code, region or regime beside rows with
        one), so that their sum counts goods twice. Flows are never added: exports include
        re-exports.

    Raises
    ------
    UsageError
        `rows` is no lazy frame of these engines, or lacks columns of the lake.
    UnknownNameError
        `together` names something else.
    """
    cells = _cells(_opened(rows), codes, together)
    return _summed(cells, [*_keys(together), *_CODE]).to_native()


def category_months(rows: IntoLazyFrameT, *, together: Sequence[Side] = ()) -> IntoLazyFrameT:
    """Sum the lake by dual-use category and period.

    Parameters
    ----------
    rows, together
        As in :func:`code_months`.

    Returns
    -------
    same kind as `rows`
        As :func:`code_months`, by ``category`` instead of edition and code.

    Raises
    ------
    UsageError, UnknownNameError
        As in :func:`code_months`.

    Notes
    -----
    Rows are first summed by code, and only these sums are put beside the category map. Each
    edition has its own list of codes; a code in two categories counts in both. Editions without a
    list (HS2007) are left out. The states of a panel (what is zero, late or not comparable) are
    :func:`tradeflow.panel`'s business.
    """
    lake = _opened(rows)
    members = table("members").select("category", *_CODE)
    cells = _cells(lake, members["hs6"].unique().sort().to_list(), together)
    placed = cells.join(_beside(lake, members), on=list(_CODE))
    return _summed(placed, [*_keys(together), "category"]).to_native()


def partner_shares(rows: IntoLazyFrameT) -> IntoLazyFrameT:
    """Say which share of each reporter's trade in a category each partner has.

    Parameters
    ----------
    rows
        As in :func:`code_months`.

    Returns
    -------
    same kind as `rows`
        As :func:`category_months`, without the world as partner, and ``share`` of ``value_usd``
        in the sum over all partners stated; null if that sum is 0.

    Raises
    ------
    UsageError
        As in :func:`code_months`.
    """
    plan = nw.from_native(category_months(rows)).filter(nw.col("partner") != WORLD)
    cell = [*_keys(["partner"]), "category"]
    whole = nw.col("value_usd").sum().over(*cell)
    share = nw.when(whole != 0).then(nw.col("value_usd") / whole)
    return plan.with_columns(share=share).to_native()


def known_on(now: IntoLazyFrameT, past: IntoLazyFrameT, day: date) -> IntoLazyFrameT:
    """Put together what was known on a day.

    Parameters
    ----------
    now, past
        The lake and its history, opened lazily in the same engine.
    day
        The day.

    Returns
    -------
    same kind as `now`
        The rows that were stated on that day, for the other queries.
    """
    still = _opened(now)
    columns = still.collect_schema().names()
    gone = _opened(past).filter(nw.col("known_to") > day).select(columns)
    said: nw.LazyFrame[IntoLazyFrameT] = nw.concat([still, gone])
    return said.filter(nw.col("known_from") <= day).to_native()


def _opened(rows: IntoLazyFrameT) -> nw.LazyFrame[IntoLazyFrameT]:
    lake = nw.from_native(rows, pass_through=True)
    if not isinstance(lake, nw.LazyFrame):
        raise UsageError(
            "Expected the lake opened lazily in Polars, DuckDB or Spark, "
            f"got {type(rows).__name__}."
        )
    needed = {*_CELL, *_CODE, *_PARTS, "value_usd", "net_kg"}
    if missing := needed - {*lake.collect_schema().names()}:
        raise UsageError(
            f"The frame lacks {', '.join(sorted(missing))}. Open the folder `lake` whole, with "
            "hive partitioning."
        )
    return lake


def _keys(together: Sequence[Side]) -> list[str]:
    for side in together:
        one_of(side, Side, name="together")
    return [name for name in _CELL if name not in together]


def _cells(
    lake: nw.LazyFrame[IntoLazyFrameT], codes: Sequence[str], together: Sequence[Side]
) -> nw.LazyFrame[IntoLazyFrameT]:
    """Sums of the rows of each cell that the lake states, whole or in parts."""
    chosen = nw.col("hs6").is_in(list(codes))
    if "partner" in together:
        chosen &= nw.col("partner") != WORLD
    whole = sum(nw.col(part).is_null().cast(nw.Int16) * 2**i for i, part in enumerate(_PARTS))
    cells = lake.filter(chosen).with_columns(whole=whole).group_by([*_CELL, *_CODE])
    return cells.agg(
        nw.col("value_usd", "net_kg").sum(),
        rows=nw.len(),
        rows_without_kg=nw.len() - nw.col("net_kg").count(),
        mixed_cells=nw.col("whole").min() != nw.col("whole").max(),
    ).with_columns(nw.col(_SUMS[2:]).cast(nw.Int64))


def _summed(cells: nw.LazyFrame[IntoLazyFrameT], by: Sequence[str]) -> nw.LazyFrame[IntoLazyFrameT]:
    sums = cells.group_by(list(by)).agg(nw.col(_SUMS).sum())
    weighed = nw.col("rows_without_kg") < nw.col("rows")
    return sums.with_columns(
        nw.col(_SUMS[2:]).cast(nw.Int64), net_kg=nw.when(weighed).then(nw.col("net_kg"))
    )


def _beside(
    lake: nw.LazyFrame[IntoLazyFrameT], small: pl.DataFrame
) -> nw.LazyFrame[IntoLazyFrameT]:
    """Put a small table into the engine of the lake, in the same session."""
    native: Any = lake.to_native()
    made: Any = small.lazy()
    if lake.implementation.is_duckdb():
        words = ", ".join(str(row) for row in small.iter_rows())
        sql = f"FROM (VALUES {words}) AS t({', '.join(small.columns)})"
        made = native.query("tradeflow_lake", sql)
    if lake.implementation.is_pyspark():
        made = native.sparkSession.createDataFrame(small.rows(), schema=small.columns)
    beside: nw.LazyFrame[IntoLazyFrameT] = nw.from_native(made)
    return beside
