"""Answers that come as files: asynchronous requests, and bulk files of premium keys.

Asynchronous: submit (202 with a request id), ask for the status, download a zip. Bulk: list the
files of a reporter and period, download each. Both are known from the documentation and from the
official client's code; the form of the zip's content is inferred.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from tradeflow.errors import BadAnswer, QueryRefused
from tradeflow.sources.call import Accepted, Call, Later
from tradeflow.sources.comtrade.ask import Ask, code_of, goods, selection
from tradeflow.sources.comtrade.envelope import loads, read_envelope

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer, Verdict

POLL_SECONDS: Final = 15.0
ZIP: Final = ("application/zip", "application/x-zip-compressed", "application/octet-stream")
GZIP: Final = ("application/tsv", "application/gzip", "application/x-gzip", *ZIP[2:])
_AT_WORK: Final = frozenset({"submitted", "running"})
_DOWNLOAD: Final = re.compile(r"/files/v1/async-downloads/[\w.-]+\.zip")
_KEY: Final = re.compile(r"[\w-]+")


def submit_call(ask: Ask) -> Call:
    """Submit an asynchronous request."""
    line = "Tariffline" if ask.kind == "tariffline" else ""
    return Call(
        source="comtrade",
        path=f"/async/v1/get{line}/{goods(ask)}",
        params=selection(ask),
        note=f"submit: {ask.words}",
        kind="submit",
        about=ask.about,
        rows=ask.rows,
        newer_than=ask.newer_than,
    )


def judge_submit(answer: Answer) -> Verdict:
    """Go on with the status of the request that was granted."""
    where = f"comtrade, {answer.call.note}"
    number = loads(answer.read(), where, needed="requestId")["requestId"]
    if not isinstance(number, str) or not _KEY.fullmatch(number):
        raise BadAnswer(f"{where}: the answer names no request.")
    ask = Ask.of(answer.call)
    status = Call(
        source="comtrade",
        path="/async/v1/getDA/",
        params=(("batchId", number),),
        note=f"is it ready: {ask.words}",
        kind="status",
        about=ask.about,
    )
    return Accepted((status,))


def judge_status(answer: Answer) -> Verdict:
    """Wait, or go on with the download.

    Raises
    ------
    QueryRefused
        The request failed at Comtrade.
    """
    call, where = answer.call, f"comtrade, {answer.call.note}"
    row = _folded(read_envelope(answer.read(), where).rows[:1])
    status = str(row.get("status", "")).casefold()
    if status in _AT_WORK:
        return Later(POLL_SECONDS)
    if status == "error":
        raise QueryRefused(
            f"{where}: Comtrade could not carry out the request. Ask for less, or without "
            "--option delivery=async."
        )
    if status != "completed":
        raise BadAnswer(f"{where}: {status[:30]!r} is no status.")
    path = urlsplit(str(row.get("uri", ""))).path
    if not _DOWNLOAD.fullmatch(path):
        raise BadAnswer(f"{where}: the answer names no file to download.")
    return Accepted((_file(call, path, Ask.of(call), ZIP),))


def listing_call(ask: Ask) -> Call:
    """Ask which bulk files there are."""
    verb = "getTariffline" if ask.kind == "tariffline" else _BULK[ask.freq]
    return Call(
        source="comtrade",
        path=f"/bulk/v1/{verb}/{goods(ask)}",
        params=(("reporterCode", code_of(ask.reporter)), ("period", ",".join(ask.periods))),
        note=f"which files: {ask.words}",
        kind="listing",
        about=ask.about,
        rows=ask.rows,
        newer_than=ask.newer_than,
    )


_BULK: Final = {"M": "getClassic", "A": "get"}  # months have a set of totals only


def judge_listing(answer: Answer) -> Verdict:
    """Go on with the file of each period, as reported rather than converted."""
    call, where = answer.call, f"comtrade, {answer.call.note}"
    ask = Ask.of(call)
    rows = [_folded([row]) for row in read_envelope(answer.read(), where).rows]
    calls = []
    for period, release in zip(ask.periods, ask.releases, strict=True):
        own = [row for row in rows if _is_file(row, ask, period)]
        if not own:
            raise BadAnswer(f"{where}: no file of {period}, which getDa says is released.")
        key = str(max(own, key=lambda row: str(row.get("publicationdate")))["rowkey"])
        if not _KEY.fullmatch(key):
            raise BadAnswer(f"{where}: {key[:30]!r} is no key of a file.")
        part = replace(ask, periods=(period,), releases=(release,))
        path = f"/bulk/v1/file/{code_of(ask.reporter)}/{key}"
        calls.append(_file(call, path, part, GZIP))
    return Accepted(tuple(calls))


def _is_file(row: dict[str, Any], ask: Ask, period: str) -> bool:
    return (
        str(row.get("period")) == period
        and str(row.get("reportercode")) == code_of(ask.reporter)
        and row.get("isoriginalclassification") is True
        and "rowkey" in row
    )


def _file(call: Call, path: str, ask: Ask, media: tuple[str, ...]) -> Call:
    return Call(
        source="comtrade",
        path=path,
        note=f"download: {ask.words}",
        kind="file",
        about=ask.about,
        media=media,
        newer_than=call.newer_than,
    )


def _folded(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {name.casefold(): value for row in rows for name, value in row.items()}
