"""What a data set says of trade in all goods together: a description, and an alarm if it can be."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.detect.findings.verdict import (
    DESCRIBED,
    NOT_COMPARABLE,
    TOO_THIN,
    UNHEARD,
    UNREMARKABLE,
    UNUSUAL,
)
from tradeflow.detect.monthly.monitor import monitor
from tradeflow.detect.monthly.screen import screen
from tradeflow.detect.monthly.tables import NO_SHIFT, SHIFT, SUDDEN, screen_frame
from tradeflow.errors import TooShortError
from tradeflow.nomenclature.countries import country
from tradeflow.schema import TOTAL

if TYPE_CHECKING:
    from tradeflow.panel.model import Panel

TITLE: Final = "All goods"
BRIEF: Final = "sudden change, alarm not heard"
_SIZE: Final = ("month", "size_log", "size_log_low", "size_log_high")


def total_findings(
    totals: Panel, *, since: str, rate: float, revisions: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Say of every series of totals what is described, and whether the alarm was heard.

    Parameters
    ----------
    totals
        A monthly panel by total.
    since
        First month under watch.
    rate
        False-discovery rate.
    revisions
        How far each month may yet be revised, as for :func:`tradeflow.monitor`.

    Returns
    -------
    DataFrame
        One row per series, in columns of a table of findings: reporter, partner, category
        (``TOTAL``), title, verdict, sentence, size_log with its 90 % interval, month, alarm_q.
        There is nothing that totals could be contrasted with: other witnesses are not heard.
    """
    described = screen_frame(screen(totals, q=rate)).to_dicts()
    alarms = _alarms(totals, since, rate, revisions)
    return pl.DataFrame(
        [_record(row, alarms.get((row["reporter"], row["partner"])), rate) for row in described]
    )


def _alarms(
    totals: Panel, since: str, rate: float, revisions: pl.DataFrame | None
) -> dict[tuple[Any, ...], float]:
    """q-values of the series whose alarm could be calibrated, each over its longest span."""
    try:
        watched = monitor(totals, since=since, q=rate, revisions=revisions)
    except TooShortError:
        return {}
    heard = np.flatnonzero(watched.calibrated.any(axis=1))
    keys, q = watched.keys.select("reporter", "partner").rows(), watched.q_longest
    return {keys[i]: float(q[i]) for i in heard}


def _record(row: dict[str, Any], alarm_q: float | None, rate: float) -> dict[str, Any]:
    found = row["description"] in {SHIFT, SUDDEN}
    route = f"{country(row['reporter']).name} to {country(row['partner']).name}"
    change = _change(row) if found else row["description"]
    heard = "too few forecasts to compare with for an alarm"
    if alarm_q is not None:
        heard = f"{'an alarm' if alarm_q <= rate else 'no alarm'} (q {alarm_q:.3f})"
    return {
        "reporter": row["reporter"],
        "partner": row["partner"],
        "category": TOTAL,
        "title": TITLE,
        "verdict": _verdict(row["description"], alarm_q, rate),
        "sentence": f"{TITLE}, {route}: {change}; {heard}.",
        **{name: row[name] if found else None for name in _SIZE},
        "alarm_q": alarm_q,
        "flags": "a total says nothing of any kind of goods",
    }


def _change(row: dict[str, Any]) -> str:
    size, low, high = (_percent(row[name]) for name in _SIZE[1:])
    lasts = row["description"] == SHIFT
    moved, end = ("the level changed", "") if lasts else ("a sudden change", ", not shown to last")
    return f"{moved} in {row['month']:%Y-%m} by {size} (90 % interval {low} to {high}){end}"


def _verdict(description: str, alarm_q: float | None, rate: float) -> str:
    if description not in {SHIFT, SUDDEN, NO_SHIFT}:  # the rule by which it was not looked at
        return NOT_COMPARABLE if description.startswith(NOT_COMPARABLE) else TOO_THIN
    if alarm_q is None:
        return {SHIFT: DESCRIBED, SUDDEN: BRIEF}.get(description, UNHEARD)
    return UNUSUAL if alarm_q <= rate else UNREMARKABLE


def _percent(log: float) -> str:
    return f"{100 * math.expm1(log):+,.0f} %"
