"""What several sources refuse in a question or leave out of it, in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.countries import country
from tradeflow.schema import TOTAL
from tradeflow.sources.spans import edition_spans, is_known

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from tradeflow.sources.query import Query


def check_reporter(query: Query, iso3: str) -> None:
    """Refuse reporters other than the one whose office the source is."""
    if query.reporters != (iso3,):
        raise UsageError(
            f"{query.source} holds the reports of {country(iso3).name} only, not those of "
            f"{', '.join(query.reporters)}. Give --reporter {iso3} (reporter='{iso3}')."
        )


def check_monthly(query: Query) -> None:
    """Refuse years of a source that states months."""
    if query.freq != "M":
        raise UsageError(
            f"{query.source} is asked by month: --freq M (freq='M'). Add the months of a year up."
        )


def check_flow(query: Query, flows: Container[str]) -> None:
    """Refuse a flow that the source does not tell apart."""
    if query.flow not in flows:
        raise UsageError(
            f"{query.source} does not tell {query.flow.replace('_', '-')}s apart: "
            "--flow export (flow='export') holds all."
        )


def check_options(query: Query, known: Mapping[str, Sequence[str]]) -> None:
    """Refuse an option that the source does not know, or a value that it does not have.

    Parameters
    ----------
    query
        The question.
    known
        Names of options, each with its values; any value will do where none is listed.
    """
    names = ", ".join(known) or "no options"
    for name, value in query.options:
        if name not in known:
            raise UnknownNameError.of("Option", name, known, hint=f"{query.source} knows {names}.")
        if known[name] and value not in known[name]:
            allowed = f"Allowed: {', '.join(known[name])}."
            raise UnknownNameError.of(f"Option {name}", value, known[name], hint=allowed)


def codes_known(query: Query, edition: str) -> tuple[str, ...]:
    """List the codes asked for that an edition has, and the total."""
    return tuple(c for c in query.codes_in(edition) if c == TOTAL or is_known(c, edition))


def not_asked(query: Query, reporter: str) -> Iterator[str]:
    """Name the codes that are left out because a reporter's edition does not have them."""
    for span in edition_spans(reporter, query.periods):
        known = codes_known(query, span.edition)
        if gone := [code for code in query.codes_in(span.edition) if code not in known]:
            yield f"Not in {span.edition} ({span.words}), so not asked: {', '.join(gone)}."
