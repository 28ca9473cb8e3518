"""Looking at one answer: is it whole, is it what was asked, and what follows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tradeflow.errors import BadAnswer, QueryRefused, TruncatedExport
from tradeflow.sources.call import Accepted, Split
from tradeflow.sources.comtrade.ask import KEYED_ROWS, PREMIUM_ROWS, Ask, data_calls
from tradeflow.sources.comtrade.availability import datasets
from tradeflow.sources.comtrade.delivery import judge_listing, judge_status, judge_submit
from tradeflow.sources.comtrade.envelope import read_envelope
from tradeflow.sources.comtrade.follow import assumed, follow
from tradeflow.sources.comtrade.rows import asked_for
from tradeflow.sources.comtrade.tables import answer_table
from tradeflow.sources.http.refusals import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.sources.call import Answer, Verdict

NOT_FOUND, TOO_LONG = 404, 414
_TOO_LONG_TOO: Final = b"resource you are looking for"  # the web server's 404 for long addresses
CAPS: Final = frozenset({KEYED_ROWS, PREMIUM_ROWS})
"""Counts that are suspect whatever was asked for: the key may grant less than was thought."""


def judge(answer: Answer) -> Verdict:
    """Say whether an answer may be kept, and what follows from it.

    Raises
    ------
    BadAnswer
        It is not what Comtrade documents, or not what was asked for.
    TruncatedExport
        As many rows as Comtrade gives at most, and the question cannot be cut further.
    ResponseChanged
        A field is gone or new.
    QueryRefused
        Nothing is at that address, or an asynchronous request failed at Comtrade.
    """
    if answer.status in {NOT_FOUND, TOO_LONG}:
        return _refused(answer)
    return _JUDGES[answer.call.kind](answer)


def _refused(answer: Answer) -> Verdict:
    """Cut a question whose address is too long; do without the list of releases."""
    ask, body = Ask.of(answer.call), answer.read()
    if answer.call.kind == "availability":
        return Accepted(follow(ask, assumed(ask)))
    if answer.status == TOO_LONG or _TOO_LONG_TOO in body:
        return _split(ask, "the address is too long")
    raise QueryRefused(
        f"comtrade, {answer.call.note}: nothing is at {answer.call.path} (404): "
        f"{plain(body.decode(errors='replace'))} Asking again would not help."
    )


def _availability(answer: Answer) -> Verdict:
    ask = Ask.of(answer.call)
    # an empty list is also what Comtrade says when it does not understand: ask all the same
    return Accepted(follow(ask, datasets(answer) or assumed(ask)))


def _data(answer: Answer) -> Verdict:
    ask, where = Ask.of(answer.call), f"comtrade, {answer.call.note}"
    table = answer_table(answer)
    if table.height >= ask.cap or table.height in CAPS:
        return _split(ask, f"{table.height:,} rows came, which is as many as come at most")
    if ask.count and table.height != int(ask.count):
        raise BadAnswer(f"{where}: {table.height:,} rows came, {ask.count} were counted before.")
    if table.height and asked_for(table, ask).is_empty():
        raise BadAnswer(f"{where}: {table.height:,} rows came, and none that was asked for.")
    return Accepted()


def _count(answer: Answer) -> Verdict:
    ask, where = Ask.of(answer.call), f"comtrade, {answer.call.note}"
    count = read_envelope(answer.read(), where, counted=True).count
    if count >= ask.cap:
        return _split(ask, f"{count:,} rows are more than come at once")
    return Accepted(data_calls(replace(ask, count=str(count))))


def _split(ask: Ask, why: str) -> Split:
    parts = ask.halves()
    if not parts:
        raise TruncatedExport(
            f"comtrade, {ask.words}: {why}. One period, code and partner cannot be cut further, "
            "so that rows are missing. Ask with a key, or for a coarser code."
        )
    return Split(tuple(call for part in parts for call in data_calls(part)), why)


def _file(answer: Answer) -> Verdict:
    answer_table(answer)
    return Accepted()


_JUDGES: Final[dict[str, Callable[[Answer], Verdict]]] = {
    "availability": _availability,
    "count": _count,
    "data": _data,
    "submit": judge_submit,
    "status": judge_status,
    "listing": judge_listing,
    "file": _file,
}
