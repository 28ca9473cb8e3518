"""Description and alarm of each series: what the witnesses are then asked about."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.annual.shifts import detect_shifts
from tradeflow.detect.annual.verdicts import DROP, NOT_COMPARABLE, SURGE, TOO_THIN
from tradeflow.detect.monthly.tables import screen_frame
from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.heard import HEARD

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.annual.result import Shift
    from tradeflow.detect.findings.hearing import Answer, Answers
    from tradeflow.detect.findings.question import Question
    from tradeflow.detect.monthly.monitor import MonitorResult
    from tradeflow.detect.monthly.screen import ScreenResult

SCHEMA: Final = {
    "description": pl.String,
    "month": pl.Date,
    "month_first": pl.Date,
    "month_last": pl.Date,
    "size_log": pl.Float64,
    "size_log_low": pl.Float64,
    "size_log_high": pl.Float64,
    "alarm": pl.Boolean,  # null where none could be raised; for years: shifted, and rare
    "alarm_p": pl.Float64,
    "alarm_q": pl.Float64,
    "span": pl.Int64,  # periods judged together
    "change_log": pl.Float64,  # what the witnesses are asked about
    "excess_usd": pl.Float64,
    "excess_usd_low": pl.Float64,
    "excess_usd_high": pl.Float64,
    "rule": pl.String,  # empty if description or alarm could speak
}


def monthly(answers: Answers, keys: pl.DataFrame, since: date) -> pl.DataFrame:
    """Description by ``screen`` and alarm by ``monitor``, one row per series of `keys`.

    Where the alarm is not heard, a level shift is asked about if its date set reaches `since`.
    """
    described = _described(answers.description, keys).with_columns(
        found=pl.col("found") & (pl.col("month_last") >= since).fill_null(value=False)
    )
    alarmed = _alarmed(answers.alarm, len(keys))
    both = described.hstack(alarmed)
    silent = pl.col("alarm").is_null()
    rule = pl.when(silent & (pl.col("described") != HEARD)).then("described").otherwise(pl.lit(""))
    change = pl.when(silent & pl.col("found")).then("size_log").otherwise("change_log")
    return both.with_columns(rule=rule, change_log=change).select(
        pl.col(name).cast(kind) for name, kind in SCHEMA.items()
    )


def _described(answer: Answer[ScreenResult], keys: pl.DataFrame) -> pl.DataFrame:
    """Columns of the description; ``described`` is its rule, ``found`` whether it saw a change."""
    names = ["description", "month", "month_first", "month_last"]
    names += ["size_log", "size_log_low", "size_log_high"]
    if answer.result is None:
        blank = pl.DataFrame({name: [None] * len(keys) for name in names})
        return blank.with_columns(
            description=pl.lit(answer.why), described=pl.lit(answer.why), found=pl.lit(value=False)
        )
    result = answer.result
    on = keys.columns[:3]
    frame = keys.select(on).join(screen_frame(result), on=on, how="left", maintain_order="left")
    return frame.select(names).with_columns(
        described=pl.Series(result.rule.astype(str)), found=pl.Series(result.shifted)
    )


def _alarmed(answer: Answer[MonitorResult], n: int) -> pl.DataFrame:
    """Alarm of the first n series, over the longest span; q-values are taken over these alone."""
    names = [
        "alarm_p",
        "alarm_q",
        "span",
        "change_log",
        "excess_usd",
        "excess_usd_low",
        "excess_usd_high",
    ]
    if answer.result is None:
        return pl.DataFrame({"alarm": [None] * n} | {name: [None] * n for name in names})
    result = answer.result
    heard = ((result.rule == "") & result.calibrated.any(axis=1))[:n]
    at = np.maximum(result.longest, 0)[:n]
    p = np.where(heard, _pick(result.p, at), np.nan)
    q = q_values(p)
    columns = [
        p,
        q,
        np.asarray(result.spans)[at],
        _pick(result.change, at),
        _pick(result.excess, at),
        _pick(result.excess_low, at),
        _pick(result.excess_high, at),
    ]
    fired = np.nan_to_num(q, nan=1.0) <= result.rate
    made = pl.DataFrame(dict(zip(names, columns, strict=True)) | {"alarm": fired})
    spoken = pl.Series(heard)
    return made.select(pl.when(spoken).then(pl.all())).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _pick(matrix: NDArray[np.float64], at: NDArray[np.intp]) -> NDArray[np.float64]:
    return np.asarray(matrix[np.arange(len(at)), at])  # the first series are those asked about


def annual(question: Question) -> pl.DataFrame:
    """Description and alarm by ``detect_shifts``.

    p and q are those of the shift; the alarm also asks that it be rare among comparable goods.
    """
    table = detect_shifts(question.asked, since=question.since, q=question.q)
    named = {row.name: row for row in table.rows}
    after = sum(period >= question.since for period in table.periods)
    rows = [_of_year(named[name], after) for name in question.asked.keys[question.asked.by]]
    return pl.DataFrame(rows, schema=SCHEMA).with_columns(month=pl.lit(question.since))


def _of_year(row: Shift, after: int) -> dict[str, object]:
    spoke = row.verdict not in {NOT_COMPARABLE, TOO_THIN}
    reach = 1.6448536269514722 * row.se
    size, low, high = (_number(x) for x in (row.shift, row.shift - reach, row.shift + reach))
    rule = {NOT_COMPARABLE: "not comparable across a change of the classification"}
    return {
        "description": row.verdict,
        "size_log": size,
        "size_log_low": low,
        "size_log_high": high,
        "alarm": row.verdict in {SURGE, DROP} and row.exceptional if spoke else None,
        "alarm_p": _number(row.p),
        "alarm_q": _number(row.q),
        "span": after,
        "change_log": size,
        "excess_usd": _number(row.excess_usd * after),
        "excess_usd_low": _number(row.excess_low_usd * after),
        "excess_usd_high": _number(row.excess_high_usd * after),
        "rule": "" if spoke else rule.get(row.verdict, row.verdict),
    }


def _number(x: float) -> float | None:
    return x if math.isfinite(x) else None
