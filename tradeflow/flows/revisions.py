"""What was revised since it was first known, and by how much the latest months may still be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.flows.vintages import error_by_lag, error_by_period, vintages
from tradeflow.frames import to_backend
from tradeflow.nomenclature.editions import first_day
from tradeflow.options import Backend, By, FlowKind, RevisionTable, one_of
from tradeflow.store.home import home as home_folder
from tradeflow.store.lake import Lake
from tradeflow.store.statements import CELL

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tradeflow.frames import Frame

_CELL: Final = ["source", "freq", *(name for name in CELL if name not in {"source", "freq"})]
_SERIES: Final = ["source", "freq", "reporter", "partner", "flow", "hs6"]
_SAID: Final = ["value_usd", "net_kg"]


def revisions(
    home: str | Path | None = None,
    *,
    what: RevisionTable = "cells",
    source: str | None = None,
    since: date | str | None = None,
    as_of: date | str | None = None,
    by: By = "category",
    flow: FlowKind = "export",
    backend: Backend = "pandas",
) -> Frame:
    """List what was revised; or say by how much values are revised, month after month.

    Parameters
    ----------
    home
        The folder that holds the lake; ``TRADEFLOW_HOME`` or ``tradeflow-data`` if None.
    what
        ``"cells"``: every revision of a cell. ``"lags"``: the revision error of monthly values by
        lag, in months since the first release. ``"periods"``: of each month, how long it has been
        out and the revision error to expect; for the argument `revisions` of
        :func:`tradeflow.monitor` and :func:`tradeflow.findings`.
    source
        Only this source; needed for lags and periods if the lake holds several.
    since
        Only what was revised on or after this day (cells).
    as_of
        As known on that day; None for now.
    by, flow
        Which series lags and periods are about: the sums that a panel by category, family of
        codes, six-digit code or total would hold.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        ``"cells"``: one row per revision: the cell, ``kind`` (``revised``; ``withdrawn``: stated
        no more; ``appeared``: stated for the first time inside a span that was known already),
        ``known_from`` and ``revised_on``, ``value_before`` and ``value_after`` (US dollars),
        ``net_kg_before`` and ``net_kg_after`` (kilograms), ``change`` (relative, null if a value
        is missing or the first is 0) and ``lag`` (days from the end of the period).

        ``"lags"``: source, reporter, ``lag_months``, ``values`` and ``months`` (from how many
        values, of how many different months), ``median_log`` and ``sd_log`` (log ratio of the
        latest value to the one at that lag; null if not known), ``basis`` (whose revisions these
        are, or why nothing is known).

        ``"periods"``: source, reporter, period, ``lag_months``, ``sd_log``, ``basis``.

    Raises
    ------
    UsageError
        There is no lake, or it holds several sources and none is named.
    InputFileError
        A file of the lake is damaged.

    Notes
    -----
    See :func:`tradeflow.flows.vintages.error_by_lag` for the estimate.

    Examples
    --------
    >>> import tradeflow as tf
    >>> len(tf.revisions())  # none, before the first `tradeflow update`
    0
    """
    one_of(backend, Backend, name="backend")
    one_of(what, RevisionTable, name="what")
    lake, day = Lake(home_folder(home)), None if as_of is None else first_day(as_of)
    if what == "cells":
        start = None if since is None else first_day(since)
        return to_backend(_cells(lake, source, start, day), backend)
    one_of(by, By, name="by")
    one_of(flow, FlowKind, name="flow")
    known = vintages(lake, source=_only(lake, source), by=by, flow=flow, as_of=day)
    lags = error_by_lag(known)
    return to_backend(lags if what == "lags" else error_by_period(known, lags), backend)


def _only(lake: Lake, source: str | None) -> str:
    held = sorted({name for name, freq, _ in lake.partitions() if freq == "M"})
    if source is not None:
        if source not in held:
            raise UnknownNameError.of("source", source, held, hint=f"Held: {', '.join(held)}.")
        return source
    if len(held) != 1:
        said = f"several monthly sources: name one, of {', '.join(held)}" if held else "no months"
        raise UsageError(f"The lake in {lake.folder} holds {said}.")
    return held[0]


def _cells(lake: Lake, source: str | None, since: date | None, day: date | None) -> pl.DataFrame:
    ever = _ever(lake, source, day)
    held = pl.col("known_to").is_null() | (pl.col("known_to") > pl.col("known_from"))
    after = ever.filter(held).select(
        *_CELL, revised_on="known_from", value_after="value_usd", net_kg_after="net_kg"
    )
    ended = ever.filter(pl.col("known_to").is_not_null()).select(
        *_CELL,
        "known_from",
        revised_on="known_to",
        value_before="value_usd",
        net_kg_before="net_kg",
    )
    changed = ended.join(after, on=[*_CELL, "revised_on"], how="left", nulls_equal=True)
    rows = pl.concat([changed, _appeared(ever)], how="diagonal")
    if since is not None:
        rows = rows.filter(pl.col("revised_on") >= since)
    order = ["revised_on", *_CELL, "known_from", "value_before"]
    return _measured(rows).collect().sort(order, nulls_last=True)


def _ever(lake: Lake, source: str | None, day: date | None) -> pl.LazyFrame:
    """Every statement ever made, with ``known_to``, as known on a day."""
    kept = [*_CELL, *_SAID, "known_from", "known_to"]
    now = lake.scan().with_columns(known_to=pl.lit(None, dtype=pl.Date))
    ever = pl.concat([now.select(kept), lake.scan("history").select(kept)])
    if source is not None:
        ever = ever.filter(pl.col("source") == source)
    if day is not None:
        ended = pl.when(pl.col("known_to") <= day).then("known_to")
        ever = ever.filter(pl.col("known_from") <= day).with_columns(known_to=ended)
    return ever


def _appeared(ever: pl.LazyFrame) -> pl.LazyFrame:
    """First statements about cells of a series whose neighbours on both sides were known."""
    days = ever.group_by(*_SERIES, "known_from").agg(
        first=pl.col("period").min(), last=pl.col("period").max()
    )
    before = days.sort("known_from").with_columns(
        pl.col("first").cum_min().shift(1).over(_SERIES, order_by="known_from"),
        pl.col("last").cum_max().shift(1).over(_SERIES, order_by="known_from"),
    )
    preceded = ever.filter(pl.col("known_to").is_not_null()).select(*_CELL, known_from="known_to")
    fresh = ever.join(preceded, on=[*_CELL, "known_from"], how="anti", nulls_equal=True)
    inside = fresh.join(before, on=[*_SERIES, "known_from"], how="inner").filter(
        pl.col("period").is_between("first", "last")
    )
    return inside.select(
        *_CELL, revised_on="known_from", value_after="value_usd", net_kg_after="net_kg"
    )


def _measured(rows: pl.LazyFrame) -> pl.LazyFrame:
    ratio = pl.col("value_after") / pl.col("value_before") - 1
    length = pl.when(pl.col("freq") == "A").then(pl.lit("1y")).otherwise(pl.lit("1mo"))
    kind = (
        pl.when(pl.col("value_before").is_null())
        .then(pl.lit("appeared"))
        .when(pl.col("value_after").is_null())
        .then(pl.lit("withdrawn"))
        .otherwise(pl.lit("revised"))
    )
    return rows.select(
        *_CELL,
        "known_from",
        "revised_on",
        kind=kind,
        value_before="value_before",
        value_after="value_after",
        net_kg_before="net_kg_before",
        net_kg_after="net_kg_after",
        change=pl.when(pl.col("value_before") > 0).then(ratio),
        lag=(pl.col("revised_on") - pl.col("period").dt.offset_by(length)).dt.total_days(),
    )
