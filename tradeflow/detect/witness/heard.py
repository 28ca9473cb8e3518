"""Which series a witness could be heard on, and why not on the others."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

HEARD: Final = ""
"""The `rule` of a series on which the witness was heard."""


def not_heard(why: str) -> str:
    """Say that a witness was not heard and why, as all witnesses say it."""
    return f"not heard: {why}"


def tally(rules: Iterable[str]) -> str:
    """Count the series heard and, by reason, those not heard, as one phrase."""
    count = Counter(rules)
    parts = [f"{count.pop(HEARD, 0):,} heard"]
    return ", ".join(parts + [f"{n:,} {rule}" for rule, n in count.most_common()])
