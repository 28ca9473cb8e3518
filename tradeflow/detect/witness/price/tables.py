"""Prices and volumes as frames and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.price_volume import PriceVolumeResult

SHOWN: Final = 10


def price_volume_frame(result: PriceVolumeResult) -> pl.DataFrame:
    """One row per series: value before and since, parts with intervals, p and q, coverage."""
    split = result.split
    columns: dict[str, object] = {
        "value_before_usd": split.before,
        "value_since_usd": split.after,
        "value_log": split.value,
    }
    for name in ("price", "volume", "mix"):
        part = getattr(result, name)
        columns |= {
            f"{name}_log": getattr(split, name),
            f"{name}_log_low": part.change - part.half,
            f"{name}_log_high": part.change + part.half,
            f"{name}_usd": getattr(split, f"{name}_usd"),
        }
    columns |= {
        "price_p": result.price.p,
        "price_q": result.price_q,
        "volume_p": result.volume.p,
        "volume_q": result.volume_q,
        "coverage": result.coverage,
        "cells_without_weight": result.missing,
        "cells_with_estimated_weight": result.estimated,
        "rule": result.rule,
    }
    return joined(result.keys, columns, result.by)


def price_volume_summary(result: PriceVolumeResult) -> str:
    """Counts, what was not heard and why, and the strongest changes."""
    frame = price_volume_frame(result)
    head = (
        f"Price and volume of {len(frame):,} series by {result.by}, "
        f"{', '.join(result.provenance)}, {result.periods_after} periods from "
        f"{result.since:%Y-%m} against the same months of {result.baseline} years before: "
        f"{tally(result.rule.tolist())}."
    )
    lines = [
        head,
        left_out_note(result.missing, result.estimated),
        *kept_note(kept=result.kept_estimates),
        f"90 % intervals from {result.price.placebos:,} changes at earlier dates.",
        *(_line(row, result.by) for row in frame[strongest(result)[:SHOWN]].iter_rows(named=True)),
    ]
    return "\n".join(lines)


def strongest(result: PriceVolumeResult) -> NDArray[np.intp]:
    """Rows of the series heard: those least likely by chance first, then by US dollars."""
    q = np.fmin(result.price_q, result.volume_q)
    money = np.abs(result.split.after - result.split.before)
    order = np.lexsort((-money, q))
    return np.asarray(order[result.heard[order]], dtype=np.intp)


def left_out_note(missing: NDArray[np.int64], estimated: NDArray[np.int64]) -> str:
    """Say how many cells have no price, and why."""
    return (
        f"Cells left out: {missing.sum():,} without a weight, {estimated.sum():,} with an "
        "estimated weight."
    )


def kept_note(*, kept: bool) -> list[str]:
    """Say that the producer reconciled every cell, where that is so."""
    return ["The producer reconciled values and weights; these were kept."] * kept


def _line(row: Mapping[str, float], by: str) -> str:
    parts = [
        f"{name} x{np.exp(row[f'{name}_log']):.2f} "
        f"[{np.exp(row[f'{name}_log_low']):.2f}, {np.exp(row[f'{name}_log_high']):.2f}]"
        for name in ("price", "volume")
    ]
    change = (row["value_since_usd"] - row["value_before_usd"]) / 1e6
    return (
        f"  {row['reporter']} {row['partner']} {row[by]}: {change:+,.1f} m USD "
        f"(x{np.exp(row['value_log']):.2f}) = {', '.join(parts)}, "
        f"mix x{np.exp(row['mix_log']):.2f}; price q {row['price_q']:.3f}, "
        f"volume q {row['volume_q']:.3f}"
    )


def joined(keys: pl.DataFrame, columns: Mapping[str, object], by: str) -> pl.DataFrame:
    """Put the key columns first; what has no number is null, never NaN or infinite."""
    return keys.select("reporter", "partner", by).hstack(finite(pl.DataFrame(columns)))


def finite(frame: pl.DataFrame) -> pl.DataFrame:
    """Make null of all that has no number."""
    floats = [name for name, kind in frame.schema.items() if kind == pl.Float64]
    return frame.with_columns(pl.when(pl.col(floats).is_finite()).then(pl.col(floats)))
