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
    zero_if_asked
        Whether a cell that was asked for, and that a released period does not list, is a zero.
        Of a source that is complete it always is.
    """

    name: str
    title: str
    producer: str
    citation: str
    terms: str
    released_together: bool
    complete: bool
    caveat: str
    zero_if_asked: bool = False


SOURCES: Final[dict[str, SourceInfo]] = {
    source.name: source
    for source in (
        SourceInfo(
            name="BACI",
            title="BACI",
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
            name="Comext DS-059341",
            title="Trade of EU and non-EU countries by HS6 (DS-059341)",
            producer="Eurostat",
            citation="Eurostat, Comext, dataset DS-059341",
            terms="reuse with acknowledgement of the source",
            released_together=False,
            complete=False,
            caveat="Each reporter delivers at its own pace; an absent cell is no certified zero.",
        ),
        SourceInfo(
            name="Comext bulk",
            title="EU trade by CN8, monthly bulk files",
            producer="Eurostat",
            citation="Eurostat, Comext, bulk files full_v2",
            terms="reuse with acknowledgement of the source",
            released_together=True,
            complete=False,
            caveat=(
                "One row per statistical procedure; confidential goods stand under masked codes "
                "only."
            ),
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
            zero_if_asked=True,
        ),
        SourceInfo(
            name="Hong Kong C&SD Trade-IDDS",
            title="Hong Kong trade by origin and destination (Trade-IDDS)",
            producer="Census and Statistics Department, Hong Kong",
            citation="Census and Statistics Department, Hong Kong, Trade-IDDS",
            terms="free reuse with attribution (data.gov.hk)",
            released_together=False,
            complete=True,
            caveat=(
                "Values of 1,000 HKD; cells of nil are left out. Total exports include re-exports; "
                "rows of one origin are a part of the rows of all origins."
            ),
        ),
        SourceInfo(
            name="HMRC OTS",
            title="UK overseas trade in goods by CN8",
            producer="HM Revenue & Customs",
            citation="HM Revenue & Customs, Overseas Trade Statistics, uktradeinfo",
            terms="Open Government Licence 3.0",
            released_together=False,
            complete=False,
            caveat=(
                "An absent cell is trade below the threshold, suppressed, or none; provisional for "
                "18 months."
            ),
        ),
        SourceInfo(
            name="US Census",
            title="US exports and imports by ten-digit code",
            producer="US Census Bureau",
            citation="US Census Bureau, International Trade time series (api.census.gov)",
            terms="public domain",
            released_together=False,
            complete=True,
            caveat=(
                "Small shipments are estimated and in no code; imports are at customs value, by "
                "origin."
            ),
        ),
        SourceInfo(
            name="Kazakhstan BNS",
            title="Kazakhstan's trade with the Eurasian union by HS6 (table 40108)",
            producer="Bureau of National Statistics of Kazakhstan",
            citation="Bureau of National Statistics of Kazakhstan, stat.gov.kz, table 40108",
            terms="public statistics; name the source",
            released_together=False,
            complete=False,
            caveat=(
                "Partners RUS, BLR, ARM and KGZ only; no customs border counts this trade, so an "
                "absent cell is no certified zero."
            ),
        ),
        SourceInfo(
            name="GACC",
            title="China customs statistics, exported by hand",
            producer="General Administration of Customs of China",
            citation="General Administration of Customs of China, online query of statistics",
            terms="terms of reuse not stated; derived figures only",
            released_together=False,
            complete=False,
            caveat=(
                "Exported by hand: an absent cell may not have been exported and is no zero. "
                "The registered place is where the trading firm is registered."
            ),
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
