"""Describe every series of a monthly panel: whether its level shifted, when, by how much.

A level shift is a description. It is not an anomaly: for that the alarm of
:func:`tradeflow.monitor` and a contrast with other destinations are needed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.detect.monthly.design import DUMMIES_FROM, candidate_dates, regressors
from tradeflow.detect.monthly.null import NullTable, simulate_null
from tradeflow.detect.monthly.outliers import outlying
from tradeflow.detect.monthly.series import TESTED, monthly_series
from tradeflow.detect.monthly.shift_scan import DRIFT_GRID, WINDOW, ShiftScan
from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_is_panel
from tradeflow.errors import TooShortError, UsageError
from tradeflow.notebook import Shown
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.monthly.shift_scan import Scanned
    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.panel.model import Panel

CHUNK: Final = 5_000
"""Series prepared at once; the result does not depend on it."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScreenResult(Shown):
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
        Of a level shift that lasts: p-value under drift, and q-value over all series tested.
    p_sudden, q_sudden
        Of a sudden change, whether or not the level stays where it went. Large shocks that fade
        are sudden changes; no false-discovery rate is promised for them.
    drift
        Drift ratio of the null fitted to each series.
    outliers
        Shape (n, T): months that stick out from both neighbours by more than 3.5 robust scales,
        given season and Lunar New Year; from the months as published. The month at which a
        change found begins is its beginning, and no outlier.
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
    p_sudden: NDArray[np.float64]
    q_sudden: NDArray[np.float64]
    drift: NDArray[np.float64]
    outliers: NDArray[np.bool_]
    rate: float

    @property
    def shifted(self) -> NDArray[np.bool_]:
        """Which series have a level shift that lasts, at the promised rate."""
        return np.asarray(np.nan_to_num(self.q, nan=1.0) <= self.rate)

    @property
    def sudden(self) -> NDArray[np.bool_]:
        """Which other series changed suddenly, without showing that the change lasts."""
        return np.asarray(np.nan_to_num(self.q_sudden, nan=1.0) <= self.rate) & ~self.shifted

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
        from tradeflow.charts.monthly.results import plot_screen

        return plot_screen(self, ax=ax)


