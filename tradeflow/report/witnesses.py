"""What the words of the witnesses mean, and who could not be heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.charts.phrases import joined
from tradeflow.detect.findings.tables import not_heard as silent
from tradeflow.detect.findings.verdict import VERDICTS
from tradeflow.report.page import Point

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tradeflow.detect.findings.result import FindingsResult

_NAMES: Final = {
    "description": "the description of level shifts",
    "alarm": "the alarm",
    "contrast": "the contrast with other destinations and goods",
    "destinations": "the contrast with other destinations",
    "donors": "a counterfactual from other destinations",
    "price": "prices and volumes by weight",
    "pieces": "prices and volumes by piece",
    "mirror": "what the partner recorded",
    "routes": "routes through third countries",
    "province": "the province of the trading firm",
}


def meanings(heading: str, said: Iterable[str]) -> Point:
    """Explain the verdicts that were given; empty if there are none."""
    used = set(said)
    return Point(heading, "", [(word, what) for word, what in VERDICTS.items() if word in used])


def not_heard(result: FindingsResult) -> list[tuple[str, str]]:
    """Name the witnesses that could not be heard at all, and why.

    Returns
    -------
    list of tuple
        Witnesses, and the reason that they share; its first sentence, without what to do next.
    """
    return [(f"Not heard: {_called(names)}", _first(why)) for why, names in silent(result).items()]


def _called(names: Sequence[str]) -> str:
    """Name witnesses for a reader, to whom destinations are part of the contrast."""
    return joined([_NAMES[x] for x in names if x != "destinations" or "contrast" not in names])


def _first(text: str) -> str:
    sentence = text.partition(". ")[0].rstrip(".")
    return f"{sentence[:1].lower()}{sentence[1:]}."
