"""What every parser gives: rows for the flow table, and what could not become a row."""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl


@dataclass(frozen=True, slots=True)
class Parsed:
    """The rows of one file or answer.

    Attributes
    ----------
    rows
        Columns named as in the flow table; absent ones are null there.
    withheld
        Lines that state trade which no six-digit code may show, such as masked confidential
        codes, as text in the source's own columns. Never dropped in silence.
    """

    rows: pl.DataFrame
    withheld: pl.DataFrame = field(default_factory=pl.DataFrame)
