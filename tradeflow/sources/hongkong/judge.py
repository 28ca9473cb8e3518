"""What follows from one answer of Trade-IDDS."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, cast

from tradeflow.errors import BadAnswer, QueryRefused, Throttled
from tradeflow.schema import TOTAL
from tradeflow.sources.call import Accepted, Split
from tradeflow.sources.hongkong.plan import RELEASES, data_calls, goods_call, release_call
from tradeflow.sources.hongkong.reply import month_of, read_reply
from tradeflow.sources.spans import Span

if TYPE_CHECKING:
    from tradeflow.options import Edition
    from tradeflow.sources.call import Answer, Call, Verdict
    from tradeflow.sources.hongkong.reply import Reply

SURELY_OUT: Final = timedelta(days=185)


@dataclass(frozen=True, slots=True)
class Pause:
    """What a status that asks for patience costs.

    Attributes
    ----------
    word
        Part of the status or message.
    seconds
        How long to wait. The source does not say; 15 to 105 s worked for one program.
    """

    word: str
    seconds: float


PAUSES: Final = (
    Pause("usage limit", 30.0),
    Pause("too many", 30.0),
    Pause("server busy", 15.0),
)


def judge(answer: Answer) -> Verdict:
    """Accept an answer, or cut the question down to what the source can answer.

    Returns
    -------
    Accepted
        The answer is whole. A single code that the source does not have is accepted too: what
        it said about the code is read later.
    Split
        A month or code is not defined: the same without the last month, or two halves.

    Raises
    ------
    Throttled
        Usage limit, or server busy.
    QueryRefused
        The source refuses the question itself.
    BadAnswer
        Anything else; it is asked again.
    """
    call, reply = answer.call, read_reply(answer)
    if reply.good:
        return Accepted(_goods(call, reply)) if call.kind == RELEASES else Accepted()
    for pause in PAUSES:
        if pause.word in reply.said.casefold():
            raise Throttled(f"hongkong, {call.note}: {reply.said}", seconds=pause.seconds)
    if "access denied" in reply.said.casefold():
        raise QueryRefused(
            f"hongkong, {call.note}: {reply.said}. Asking again now would not help; try tomorrow."
        )
    if call.kind == RELEASES and reply.undefined:
        return _earlier(answer, reply)
    if reply.undefined or reply.name.casefold().startswith("validation"):
        return _fewer(call, reply)
    raise BadAnswer(f"hongkong, {call.note}: {reply.said}.")


def _goods(release: Call, reply: Reply) -> tuple[Call, ...]:
    months = [month_of(row) for row in reply.rows]
    if not months:
        raise BadAnswer(
            f"hongkong, {release.note}: no month has any trade, so it cannot be seen which are out."
        )
    return data_calls(release, max(months))


def _earlier(answer: Answer, reply: Reply) -> Verdict:
    """Ask again without the last month: it is the one that may not be out."""
    call = answer.call
    first, last = (date.fromisoformat(call.told(name)) for name in ("first", "last"))
    if first == last:
        return Accepted()
    if answer.retrieved_at.date() - last > SURELY_OUT:
        raise QueryRefused(
            f"hongkong, {call.note}: {reply.said}. But {last:%Y-%m} must be out: the question is "
            "refused for another reason."
        )
    about = tuple(pair for pair in call.about if pair[0] not in {"first", "last"})
    before = (last - timedelta(days=1)).replace(day=1)
    return Split((release_call(about, first, before),), f"{last:%Y-%m} is not out: {reply.said}")


def _fewer(call: Call, reply: Reply) -> Verdict:
    """Halve the list of codes until the code that kills the call stands alone."""
    said = dict(call.about)
    codes = said.get("codes", TOTAL).split(",")
    if not reply.undefined and said["origin"]:
        raise QueryRefused(
            f"hongkong, {call.note}: {reply.said}. The source may refuse origin and code together: "
            "ask for --codes TOTAL (codes='TOTAL') by origin, or leave origin out."
        )
    if len(codes) > 1:
        span = Span(
            cast("Edition", said["edition"]),
            *(date.fromisoformat(said[name]) for name in ("first", "last")),
        )
        half = len(codes) // 2
        into = (
            goods_call(call.about, said["partner"], span, part)
            for part in (codes[:half], codes[half:])
        )
        return Split(tuple(into), f"a code in the list is refused: {reply.said}")
    if reply.undefined and codes != [TOTAL]:
        return Accepted()
    raise QueryRefused(f"hongkong, {call.note}: {reply.said}.")
