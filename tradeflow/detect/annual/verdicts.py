"""From numbers to words: few words, each with one meaning."""

from __future__ import annotations

import math
from typing import Final

SURGE: Final = "surge"
DROP: Final = "drop"
NO_SHIFT: Final = "no shift"
NOT_COMPARABLE: Final = "not comparable"
TOO_THIN: Final = "too thin"

EXCEPTIONAL: Final = "exceptional"
BORDERLINE: Final = "borderline"
NOT_RARE: Final = "not rare"
NOT_TESTED: Final = "not tested"

RARE_SHARE: Final = 0.05
"""A code is exceptional if it is among the 5 % of comparable goods that moved farthest."""


def verdict_of(*, q: float, shift: float, excess_usd: float, rate: float, floor_usd: float) -> str:
    """Say whether a tested series shifted: significant at the promised rate, and material."""
    if q <= rate and abs(excess_usd) >= floor_usd:
        return SURGE if shift > 0 else DROP
    return NO_SHIFT


def rarity_of(level: float, *, verdict: str, limit: float) -> str:
    """Say how rare a shift is among comparable goods.

    Parameters
    ----------
    level
        For a category its placebo q-value, for a code its place among 100 comparable goods
        (too few for a q-value over all codes to mean anything).
    verdict
        Only what shifted can be rare.
    limit
        Up to it the shift is exceptional, up to twice as much borderline.
    """
    if math.isnan(level):
        return NOT_TESTED
    if verdict not in {SURGE, DROP} or level > 2 * limit:
        return NOT_RARE
    return EXCEPTIONAL if level <= limit else BORDERLINE
