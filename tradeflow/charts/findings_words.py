"""What the figure of findings says in words."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tradeflow.charts.footer import COMPATIBLE
from tradeflow.detect.findings.tables import NOT_JUDGED, told
from tradeflow.detect.findings.verdict import VERDICTS
from tradeflow.nomenclature.countries import country
from tradeflow.panel.build import ALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.findings.result import FindingsResult

_HOLD: Final = "\N{NO-BREAK SPACE}"
_NOUNS: Final = {"category": "categories", "hs6": "codes", "family": "families", "total": "totals"}


def finding(result: FindingsResult) -> list[str]:
    """State the finding, what it is not, and where the data are from.

    Returns
    -------
    list of str
        Paragraphs. Simulated data say so in their source.
    """
    changed = told(result)["verdict"].to_list()
    judged = len(result.table) - int(result.table["verdict"].is_in(NOT_JUDGED).sum())
    since = f"{result.since:%Y-%m}" if result.freq == "M" else f"{result.since:%Y}"
    names = [country(name).name for name in result.table["reporter"].unique() if name != ALL]
    exporter = f" of {names[0]}" if len(names) == 1 else ""
    shown = (
        f"{len(changed)} {'shows' if len(changed) == 1 else 'show'}" if changed else "none shows"
    )
    found = (
        f"Exports{exporter} to {country(result.partner).name} from {since} on: of {judged} "
        f"{_NOUNS[result.by]} judged, {shown} a change{f': {counted(changed)}' if changed else ''}."
    )
    return [found, f"{COMPATIBLE} Source: {', '.join(result.provenance)}."]


def counted(verdicts: Sequence[str]) -> str:
    """Count the verdicts, the strongest first; no line breaks after a number.

    >>> counted(["unusual", "nothing unusual", "unusual"]).replace(_HOLD, " ")
    '2 unusual; 1 nothing unusual'
    """
    count = Counter(verdicts)
    return "; ".join(f"{count[word]}{_HOLD}{word}" for word in VERDICTS if count[word])


def notes(partner: str, more: int, most: int) -> str:
    """Explain intervals, verdicts and routes, and say how many series there was no room for."""
    left_out = f"The {most} strongest; {more} more not shown. " if more > 0 else ""
    return (
        f"{left_out}Bars and brackets: 90 % intervals. Anomalous: compatible with a change "
        f"specific to {country(partner).name} (in value: whether it is price cannot be known); "
        "unusual: not shown to be. Routes: could hubs have "
        "carried a fall? A cross there speaks against diversion, not against the fall."
    )
