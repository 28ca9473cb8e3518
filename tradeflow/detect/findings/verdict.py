"""From the stances of the witnesses to one word: few words, each with one meaning."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tradeflow.detect.findings.stance import AGREES, DISAGREES, SAID

ANOMALOUS: Final = "anomalous"
IN_VALUE: Final = "anomalous in value"
UNUSUAL: Final = "unusual"
SHARED_DESTINATIONS: Final = "shared with other destinations"
SHARED_GOODS: Final = "shared with other goods"
PRICE: Final = "price, not volume"
DIVERTED: Final = "compatible with diversion"
DESCRIBED: Final = "level shift, alarm not heard"
UNHEARD: Final = "alarm not heard"
UNREMARKABLE: Final = "nothing unusual"
NOT_COMPARABLE: Final = "not comparable"
TOO_THIN: Final = "too thin"

VERDICTS: Final = {
    ANOMALOUS: (
        "The contrast moved, so did the series by itself, in quantity and not in price; no witness "
        "heard disagrees; and a fall is one that hubs could not have carried."
    ),
    IN_VALUE: (
        "The same, but goods neither weighed nor counted: whether it is price cannot be known."
    ),
    UNUSUAL: (
        "An alarm, or a contrast that moved; but the other of the two is missing, the quantity is "
        "undecided, hubs might have carried a fall, or witnesses disagree."
    ),
    SHARED_DESTINATIONS: "A change; the same goods moved alike to other destinations.",
    SHARED_GOODS: "A change; other goods to the same destination moved alike.",
    PRICE: "A change in value; at either end of its interval, volume is less than half of it.",
    DIVERTED: "A fall on the direct route that exports to hubs could carry.",
    DESCRIBED: "A level shift; too few months before it for an alarm.",
    UNHEARD: "Too few months for an alarm, and no level shift that lasts.",
    UNREMARKABLE: "No alarm, or none that would outlast a look at all series.",
    NOT_COMPARABLE: "The classification or the partner's code changed; nothing can be said.",
    TOO_THIN: "Too few months with trade; nothing can be said.",
}
"""The words, and what each means."""


ALONE: Final = 0.05
"""p-value up to which a series moved by itself."""

ALONG: Final = 0.20
"""p-value up to which a series moved as the contrast says.

The contrast has named the direction, so that only one of the two tails is asked: one in ten.
"""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one series.

    Attributes
    ----------
    rule
        Empty if the series could be judged, else why not.
    alarm
        Whether the alarm fired at the promised rate; None if it could not be heard.
    alone
        Whether it would have fired if only this series had been looked at (p of at most 5 %).
        Enough where a witness then explains the change.
    along
        Whether the series left its own past in the direction that the contrast names (p of at
        most 20 % on both sides, 10 % on one). Enough where the contrast names it at the promised
        rate.
    found
        Whether there is a change to ask about.
    falling
        Whether the change is a fall.
    alike
        Whether the same goods moved in the same direction to other destinations.
    contrast, destinations, donors, volume, mirror, routes
        Stances. ``destinations`` is the contrast with other destinations alone.
    """

    rule: str
    alarm: bool | None
    alone: bool
    along: bool
    found: bool
    falling: bool
    alike: bool
    contrast: str
    destinations: str
    donors: str
    volume: str
    mirror: str
    routes: str


def verdict(case: Case) -> str:
    """Give the word of :data:`VERDICTS` for one series: the first that fits."""
    return next(word for fits, word in _rules(case) if fits)


def _rules(case: Case) -> list[tuple[bool, str]]:
    named = case.contrast == AGREES
    moved = bool(case.alarm) or case.along
    carried = case.falling and case.routes != DISAGREES
    opposed = DISAGREES in {case.destinations, case.donors, case.mirror}
    specific = named and moved and not carried and not opposed
    return [
        (case.rule.startswith(NOT_COMPARABLE), NOT_COMPARABLE),
        (case.rule != "", TOO_THIN),
        (case.alarm is None, DESCRIBED if case.found else UNHEARD),
        (not (case.alarm or case.alone or named), UNREMARKABLE),
        (case.volume == DISAGREES, PRICE),
        (case.destinations == DISAGREES and case.alike, SHARED_DESTINATIONS),
        (case.contrast == DISAGREES, SHARED_GOODS),
        (case.falling and case.routes == AGREES, DIVERTED),
        (specific and case.volume == AGREES, ANOMALOUS),
        (specific and case.volume not in SAID, IN_VALUE),
        (bool(case.alarm) or named, UNUSUAL),
        (True, UNREMARKABLE),
    ]
