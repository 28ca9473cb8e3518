"""Who could not be heard, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

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
_OWN: Final = {"description", "alarm"}


def not_heard(result: FindingsResult) -> list[tuple[str, str]]:
    """Name the witnesses that could not be heard at all, and why.

    Returns
    -------
    list of tuple
        Witnesses, and the reason that they share.
    """
    own = _OWN if result.freq == "A" else set()  # the annual detector describes and alarms itself
    reasons: dict[str, list[str]] = {}
    for name, why in result.answers.silent():
        if name not in own:
            reasons.setdefault(why.removeprefix("not heard: "), []).append(_NAMES[name])
    return [(f"Not heard: {listed(names)}", _first_lower(why)) for why, names in reasons.items()]


def listed(names: Sequence[str]) -> str:
    """Join names for a sentence; names that hold commas are parted by semicolons.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a, b", "c"])
    ('a', 'a, b and c', 'a, b; c')
    """
    if any("," in name for name in names):
        return "; ".join(names)
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]
