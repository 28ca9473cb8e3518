"""A contrast as frames and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.detect.witness.contrast.controls import FEWEST_CONTROLS
from tradeflow.detect.witness.heard import HEARD, tally
from tradeflow.notebook import text_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradeflow.detect.witness.contrast.result import ContrastResult, Pooled


def contrast_frame(result: ContrastResult) -> pl.DataFrame:
    """One row per series: keys, effect in logs and per cent, excess, p-values, rule."""
    unit = result.unit.lower()
    columns = {
        "effect_log": result.effect,
        "effect_log_low": result.low,
        "effect_log_high": result.high,
        "change_percent": 100 * np.expm1(result.effect),
        "p": result.p,
        "q": result.q,
        "p_student": result.p_student,
        "q_student": result.q_student,
        f"excess_{unit}": result.excess,
        f"excess_{unit}_low": result.excess_low,
        f"excess_{unit}_high": result.excess_high,
        "pre_trend_p": result.pre_trend_p,
        "placebos": np.where(result.rule == HEARD, result.placebos, 0),
        "rule": result.rule,
    }
    made = _keys(result).hstack(_frame(columns))
    return made.sort("p", nulls_last=True, maintain_order=True)


def path_frame(result: ContrastResult) -> pl.DataFrame:
    """One row per series heard and bin: first period, effect, simultaneous band."""
    rows = np.flatnonzero(result.rule == HEARD)
    bins = len(result.bins)
    columns = {
        "bin": [*result.bins] * len(rows),
        "effect_log": result.path[rows].ravel(),
        "effect_log_low": result.path_low[rows].ravel(),
        "effect_log_high": result.path_high[rows].ravel(),
    }
    keys = _keys(result)[np.repeat(rows, bins).tolist()]
    return keys.hstack(_frame(columns)) if len(rows) else keys


def _keys(result: ContrastResult) -> pl.DataFrame:
    return result.keys.select("reporter", "partner", result.by)


def _frame(columns: Mapping[str, object]) -> pl.DataFrame:
    made = pl.DataFrame(columns)
    floats = [name for name, kind in made.schema.items() if kind == pl.Float64]
    return made.with_columns(pl.col(floats).fill_nan(None))


def contrast_summary(result: ContrastResult) -> str:
    """Counts heard and not heard, the comparison, the list as a whole, and the first rows."""
    lines = [
        _head(result),
        _comparison(result),
        _found(result),
    ]
    if result.pooled is not None:
        lines.append(_pooled(result.pooled, result.unit))
    shown = contrast_frame(result).drop("p", "p_student", "q_student", "placebos")
    return "\n".join([*lines, *text_table(shown)])


def _head(result: ContrastResult) -> str:
    return (
        f"Contrast of {len(result.rule):,} series by {result.by} to {result.partner} since "
        f"{result.since:%Y-%m}, {', '.join(result.provenance)}: {tally(result.rule)}."
    )


def _comparison(result: ContrastResult) -> str:
    goods = _other_goods(result)
    season = "; a level per calendar month" if result.season else ""
    lost = ", ".join(f"{n:,} {state}" for state, n in result.dropped.items())
    dropped = f" Cells not used: {lost}." if lost else ""
    donors = ", ".join(result.donors)
    return f"Compared with the same goods to {donors}{goods}{season}.{dropped}"


def _other_goods(result: ContrastResult) -> str:
    """Whether other goods are compared with, and whether there are enough of them."""
    few = result.controls < FEWEST_CONTROLS
    listed = f"{result.controls} goods that are not asked about are on no list"
    if result.against == "both":
        return " and with other goods" + f" (beware: only {listed})" * few
    return f" alone: only {listed}, fewer than {FEWEST_CONTROLS}" * few


def _found(result: ContrastResult) -> str:
    up, down = (int((result.moved & (sign * result.effect > 0)).sum()) for sign in (1, -1))
    return (
        f"{up} compatible with a rise specific to {result.partner}, {down} with a fall, at a "
        f"false-discovery rate of {result.rate:.2f}; p-values are ranks among "
        f"{result.placebos:,} placebos in other destinations."
    )


def _pooled(pooled: Pooled, unit: str) -> str:
    if pooled.rule != HEARD:
        return f"The list of {pooled.goods} goods as a whole: {pooled.rule}."
    return (
        f"The list of {pooled.goods} goods as a whole: {100 * np.expm1(pooled.effect):+.0f} % "
        f"({100 * np.expm1(pooled.low):+.0f} to {100 * np.expm1(pooled.high):+.0f}), "
        f"{pooled.excess / 1e6:,.1f} m {unit}, p = {pooled.p:.3f} among {pooled.placebos} placebos."
    )
