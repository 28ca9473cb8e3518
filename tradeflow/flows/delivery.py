"""What a source delivered: a checked flow table, and all that belongs beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradeflow.flows.check import check_flows
from tradeflow.frames import to_backend, to_polars
from tradeflow.schema import conform
from tradeflow.sources.plan import how_many

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    """

    flows: Frame
    coverage: Frame
    withheld: Frame
    notes: tuple[str, ...]
    answers: tuple[Answer, ...]

    def __repr__(self) -> str:
        """Say in one line what came."""
        return f"Delivery: {_came(self)}"

    def to_frame(self) -> Frame:
        """Return the flow table."""
        return self.flows

    def summary(self) -> str:
        """Say in words what came, what is zero, and what is not there."""
        states = Counter(str(state) for state in self.coverage["state"])
        withheld = len(self.withheld)
        return "\n".join(
            [
                _came(self),
                *(f"Periods {state}: {number:,}." for state, number in sorted(states.items())),
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
