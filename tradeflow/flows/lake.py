"""Reading the lake: the flow table and the release calendar as they were known on any day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import UsageError
from tradeflow.flows.check import check_flows
from tradeflow.flows.queries import known_on
from tradeflow.frames import to_backend
from tradeflow.nomenclature.editions import first_day
from tradeflow.options import Backend, Freq, one_of
from tradeflow.schema import FLOW_SCHEMA
from tradeflow.store.calendar import Calendar, released
from tradeflow.store.home import home as home_folder
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from tradeflow.frames import Frame


def load_lake(
    home: str | Path | None = None,
    *,
    source: str | None = None,
    freq: Freq | None = None,
    as_of: date | str | None = None,
    backend: Backend = "pandas",
) -> Frame:
    """Load what was known on a day as one flow table.

    Parameters
    ----------
    home
        The folder that holds the lake; ``TRADEFLOW_HOME`` or ``tradeflow-data`` if None.
    source, freq
        Only this source (its name in the flow table), only months or years.
    as_of
        The day, as 2026-11-01; None for what is known now. The column ``release`` says it.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        A checked flow table, sorted by source, frequency, reporter, partner, code and period.

    Raises
    ------
    UsageError
        There is no lake, or it held nothing of the kind on that day.
    InputFileError
        A file of the lake is damaged.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.load_lake("nowhere")
    Traceback (most recent call last):
        ...
    tradeflow.errors.UsageError: ...nowhere holds no lake yet. `tradeflow update` fills it.
    """
    one_of(backend, Backend, name="backend")
    lake = Lake(home_folder(home))
    day = None if as_of is None else first_day(as_of)
    rows = _known(lake, day)
    if source is not None:
        rows = rows.filter(pl.col("source") == source)
    if freq is not None:
        rows = rows.filter(pl.col("freq") == one_of(freq, Freq, name="freq"))
    frame = rows.collect()
    if frame.is_empty():
        raise UsageError(_nothing(lake, source, day))
    said = frame.select(pl.lit(day) if day else pl.col("known_from").max()).item()
    stamped = frame.with_columns(release=pl.lit(f"as known on {said:%Y-%m-%d}"))
    table = stamped.select(list(FLOW_SCHEMA))
    order = ["source", "freq", "reporter", "partner", "flow", "hs6", "period", "national_code"]
    return to_backend(check_flows(table.sort(order, maintain_order=True)), backend)


def release_calendar(
    home: str | Path | None = None,
    *,
    as_of: date | str | None = None,
    backend: Backend = "pandas",
) -> Frame:
    """Say what was asked of each source, what it said, and which periods it has released.

    Parameters
    ----------
    home
        The folder that holds the lake.
    as_of
        As known on that day; None for now.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        Columns source, freq, reporter, partner, flow, goods, period, ``state`` (``reported``,
        ``zero``, ``not released`` or ``unknown``) and ``released`` (of the reporter and period as
        a whole). For the argument `calendar` of :func:`tradeflow.panel`.

    Examples
    --------
    >>> import tradeflow as tf
    >>> list(tf.release_calendar().columns[-2:])  # empty, before the first fetch
    ['state', 'released']
    """
    day = None if as_of is None else first_day(as_of)
    return to_backend(released(Calendar(home_folder(home)).states(day)), backend)


def _known(lake: Lake, day: date | None) -> pl.LazyFrame:
    return lake.scan() if day is None else known_on(lake.scan(), lake.scan("history"), day)


def _nothing(lake: Lake, source: str | None, day: date | None) -> str:
    held = sorted({name for name, _, _ in lake.partitions()})
    if not held:
        return f"{lake.folder} holds no lake yet. `tradeflow update` fills it."
    first = lake.scan().select(pl.col("known_from").min()).collect().item()
    if first is None:
        return (
            f"In the lake in {lake.folder} nothing is stated any more; what {', '.join(held)} "
            "stated is in its history: name a day with as_of=."
        )
    return (
        f"The lake in {lake.folder} held nothing of the kind"
        + (f" from {source!r}" if source else "")
        + (f" on {day}" if day else "")
        + f". It holds {', '.join(held)}, from {first} on."
    )
