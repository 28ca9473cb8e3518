"""What a question will cost, said before anything is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tradeflow.sources.call import Call
    from tradeflow.sources.query import Query

SHOWN = 3  # calls written out in an explanation
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class FetchPlan:
    """The calls that answer a question.

    Attributes
    ----------
    query
        The question.
    calls
        What is asked first.
    foreseen
        What will probably follow, once the first answers say which periods and editions there
        are; what really follows is decided by those answers.
    interval
        Seconds between two calls.
    per_day
        Calls that the source grants per day; None if it names no limit.
    notes
        What the user should know: periods that cannot be there, codes left out, where else to ask.
    question
        The question in words, for sources that are asked for something else than flows.
    """

    query: Query
    calls: tuple[Call, ...]
    interval: float
    foreseen: tuple[Call, ...] = ()
    per_day: int | None = None
    notes: tuple[str, ...] = ()
    question: str = ""

    @property
    def all_calls(self) -> tuple[Call, ...]:
        """All calls that are expected."""
        return self.calls + self.foreseen

    @property
    def rows(self) -> int:
        """Rows expected, at most."""
        return sum(call.rows for call in self.all_calls)

    @property
    def minutes(self) -> float:
        """Minutes that the source's pace asks for."""
        return len(self.all_calls) * self.interval / MINUTE

    def explain(self) -> str:
        """Say in words what will be asked and what it costs; nothing is sent."""
        return "\n".join(
            (
                self.question or _question(self.query),
                "",
                (
                    f"{how_many(len(self.all_calls), 'call')} to {self.query.source}, at least "
                    f"{self.interval:g} s apart: at least {_time(self.minutes)}. "
                    f"At most {self.rows:,} rows are expected. {_quota(self)}"
                ),
                *_listing(self.all_calls),
                *(f"Note: {note}" for note in self.notes),
            )
        )


def _question(query: Query) -> str:
    first, last = query.periods[0], query.periods[-1]
    form = "%Y" if query.freq == "A" else "%Y-%m"
    unit = "year" if query.freq == "A" else "month"
    goods = f"category {query.category}" if query.category else f"codes {', '.join(query.codes)}"
    return (
        f"{query.flow.replace('_', '-').capitalize()}s reported by {', '.join(query.reporters)}, "
        f"partner {', '.join(query.partners)}, {goods}, "
        f"{first:{form}} to {last:{form}} ({how_many(len(query.periods), unit)})."
    )


def how_many(number: int, noun: str) -> str:
    """Count a noun: 1 call, 2 calls."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _time(minutes: float) -> str:
    seconds = max(1, round(minutes * MINUTE))
    return how_many(seconds, "second") if seconds < MINUTE else how_many(round(minutes), "minute")


def _quota(plan: FetchPlan) -> str:
    if plan.per_day is None:
        return "The source names no daily limit."
    share = len(plan.all_calls) / plan.per_day
    more = " It goes on the next day where the quota ended." if share > 1 else ""
    return f"That is {share:.0%} of the {plan.per_day:,} calls granted per day.{more}"


def _listing(calls: tuple[Call, ...]) -> list[str]:
    kinds = Counter(call.kind for call in calls)
    lines = []
    for kind, number in kinds.items():
        notes = [call.note for call in calls if call.kind == kind]
        lines += [f"  {kind}: {note}" for note in notes[:SHOWN]]
        if number > SHOWN:
            lines.append(f"  {kind}: … and {number - SHOWN:,} more, the last: {notes[-1]}")
    return lines
