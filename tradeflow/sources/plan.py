"""What a question will cost, said before anything is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from textwrap import TextWrapper
from typing import TYPE_CHECKING

from tradeflow.nomenclature.categories import EVERY, category
from tradeflow.nomenclature.countries import country
from tradeflow.notebook import html_table

if TYPE_CHECKING:
    from tradeflow.sources.call import Call
    from tradeflow.sources.query import Query

SHOWN = 3  # calls written out in an explanation
NAMED = 3  # countries whose names are written beside their codes
_WIDTH = 100  # characters of a line
_TEXT = TextWrapper(_WIDTH, break_on_hyphens=False, break_long_words=False)
_BULLET = TextWrapper(
    _WIDTH,
    initial_indent="  - ",
    subsequent_indent="    ",
    break_on_hyphens=False,
    break_long_words=False,
)
MINUTE = 60.0
_NOTHING_SENT = (
    "Nothing has been sent. Without --dry-run (in Python: tf.fetch instead of tf.plan_fetch) these "
    "calls are made; a fetch that is stopped goes on where it was."
)


@dataclass(frozen=True, slots=True, repr=False)
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
    forecasts
        What can be expected before anything is asked; what happens decides.
    notes
        What the user should know also afterwards: codes left out, what the rows mean, where else
        to ask.
    question
        The question in words, for sources that are asked for something else than flows.
    """

    query: Query
    calls: tuple[Call, ...]
    interval: float
    foreseen: tuple[Call, ...] = ()
    per_day: int | None = None
    forecasts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    question: str = ""

    def __repr__(self) -> str:
        """Say in one line what it costs."""
        return f"FetchPlan: {self._cost()}"

    def _repr_html_(self) -> str:
        """Show the first calls and what to expect in a notebook."""
        rows = [{"call": call.kind, "asks": call.note} for call in self.all_calls]
        said = [self._cost(), *self.forecasts, *self.notes, _NOTHING_SENT]
        return html_table(self.question or _question(self.query), rows, notes=said)

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
                _TEXT.fill(self.question or _question(self.query)),
                "",
                _TEXT.fill(self._cost()),
                *_listing(self.all_calls),
                *_section("What to expect", self.forecasts),
                *_section("What to keep in mind", self.notes),
                "",
                _TEXT.fill(_NOTHING_SENT),
            )
        )

    def _cost(self) -> str:
        calls = f"{how_many(len(self.all_calls), 'call')} to {self.query.source}"
        pause = f", at least {self.interval:g} s apart" if len(self.all_calls) > 1 else ""
        return (
            f"{calls}{pause}: at least {_time(self.minutes)}. "
            f"At most {self.rows:,} rows are expected. {_quota(self)}"
        )


def _section(heading: str, notes: tuple[str, ...]) -> tuple[str, ...]:
    return ("", f"{heading}:", *map(_BULLET.fill, notes)) if notes else ()


def _question(query: Query) -> str:
    first, last = query.periods[0], query.periods[-1]
    form = "%Y" if query.freq == "A" else "%Y-%m"
    unit = "year" if query.freq == "A" else "month"
    return (
        f"{query.flow.replace('_', '-').capitalize()}s reported by {_countries(query.reporters)}, "
        f"partner {_countries(query.partners)}, {_goods(query)}, "
        f"{first:{form}} to {last:{form}} ({how_many(len(query.periods), unit)})."
    )


def _countries(names: tuple[str, ...]) -> str:
    if len(names) > NAMED:
        return ", ".join(names)
    return ", ".join(f"{iso3} ({country(iso3).name})" for iso3 in names)


def _goods(query: Query) -> str:
    if query.category is None:
        return f"codes {', '.join(query.codes)}"
    if query.category == EVERY:
        return "all categories"
    return f"category {query.category} ({category(query.category).title})"


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
