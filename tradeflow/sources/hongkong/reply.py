"""Reading one answer of Trade-IDDS: whether it succeeded stands in the body, never in the status.

The form is known from programs that read it (seen 2026-10), not from a recorded answer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import BadAnswer, ResponseChanged
from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer, Call

Row = dict[str, Any]
SUCCESS: Final = "Success"
NEEDED: Final = frozenset({"freq", "period", "ttype", "sv", "figure"})
OF_PARAM: Final = frozenset({"co", "cc", "codeclass", "code"})
"""Fields that an answer must repeat if the call has the parameter."""
_KNOWN: Final = NEEDED | OF_PARAM
# A new description is harmless; any other new field may be a dimension that doubles the rows.
_DESCRIPTION: Final = re.compile(r"(Desc|unit)(EN|TC|SC)?$", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reply:
    """What an answer says.

    Attributes
    ----------
    name
        The status in the body, such as ``"Success"`` or ``"Usage limit"``.
    words
        The source's messages.
    rows
        The cells, as they came; none unless the question was answered.
    """

    name: str
    words: str
    rows: list[Row]

    @property
    def said(self) -> str:
        """Status and messages in one line."""
        return f"{self.name}: {self.words}" if self.words else self.name

    @property
    def empty(self) -> bool:
        """Whether the source has nothing to the question, which is an answer."""
        return "no record" in self.words.casefold()

    @property
    def undefined(self) -> bool:
        """Whether a code or month in the question is not one that the source has."""
        return "not defined" in self.words.casefold() or "未被定义" in self.words

    @property
    def good(self) -> bool:
        """Whether the question was answered."""
        return self.name == SUCCESS or self.empty


def read_reply(answer: Answer) -> Reply:
    """Read the body, and check that it is whole and answers the call.

    Raises
    ------
    BadAnswer
        It is not JSON of the form known, or not all of it, or about something else.
    ResponseChanged
        A row has other fields than those known.
    """
    body = _parsed(answer)
    try:
        status, rows = body["header"]["status"], body.get("dataSet") or []
        name, message = str(status["name"]), status.get("message") or []
        count = body["header"].get("count", {}).get("noOfRecords", len(rows))
    except (KeyError, TypeError, AttributeError):
        raise _bad(answer.call, "the answer has no status where it was") from None
    words = " ".join(map(str, message)) if isinstance(message, list) else str(message)
    reply = Reply(name, " ".join(words.split()), rows)
    if not reply.good:
        return replace(reply, rows=[])
    _check(answer.call, rows, count)
    return reply


def figure(row: Row) -> float | None:
    """Read a number that may be text with commas; None for an empty cell, which is nil."""
    text = str(row["figure"] if row["figure"] is not None else "").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise BadAnswer(f"hongkong: the figure {text[:40]!r} is not a number of at least 0.")
    return float(text.replace(",", ""))


def month_of(row: Row) -> date:
    """Read the period of a row, as ``202606``."""
    return date.fromisoformat(f"{row['period']}01")


def unit(row: Row) -> str | None:
    """Name the unit of a quantity, which one program found in the field ``unitEN``."""
    return str(row.get("unitEN") or "").strip() or None


def _parsed(answer: Answer) -> Any:  # noqa: ANN401  whatever JSON holds
    try:
        return json.loads(answer.read().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise _bad(answer.call, "the answer is no JSON, or broke off") from None


def _check(call: Call, rows: Any, count: Any) -> None:  # noqa: ANN401
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _bad(call, "the rows are not where they were")
    if count != len(rows):
        raise _bad(call, f"{len(rows):,} of {count} rows arrived")
    allowed = _allowed(call)
    needed = NEEDED | (OF_PARAM & allowed.keys())
    for row in rows:
        _check_fields(call, row, needed)
        for name, values in allowed.items():
            if str(row[name]) not in values:
                raise _bad(call, f"a row has {name} {str(row[name])[:40]!r}, which was not asked")
        figure(row)


def _allowed(call: Call) -> dict[str, frozenset[str]]:
    """Values that rows may have in the fields by which the call chose them."""
    params = dict(call.params)
    first, last = (date.fromisoformat(f"{month}01") for month in params["period"].split(","))
    months = frozenset(f"{month:%Y%m}" for month in months_between(first, last))
    chosen = (OF_PARAM | {"freq", "ttype", "sv"}) & params.keys()
    return {"period": months, **{name: frozenset(params[name].split(",")) for name in chosen}}


def _check_fields(call: Call, row: Row, needed: frozenset[str]) -> None:
    gone = sorted(needed - row.keys())
    new = sorted(name for name in row.keys() - _KNOWN if not _DESCRIPTION.search(name))
    if gone or new:
        raise ResponseChanged(f"hongkong, {call.note}", gone=gone, new=new)


def _bad(call: Call, what: str) -> BadAnswer:
    return BadAnswer(f"hongkong, {call.note}: {what}. If it stays so, the source has changed.")
