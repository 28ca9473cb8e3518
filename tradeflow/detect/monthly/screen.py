"""Describe every series of a monthly panel: whether its level shifted, when, by how much.

A level shift is a description. It is not an anomaly: for that the alarm of
:func:`tradeflow.monitor` and a contrast with other destinations are needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.monthly.design import DUMMIES_FROM, candidate_dates, regressors
from tradeflow.detect.monthly.null import NullTable, simulate_null
from tradeflow.detect.monthly.outliers import outlying
from tradeflow.detect.monthly.series import TESTED, monthly_series
from tradeflow.detect.monthly.shift_scan import DRIFT_GRID, Scanned, ShiftScan
from tradeflow.detect.multiplicity import q_values
from tradeflow.errors import TooShortError
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.panel.model import Panel

CHUNK: Final = 1_000
"""Series per product of matrices; the result does not depend on it."""

DATE_SET_LOSS: Final = 2.705543454095404
"""90 % point of chi-squared with one degree of freedom: dates that lose less are in the set."""


@dataclass(frozen=True, slots=True, eq=False)
class ScreenResult:
    """Level shifts of n series. Arrays have shape (n,); NaN or -1 where a series is not tested.

    Attributes
    ----------
    keys
        The panel's keys.
    periods
        The panel's months.
    by, provenance
        From the panel.
    rule
        Empty if tested, else the rule by which a series is too thin or not comparable.
    date
        Index of the month at which the shift begins.
    first, last
        Indices of the earliest and the latest month of the 90 % date set.
    size, se
        The shift in log points and its standard error at the best date.
    p, q
        p-value under drift, and q-value over all series tested.
    drift
        Drift ratio of the null fitted to each series.
    outliers
        Shape (n, T): months that stick out from both neighbours by more than 3.5 robust scales,
        given season and Lunar New Year; from the months as published.
    rate
        False-discovery rate at which :attr:`shifted` is decided.
    """

    keys: pl.DataFrame
    periods: tuple[date, ...]
    by: str
    provenance: tuple[str, ...]
    rule: NDArray[np.str_]
    date: NDArray[np.intp]
    first: NDArray[np.intp]
    last: NDArray[np.intp]
    size: NDArray[np.float64]
    se: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    drift: NDArray[np.float64]
    outliers: NDArray[np.bool_]
    rate: float

    @property
    def shifted(self) -> NDArray[np.bool_]:
        """Which series have a level shift at the promised rate."""
        return np.asarray(np.nan_to_num(self.q, nan=1.0) <= self.rate)

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series, sorted by q."""
        from tradeflow.detect.monthly.tables import screen_frame
        from tradeflow.frames import to_backend

        return to_backend(screen_frame(self), backend)

    def summary(self) -> str:
        """Return counts, what was left out and why, and the first rows, as text."""
        from tradeflow.detect.monthly.tables import screen_summary

        return screen_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw size against date of all shifts found."""
        from tradeflow.charts.monthly import plot_screen

        return plot_screen(self, ax=ax)


def screen(
    panel: Panel,
    *,
    q: float = 0.10,
    merge_new_year: bool = True,
    lunar: bool = False,
    breaks: Sequence[date] = (),
) -> ScreenResult:
    """Scan every series of a monthly panel for a level shift.

    Parameters
    ----------
    panel
        A monthly panel.
    q
        False-discovery rate.
    merge_new_year
        Give January and February their mean, the robust default for China.
    lunar
        Add a Lunar-New-Year regressor.
    breaks
        Months at which the classification changed for all series: fitted as nuisance steps and
        never a date of a shift. Series with ``BREAK`` cells are left out with the rule said.

    Returns
    -------
    ScreenResult

    Raises
    ------
    UsageError
        The panel is annual.
    TooShortError
        No date has enough months on either side.

    Notes
    -----
    The statistic is the restricted likelihood ratio of a step against none, both with a local
    level, regressors and season; its p-value is read off simulations at the drift fitted without
    the step. A search over all months is in both.
    """
    made = monthly_series(panel, merge_new_year=merge_new_year)
    dates = candidate_dates(panel.periods, margin=_margin(len(panel.periods)), excluded=breaks)
    if not dates.size:
        raise TooShortError(
            f"{len(panel.periods)} months are too few: a shift needs 6 months on either side."
        )
    columns = regressors(panel.periods, lunar=lunar, known_steps=breaks)
    rule = _with_breaks(made.rule, panel)
    raw = monthly_series(panel, merge_new_year=False).log
    merged = panel.periods if merge_new_year else ()
    null = _null(columns.tobytes(), columns.shape, dates.tobytes(), merged)
    return _collect(panel, (made.log, raw), rule, (columns, dates, null), q)


def _margin(months: int) -> int:
    """Months kept before the first and after the last date: a year, half in short series."""
    return max(12 if months >= DUMMIES_FROM else 6, round(0.15 * months))


def _with_breaks(rule: NDArray[np.str_], panel: Panel) -> NDArray[np.str_]:
    broken = (panel.state == State.BREAK).any(axis=1)
    wide = rule.astype("U64")
    wide[broken & (rule == TESTED)] = "not comparable across a change of the classification"
    return wide


def _collect(
    panel: Panel,
    logs: tuple[NDArray[np.float64], NDArray[np.float64]],
    rule: NDArray[np.str_],
    design: tuple[NDArray[np.float64], NDArray[np.intp], NullTable],
    rate: float,
) -> ScreenResult:
    n, (columns, dates, null), (log, raw) = len(rule), design, logs
    size, se, p, drift = (np.full(n, np.nan) for _ in range(4))
    date, first, last = (np.full(n, -1, dtype=np.intp) for _ in range(3))
    for rows, scan in _patterns(log, rule, columns, dates):
        if not scan.usable:
            rule[rows] = "no months known on both sides of any date"
            continue
        for chunk in np.array_split(rows, max(1, -(-len(rows) // CHUNK))):
            found = scan.run(log[chunk])
            size[chunk], se[chunk], date[chunk] = found.size, found.se, found.date
            first[chunk], last[chunk] = _date_set(found, dates)
            p[chunk] = null.p_value(found.ratio, found.null_drift)
            drift[chunk] = DRIFT_GRID[found.null_drift]
    return ScreenResult(
        keys=panel.keys,
        periods=panel.periods,
        by=panel.by,
        provenance=panel.provenance,
        rule=rule,
        date=date,
        first=first,
        last=last,
        size=size,
        se=se,
        p=p,
        q=q_values(p),
        drift=drift,
        outliers=_outliers(raw, rule, regressors(panel.periods, lunar=True), date, size),
        rate=rate,
    )


def _patterns(
    log: NDArray[np.float64],
    rule: NDArray[np.str_],
    columns: NDArray[np.float64],
    dates: NDArray[np.intp],
) -> Iterator[tuple[NDArray[np.intp], ShiftScan]]:
    """Series with the same months missing share one scan."""
    for rows, known in _same_months(log, rule):
        yield rows, ShiftScan(columns, dates, known)


def _same_months(
    log: NDArray[np.float64], rule: NDArray[np.str_]
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
    """Rows of tested series with the same months known, and these months."""
    tested = np.flatnonzero(rule == TESTED)
    known = np.packbits(~np.isnan(log[tested]), axis=1)
    patterns, which = np.unique(known, axis=0, return_inverse=True)
    for i, pattern in enumerate(patterns):
        months = np.unpackbits(pattern, count=log.shape[1]).astype(bool)
        yield tested[which.ravel() == i], months


@lru_cache(maxsize=16)
def _null(
    columns: bytes, shape: tuple[int, int], dates: bytes, merged: tuple[date, ...]
) -> NullTable:
    """Null of the complete pattern; a few missing months change it little."""
    design = np.frombuffer(columns).reshape(shape)
    return simulate_null(ShiftScan(design, np.frombuffer(dates, dtype=np.intp)), merged=merged)


def _date_set(found: Scanned, dates: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Earliest and latest date whose likelihood is not distinguishable from the best one's."""
    near = found.profile <= DATE_SET_LOSS
    first = near.argmax(axis=1)
    last = near.shape[1] - 1 - near[:, ::-1].argmax(axis=1)
    return dates[first], dates[last]


def _outliers(
    log: NDArray[np.float64],
    rule: NDArray[np.str_],
    columns: NDArray[np.float64],
    date: NDArray[np.intp],
    size: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Outlying months, shape (n, T), with the level shift taken out first."""
    out = np.zeros(log.shape, dtype=bool)
    month = np.arange(log.shape[1])
    for rows, _ in _same_months(log, rule):
        for chunk in np.array_split(rows, max(1, -(-len(rows) // CHUNK))):
            step = (month >= date[chunk][:, None]) * size[chunk][:, None]
            out[chunk] = outlying(log[chunk] - step, columns)
    return out
