"""Exchange rates out of answers and files of the European Central Bank."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import BadAnswer, InputFileError
from tradeflow.sources.ecb.table import read_table, table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tradeflow.sources.call import Answer

SCHEMA: Final = {"currency": pl.String(), "month": pl.String(), "units_per_eur": pl.Float64()}


def parse_rates(answers: Iterable[Answer]) -> pl.DataFrame:
    """Read kept answers; where two state a month, the later answer counts.

    Returns
    -------
    polars.DataFrame
        Columns currency (ISO 4217), month (``2020-01``), units_per_eur (units of the currency
        per euro, mean of the month), sorted. Without months that had not ended when the answer
        came, and without those that have no observation.
    """
    tables = [
        _numbers(table_of(answer)).filter(pl.col("month") < f"{answer.retrieved_at:%Y-%m}")
        for answer in sorted(answers, key=lambda a: a.retrieved_at)
    ]
    return (
        pl.concat([pl.DataFrame(schema=SCHEMA), *tables])
        .unique(["currency", "month"], keep="last", maintain_order=True)
        .sort("currency", "month")
    )


def read_rates(path: str | Path) -> pl.DataFrame:
    """Read a file that a person downloaded, as :func:`parse_rates` does.

    Raises
    ------
    InputFileError
        The file cannot be read as the Bank's CSV.
    ResponseChanged
        Columns are gone or new.
    """
    try:
        return _numbers(read_table(Path(path).read_bytes(), str(path))).sort("currency", "month")
    except BadAnswer as error:  # an OSError too, so it comes first
        raise InputFileError(path, str(error), remedy="Download it again.") from error
    except OSError as error:
        problem = f"cannot be read: {error.strerror}."
        raise InputFileError(path, problem, remedy="Check the path.") from error


def _numbers(table: pl.DataFrame) -> pl.DataFrame:
    rate = pl.col("OBS_VALUE").cast(pl.Float64, strict=False)
    return table.select(currency="CURRENCY", month="TIME_PERIOD", units_per_eur=rate).filter(
        pl.col("units_per_eur").is_finite() & (pl.col("units_per_eur") > 0)
    )
