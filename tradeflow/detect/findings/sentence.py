"""One sentence about each series that a careful economist would sign."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from tradeflow.detect.findings.stance import AGREES, DISAGREES
from tradeflow.detect.findings.verdict import (
    ALONG,
    ANOMALOUS,
    DESCRIBED,
    DIVERTED,
    IN_VALUE,
    NOT_COMPARABLE,
    PRICE,
    SHARED_DESTINATIONS,
    SHARED_GOODS,
    TOO_THIN,
    UNHEARD,
    UNREMARKABLE,
    UNUSUAL,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_NEARLY_ALL: Final = -95.0  # per cent

_CLOSING: Final = {
    DESCRIBED: "too few months before it for an alarm",
    ANOMALOUS: "compatible with a {way} specific to {partner}",
    IN_VALUE: (
        "compatible with a {way} in value specific to {partner}; whether the quantity {moved} "
        "cannot be known"
    ),
    SHARED_DESTINATIONS: "but the same goods {moved} alike to other destinations",
    SHARED_GOODS: "but other goods to {partner} {moved} alike",
    PRICE: "but this is a change of price, not of quantity",
    DIVERTED: "compatible with trade having gone through third countries instead",
}

_OPPOSING: Final = {
    "destinations": "other destinations alone do not bear it out",
    "donors": "a mean of donors does not bear it out",
    "mirror": "the partner's own reports do not bear it out",
}


def sentence(row: Mapping[str, Any], what: Mapping[str, str]) -> str:
    """Write the sentence.

    Parameters
    ----------
    row
        One row of the table of findings.
    what
        How to call ``goods``, ``reporter``, ``partner``, the ``span``, what its trade was measured
        by (``reference``) and compared with (``beside``), and what is said of a ``quiet`` one.
    """
    verdict, flow = row["verdict"], f"{what['goods']}, {what['reporter']} to {what['partner']}"
    if verdict in {NOT_COMPARABLE, TOO_THIN}:
        return f"{flow}: nothing can be said, {row['rule']}."
    if verdict == UNREMARKABLE:
        return f"{flow}: {what['span']} was {what['quiet']}."
    if verdict == UNHEARD:
        beside = _contrast(row, verdict, what)
        told = f"; {beside[0]}" if beside else ""
        return f"{flow}: no level shift that lasts, and too few months for an alarm{told}."
    change = _shift(row) if verdict == DESCRIBED else _excess(row, what)
    parts = [change, *_contrast(row, verdict, what), *_route(row)]
    rising = row["change_log"] > 0
    form = _unusual(row) if verdict == UNUSUAL else _CLOSING[verdict]
    closing = form.format(
        way="rise" if rising else "fall",
        moved="rose" if rising else "fell",
        partner=what["partner"],
    )
    return f"{flow}: {', '.join(parts)}; {closing}{_silent(row)}."


def _unusual(row: Mapping[str, Any]) -> str:
    """Say what keeps the change from being called specific to the partner."""
    if row["contrast"] != AGREES:
        return "unusual, and not shown to be specific to {partner}"
    hubs = row["change_log"] < 0 and row["routes"] != DISAGREES
    reasons = [
        *(
            ["by itself the series is within what the months before forecast"]
            if not _along(row)
            else []
        ),
        *(["the quantity is not shown to have moved"] if row["volume"] != AGREES else []),
        *(["hubs might have carried it"] if hubs else []),
        *(words for name, words in _OPPOSING.items() if row[name] == DISAGREES),
    ]
    return f"a {{way}} beyond other trade, but {' and '.join(reasons)}"


def _along(row: Mapping[str, Any]) -> bool:
    return bool(row["alarm"]) or row["alarm_p"] <= ALONG


def _excess(row: Mapping[str, Any], what: Mapping[str, str]) -> str:
    low, high = sorted((abs(row["excess_usd_low"]), abs(row["excess_usd_high"])))
    size = f"{_million(abs(row['excess_usd']))} m USD"
    if row["excess_usd_low"] * row["excess_usd_high"] > 0 and math.isfinite(high):
        size += f" (90 % interval {_million(low)} to {_million(high)})"
    side = "above" if row["excess_usd"] > 0 else "below"
    return f"{what['span']} was {size} {side} {what['reference']}"


def _shift(row: Mapping[str, Any]) -> str:
    size, low, high = (_percent(row[f"size_log{end}"]) for end in ("", "_low", "_high"))
    first, last = row["month_first"], row["month_last"]
    when = f"in {first:%Y-%m}" if first == last else f"between {first:%Y-%m} and {last:%Y-%m}"
    return f"the level changed {when} by {size} (90 % interval {low} to {high})"


def _contrast(row: Mapping[str, Any], verdict: str, what: Mapping[str, str]) -> list[str]:
    shared = {SHARED_DESTINATIONS, SHARED_GOODS, PRICE}
    if verdict in shared or row["contrast_log"] is None:
        return []
    size, low, high = (_percent(row[f"contrast_log{end}"]) for end in ("", "_low", "_high"))
    return [f"{size} ({low} to {high}) beyond {what['beside']}"]


def _route(row: Mapping[str, Any]) -> list[str]:
    low, high = row["routes_share_low"], row["routes_share_high"]
    if row["change_log"] > 0 or low is None or high <= 0:
        return []
    share = f"{100 * max(low, 0.0):.0f} to {100 * high:.0f} %"
    return [f"while the hub with the largest rise could carry {share} of the loss"]


def _silent(row: Mapping[str, Any]) -> str:
    return f" (not heard: {row['not_heard']})" if row["not_heard"] else ""


def _million(usd: float) -> str:
    return f"{usd / 1e6:,.1f}"


def _percent(log: float) -> str:
    change = 100 * math.expm1(log)
    digits = 0 if change > _NEARLY_ALL else 1  # -99.8 % is not everything
    return f"{change:+,.{digits}f} %"
