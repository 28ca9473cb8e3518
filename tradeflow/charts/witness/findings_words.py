"""What the figure of findings says in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.names import exporters, goods, place_name
from tradeflow.detect.findings.tables import NOT_JUDGED, told
from tradeflow.detect.findings.verdict import UNHEARD, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.findings.result import FindingsResult

_HOLD: Final = "\N{NO-BREAK SPACE}"


def said(result: FindingsResult, most: int) -> Said:
    """State the finding, whose trade it is, and how to read the figure."""
    changed = [word for word in told(result)["verdict"] if word != UNHEARD]
    judged = len(result.table) - int(result.table["verdict"].is_in(NOT_JUDGED).sum())
    things = f"{goods(judged, result.by)} exported to {place_name(result.partner)}"
    shown = f"None of {things} shows a change"
    if changed:
        verb = "shows" if len(changed) == 1 else "show"
        shown = f"{len(changed)} of {things} {verb} a change ({counted(changed)})"
    form = "%Y-%m" if result.freq == "M" else "%Y"
    span = f"{result.since:{form}} to {result.until:{form}} against before"
    who = exporters(result.reporters, result.provenance)
    subtitle = f"Exports of {who} to {place_name(result.partner)}, {span}."
    return Said(
        shown, subtitle, (notes(result.partner, len(told(result)) - most, most), COMPATIBLE)
    )


def counted(verdicts: Sequence[str]) -> str:
    """Count the verdicts, the strongest first; no line breaks after a number.

    >>> counted(["unusual", "nothing unusual", "unusual"]).replace(_HOLD, " ")
    '2 unusual; 1 nothing unusual'
    >>> counted(["unusual", "unusual"])
    'unusual'
    """
    count = Counter(verdicts)
    if len(count) == 1:
        return verdicts[0]
    return "; ".join(f"{count[word]}{_HOLD}{word}" for word in VERDICTS if count[word])


def notes(partner: str, more: int, most: int) -> str:
    """Explain intervals, verdicts and routes, and say how many series there was no room for."""
    left_out = f"The strongest {most}; {more} more not shown. " if more > 0 else ""
    return (
        f"{left_out}Bars and brackets: 90 % intervals. Anomalous: compatible with a change "
        f"specific to {place_name(partner)} (in value: whether it is price cannot be known); "
        "unusual: not shown to be. Routes: could hubs have "
        "carried a fall? A cross there speaks against diversion, not against the fall."
    )
