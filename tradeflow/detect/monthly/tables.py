"""Screen and monitor as frames and as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.monthly.revision import revision_words
from tradeflow.detect.multiplicity import e_bh
from tradeflow.notebook import text_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.monthly.monitor import MonitorResult
    from tradeflow.detect.monthly.screen import ScreenResult

SHIFT: Final = "level shift"
SUDDEN: Final = "sudden change, not shown to last"
NO_SHIFT: Final = "no level shift"
ALARM: Final = "alarm"
NO_ALARM: Final = "no alarm"
NOT_COMPLETE: Final = "span not complete"


def screen_frame(result: ScreenResult) -> pl.DataFrame:
    """One row per series: keys, description, date with its 90 % set, size in logs and per cent."""
    tested = result.rule == ""
    found = np.select([result.shifted, result.sudden], [SHIFT, SUDDEN], default=NO_SHIFT)
    word = np.where(tested, found, result.rule)
    half = 1.6448536269514722 * result.se
    columns = {
        "description": word,
        "month": _months(result.date, result.periods),
        "month_first": _months(result.first, result.periods),
        "month_last": _months(result.last, result.periods),
        "size_log": result.size,
        "size_log_low": result.size - half,
        "size_log_high": result.size + half,
        "change_percent": 100 * np.expm1(result.size),
        "p": result.p,
        "q": result.q,
        "p_sudden": result.p_sudden,
        "q_sudden": result.q_sudden,
        "drift": result.drift,
        "outliers": [_listed(np.flatnonzero(o), result.periods) for o in result.outliers],
    }
    return _joined(result.keys, columns).sort("q", nulls_last=True, maintain_order=True)


def monitor_frame(result: MonitorResult) -> pl.DataFrame:
    """One row per series and span: alarm, excess with its 90 % interval, p, q and e.

    ``alarm`` is for one look, at q-values of this span alone; ``alarm_anytime`` and ``e`` are as
    they stood at the end of the span, and hold however often one looks.
    """
    parts = [_of_span(result, k) for k in range(len(result.spans))]
    return pl.concat(parts).sort("q", "span_months", nulls_last=True, maintain_order=True)


def _of_span(result: MonitorResult, k: int) -> pl.DataFrame:
    e = result.e[:, result.spans[k] - 1]
    columns = {
        "span_months": np.full(len(e), result.spans[k]),
        "alarm": _verdict(result, k),
        "excess_usd": result.excess[:, k],
        "excess_low_usd": result.excess_low[:, k],
        "excess_high_usd": result.excess_high[:, k],
        "change_percent": 100 * np.expm1(result.change[:, k]),
        "p": result.p[:, k],
        "q": result.q[:, k],
        "e": e,
        "alarm_anytime": e_bh(e, result.rate),
        "engine": result.engine,
        "persisted_months": result.persisted,
        "placebos": result.placebos,
    }
    return _joined(result.keys, columns)


def _verdict(result: MonitorResult, k: int) -> NDArray[np.str_]:
    """Alarm or none over span k; else why there is no answer."""
    fired = np.where(result.q[:, k] <= result.rate, ALARM, NO_ALARM)
    said = np.where(np.isnan(result.p[:, k]), NOT_COMPLETE, fired)
    return np.where(result.rule == "", said, result.rule)


def _longest(result: MonitorResult) -> pl.DataFrame:
    """The row of each series' longest complete span, in the order of the series."""
    parts = [_of_span(result, k) for k in range(len(result.spans))]
    row = np.maximum(result.longest, 0) * len(result.rule) + np.arange(len(result.rule))
    return pl.concat(parts)[row]


def side_by_side(screened: ScreenResult, watched: MonitorResult | None) -> pl.DataFrame:
    """Description and alarm of every series, the alarm over its longest complete span.

    Parameters
    ----------
    screened
        The description.
    watched
        The alarm; None if no series has a baseline for it.
    """
    key = screened.keys.columns[:3]
    found = pl.col("description").is_in([SHIFT, SUDDEN])
    described = screen_frame(screened).select(
        *key,
        "description",
        *(
            pl.when(found).then(pl.col(name)).alias(name)
            for name in ("month", "month_first", "month_last", "change_percent")
        ),
        pl.col("q").alias("description_q"),
        "outliers",
    )
    if watched is None:
        return described.with_columns(alarm=pl.lit("no baseline for an alarm"))
    alarmed = _longest(watched).select(
        *key,
        "alarm",
        "span_months",
        "excess_usd",
        "excess_low_usd",
        "excess_high_usd",
        "persisted_months",
        "alarm_anytime",
        pl.col("q").alias("alarm_q"),
    )
    return described.join(alarmed, on=key, how="left", maintain_order="left")


def screen_summary(result: ScreenResult) -> str:
    """Counts, what was left out and why, and the first rows."""
    frame = screen_frame(result)
    head = (
        f"{len(result.rule):,} series by {result.by}, {', '.join(result.provenance)}: "
        f"{_counted(frame['description'])}."
    )
    note = "A level shift is a description, not an anomaly; its p-value allows for slow drift."
    shown = frame.drop("p", "p_sudden", "q_sudden", "drift")
    return "\n".join([head, note, *text_table(shown)])


def monitor_summary(result: MonitorResult) -> str:
    """Counts, what was left out and why, and the first rows."""
    head = (
        f"{len(result.rule):,} series by {result.by}, {', '.join(result.provenance)}, from "
        f"{result.since:%Y-%m} on, each over its longest complete span of up to "
        f"{max(result.spans)} months: {_counted(_longest(result)['alarm'])}."
    )
    note = (
        f"Alarms at a false-discovery rate of {result.rate:.2f}, calibrated on placebos, for one "
        f"look. However often one looks in {result.plan} months: "
        f"{int(result.alarm_anytime.sum()):,} by e-values."
    )
    said = revision_words(result.revision)
    return "\n".join([head, note, *([said] if said else []), *text_table(monitor_frame(result))])


def _joined(keys: pl.DataFrame, columns: Mapping[str, object]) -> pl.DataFrame:
    made = pl.DataFrame(columns)
    floats = [name for name, kind in made.schema.items() if kind == pl.Float64]
    return keys.hstack(made.with_columns(pl.col(floats).fill_nan(None)))


def _months(index: NDArray[np.intp], periods: Sequence[date]) -> list[date | None]:
    return [periods[i] if i >= 0 else None for i in index]


def _listed(index: Iterable[int], periods: Sequence[date]) -> str:
    return " ".join(f"{periods[i]:%Y-%m}" for i in index)


def _counted(words: pl.Series) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in Counter(words).most_common())
