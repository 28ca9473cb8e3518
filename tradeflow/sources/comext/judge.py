"""What an answer of the interface means: data, a key to data, too much at once, a bad code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import BadAnswer, InputFileError, QueryRefused
from tradeflow.sources.call import Accepted, Later, Split
from tradeflow.sources.comext.ask import Slice, result_call, slice_of, status_call
from tradeflow.sources.comext.csvfile import check_header, read_csv
from tradeflow.sources.comext.jsonstat import read_json_stat
from tradeflow.sources.comext.listing import judge_file, judge_listing
from tradeflow.sources.comext.notices import OK, Notice, content, notice
from tradeflow.sources.comext.table import parse_lines

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer, Call, Verdict

BAD_REQUEST, NOT_FOUND, TOO_BIG, FAULT = 400, 404, 413, 500
LISTENS: Final = frozenset({BAD_REQUEST, NOT_FOUND, TOO_BIG})
POLL_SECONDS: Final = 10.0

_STATES: Final = re.compile(r"\b(SUBMITTED|PROCESSING|AVAILABLE|EXPIRED|UNKNOWN_REQUEST)\b")
_NOTHING: Final = re.compile(r"no[ _]results?", re.IGNORECASE)


def judge(answer: Answer) -> Verdict:
    """Say what follows from an answer.

    Raises
    ------
    BadAnswer
        It is cut off, empty, answers another question, or is a fault of the server.
    QueryRefused
        The question is refused whole, and would be refused in parts.
    ResponseChanged
        Its columns or dimensions are not those documented.
    """
    special = {"status": _status, "listing": judge_listing, "bulk": judge_file}
    if answer.call.kind in special:
        return special[answer.call.kind](answer)
    body = content(answer)
    said = notice(answer, body)
    if said is not None:
        return _told(answer.call, said)
    _check_whole(answer, body)
    return Accepted()


def lines_in(answer: Answer) -> pl.DataFrame | None:
    """Read the lines of an accepted answer; None if it holds words instead."""
    body = content(answer)
    return _lines(answer, body) if notice(answer, body) is None else None


def _lines(answer: Answer, body: bytes) -> pl.DataFrame:
    return read_json_stat(answer.path) if _is_json(body) else read_csv(answer.path)


def _is_json(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{"


def _check_whole(answer: Answer, body: bytes) -> None:
    """Make sure that the answer is whole and answers what was asked."""
    note = answer.call.note
    if not _is_json(body):
        if not body.endswith(b"\n"):
            raise BadAnswer(f"comext, {note}: the answer breaks off in the middle of a line.")
        first = body.decode("utf-8", errors="replace").splitlines()[0]
        check_header(first, f"comext, {note}")
    try:
        lines = _lines(answer, body)
        _check_asked(lines, slice_of(answer.call), note)
        parse_lines(note, lines, release="")  # what cannot be read is asked again, not kept
    except InputFileError as error:
        line = "" if error.line is None else f"line {error.line}: "
        raise BadAnswer(f"comext, {note}: {line}{error.problem} {error.remedy}") from error


def _check_asked(lines: pl.DataFrame, asked: Slice, note: str) -> None:
    for column, wanted in (
        ("reporter", asked.reporters),
        ("partner", asked.partners),
        ("product", asked.codes),
        ("indicators", asked.indicators),
        ("flow", (asked.flow,)),
        ("TIME_PERIOD", asked.periods),
    ):
        other = lines.filter(~pl.col(column).is_in(list(wanted)))[column]
        if len(other):
            raise BadAnswer(
                f"comext, {note}: the answer has {column} {other[0]!r}, which was not asked for."
            )


def _told(call: Call, said: Notice) -> Verdict:
    if said.later:
        return _promised(call, said)
    if "/async/" in call.path:
        return _parts(call, f"it is not there any more ({said.text})")
    if said.status == TOO_BIG or "EXTRACTION_TOO_BIG" in said.text:
        return _parts(call, f"too much at once ({said.text})")
    return _refused(call, said)


def _promised(call: Call, said: Notice) -> Verdict:
    return Accepted(then=(status_call(call, said.key),)) if said.key else Later(POLL_SECONDS)


def _refused(call: Call, said: Notice) -> Verdict:
    parts = slice_of(call).by_codes()
    if said.status == BAD_REQUEST and parts:  # one code that the year does not have spoils all
        return Split(tuple(part.call() for part in parts), f"refused ({said.text})")
    if said.status == BAD_REQUEST or _NOTHING.search(said.text) or call.kind == "availability":
        return Accepted()
    words = f"comext, {call.note}: the source answered {said.status}: {said.text or '(no words)'}"
    if said.status >= FAULT or said.status == OK:
        raise BadAnswer(f"{words} Try again later.")
    raise QueryRefused(f"{words} Check the dataset: `--option dataset=` DS-045409 or DS-059341.")


def _parts(call: Call, why: str) -> Verdict:
    parts = slice_of(call).halves()
    if not parts:
        raise BadAnswer(f"comext, {call.note}: {why}, and it cannot be asked for in parts.")
    return Split(tuple(part.call(call.told("kind")) for part in parts), why)


def _status(answer: Answer) -> Verdict:
    text = content(answer).decode("utf-8", errors="replace")
    found = _STATES.search(text)
    state = found[0] if found else "UNKNOWN_REQUEST" if answer.status == NOT_FOUND else ""
    if state in {"SUBMITTED", "PROCESSING"}:
        return Later(POLL_SECONDS)
    if state == "AVAILABLE":
        return Accepted(then=(result_call(answer.call, answer.call.told("key")),))
    if state:
        return _parts(answer.call, f"the source has let it expire ({state})")
    raise BadAnswer(f"comext, {answer.call.note}: no state that we know: {text[:80]!r}.")
