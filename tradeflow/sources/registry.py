"""The sources, as data: what each is called, how it is cited, how it reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tradeflow.errors import UnknownNameError


@dataclass(frozen=True, slots=True)
class SourceInfo:
    """What a reader of a figure or table must know about a source.

    Attributes
    ----------
    name
        The name in the flow table's column ``source``.
    title, producer, citation, terms
        For footers and bibliographies.
    released_together
        Whether one release holds all reporters of a period. If so, a reporter without rows in
        a period that others have did report, and traded nothing.
    complete
        Whether a cell that is absent from a released period is a confirmed zero.
    caveat
        What to beware of in one sentence.
    """

    name: str
    title: str
    producer: str
    citation: str
    terms: str
    released_together: bool
    complete: bool
    caveat: str


SOURCES: Final[dict[str, SourceInfo]] = {
    source.name: source
    for source in (
        SourceInfo(
            name="BACI",
            title="BACI HS17",
            producer="CEPII",
            citation=(
                "Gaulier, G. and Zignago, S. (2010), BACI: International Trade Database at the "
                "Product-Level. The 1994-2007 Version, CEPII Working Paper 2010-23"
            ),
            terms="Etalab Open Licence 2.0",
            released_together=True,
            complete=True,
            caveat=(
                "Reconciled from both partners' reports; since 2022 the Chinese report alone "
                "carries the flow."
            ),
        ),
        SourceInfo(
            name="Comext DS-045409",
            title="EU trade by CN8 (DS-045409)",
            producer="Eurostat",
            citation="Eurostat, Comext, dataset DS-045409",
            terms="reuse with acknowledgement of the source",
            released_together=True,
            complete=False,
            caveat="An absent cell was not reported or is confidential; it is no certified zero.",
        ),
        SourceInfo(
            name="UN Comtrade",
            title="UN Comtrade, monthly, as reported",
            producer="United Nations Statistics Division",
            citation="UN Comtrade Database, United Nations Statistics Division",
            terms="attribution; the database is not redistributed",
            released_together=False,
            complete=False,
            caveat="Monthly data of China end with 2024-12; months are revised without notice.",
        ),
        SourceInfo(
            name="SIMULATED",
            title="SIMULATED, no real trade",
            producer="tradeflow.simulate",
            citation="Simulated by tradeflow; no number is an observation",
            terms="Apache-2.0",
            released_together=False,
            complete=True,
            caveat="Simulated: every number was drawn from a seed; nothing here was traded.",
        ),
    )
}


def source_info(name: str) -> SourceInfo:
    """Look up a source by its name in the flow table."""
    if name not in SOURCES:
        raise UnknownNameError.of("Source", name, SOURCES, hint=f"Known: {', '.join(SOURCES)}.")
    return SOURCES[name]
