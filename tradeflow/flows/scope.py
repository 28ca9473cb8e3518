"""Which cells a file of totals speaks for, so that a month that it leaves out is noticed."""

from __future__ import annotations

from typing import Final

import polars as pl

from tradeflow.schema import TOTAL

SCOPE: Final = ("source", "freq", "reporter", "partner", "flow", "period", "hs6")
"""Columns in which :meth:`tradeflow.store.lake.Lake.merge` is told what a delivery speaks for."""

_SERIES: Final = [name for name in SCOPE if name != "period"]


def file_scope(flows: pl.DataFrame) -> pl.DataFrame:
    """List the cells that a file speaks for, stated in it or not.

    Parameters
    ----------
    flows
        A flow table, read from one file.

    Returns
    -------
    DataFrame
        Columns of :data:`SCOPE`: for every series of totals of all goods, each period from its
        first to its last. Two countries that trade always have a total, so that one that is
        left out between others was withdrawn. Goods by code are not always traded, nor always
        exported whole: of them a file says nothing but what it lists.
    """
    return pl.concat([_every(flows, freq, step) for freq, step in (("M", "1mo"), ("A", "1y"))])


def _every(flows: pl.DataFrame, freq: str, step: str) -> pl.DataFrame:
    totals = flows.filter((pl.col("hs6") == TOTAL) & (pl.col("freq") == freq))
    spans = totals.group_by(_SERIES).agg(
        period=pl.date_ranges(pl.col("period").min(), pl.col("period").max(), step).first()
    )
    return spans.explode("period").select(SCOPE).sort(SCOPE)
