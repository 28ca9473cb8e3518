"""From a question to calls: the codes of each year, in blocks within the budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import WORLD
from tradeflow.sources.comext.ask import BUDGET, Slice
from tradeflow.sources.comext.choose import dataset_for
from tradeflow.sources.comext.datasets import BULK, CN8, DATASETS, EU, FORMS, NEIGHBOURS_HS6
from tradeflow.sources.comext.listing import file_call, listing_call
from tradeflow.sources.comext.places import WORLD_CODE, geonom
from tradeflow.sources.comext.rates import held_periods
from tradeflow.sources.comext.rows import FLOWS
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.spans import chunks, edition_spans, last_expected

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from tradeflow.sources.query import Query

INTERVAL: Final = 1.0
BATCH: Final = 50  # codes in one address, as in a client whose calls are known to be answered
LAG: Final = timedelta(days=42)
_BULK_NOTE: Final = (
    "Bulk files hold all partners and goods, 5 to 100 MB each; only what is asked for becomes "
    "rows, at CN8, one per statistical procedure (column regime)."
)
_FLOW_CODES: Final = {flow: code for code, flow in FLOWS.items()}


def plan(query: Query) -> FetchPlan:
    """Plan the calls.

    Years come one by one, because a code that one year does not have spoils a whole call. The
    first call asks for the reporters' total trade: it says which periods are released.

    Raises
    ------
    UsageError
        Eurostat does not have what is asked: the reporter, the flow, codes of that length.
    """
    dataset = dataset_for(query)
    periods = _convertible(query)
    forecasts, notes = tuple(_late(query, periods)), tuple(_words(query, dataset, periods))
    if dataset == BULK:
        return _bulk(query, periods, forecasts, notes)
    blocks = [part for block in _blocks(query, dataset, periods) for part in within_budget(block)]
    total = replace(
        _slice(query, dataset, query.reporters, periods),
        partners=(WORLD_CODE,),
        codes=("TOTAL",),
        indicators=(DATASETS[dataset].value,),
    )
    calls = (total.call("availability"), *(block.call() for block in blocks))
    return FetchPlan(query, calls, INTERVAL, forecasts=forecasts, notes=notes)


def within_budget(block: Slice) -> Iterator[Slice]:
    """Cut a block until each part is answered at once."""
    parts = block.halves() if block.cells >= BUDGET else ()
    if not parts:
        yield block
    for part in parts:
        yield from within_budget(part)


def _blocks(query: Query, dataset: str, periods: Sequence[date]) -> Iterator[Slice]:
    for _, days in groupby(periods, lambda day: day.year):
        for edition, span, reporters in _in_editions(query, list(days)):
            for codes in chunks(query.codes_in(edition), BATCH):
                yield _slice(query, dataset, reporters, span, codes)


def _in_editions(
    query: Query, days: list[date]
) -> Iterator[tuple[str, tuple[date, date], tuple[str, ...]]]:
    """Put together the reporters that change their edition at the same time."""
    found: dict[tuple[str, date, date], list[str]] = {}
    for reporter in query.reporters:
        for span in edition_spans(reporter, days):
            found.setdefault((span.edition, span.first, span.last), []).append(reporter)
    for (edition, first, last), reporters in found.items():
        yield edition, (first, last), tuple(reporters)


def _slice(
    query: Query,
    dataset: str,
    reporters: Sequence[str],
    span: Sequence[date],
    codes: tuple[str, ...] = (),
) -> Slice:
    known = DATASETS[dataset]
    finest = any(len(code) == CN8 for code in codes)
    return Slice(
        dataset=dataset,
        form=query.option("format") or FORMS[0],
        freq=query.freq,
        flow=_FLOW_CODES[query.flow],
        reporters=tuple(map(geonom, reporters)),
        partners=tuple(map(geonom, query.partners)),
        codes=codes,
        # supplementary units differ within a six-digit code
        indicators=known.indicators if finest else (known.value, known.weight),
        first=_label(query, span[0]),
        last=_label(query, span[-1]),
    )


def _label(query: Query, day: date) -> str:
    return f"{day:%Y}" if query.freq == "A" else f"{day:%Y-%m}"


def _convertible(query: Query) -> tuple[date, ...]:
    """Leave out the periods for which no rate of the euro is held."""
    held = held_periods(query.freq)
    periods = tuple(day for day in query.periods if _label(query, day) in held)
    if not periods:
        raise UsageError(
            f"No rate of the euro is held for these periods, only for {held[0]} to {held[-1]}: "
            "values could not be put into dollars."
        )
    return periods


def _late(query: Query, periods: Sequence[date]) -> Iterator[str]:
    expected = last_expected(query.today, LAG)
    if query.freq == "M" and periods[-1] > expected:
        yield (
            f"Months after {expected:%Y-%m} may not be released yet: Eurostat publishes six to "
            "eight weeks after the month, other reporters when they deliver (not verified)."
        )


def _words(query: Query, dataset: str, periods: Sequence[date]) -> Iterator[str]:
    left_out = [day for day in query.periods if day not in periods]
    if left_out:
        yield (
            f"{_label(query, left_out[0])} to {_label(query, left_out[-1])}: {len(left_out)} "
            "periods are not asked for, because no rate of the euro is held for them."
        )
    if dataset == NEIGHBOURS_HS6.id and query.option("dataset") is None:
        outside = ", ".join(name for name in query.reporters if name not in EU)
        yield (
            f"{dataset} (six digits) is asked, because {outside} reports to no other dataset of "
            "Eurostat. How deep and how late each reporter is there has not been verified."
        )
    if WORLD in query.partners:
        yield "Rows with partner W00 are totals over all partners: never add them to others."
    yield (
        "No row means not reported or confidential, never a certified zero; masked codes are "
        "kept apart, and the codes of their chapters are short by as much."
    )


def _bulk(
    query: Query, periods: Sequence[date], forecasts: tuple[str, ...], notes: tuple[str, ...]
) -> FetchPlan:
    labels = [_label(query, day) for day in periods]
    editions = {s.edition for r in query.reporters for s in edition_spans(r, periods)}
    about = (
        ("reporters", ",".join(map(geonom, query.reporters))),
        ("partners", ",".join(map(geonom, query.partners))),
        ("flow", _FLOW_CODES[query.flow]),
        *((f"codes {edition}", ",".join(query.codes_in(edition))) for edition in sorted(editions)),
    )
    return FetchPlan(
        query,
        (listing_call((*about, ("periods", ",".join(labels)))),),
        INTERVAL,
        foreseen=tuple(file_call(label, about) for label in labels),
        forecasts=(*forecasts, _BULK_NOTE),
        notes=notes,
    )