def screen(
    panel: Panel,
    *,
    q: float = 0.10,
    merge_new_year: bool = True,
    lunar: bool = False,
    breaks: Sequence[date] = (),
    mapper: Callable[..., Iterable[Any]] = map,
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
    mapper
        What carries out the scan of the chunks, called like the builtin ``map``: that itself, in
        this process; the ``map`` of a process pool; or, in a Spark cluster,
        :func:`tradeflow.detect.monthly.spread.spark_map`. The answers are equal to the last bit.

    Returns
    -------
    ScreenResult

    Raises
    ------
    UsageError
        It is no panel, or the panel is annual.
    TooShortError
        No date has enough months on either side.

    Notes
    -----
    The statistic is the restricted likelihood ratio of a step against none, both with a local
    level, regressors and season; its p-value is read off simulations at the drift fitted without
    the step. A search over all months is in both. A shift lasts if its date can still be seen
    without the three months before it and the six from it on; outlying months are left out of
    both fits.

    Examples
    --------
    >>> import tradeflow as tf
    >>> totals = tf.panel(tf.load_sample("china-russia-totals"), by="total")
    >>> tf.screen(totals).to_frame()["description"].tolist()
    ['sudden change, not shown to last']
    """
    check_is_panel(panel)
    if panel.freq != "M":
        raise UsageError("This method reads months; for years there is tf.detect_shifts().")
    margin = _margin(len(panel.periods))
    dates = candidate_dates(panel.periods, margin=margin, excluded=breaks)
    if not dates.size:
        raise TooShortError(
            f"{len(panel.periods)} months are too few: a shift needs 6 months on either side."
        )
    columns = regressors(panel.periods, lunar=lunar, known_steps=breaks)
    window = (min(WINDOW[0], margin // 4), min(WINDOW[1], margin // 2))
    merged = panel.periods if merge_new_year else ()
    scan, null = _prepared(columns.tobytes(), columns.shape, dates.tobytes(), window, merged)
    scanned = partial(_part, scan=scan, null=null, merge_new_year=merge_new_year)
    parts = list(mapper(scanned, _chunks(panel)))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    lasting, sudden = q_values(joined["p"]), q_values(joined["p_sudden"])
    begun = np.flatnonzero(np.fmin(lasting, sudden) <= q)
    joined["outliers"][begun, joined["date"][begun]] = False
    return ScreenResult(
        keys=panel.keys,
        periods=panel.periods,
        by=panel.by,
        provenance=panel.provenance,
        q=lasting,
        q_sudden=sudden,
        rate=q,
        **joined,
    )


def _margin(months: int) -> int:
    """Months kept before the first and after the last date: a year, half in short series."""
    return max(12 if months >= DUMMIES_FROM else 6, round(0.15 * months))


@lru_cache(maxsize=16)
def _prepared(
    columns: bytes,
    shape: tuple[int, int],
    dates: bytes,
    window: tuple[int, int],
    merged: tuple[date, ...],
) -> tuple[ShiftScan, NullTable]:
    """Scan and its null, of complete series: a few missing months change it little."""
    design = np.frombuffer(columns).reshape(shape)
    scan = ShiftScan(design, np.frombuffer(dates, dtype=np.intp), window=window)
    return scan, simulate_null(scan, merged=merged)


def _chunks(panel: Panel) -> Iterator[Panel]:
    bare, rows = replace(panel, parts=None, members=()), np.arange(len(panel.keys))
    for first in range(0, max(len(rows), 1), CHUNK):
        yield bare.take(rows[first : first + CHUNK])


def _part(
    panel: Panel, *, scan: ShiftScan, null: NullTable, merge_new_year: bool
) -> dict[str, NDArray[Any]]:
    """Answers for some of the series, by the names of ``ScreenResult``."""
    made = monthly_series(panel, merge_new_year=merge_new_year)
    raw = monthly_series(panel, merge_new_year=False).log if merge_new_year else made.log
    rule = _rules(made.rule, panel.state)
    tested = np.flatnonzero(rule == TESTED)
    found = scan.run(made.log[tested])
    rule[tested[found.date < 0]] = "no months known on both sides of any date"
    step = np.nan_to_num(found.size)[:, None] * (np.arange(scan.months) >= found.date[:, None])
    numbers = _numbers(found, null)
    numbers["outliers"] = outlying(raw[tested] - step, regressors(panel.periods, lunar=True))
    return {"rule": rule} | {
        name: _spread(column, tested, len(rule)) for name, column in numbers.items()
    }


def _numbers(found: Scanned, null: NullTable) -> dict[str, NDArray[Any]]:
    drift = np.where(found.date >= 0, DRIFT_GRID[found.null_drift], np.nan)
    return {
        "date": found.date.astype(np.intp),
        "first": found.first.astype(np.intp),
        "last": found.last.astype(np.intp),
        "size": found.size,
        "se": found.se,
        "p": null.p_lasting(found),
        "p_sudden": null.p_sudden(found),
        "drift": drift,
    }


def _spread(column: NDArray[Any], rows: NDArray[np.intp], n: int) -> NDArray[Any]:
    """Put the answers in their rows; NaN, -1 or False in the others."""
    blank = {"f": np.nan, "i": -1, "b": False}[column.dtype.kind]
    out = np.full((n, *column.shape[1:]), blank, dtype=column.dtype)
    out[rows] = column
    return out


def _rules(rule: NDArray[np.str_], state: NDArray[np.uint8]) -> NDArray[np.str_]:
    wide = rule.astype("U64")
    broken = (state == State.BREAK).any(axis=1)
    wide[broken & (rule == TESTED)] = "not comparable across a change of the classification"
    return wide
