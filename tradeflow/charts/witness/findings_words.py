"""What the figure of findings says in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tradeflow.charts.canvas import Said
from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.names import goods, place_name
from tradeflow.detect.findings.tables import NOT_JUDGED, told
from tradeflow.detect.findings.verdict import UNHEARD, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.findings.result import FindingsResult

_HOLD: Final = "\N{NO-BREAK SPACE}"
_NAMED: Final = 3  # exporters


def said(result: FindingsResult, most: int) -> Said:
    """State the finding, whose trade it is, and how to read the figure."""
    changed = [word for word in told(result)["verdict"] if word != UNHEARD]
    judged = len(result.table) - int(result.table["verdict"].is_in(NOT_JUDGED).sum())
    shown = "none shows"
    if changed:
        shown = f"{len(changed)} {'shows' if len(changed) == 1 else 'show'}"
    headline = (
        f"Of {goods(judged, result.by)} exported to {place_name(result.partner)}, {shown} a change"
        f"{f': {counted(changed)}' if changed else ''}"
    )
    form = "%Y-%m" if result.freq == "M" else "%Y"
    span = f"{result.since:{form}} to {result.until:{form}} against before"
    subtitle = f"Exports of {_exporters(result.reporters)} to {place_name(result.partner)}, {span}."
    return Said(
        headline, subtitle, (notes(result.partner, len(told(result)) - most, most), COMPATIBLE)
    )


def _exporters(reporters: Sequence[str]) -> str:
    """Name one or a few exporters; count more."""
    names = [place_name(one) for one in reporters]
    if len(names) > _NAMED:
        return f"{len(names)} reporters added up ({', '.join(reporters)})"
    return names[0] if len(names) == 1 else f"{', '.join(names)} added up"


def counted(verdicts: Sequence[str]) -> str:
    """Count the verdicts, the strongest first; no line breaks after a number.

    >>> counted(["unusual", "nothing unusual", "unusual"]).replace(_HOLD, " ")
    '2 unusual; 1 nothing unusual'
    """
    count = Counter(verdicts)
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
