"""When a source says to come back, in any of the ways in which it says so."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_SECONDS: Final = re.compile(r"(?:try again|retry) (?:in|after) (\d+) seconds?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"replenished in (?:(\d+)\.)?(\d+):(\d\d):(\d\d)", re.IGNORECASE)
LONGEST: Final = 86_400.0
UNSAID: Final = 10.0


def seconds_to_wait(headers: Mapping[str, str], body: str, *, now: datetime) -> float:
    """Read the longest wait that the header ``Retry-After`` and the text ask for.

    Returns
    -------
    float
        Seconds, at least 0 and at most a day; 10 if nothing is said.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> seconds_to_wait({}, "Quota will be replenished in 01:00:05.", now=now)
    3605.0
    """
    said = [*_from_header(headers.get("Retry-After", ""), now), *_from_text(body)]
    return min(max(said), LONGEST) if said else UNSAID


def _from_header(value: str, now: datetime) -> list[float]:
    if re.fullmatch(r"\d{1,9}", value.strip()):
        return [float(value)]
    try:
        return [max((parsedate_to_datetime(value) - now).total_seconds(), 0.0)]
    except (TypeError, ValueError):
        return []


def _from_text(body: str) -> list[float]:
    found = [float(seconds) for seconds in _SECONDS.findall(body)]
    for days, hours, minutes, seconds in _CLOCK.findall(body):
        found.append(
            int(days or 0) * 86_400.0 + int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        )
    return found
