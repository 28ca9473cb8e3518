"""The answer of the robust fit in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.detect.robust.result import LevelShift, ShiftResult
    from tradeflow.detect.robust.series import Label

_FEWEST_SHOWN = 0.001


def name_of(label: Label, labels: Sequence[Label]) -> str:
    """Print a period as its month, as its year if `labels` are yearly, or as its position."""
    if not isinstance(label, date):
        return f"{label}"
    return f"{label.year}" if _are_yearly(labels) else f"{label:%Y-%m}"


def _are_yearly(labels: Sequence[Label]) -> bool:
    first, second = labels[0], labels[min(1, len(labels) - 1)]
    if not isinstance(first, date) or not isinstance(second, date):
        return False
    return second.year > first.year and second.month == first.month


def p_words(p: float) -> str:
    """Print a p-value."""
    return f"p < {_FEWEST_SHOWN}" if p < _FEWEST_SHOWN else f"p = {p:.3f}"


def shift_words(shift: LevelShift, labels: Sequence[Label]) -> str:
    """Say where and how large a shift is, and how well it is dated."""
    first, last = name_of(shift.date_set[0], labels), name_of(shift.date_set[-1], labels)
    span = f"{first} to {last}" if first != last else first
    return (
        f"level shift at {name_of(shift.date, labels)}: {shift.size:+,.4g} (se {shift.se:,.3g}, "
        f"t {shift.t:.1f}, {p_words(shift.p)} over all candidate dates), "
        f"dated {span} at 95 %"
    )


def summarise(result: ShiftResult) -> str:
    """Write the answer as plain text."""
    return "\n".join(_lines(result))


def _lines(result: ShiftResult) -> Iterator[str]:
    labels, seen = result.labels, len(result.labels) - result.n_missing
    yield (
        f"{seen} periods, {name_of(labels[0], labels)} to {name_of(labels[-1], labels)} "
        f"({result.n_missing} missing); {int(result.kept.sum())} kept; noise {result.scale:,.4g}"
    )
    for shift in result.shifts:
        yield shift_words(shift, labels)
    if not result.shifts:
        yield "no level shift at 1 %"
    yield ""
    yield f"{'':18}{'estimate':>12}{'se':>12}{'t':>9}"
    for c in result.coefficients:
        doubt = "" if c.identified else "  not identified"
        yield f"{c.name:18}{c.estimate:12.5g}{c.se:12.3g}{c.t:9.2f}{doubt}"
    yield ""
    far = ", ".join(f"{name_of(o.date, labels)} ({o.scaled:+.1f})" for o in result.outliers)
    yield f"outliers at {result.conflev:.6g}: {far or 'none'}"
    yield from (f"beware: {sentence}" for sentence in result.unidentified)
