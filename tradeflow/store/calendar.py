"""Which reporter had released which period, as far as was known on any day.

Learned from what the sources say when they are asked; see
:data:`tradeflow.sources.parsed.COVERAGE_SCHEMA` for the words.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.store.seals import Seals

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

KEY: Final = ("source", "freq", "reporter", "partner", "flow", "goods", "period")
SCHEMA: Final = {
    "source": pl.String(),
    "freq": pl.String(),
    "reporter": pl.String(),
    "partner": pl.String(),
    "flow": pl.String(),
    "goods": pl.String(),  # what was asked for: a category, or codes
    "period": pl.Date(),
    "state": pl.String(),
    "note": pl.String(),
    "known_from": pl.Date(),  # the day on which the source first said so
}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The release calendar under one folder.

    Attributes
    ----------
    folder
        The folder that holds ``calendar``.
    """

    folder: Path

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / "calendar" / "calendar.parquet"

    @property
    def seals(self) -> Seals:
        """Its checksum."""
        return Seals(self.path.parent / ".seals.json")

    def merge(
        self,
        coverage: pl.DataFrame,
        *,
        source: str,
        freq: str,
        goods: str,
        known: date,
        note: Callable[[pl.DataFrame], None] | None = None,
    ) -> pl.DataFrame:
        """Take in what a source said; return the periods whose state changed.

        Parameters
        ----------
        coverage
            Reporter, partner, flow, period, state and note.
        source, freq, goods
            Who was asked, for what.
        known
            The day on which it was said.
        note
            Called with the changes before they are made.

        Returns
        -------
        DataFrame
            Columns of the key, ``before`` (null if new) and ``state``.
        """
        said = coverage.with_columns(
            source=pl.lit(source), freq=pl.lit(freq), goods=pl.lit(goods), known_from=pl.lit(known)
        ).select(pl.col(name).cast(kind) for name, kind in SCHEMA.items())
        everything = self._read()
        before = _latest(everything).select(*KEY, before="state")
        changed = said.join(before, on=KEY, how="left").filter(
            pl.col("state") != pl.col("before").fill_null("")
        )
        told = changed.select(*KEY, "before", "state", "note").sort(KEY)
        if not changed.is_empty():
            if note is not None:
                note(told)
            rest = everything.join(changed, on=[*KEY, "known_from"], how="anti")
            self._write(pl.concat([rest, changed.drop("before")]))
        return told

    def states(self, as_of: date | None = None) -> pl.DataFrame:
        """Give the latest state of every period, as known on a day."""
        rows = self._read()
        if as_of is not None:
            rows = rows.filter(pl.col("known_from") <= as_of)
        return _latest(rows).sort(KEY)

    def _read(self) -> pl.DataFrame:
        if not self.path.exists():
            return pl.DataFrame(schema=SCHEMA)
        self.seals.check(self.path)
        return pl.read_parquet(self.path).select(list(SCHEMA))

    def _write(self, rows: pl.DataFrame) -> None:
        buffer = io.BytesIO()
        rows.sort([*KEY, "known_from"]).write_parquet(buffer, compression="zstd")
        self.seals.write(self.path, buffer.getvalue())


def _latest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.sort("known_from").unique(KEY, keep="last", maintain_order=True)


def released(states: pl.DataFrame) -> pl.DataFrame:
    """Say of each reporter and period whether it is released, over all that was asked for.

    Returns
    -------
    DataFrame
        Columns source, freq, reporter, partner, flow, goods, period and state, as the source
        said of what was asked, and ``released``: of the reporter and period as a whole (True,
        False, or null where the source does not say).
    """
    whole = ["source", "freq", "reporter", "period"]
    out = pl.col("state").is_in(["reported", "zero"]).any().over(whole)
    late = (pl.col("state") == "not released").any().over(whole)
    said = pl.when(out).then(pl.lit(value=True)).when(late).then(pl.lit(value=False))
    return states.select(*KEY, "state", released=said).sort(KEY)
