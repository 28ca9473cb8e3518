"""What a source delivered: a checked flow table, and all that belongs beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from tradeflow.flows.check import check_flows
from tradeflow.frames import to_backend, to_polars
from tradeflow.schema import conform
from tradeflow.sources.plan import how_many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.sources.call import Answer
    from tradeflow.sources.parsed import Parsed

NAMED = 5  # countries written out in one line


@dataclass(frozen=True, slots=True, repr=False)
class Delivery:
    """What a source delivered.

    Attributes
    ----------
    flows
        The flow table, checked.
    coverage
        One row per reporter, partner, flow and period asked for: ``reported``, ``zero``
        (released, and none of the goods listed), ``not released`` or ``unknown``. Empty for
        files, which were not asked for anything.
    withheld
        Lines that state trade which no code of the flow table may show.
    notes
        What the user should know.
    answers
        The raw answers or files that the rows come from, with their origin.
    new
        How many of the answers were asked for now; the others were kept from before. None for
        files.
    """

    flows: Frame
    coverage: Frame
    withheld: Frame
    notes: tuple[str, ...]
    answers: tuple[Answer, ...]
    new: int | None = None

    def __repr__(self) -> str:
        """Say in one line what came."""
        return f"Delivery: {_came(self)}"

    def to_frame(self) -> Frame:
        """Return the flow table."""
        return self.flows

    def summary(self) -> str:
        """Say in words what came, what is zero, and what is not there."""
        flows, coverage = to_polars(self.flows), to_polars(self.coverage)
        withheld = len(self.withheld)
        return "\n".join(
            [
                _came(self),
                *_calls(self),
                *_statuses(flows),
                *_states(coverage, annual=_is_annual(flows, coverage)),
                *([f"Lines withheld from the flow table: {withheld:,}."] if withheld else []),
                *(f"Note: {note}" for note in self.notes),
            ]
        )


def _came(delivery: Delivery) -> str:
    """Say in one line how many rows came, and what they state."""
    flows, answers = to_polars(delivery.flows), len(delivery.answers)
    origin = "1 answer or file" if answers == 1 else f"{answers:,} answers or files"
    rows = f"{how_many(len(flows), 'row')} from {origin}"
    return f"{rows}: {_what(flows)}." if len(flows) else f"{rows}."


def _calls(delivery: Delivery) -> Iterator[str]:
    if delivery.new is not None:
        before = len(delivery.answers) - delivery.new
        yield f"Answers asked for now: {delivery.new:,}; kept from before: {before:,}."


def _statuses(flows: pl.DataFrame) -> Iterator[str]:
    """Count the rows that are not simply what the reporter states."""
    for status, number in sorted(Counter(flows["status"].cast(str)).items()):
        if status != "reported":
            yield f"Rows {status}: {number:,}."


def _states(coverage: pl.DataFrame, *, annual: bool) -> Iterator[str]:
    """Count the periods in each state, and name those that are not reported."""
    if coverage.is_empty():
        return
    for state, number in sorted(Counter(coverage["state"].cast(str)).items()):
        found = [] if state == "reported" else list(_named(coverage, state, annual=annual))
        more = f"; and {len(found) - NAMED} more pairs" if len(found) > NAMED else ""
        shown = f": {'; '.join(found[:NAMED])}{more}" if found else ""
        yield f"Periods {state}: {number:,}{shown}."


def _named(coverage: pl.DataFrame, state: str, *, annual: bool) -> Iterator[str]:
    """Name the periods in a state, pair by pair; unbroken ones as first to last."""
    form = "%Y" if annual else "%Y-%m"
    for (reporter, partner), own in coverage.sort("period").group_by(
        "reporter", "partner", maintain_order=True
    ):
        runs = groupby(own.select("period", "state").iter_rows(), key=lambda row: row[1] == state)
        spans = [[f"{day:{form}}" for day, _ in run] for hit, run in runs if hit]
        words = [s[0] if len(s) == 1 else f"{s[0]} to {s[-1]}" for s in spans]
        if words:
            yield f"{reporter} with {partner} {', '.join(words)}"


def _is_annual(flows: pl.DataFrame, coverage: pl.DataFrame) -> bool:
    if not flows.is_empty():
        return bool((flows["freq"] == "A").all())
    return len(coverage) > 1 and bool((coverage["period"].dt.month() == 1).all())


def _what(flows: pl.DataFrame) -> str:
    form = "%Y" if (flows["freq"] == "A").all() else "%Y-%m"
    periods = flows["period"].dt.strftime(form).unique().sort()
    first, last = periods[0], periods[-1]
    kinds = ", ".join(sorted(flows["flow"].cast(str).unique()))
    goods = how_many(flows["hs6"].n_unique(), "code")
    return f"{kinds}, {_names(flows['reporter'])} with {_names(flows['partner'])}, {goods}, " + (
        first if first == last else f"{first} to {last}"
    )


def _names(countries: pl.Series) -> str:
    names = sorted(countries.unique())
    return ", ".join(names) if len(names) <= NAMED else f"{len(names)} countries"


def deliver(
    parsed: Parsed,
    answers: Sequence[Answer],
    *,
    where: str,
    backend: Backend,
    notes: tuple[str, ...] = (),
) -> Delivery:
    """Bring parsed rows into the flow-table contract, with what belongs beside them.

    Raises
    ------
    SchemaError, UnknownCodeError, UnknownNameError, DuplicateKeyError
        The rows break the contract.
    """
    return Delivery(
        flows=to_backend(check_flows(conform(parsed.rows), where=where), backend),
        coverage=to_backend(parsed.coverage, backend),
        withheld=to_backend(parsed.withheld, backend),
        notes=tuple(dict.fromkeys(notes + parsed.notes)),
        answers=tuple(answers),
    )
