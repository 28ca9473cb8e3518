"""One series: its counterfactual, its rank among donors and among earlier dates, its caution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.excess.donors import ENOUGH_BEFORE, FEWEST_BEFORE
from tradeflow.detect.witness.excess.placebo_space import placebo_p, student_p
from tradeflow.detect.witness.heard import HEARD, not_heard

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.excess.donors import Chosen
    from tradeflow.detect.witness.excess.engines import Answer, Engine, Question

    Vector = NDArray[np.float64]

LONGEST: Final = {"M": 6, "A": 1}
"""Periods after each earlier date, at most, and from one to the next: windows do not overlap."""

FEWEST_DATES: Final = 3
"""Earlier dates that a rank among them needs."""

_NO_TRACE: Final = 1e-4  # weights below are not listed


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What :class:`tradeflow.detect.witness.excess.result.ExcessResult` holds, for one series."""

    rule: str
    caution: str
    actual: Vector
    expected: Vector
    expected_low: Vector
    expected_high: Vector
    total: Vector
    total_low: Vector
    total_high: Vector
    expected_total: float
    p: float
    p_least: float
    p_student: float
    p_time: float
    fake_dates: float
    horizon: float
    rmspe: float
    before: float
    after: float
    weights: tuple[tuple[str, float], ...]
    left_out: tuple[tuple[str, str], ...]


def tell(chosen: Chosen, values: Vector, engine: Engine, worst_fit: float) -> Told:
    """Fit one series, refit its donors and earlier dates, and put the answers together.

    Parameters
    ----------
    chosen
        Donors and periods.
    values
        Shape (T,): amounts.
    engine
        The way to a counterfactual.
    worst_fit
        Error before the date beyond which the series is not heard.
    """
    if chosen.question is None:
        return _silent(chosen, chosen.rule, values)
    with np.errstate(over="ignore", invalid="ignore"):
        answer = engine(chosen.question, placebos=True)
    if not _has_ends(answer, chosen.question.start):
        why = "the amounts differ so much that the interval has no end"
        return _silent(chosen, not_heard(why), values)
    if answer.rmspe > worst_fit:
        why = f"the fit before the date misses by more than {worst_fit:g}"
        return _silent(chosen, not_heard(why), values, answer.rmspe)
    return _heard(chosen, chosen.question, values, answer, engine)


def _has_ends(answer: Answer, start: int) -> bool:
    """Whether every number that is answered is finite."""
    late = (answer.low[start:], answer.high[start:], answer.total_low, answer.total_high)
    return all(np.isfinite(x).all() for x in (answer.expected, answer.score, answer.rmspe, *late))


def _silent(chosen: Chosen, rule: str, values: Vector, rmspe: float = np.nan) -> Told:
    """Answer nothing, and say why."""
    nothing = np.full(len(values), np.nan)
    return Told(
        rule, "", values, *(nothing,) * 6, *(np.nan,) * 7, rmspe, chosen.before,
        len(chosen.columns) - chosen.before, (), chosen.left,
    )  # fmt: skip


def _heard(chosen: Chosen, asked: Question, values: Vector, answer: Answer, engine: Engine) -> Told:
    p_time, dates, horizon = _in_time(asked, engine)
    late = chosen.columns[asked.start :]
    actual = np.cumsum(values[late])

    def spread(amounts: Vector, columns: NDArray[np.intp]) -> Vector:
        out = np.full(len(values), np.nan)
        out[columns] = amounts
        return out

    expected, low, high = (
        spread(path * chosen.unit, chosen.columns)
        for path in (answer.expected, answer.low, answer.high)
    )
    total, least, most = (
        spread(actual - path * chosen.unit, late)
        for path in (
            np.cumsum(answer.expected[asked.start :]),
            answer.total_high,
            answer.total_low,
        )
    )
    return Told(
        rule=HEARD,
        caution=_caution(asked, answer, dates),
        actual=values,
        expected=expected,
        expected_low=low,
        expected_high=high,
        total=total,
        total_low=least,
        total_high=most,
        expected_total=float(answer.expected[asked.start :].sum() * chosen.unit),
        p=placebo_p(answer.score),
        p_least=1 / len(answer.score),
        p_student=student_p(answer.score),
        p_time=p_time,
        fake_dates=dates,
        horizon=horizon,
        rmspe=answer.rmspe,
        before=asked.start,
        after=asked.y.shape[1] - asked.start,
        weights=_weights(chosen, answer),
        left_out=chosen.left,
    )


def _in_time(asked: Question, engine: Engine) -> tuple[float, int, int]:
    """Rank among earlier dates: p, number of dates, and periods after each."""
    freq = "A" if asked.month is None else "M"
    room = asked.start - FEWEST_BEFORE[freq]
    horizon = min(asked.y.shape[1] - asked.start, LONGEST[freq], room)
    if horizon < 1:
        return np.nan, 0, 0
    dates = range(asked.start - horizon, FEWEST_BEFORE[freq] - 1, -horizon)
    if len(dates) < FEWEST_DATES:
        return np.nan, len(dates), horizon
    asks = [asked.until(date, date + horizon) for date in (asked.start, *dates)]
    if any(_gappy(one) for one in asks):
        return np.nan, 0, horizon
    score = [engine(one, placebos=False).score[0] for one in asks]
    return placebo_p(np.array(score)), len(dates), horizon


def _gappy(asked: Question) -> bool:
    """Whether a month of the year is not seen before the date."""
    if asked.month is None:
        return False
    early, late = asked.month[: asked.start], asked.month[asked.start :]
    return bool(np.setdiff1d(late, early).size)


def _caution(asked: Question, answer: Answer, dates: int) -> str:
    freq, words = ("A", "years") if asked.month is None else ("M", "months")
    gaps = int(np.ptp(asked.when)) + 1 - len(asked.when)
    parts = [
        (asked.start < ENOUGH_BEFORE[freq], f"{asked.start} {words} before the date"),
        (len(answer.score) < 10, f"only {len(answer.score) - 1} donors"),  # noqa: PLR2004  p of 0.10
        (gaps, f"{gaps} {words} missing"),
        (dates < FEWEST_DATES, "too few earlier dates"),
    ]
    return "; ".join(text for bad, text in parts if bad)


def _weights(chosen: Chosen, answer: Answer) -> tuple[tuple[str, float], ...]:
    pairs = zip(chosen.used, answer.weights.tolist(), strict=True)
    return tuple(sorted((p for p in pairs if p[1] >= _NO_TRACE), key=lambda p: (-p[1], p[0])))
