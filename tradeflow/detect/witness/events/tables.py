"""The event study as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradeflow.detect.witness.events.event_study import EventStudyResult

SHOWN: Final = 10


def event_summary(result: EventStudyResult) -> str:
    """Counts by event, the honest false-alarm rate, and the strongest changes."""
    table = result.table
    order = pl.col("p").fill_null(1.0)
    strongest = table.filter(pl.col("rule") == "").sort(order, "p_hac").head(SHOWN)
    head = (
        f"Event study of {table.select('reporter', 'partner', result.by).n_unique():,} series by "
        f"{result.by}, {', '.join(result.provenance)}: {result.before} months before and "
        f"{result.after} from each event on; Newey-West errors with {result.bandwidth} lags."
    )
    lines = [
        head,
        *(_event(part, result.rate) for part in table.partition_by("event", maintain_order=True)),
        _warning(result.false_alarms),
        *(_line(row, result.by) for row in strongest.iter_rows(named=True)),
    ]
    return "\n".join(lines)


def _event(rows: pl.DataFrame, rate: float) -> str:
    first = rows.row(0, named=True)
    count = {name: int((rows[name] <= rate).sum()) for name in ("q", "q_hac")}
    alike = f"; cannot be told apart from {first['same_time']}" if first["same_time"] else ""
    rivals = f"; competing: {first['competitors']}" if first["competitors"] else ""
    mixed = f"; in the window, not separated: {first['not_separated']}"
    return (
        f"  {first['event']} ({first['month']:%Y-%m}): {tally(rows['rule'])}; calibrated "
        f"{tally(rows['rule_placebo'])}; {count['q']:,} changed at a false-discovery rate of "
        f"{rate:.2f} (Newey-West would say {count['q_hac']:,})"
        f"{alike}{rivals}{mixed if first['not_separated'] else ''}"
        f"{'' if first['placebos_clear'] else '; placebo windows hold other events'}."
    )


def _warning(false_alarms: float) -> str:
    if np.isnan(false_alarms):
        return (
            "There is no room for placebo dates before the events: only Newey-West p-values, which "
            "reject far too often where trade drifts. Do not read them as error rates."
        )
    return (
        f"At placebo dates the Newey-West test at 5 % rejects in {false_alarms:.0%} of windows: "
        "trade drifts. p and q are calibrated on these placebos; p_hac and q_hac are not."
    )


def _line(row: Mapping[str, float], by: str) -> str:
    calibrated = row["p"] is not None
    low, high = (
        ("level_log_low", "level_log_high") if calibrated else ("level_hac_low", "level_hac_high")
    )
    said = f"p {row['p']:.4f}, q {row['q']:.3f}, " if calibrated else ""
    return (
        f"  {row['reporter']} {row['partner']} {row[by]}, {row['event']}: level "
        f"x{np.exp(row['level_log']):.2f} [{np.exp(row[low]):.2f}, {np.exp(row[high]):.2f}], slope "
        f"{row['slope_year']:+.2f} a year; {said}Newey-West p {row['p_hac']:.4f}"
    )
