"""A standing question on the day on which it was asked, and the answers to it that are held."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from tradeflow.jobs.settings import Order
from tradeflow.sources.http.session import Session, key_of
from tradeflow.sources.offices import fetched
from tradeflow.sources.query import make_query
from tradeflow.sources.run import run
from tradeflow.store.home import ledger_folder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tradeflow.sources.call import Answer, Call
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.plan import FetchPlan
    from tradeflow.sources.query import Query
    from tradeflow.sources.run import Incoming
    from tradeflow.store.releases import Releases

NO_KEY: Final = "tradeflow-offline-no-key"
"""Stands for a key that a source needs, where nobody asks it anything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A standing question on one day.

    Attributes
    ----------
    order
        The question.
    today
        The day, which ends questions that name no end.
    keyed
        Whether it was asked with a key, which some sources answer elsewhere.
    """

    order: Order
    today: date
    keyed: bool

    @classmethod
    def on(cls, order: Order, today: date) -> Self:
        """Ask with the key that the environment holds, if it does."""
        return cls(order, today, key_of(fetched(order.source)) is not None)

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """Read what :meth:`about` wrote."""
        source, question = json.loads(told["question"])
        return cls(Order(source, question), date.fromisoformat(told["today"]), told["keyed"])

    @property
    def question(self) -> str:
        """The question as text, the same on every day."""
        return json.dumps([self.order.source, self.order.question], sort_keys=True, default=str)

    def query(self) -> Query:
        """Write the question as the source's module takes it."""
        order = self.order
        return make_query(order.source, keyed=self.keyed, today=self.today, **order.question)

    def plan(self) -> FetchPlan:
        """Plan the calls that answer it."""
        return fetched(self.order.source).plan_for(self.query())

    def about(self, answers: Sequence[Answer]) -> dict[str, Any]:
        """Write down what was asked, and the checksums of what came."""
        return {
            "source": self.order.source,
            "goods": self.order.goods,
            "question": self.question,
            "today": f"{self.today}",
            "keyed": self.keyed,
            "releases": sorted({answer.sha256 for answer in answers}),
        }


def session_for(asked: Asked, home: Path, clock: Clock | None, *, offline: bool) -> Session:
    """Make ready to ask; offline, a key that is needed need not be there."""
    office = fetched(asked.order.source)
    key = NO_KEY if offline and key_of(office) is None and office.key is not None else None
    return Session(office, ledger=ledger_folder(home), key=key, clock=clock)


def held_answers(asked: Asked, session: Session, releases: Releases) -> tuple[list[Answer], int]:
    """Find the answers that are held, and count the calls that have none, or an outdated one."""
    plan = asked.plan()
    watched = _Watched(releases, frozenset(call.id for call in plan.calls))
    answers = run(plan, session.source, session=session, answers=watched, offline=True)
    return answers, len(watched.missing)


@dataclass(slots=True)
class _Watched:
    """Releases that note which calls they could not answer as the source now would.

    The first calls of a plan ask what is new; the source's word is on what follows from them.
    """

    releases: Releases
    first: frozenset[str]
    missing: set[str] = field(default_factory=set)

    def held(self, call: Call) -> Answer | None:
        answer = self.releases.held(call)
        if answer is None or (call.id not in self.first and _outdated(answer)):
            self.missing.add(call.id)
        return answer

    def incoming(self, source: str) -> AbstractContextManager[Incoming]:
        return self.releases.incoming(source)


def _outdated(answer: Answer) -> bool:
    """Whether the source has said that it changed these data since."""
    newer_than = answer.call.newer_than
    return newer_than is not None and answer.retrieved_at < datetime.fromisoformat(newer_than)


def identity_of(answers: Sequence[Answer]) -> str:
    """Sixteen hexadecimal digits of the calls and what they brought."""
    said = sorted((a.call.id, a.sha256, sorted(a.call.about)) for a in answers)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
