"""Which category each flow belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tradeflow.flows.check import check_flows
from tradeflow.frames import backend_of, to_backend, to_polars
from tradeflow.nomenclature.categories import members
from tradeflow.nomenclature.families import family_table
from tradeflow.nomenclature.restated import leaks
from tradeflow.schema import LINE

if TYPE_CHECKING:
    from tradeflow.frames import Frame


def classify(flows: Frame) -> Frame:
    """Add category, specificity and comparability to a flow table.

    Parameters
    ----------
    flows
        A flow table, pandas or Polars.

    Returns
    -------
    DataFrame
        The same rows, in the same order and kind of frame, with three more columns:
        ``category`` (null for goods on no list; two names joined by ``;`` where an old code
        stands in two categories, so that no row is doubled), ``specificity_weight`` (a judgement
        between 0 and 1, the larger one for such codes) and ``comparability`` over 2021/22:
        ``same`` (one code, same scope), ``family`` (only with its family), ``leaks`` (a code of
        HS2017 that restated data cannot carry) or null for totals and other editions.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.classify(tf.load_sample())
    >>> flows.loc[flows["hs6"] == "901380", "comparability"].unique().tolist()
    ['leaks']
    """
    frame = check_flows(to_polars(flows))
    keys = frame.select("edition", "hs6").unique()
    marks = _marks(keys)
    joined = frame.drop("category", "specificity_weight", "comparability", strict=False).join(
        marks, on=["edition", "hs6"], how="left", maintain_order="left"
    )
    return to_backend(joined, backend_of(flows))


def _marks(keys: pl.DataFrame) -> pl.DataFrame:
    editions = keys["edition"].cast(pl.String).unique()
    member = pl.concat([members(edition=e) for e in editions])
    by_code = member.group_by("edition", "hs6").agg(
        category=pl.col("category").sort().str.join(";"),
        specificity_weight=pl.col("specificity_weight").cast(pl.Float64).max(),
    )
    exact = family_table().select("edition", "hs6", "exact")
    leaking = (pl.col("edition") == "HS2017") & pl.col("hs6").is_in(list(leaks()))
    word = (
        pl.when(leaking)
        .then(pl.lit("leaks"))
        .when(pl.col("exact"))
        .then(pl.lit("same"))
        .when(~pl.col("exact"))
        .then(pl.lit("family"))
    )
    return (
        keys.filter(LINE)
        .with_columns(code=pl.col("edition").cast(pl.String))
        .join(by_code, left_on=["code", "hs6"], right_on=["edition", "hs6"], how="left")
        .join(exact, left_on=["code", "hs6"], right_on=["edition", "hs6"], how="left")
        .with_columns(comparability=word)
        .drop("code", "exact")
    )
