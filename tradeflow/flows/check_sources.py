"""Which sources answer, which keys are set, what is left of the quota."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradeflow.errors import TradeflowError
from tradeflow.sources.http.session import Session, key_of
from tradeflow.sources.offices import all_sources
from tradeflow.sources.offices import source as office
from tradeflow.store.home import ledger_folder, releases_folder
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tradeflow.sources.call import Call
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.source import Source


def check_sources(
    names: Iterable[str] | None = None,
    *,
    home: str | Path | None = None,
    clock: Clock | None = None,
) -> list[dict[str, Any]]:
    """Ask each source its cheapest question, once.

    Returns
    -------
    list of dict
        ``source``, ``answers`` (``yes``, ``no: why``, ``not asked: why``), ``key`` (``set``,
        ``not set``, ``none needed``) and ``calls_left_today`` (None if there is no limit).
    """
    found = all_sources() if names is None else [office(name) for name in names]
    return [_row(source, home, clock) for source in found]


def _row(source: Source, home: str | Path | None, clock: Clock | None) -> dict[str, Any]:
    row = {"source": source.name, "answers": "", "key": _key_words(source)}
    if source.probe is None:
        why = "it has files only" if source.read is not None else "it is not read yet"
        return {**row, "answers": f"not asked: {why}", "calls_left_today": None}
    try:
        session = Session(source, ledger=ledger_folder(home), clock=clock)
    except TradeflowError as error:
        return {**row, "answers": f"not asked: {error}", "calls_left_today": None}
    return {
        **row,
        "answers": _ask(session, source.probe, home),
        "calls_left_today": session.quota.left(),
    }


def _ask(session: Session, probe: Call, home: str | Path | None) -> str:
    try:
        with Releases(ledger_folder(home)).incoming(session.source.name) as incoming:
            received = session.ask(probe, incoming.file)
            judge = session.source.judge
            if judge is not None:
                judge(incoming.preview(probe, received))
    except TradeflowError as error:
        return f"no: {str(error).removeprefix(f'{probe.source}, {probe.note}: ')}"
    return "yes"


def _key_words(source: Source) -> str:
    if source.key is None:
        return "none needed"
    return "set" if key_of(source) else "not set"


def check_tables(
    *, home: str | Path | None = None, clock: Clock | None = None
) -> list[dict[str, Any]]:
    """Compare our tables of countries and codes with Comtrade's reference files.

    Returns
    -------
    list of dict
        One per difference: ``file``, ``code``, ``here``, ``comtrade``; empty if all agree. See
        :func:`tradeflow.sources.comtrade.reference.check_reference`.

    Raises
    ------
    SourceError
        Comtrade does not answer.
    """
    from tradeflow.sources.comtrade.reference import check_reference

    session = Session(office("comtrade"), ledger=ledger_folder(home), clock=clock)
    return check_reference(session, Releases(releases_folder(home))).to_dicts()
