"""What somebody should know who has never asked Comtrade."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tradeflow.nomenclature.countries import WORLD
from tradeflow.nomenclature.editions import label
from tradeflow.schema import TOTAL
from tradeflow.sources.comtrade.ask import span_of
from tradeflow.sources.comtrade.facts import HOW_KEY, VARIABLE
from tradeflow.sources.comtrade.follow import assumed, codes_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.comtrade.ask import Ask
    from tradeflow.sources.query import Query

SHOWN: Final = 8  # codes written out


@dataclass(frozen=True, slots=True)
class Stop:
    """A reporter whose months end.

    Attributes
    ----------
    last
        The last month.
    known
        What is known about it.
    instead
        Where to ask instead.
    """

    last: str
    known: str
    instead: str


STOPS: Final = {
    "CHN": Stop(
        "202412",
        "Comtrade has no month of China after 2024-12 (seen September and October 2026), so {span} "
        "cannot be there. If the first call says otherwise, they are fetched all the same.",
        "For {span} the next source is China Customs itself, by files exported by hand: "
        "`tradeflow ingest gacc --how` says how.",
    ),
    "RUS": Stop(
        "202201",
        "Russia publishes no months after 2022-01, so {span} cannot be there.",
        "For {span} ask Russia's partners: swap --reporter and --partner, and the flow.",
    ),
}
"""Last months as seen; only the source itself decides."""

_ZERO: Final = (
    "A released period without the goods asked for is a zero; a period that is not released is "
    "none. The coverage table tells them apart."
)

_UNTRIED: Final = {
    "async": (
        "Asynchronous delivery: the request is submitted, asked about every 15 seconds, and "
        "downloaded as a zip. The form of that file is not documented and was never seen here."
    ),
    "bulk": (
        "Bulk files need a premium key. They hold all partners and codes of a period; the rows "
        "asked for are taken out of them here. Never tried against the live service."
    ),
    "tariffline": (
        "Tariff lines: that a six-digit code brings all national codes below it was seen for "
        "chapters only. Breakdowns without a total stand in the column regime."
    ),
}


def stop_of(ask: Ask) -> Stop | None:
    """Where a reporter's months are known to end."""
    return STOPS.get(ask.reporter) if ask.freq == "M" else None


def possible(ask: Ask) -> Ask:
    """Leave out the periods that are known not to be there."""
    stop = stop_of(ask)
    return replace(ask, periods=tuple(p for p in ask.periods if stop is None or p <= stop.last))


def forecasts(query: Query, asks: tuple[Ask, ...]) -> tuple[str, ...]:
    """Say what the plan rests on, what cannot be there, and how it is asked."""
    first = asks[0]
    return (
        *(note for ask in asks for note in _stops(ask)),
        _access(first),
        _order(query),
        *dict.fromkeys(note for ask in asks for note in _codes(ask)),
        _ZERO,
        *(_UNTRIED[word] for word in (first.delivery, first.kind) if word in _UNTRIED),
    )


def notes(query: Query, asks: tuple[Ask, ...]) -> tuple[str, ...]:
    """Say what is left out, where else to ask, and what the rows mean."""
    return (
        *dict.fromkeys(note for ask in asks for note in _left_out(ask)),
        *(note for ask in asks for note in _elsewhere(ask)),
        *_flows(query),
        "Terms: cite 'Source: UN Comtrade'; its rows may not be passed on to others.",
    )


def _stops(ask: Ask) -> Iterator[str]:
    if (stop := stop_of(ask)) and (span := _beyond(ask, stop)):
        yield stop.known.format(span=span)


def _elsewhere(ask: Ask) -> Iterator[str]:
    if (stop := stop_of(ask)) and (span := _beyond(ask, stop)):
        yield stop.instead.format(span=span)


def _beyond(ask: Ask, stop: Stop) -> str:
    periods = [period for period in ask.periods if period > stop.last]
    return span_of(periods[0], periods[-1]) if periods else ""


def _access(ask: Ask) -> str:
    unit = _unit(ask.freq)
    if ask.keyed:
        return (
            f"The key in {VARIABLE} is used: up to 12 {unit}s and {ask.cap:,} rows per call. An "
            "answer with exactly as many rows as that would be cut off, and is asked in parts."
        )
    return (
        f"No key is set, so the public preview is asked, which everybody may: one {unit} and at "
        "most 500 rows per call (a fuller answer is asked again in parts). With a key, up to 12 "
        f"{unit}s go into one call, and 500 calls are granted a day. {HOW_KEY}"
    )


def _order(query: Query) -> str:
    return (
        f"The first call to each reporter asks which {_unit(query.freq)}s it has released, and in "
        "which edition of the Harmonized System (HS) of codes; only those are fetched, by the "
        "codes of that edition. Until it answers, these are assumed:"
    )


def _codes(ask: Ask) -> Iterator[str]:
    for edition, span in _editions(ask):
        codes = codes_in(ask, edition)
        if codes or not ask.category:
            listed = [_labelled(code, edition) for code in codes[:SHOWN]] or ["no code"]
            more = f", … ({len(codes)})" if len(codes) > SHOWN else ""
            yield f"{ask.reporter}, {span}, codes of {edition}: {', '.join(listed)}{more}."


def _labelled(code: str, edition: str) -> str:
    return code if code == TOTAL else f"{code} ({label(code, edition=edition)})"


def _left_out(ask: Ask) -> Iterator[str]:
    for edition, span in _editions(ask):
        codes = codes_in(ask, edition)
        absent = [code for code in ask.codes if code not in codes]
        if ask.category and not codes:
            yield (
                f"{ask.reporter}, {span}: the codes of {ask.category} are held from HS2012 "
                "(2012) on; these periods are not asked for."
            )
        elif absent:
            yield (
                f"Not in {edition}, and not asked for there: {', '.join(absent)}. `tradeflow codes "
                f"family {absent[0]}` says what such a code was or became."
            )


def _editions(ask: Ask) -> Iterator[tuple[str, str]]:
    """Give the editions assumed for the periods that can be there, each with its span."""
    for edition, group in groupby(assumed(possible(ask)).items(), key=lambda item: item[1].edition):
        periods = [period for period, _ in group]
        yield edition, span_of(periods[0], periods[-1])


def _flows(query: Query) -> Iterator[str]:
    if query.flow in {"export", "re_export"}:
        yield "Comtrade's exports include re-exports: the two are never added."
    if WORLD in query.partners and len(query.partners) > 1:
        yield f"Partner {WORLD} is the total of all partners: never add it to them."


def _unit(freq: str) -> str:
    return "year" if freq == "A" else "month"
