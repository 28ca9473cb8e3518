"""Carrying out a plan: ask, check, keep, split what was cut off, and go on where it stopped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from tradeflow.errors import SourceError, Throttled, TradeflowError
from tradeflow.sources.call import Accepted, Answer, Later, Split
from tradeflow.sources.http.patience import Patience, patiently

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from tradeflow.sources.call import Call, Verdict
    from tradeflow.sources.http.session import Received, Session
    from tradeflow.sources.plan import FetchPlan
    from tradeflow.sources.source import Source


class Incoming(Protocol):
    """Room for one answer that is on its way: gone if nobody keeps it."""

    file: BinaryIO

    def empty(self) -> None:
        """Throw away what arrived, for another try."""
        ...

    def preview(self, call: Call, received: Received) -> Answer:
        """Show the answer while it is not kept yet."""
        ...

    def keep(self, call: Call, received: Received) -> Answer:
        """Keep the answer for good."""
        ...


class Answers(Protocol):
    """Where answers are kept."""

    def held(self, call: Call) -> Answer | None:
        """Return the kept answer to a call, if there is one that is recent enough."""
        ...

    def incoming(self, source: str) -> AbstractContextManager[Incoming]:
        """Make room for an answer."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a plan is.

    Attributes
    ----------
    done, of
        Calls answered, and calls known to be needed.
    asked
        Calls that went out; the rest was held already.
    seconds_left
        At the source's pace; at least.
    note
        The call just answered, in words.
    """

    done: int
    of: int
    asked: int
    seconds_left: float
    note: str


def silent(progress: Progress) -> None:
    """Report nothing."""


def run(
    plan: FetchPlan,
    source: Source,
    *,
    session: Session,
    answers: Answers,
    report: Callable[[Progress], None] = silent,
    patience: Patience | None = None,
    offline: bool = False,
) -> list[Answer]:
    """Carry out a plan.

    Every answer is kept before the next call goes out. A call whose answer is held is not made
    again, so that a plan that was stopped at any moment goes on where it was.

    Parameters
    ----------
    plan, source
        What to ask, and whom.
    session, answers
        How to ask, and where answers are kept.
    report
        Called after every answer.
    patience
        When to give up.
    offline
        Ask nothing: use what is held, and leave out the rest.

    Returns
    -------
    list of Answer
        Accepted answers, in the order of the plan.

    Raises
    ------
    SourceError
        The source does not answer; the note says what is kept and how to go on.
    TradeflowError
        The answer cannot be what the source documents.
    """
    worker = _Worker(source, session, answers, patience or Patience())
    todo, accepted, done = list(reversed(plan.calls)), [], 0
    while todo:
        call = todo.pop()
        if offline and answers.held(call) is None:
            continue
        try:
            answer, verdict = worker.obtain(call)
        except TradeflowError as error:
            session.hide_key(error)
            if isinstance(error, SourceError):
                error.add_note(_resume(done, len(todo) + 1))
            raise
        done += 1
        if isinstance(verdict, Split):
            todo += reversed(verdict.into)
        elif isinstance(verdict, Accepted):
            accepted.append(answer)
            todo += reversed(verdict.then)
        pace = source.limits.pace(keyed=session.keyed)
        of = max(done + len(todo), len(plan.all_calls))
        report(Progress(done, of, worker.asked, (of - done) * pace, call.note))
    return accepted


def _resume(done: int, left: int) -> str:
    return (
        f"{done} answers are kept, {left} or more calls are left. The same command goes on from "
        "there; no answered call is made again."
    )


class _Worker:
    """Obtains one answer at a time."""

    def __init__(
        self, source: Source, session: Session, answers: Answers, patience: Patience
    ) -> None:
        self.source, self.session, self.answers = source, session, answers
        self.patience, self.asked = patience, 0

    def obtain(self, call: Call) -> tuple[Answer, Verdict]:
        """Return the answer to a call, held or new, and what follows from it."""
        held = self.answers.held(call)
        if held is not None:
            return held, self._judge(held)
        with self.answers.incoming(call.source) as incoming:
            received, verdict = patiently(
                lambda: self._try(call, incoming),
                clock=self.session.clock,
                patience=self.patience,
            )
            return incoming.keep(call, received), verdict

    def _try(self, call: Call, incoming: Incoming) -> tuple[Received, Verdict]:
        incoming.empty()
        self.asked += 1
        received = self.session.ask(call, incoming.file)
        verdict = self._judge(incoming.preview(call, received))
        if isinstance(verdict, Later):
            raise Throttled(
                f"{call.source}, {call.note}: the source is still at work on it.",
                seconds=verdict.seconds,
            )
        return received, verdict

    def _judge(self, answer: Answer) -> Verdict:
        if self.source.judge is None:
            return Accepted()
        return self.source.judge(answer)
