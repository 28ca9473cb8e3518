"""How the report prints ratios, their intervals, and what is not there."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from tradeflow.charts.style import TIMES

if TYPE_CHECKING:
    from tradeflow.report.page import Interval

NONE: Final = "\N{EN DASH}"
LAST: Final = math.inf
"""Where cells without a number go when a column is sorted."""

_HUNDRED: Final = 100


def multiple(actual: float, excess: float) -> float:
    """Trade as a multiple of what it was expected to be, from its excess over that.

    >>> multiple(300.0, 200.0), multiple(300.0, 300.0)
    (3.0, inf)
    """
    expected = actual - excess
    return actual / expected if expected > 0 else math.inf


def times(ratio: float) -> str:
    """Print a ratio to two digits.

    >>> [times(x)[1:] for x in (4.782, 0.0512, 1.0, 1234.0)]
    ['4.8', '0.051', '1.0', '1,234']
    """
    if ratio >= _HUNDRED:
        return f"{TIMES}{ratio:,.0f}"
    return f"{TIMES}{ratio:#.2g}".rstrip(".")


def times_range(interval: Interval) -> str:
    """Print an interval of ratios; what has no end says so."""
    high = times(interval.high) if math.isfinite(interval.high) else "no end"
    return f"[{times(interval.low)} to {high}]"


def minus(sentence: str) -> str:
    """Print negative numbers of a plain sentence with a minus sign.

    >>> minus("a change of -98.6 % (-99.2 to 2), 2022-03") == (
    ...     "a change of \N{MINUS SIGN}98.6 % (\N{MINUS SIGN}99.2 to 2), 2022-03"
    ... )
    True
    """
    return re.sub(r"(?<=[ (])-(?=\d)", "\N{MINUS SIGN}", sentence)
