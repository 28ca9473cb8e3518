"""The screen's chunks carried out by a Spark cluster."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pyspark.sql import SparkSession

_SCHEMA: Final = "place long, content binary"


def spark_map(session: SparkSession) -> Callable[..., list[Any]]:
    """Give a ``map`` that runs inside Spark's ``mapInArrow``, one task an item.

    Parameters
    ----------
    session
        A Spark session whose executors have tradeflow installed.

    Returns
    -------
    callable
        Called like the builtin ``map`` with a function that can be pickled and its arguments;
        returns the answers in their order.

    Notes
    -----
    Arguments and answers pass through the driver, which therefore holds the whole panel; what is
    spread is the work.
    """

    def spread(function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        rows = [(place, pickle.dumps(item)) for place, item in enumerate(items)]

        def answers(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                yield _answered(function, batch)

        asked = session.createDataFrame(rows, _SCHEMA).repartitionByRange(len(rows), "place")
        told = asked.mapInArrow(answers, _SCHEMA).collect()
        return [pickle.loads(row["content"]) for row in sorted(told)]  # noqa: S301  our own bytes

    return spread


def _answered(function: Callable[[Any], Any], batch: pa.RecordBatch) -> pa.RecordBatch:
    asked = batch.column("content").to_pylist()
    told = [pickle.dumps(function(pickle.loads(item))) for item in asked]  # noqa: S301  our own
    return pa.record_batch([batch.column("place"), pa.array(told, pa.binary())], batch.schema)
