"""What every parser gives: rows for the flow table, and what could not become a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, get_args

import polars as pl

State = Literal["reported", "zero", "not released", "unknown"]
"""``zero``: the reporter released the period and lists none of the goods asked for; ``not
released``: the source says that it does not have the period yet; ``unknown``: no rows, and the
source does not say why."""

COVERAGE_SCHEMA: Final = {
    "reporter": pl.String(),
    "partner": pl.String(),
    "flow": pl.String(),
    "period": pl.Date(),
    "state": pl.Enum(get_args(State)),
    "note": pl.String(),  # how the state is known
}


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
    coverage
        One row per reporter, partner, flow and period asked for, with its state; see
        :data:`COVERAGE_SCHEMA`. Empty for files, which were not asked for anything.
    notes
        What the user should know about these rows.
    """

    rows: pl.DataFrame
    withheld: pl.DataFrame = field(default_factory=pl.DataFrame)
    coverage: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=COVERAGE_SCHEMA))
    notes: tuple[str, ...] = ()
