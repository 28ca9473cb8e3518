"""Reading the frame of a witness in the order of the series asked about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import not_heard
from tradeflow.frames import to_polars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.findings.hearing import Answer, Result

NO_ROW: Final = not_heard("no such series in its answer")

ENDS: Final = ("", "_low", "_high")
"""Endings of the columns of an estimate and its interval."""


def matched(answer: Answer[Result], keys: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Rows of a witness's frame in the order of `keys`: the columns asked for, and the rule."""
    on = keys.columns[:3]
    if answer.result is None:
        nothing = {name: [None] * len(keys) for name in columns}
        frame = pl.DataFrame(nothing, schema=dict.fromkeys(columns, pl.Float64))
        return frame.with_columns(rule=pl.lit(answer.why))
    found = to_polars(answer.result.to_frame("polars")).select(*on, *columns, "rule")
    joined = keys.select(on).join(found, on=on, how="left", maintain_order="left")
    return joined.select(*columns, pl.col("rule").fill_null(NO_ROW))


def numbers(frame: pl.DataFrame, name: str, *, missing: float = np.nan) -> NDArray[np.float64]:
    """Read a column as numbers, `missing` where there is none."""
    return frame[name].cast(pl.Float64).fill_null(missing).to_numpy()
