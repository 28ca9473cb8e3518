"""The calls that follow once it is known what a reporter has released."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.categories import members
from tradeflow.nomenclature.editions import HELD, edition_of
from tradeflow.sources.comtrade.ask import data_calls, day_of
from tradeflow.sources.comtrade.availability import UNKNOWN, Dataset
from tradeflow.sources.comtrade.delivery import listing_call, submit_call
from tradeflow.sources.spans import chunks, is_known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tradeflow.sources.call import Call
    from tradeflow.sources.comtrade.ask import Ask

PERIODS_PER_CALL: Final = 12  # with a key; more were refused (2026)
CODES_PER_CALL: Final = 100
_BEFORE: Final = "HS2007"  # what codes before the first edition held most likely belong to


def follow(ask: Ask, released: Mapping[str, Dataset]) -> tuple[Call, ...]:
    """List the calls for the periods that are released, with the codes of each one's edition.

    Parameters
    ----------
    ask
        The question to one reporter, with all periods and with codes as the user gave them.
    released
        What there is, by period.
    """
    calls: list[Call] = []
    for edition, periods in _by_edition(ask, released).items():
        codes = codes_in(ask, edition)
        for some in chunks(periods, PERIODS_PER_CALL if ask.keyed else 1):
            part = replace(
                ask,
                category="",
                edition=edition,
                periods=some,
                codes=codes,
                releases=tuple(released[p].release for p in some),
            )
            calls += _calls(part) if codes else ()
    return tuple(calls)


def codes_in(ask: Ask, edition: str) -> tuple[str, ...]:
    """List the codes to ask for in an edition: those that it has."""
    if ask.category:
        if edition not in HELD:
            return ()
        return tuple(sorted(members(ask.category, edition=edition)["hs6"].unique()))
    if edition not in HELD:
        return ask.codes
    return tuple(code for code in ask.codes if code == "TOTAL" or is_known(code, edition))


def assumed(ask: Ask) -> dict[str, Dataset]:
    """Assume that every period is released, in the edition that the table of editions names."""
    return {p: Dataset(_edition(ask.reporter, p), UNKNOWN) for p in ask.periods}


def _edition(reporter: str, period: str) -> str:
    try:
        return edition_of(reporter, day_of(period))
    except UsageError:
        return _BEFORE


def _by_edition(ask: Ask, released: Mapping[str, Dataset]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for period in ask.periods:
        if period in released:
            edition = released[period].edition
            found[edition] = (*found.get(edition, ()), period)
    return found


def _calls(ask: Ask) -> tuple[Call, ...]:
    if ask.delivery == "bulk":
        return (listing_call(ask),)
    parts = [replace(ask, codes=codes) for codes in chunks(ask.codes, CODES_PER_CALL)]
    if ask.delivery == "async":
        return tuple(submit_call(part) for part in parts)
    return tuple(call for part in parts for call in data_calls(part))
