"""Unit values as a frame and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import HEARD, tally
from tradeflow.detect.witness.price.tables import joined, kept_note, left_out_note

if TYPE_CHECKING:
    from tradeflow.detect.witness.price.unit_values import UnitValueResult

_SHOWN: Final = 10


def unit_value_frame(result: UnitValueResult) -> pl.DataFrame:
    """One row per cell with a price, smallest q first, and one per series not heard."""
    said = (result.rule == HEARD)[:, None] & np.isfinite(result.unit_value)
    said[result.rule != HEARD, 0] = True  # one row says why
    row, column = np.nonzero(said)
    heard = result.rule[row] == HEARD
    columns = {
        "period": [result.periods[c] if h else None for c, h in zip(column, heard, strict=True)],
        "unit_value": result.unit_value[row, column],
        "expected": result.expected[row, column],
        "expected_low": result.low[row, column],
        "expected_high": result.high[row, column],
        "gap_log": result.gap[row, column],
        "p": result.p[row, column],
        "q": result.q[row, column],
        "outlying": result.outlying[row, column],
        "rule": result.rule[row],
    }
    numbers = ["unit_value", "expected", "expected_low", "expected_high", "gap_log", "p", "q"]
    made = joined(result.keys[row], columns, result.by)
    blank = made.with_columns(pl.when(pl.col("rule") == HEARD).then(pl.col(numbers)))
    return blank.sort("q", nulls_last=True, maintain_order=True)


def unit_value_summary(result: UnitValueResult) -> str:
    """Counts, what was not heard and why, and the cells that stand out."""
    frame = unit_value_frame(result).filter(pl.col("outlying"))
    head = (
        f"Unit values of {len(result.rule):,} series by {result.by}, "
        f"{', '.join(result.provenance)}, from {result.periods[0]:%Y-%m}: "
        f"{tally(result.rule.tolist())}."
    )
    found = (
        f"{result.outlying.sum():,} of {np.isfinite(result.p).sum():,} cells stand out at a "
        f"false-discovery rate of {result.rate:.2f}, calibrated on {result.placebos:,} placebos. "
        "An unusual unit value is compatible with an error, another mix, or a false price."
    )
    lines = [
        head,
        left_out_note(result.missing, result.estimated),
        *kept_note(kept=result.kept_estimates),
        found,
        *(
            f"  {row['reporter']} {row['partner']} {row[result.by]} {row['period']:%Y-%m}: "
            f"{row['unit_value']:,.2f} USD/kg, expected {row['expected']:,.2f} "
            f"[{row['expected_low']:,.2f}, {row['expected_high']:,.2f}], q {row['q']:.4f}"
            for row in frame.head(_SHOWN).iter_rows(named=True)
        ),
    ]
    return "\n".join(lines)
