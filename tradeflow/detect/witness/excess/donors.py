"""Which donors can speak for a series, over which periods, and why the others cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.excess.engines import Question
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.nomenclature.countries import WORLD
from tradeflow.panel.build import ALL
from tradeflow.panel.calendar import merge_january_february
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from tradeflow.panel.model import Panel

FEWEST_DONORS: Final = 3
"""Donors that a series needs: each is judged by the others."""

FEWEST_BEFORE: Final = {"M": 24, "A": 4}
"""Periods with a number that a series needs before the date."""

ENOUGH_BEFORE: Final = {"M": 36, "A": 8}
"""Periods before the date below which a caution is added."""

_NUMBERS: Final = (State.REPORTED, State.ZERO, State.ESTIMATED, State.MIRROR, State.BREAK)
_PERIOD: Final = {"M": "months", "A": "years"}


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """The panel's amounts, made ready.

    Attributes
    ----------
    values
        Shape (n, T): amounts; NaN where there is no number.
    broken
        Shape (n,): whether a change of the classification breaks the series.
    start
        Number of periods before the date.
    month
        Shape (T,): month of the year; None for years.
    freq
        ``M`` or ``A``.
    logs
        Whether series are fitted on logs.
    """

    values: NDArray[np.float64]
    broken: NDArray[np.bool_]
    start: int
    month: NDArray[np.int64] | None
    freq: str
    logs: bool


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What is asked about one series, or why nothing can be.

    Attributes
    ----------
    rule
        Empty if there is a question.
    question
        None if not.
    columns
        Periods of the panel that are in the question, ascending.
    before
        How many of them lie before the date.
    unit
        Amount that 1 stands for on the scale of the fit: 1 for logs, the mean before for levels.
    used
        Partners that are donors, in the order of the question.
    left
        Partner and reason for those that are not.
    """

    rule: str
    question: Question | None
    columns: NDArray[np.intp]
    before: int
    unit: float
    used: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def amounts(panel: Panel, start: int, *, merge_new_year: bool, logs: bool) -> Amounts:
    """Read the numbers of a panel; January and February merged on either side of the date."""
    values = np.where(np.isin(panel.state, _NUMBERS), panel.values, np.nan)
    monthly = panel.freq == "M"
    if monthly and merge_new_year:
        values = _merged(values, panel, start)
    return Amounts(
        values=values,
        broken=(panel.state == State.BREAK).any(axis=1),
        start=start,
        month=np.array([p.month for p in panel.periods], dtype=np.int64) if monthly else None,
        freq=panel.freq,
        logs=logs,
    )


def _merged(values: NDArray[np.float64], panel: Panel, start: int) -> NDArray[np.float64]:
    """Merge whole pairs only, and none that the date parts: an effect must not leak back."""
    out = merge_january_february(values, panel.periods)
    out = np.where(np.isnan(out), values, out)
    if start < len(panel.periods) and panel.periods[start].month == 2:  # noqa: PLR2004  February
        out[:, start - 1 : start + 1] = values[:, start - 1 : start + 1]
    return out


def choose(
    row: int, pool: Mapping[str, int | None], treated: Sequence[str], data: Amounts
) -> Chosen:
    """Find the periods and donors of one series.

    Parameters
    ----------
    row
        The series in question.
    pool
        Row of each candidate partner; None where it has no series of this good.
    treated
        Partners that may be affected themselves.
    data
        The panel's amounts.
    """
    columns = np.flatnonzero(~np.isnan(data.values[row]))
    before = int((columns < data.start).sum())
    rule = _unfit(row, columns, data)
    if rule:
        return Chosen(not_heard(rule), None, columns, before, np.nan, (), ())
    why = {name: _why_not(name, at, treated, columns, data) for name, at in pool.items()}
    left = tuple((name, reason) for name, reason in why.items() if reason)
    used = tuple(name for name, reason in why.items() if not reason)
    if len(used) < FEWEST_DONORS:
        few = not_heard(f"fewer than {FEWEST_DONORS} donors")
        return Chosen(few, None, columns, before, np.nan, used, left)
    rows = [row, *(at for name in used if (at := pool[name]) is not None)]
    return _asked(data, np.array(rows), columns, used, left)


def _asked(
    data: Amounts,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    used: tuple[str, ...],
    left: tuple[tuple[str, str], ...],
) -> Chosen:
    start = int((columns < data.start).sum())
    y = data.values[np.ix_(rows, columns)]
    means = y[:, :start].mean(axis=1, keepdims=True)
    scaled = np.log(y) if data.logs else y / means
    month = None if data.month is None else data.month[columns]
    question = Question(scaled, start, columns.astype(np.int64), month, data.logs)
    unit = 1.0 if data.logs else float(means[0, 0])
    return Chosen(HEARD, question, columns, start, unit, used, left)


def _unfit(row: int, columns: NDArray[np.intp], data: Amounts) -> str:
    """Why a series cannot be asked about, whatever its donors; empty if it can."""
    known, before = data.values[row, columns], columns[columns < data.start]
    early = known[: len(before)]
    words = _PERIOD[data.freq]
    cases = (
        (data.broken[row], "not comparable across a change of the classification"),
        (not len(columns), f"all {words} are missing"),
        (len(before) == len(columns), f"none of the {words} since the date has a number"),
        (
            len(before) < FEWEST_BEFORE[data.freq],
            f"fewer than {FEWEST_BEFORE[data.freq]} {words} before the date",
        ),
        (not early.any(), "no trade before the date"),
        (len(np.unique(early)) == 1, f"the same number in all {words} before the date"),
        (data.logs and not known.all(), f"no trade in some {words}, which have no logs"),
        (_unseen(columns, data), "a month of the year is never seen before the date"),
    )
    return next((why for bad, why in cases if bad), "")


def _unseen(columns: NDArray[np.intp], data: Amounts) -> bool:
    if data.month is None:
        return False
    month, late = data.month[columns], columns >= data.start
    return bool(np.setdiff1d(month[late], month[~late]).size)


def _why_not(
    name: str,
    row: int | None,
    treated: Sequence[str],
    columns: NDArray[np.intp],
    data: Amounts,
) -> str:
    """Why a partner cannot be a donor; empty if it can."""
    if name in treated:
        return "said to be treated itself"
    if name in {WORLD, ALL}:
        return "a total, not a partner"
    if row is None:
        return "no series of this good"
    known = data.values[row, columns]
    before = known[columns < data.start]
    gaps, zeros = int(np.isnan(known).sum()), int((known == 0).sum())
    words = _PERIOD[data.freq]
    cases = (
        (data.broken[row], "not comparable across a change of the classification"),
        (gaps, f"{gaps} {words} missing"),
        (data.logs and zeros, f"no trade in {zeros} {words}"),
        (not before.any(), "no trade before the date"),
        (len(np.unique(before)) == 1, f"the same number in all {words} before the date"),
    )
    return next((why for bad, why in cases if bad), "")
