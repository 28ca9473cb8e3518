"""The lake: what is stated now, and beside it everything that was ever stated instead.

``lake/source=…/freq=…/year=…/flows.parquet`` holds the rows that are stated now: the flow
table's columns plus ``known_from``, the day on which the statement was first seen.
``history/…`` has the same layout and holds statements that were replaced or withdrawn, with
``known_to``, the day on which that was seen. Together they give the data as known on any day.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

import polars as pl

from tradeflow.errors import InputFileError
from tradeflow.schema import FLOW_SCHEMA
from tradeflow.store.seals import Seals
from tradeflow.store.statements import CELL, PARTITION, Change, compare, insert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

_ORDER: Final = ("reporter", "partner", "flow", "hs6", "national_code", "period")
_UNIQUE: Final = (*_ORDER, *(n for n in CELL if n not in {*_ORDER, *PARTITION}))
_ROW_GROUP: Final = 2**18  # larger ones pack 2 % better, and cost twice the memory to merge


def stored_schema(*, past: bool) -> dict[str, pl.DataType]:
    """Columns and types in the files of the lake, or of its history.

    Words with few values are text there, so that every engine reads them alike; source and
    frequency stand in the folder names.
    """
    plain = {
        name: pl.String() if isinstance(kind, pl.Enum) else kind
        for name, kind in FLOW_SCHEMA.items()
        if name not in PARTITION
    }
    return plain | {"known_from": pl.Date()} | ({"known_to": pl.Date()} if past else {})


@dataclass(slots=True)
class Lake:
    """The lake under one folder.

    Attributes
    ----------
    folder
        The folder that holds ``lake`` and ``history``.
    """

    folder: Path
    seals: Seals = field(init=False)

    def __post_init__(self) -> None:
        self.seals = Seals(self.folder / "lake" / ".seals.json")

    def merge(
        self,
        flows: pl.DataFrame,
        known: date,
        scope: pl.DataFrame,
        *,
        note: Callable[[tuple[str, str, int], Change], None] | None = None,
    ) -> list[Change]:
        """Take in a delivery; doing it twice changes nothing more.

        Parameters
        ----------
        flows
            A checked flow table.
        known
            The day on which it was received, or released if a person says so. On an earlier day
            than the lake knows of, what it states holds until the next day on which the cell was
            stated otherwise. (A restatement that changed nothing leaves no trace: vintages are
            best taken in from the oldest on.)
        scope
            Cells that the delivery speaks for, in the columns source, freq, reporter, partner,
            flow, period and hs6: what it does not list there is withdrawn. May be empty.
        note
            Called with each partition and its changes before they are made.

        Returns
        -------
        list of Change
            One per partition that the delivery touches.
        """
        rows = _stored(flows, known)
        years = pl.concat([_partitions(rows), _partitions(scope)]).unique().sort(PARTITION)
        return [
            self._merge_partition(*key, rows=rows, scope=scope, known=known, note=note)
            for key in years.iter_rows()
        ]

    def _merge_partition(
        self,
        source: str,
        freq: str,
        year: int,
        *,
        rows: pl.DataFrame,
        scope: pl.DataFrame,
        known: date,
        note: Callable[[tuple[str, str, int], Change], None] | None,
    ) -> Change:
        place = (source, freq, year)
        new = _of(rows, *place).drop("source", "freq", "year")
        asked = _of(scope, *place)
        touched = pl.col("period").is_in({*new["period"], *asked["period"]})
        stored = self._partition("lake", *place)
        old = _collected(stored.filter(touched), self.partition_path("lake", *place))
        change, now, past = self._weighed(place, old, new, asked, known)
        names = {"source": pl.lit(source), "freq": pl.lit(freq)}
        parts = (change.added, change.revised, change.withdrawn)
        change = Change(*(part.with_columns(**names) for part in parts))
        if note is not None:
            note(place, change)
        if past is not None:
            self._write("history", *place, past.lazy())
        if not now.equals(old):
            self._write("lake", *place, stored.filter(~touched).merge_sorted(now.lazy(), _UNIQUE))
        return change

    def _weighed(
        self,
        place: tuple[str, str, int],
        old: pl.DataFrame,
        new: pl.DataFrame,
        asked: pl.DataFrame,
        known: date,
    ) -> tuple[Change, pl.DataFrame, pl.DataFrame | None]:
        """Give the change, what is stated now, and the new history; None where that stays."""
        history, path = self._partition("history", *place), self.partition_path("history", *place)
        touched = pl.col("period").is_in({*new["period"], *asked["period"]})
        ended = _collected(history.filter(touched).select(pl.col("known_to").max()), path).item()
        newest = max(filter(None, [ended, old["known_from"].max()]), default=known)
        if newest <= known:
            change, now, gone = compare(old, new, asked, known)
            if gone.is_empty():
                return change, _sorted(now), None
            past = pl.concat([_collected(history, path), gone])
        else:
            held = _collected(history, path)
            change, now, then = insert(old, held.filter(touched), new, asked, known)
            past = pl.concat([held.filter(~touched), then.select(held.columns)])
        return change, _sorted(now), _sorted(past.unique())

    def partition_path(self, room: str, source: str, freq: str, year: int) -> Path:
        """Where a partition lies."""
        place = f"source={quote(source, safe='')}/freq={freq}/year={year}"
        return self.folder / room / place / "flows.parquet"

    def read_partition(self, room: str, source: str, freq: str, year: int) -> pl.DataFrame:
        """Read one partition; an empty table if there is none.

        Raises
        ------
        InputFileError
            The file is not the one that was written.
        """
        rows = self._partition(room, source, freq, year)
        return _collected(rows, self.partition_path(room, source, freq, year))

    def _partition(self, room: str, source: str, freq: str, year: int) -> pl.LazyFrame:
        path = self.partition_path(room, source, freq, year)
        schema = stored_schema(past=room == "history")
        if not path.exists():
            self.seals.check_gone(path)
            return pl.LazyFrame(schema=schema)
        self.seals.check(path)
        return pl.scan_parquet(path, hive_partitioning=False).select(list(schema))

    def _write(self, room: str, source: str, freq: str, year: int, rows: pl.LazyFrame) -> None:
        """Write a partition in batches, so that a large one fits into memory."""
        buffer = io.BytesIO()
        rows.sink_parquet(buffer, compression="zstd", row_group_size=_ROW_GROUP, statistics="full")
        self.seals.write(self.partition_path(room, source, freq, year), buffer.getvalue())

    def partitions(self, room: str = "lake") -> Iterator[tuple[str, str, int]]:
        """Give source, frequency and year of every partition, in order."""
        for path in sorted((self.folder / room).glob("source=*/freq=*/year=*/flows.parquet")):
            source, freq, year = (part.partition("=")[2] for part in path.parts[-4:-1])
            yield unquote(source), freq, int(year)

    def checksums(self) -> dict[str, str]:
        """Checksum of every file of the lake and its history, as noted when it was written."""
        return self.seals.checksums()

    def scan(self, room: str = "lake") -> pl.LazyFrame:
        """Read the lake lazily, with source, freq and year from the folder names.

        Raises
        ------
        InputFileError
            A file is gone, or not the one that was written.
        """
        schema = stored_schema(past=room == "history")
        files = self.seals.check_all(room)
        if not files:
            empty = schema | {"source": pl.String(), "freq": pl.String(), "year": pl.Int64()}
            return pl.LazyFrame(schema=empty)
        hive = {"source": pl.String(), "freq": pl.String(), "year": pl.Int64()}
        return pl.scan_parquet(files, hive_partitioning=True, hive_schema=hive)


def _stored(flows: pl.DataFrame, known: date) -> pl.DataFrame:
    schema = stored_schema(past=False)
    return flows.with_columns(
        pl.col("source", "freq").cast(pl.String),
        year=pl.col("period").dt.year().cast(pl.Int64),
        known_from=pl.lit(known),
    ).select(*(pl.col(name).cast(kind) for name, kind in schema.items()), "source", "freq", "year")


def _partitions(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        pl.col("source").cast(pl.String),
        pl.col("freq").cast(pl.String),
        year=pl.col("period").dt.year().cast(pl.Int64),
    ).unique()


def _of(rows: pl.DataFrame, source: str, freq: str, year: int) -> pl.DataFrame:
    return rows.filter(
        (pl.col("source") == source)
        & (pl.col("freq").cast(pl.String) == freq)
        & (pl.col("period").dt.year() == year)
    )


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    order = [*_UNIQUE, *(c for c in rows.columns if c not in _UNIQUE)]
    return rows.sort(order, nulls_last=True)


def _collected(rows: pl.LazyFrame, path: Path) -> pl.DataFrame:
    try:
        return rows.collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputFileError(
            path,
            "the file of the lake cannot be read.",
            remedy="Move it away and run `tradeflow update --rebuild`: releases are untouched.",
        ) from error
