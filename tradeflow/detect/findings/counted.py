"""Volumes that were counted, for goods whose weights were not weighed."""

from __future__ import annotations

from typing import Final

import polars as pl

from tradeflow.errors import UsageError

_KILOGRAM: Final = "kg"  # a weight again, and estimated where the weight is


def counted(flows: pl.DataFrame) -> pl.DataFrame:
    """Put the supplementary quantity into the place of the weight.

    Parameters
    ----------
    flows
        Exports to one partner.

    Returns
    -------
    DataFrame
        The same rows. ``net_kg`` is the supplementary quantity in the unit in which most of the
        value is counted, such as pieces, null where there is none; no row is flagged as estimated.

    Raises
    ------
    UsageError
        No row has a supplementary quantity.
    """
    quantity = pl.col("quantity")
    rows = flows.filter((quantity > 0) & (pl.col("quantity_unit") != _KILOGRAM))
    if rows.is_empty():
        raise UsageError("The table has no supplementary quantity.")
    by_value = rows.group_by("quantity_unit").agg(pl.col("value_usd").sum())
    unit = by_value.sort("value_usd", "quantity_unit")["quantity_unit"][-1]
    usual = (pl.col("quantity_unit") == unit) & (quantity > 0)
    return flows.with_columns(
        net_kg=pl.when(usual).then(quantity), weight_estimated=pl.lit(None, dtype=pl.Boolean)
    )
