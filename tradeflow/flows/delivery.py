"""What a source delivered: a checked flow table, and all that belongs beside it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradeflow.flows.check import check_flows
from tradeflow.frames import to_backend
from tradeflow.schema import conform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.sources.call import Answer
    from tradeflow.sources.parsed import Parsed


@dataclass(frozen=True, slots=True)
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

    def to_frame(self) -> Frame:
        """Return the flow table."""
        return self.flows

    def summary(self) -> str:
        """Say in words what came, what is zero, and what is not there."""
        states = Counter(str(state) for state in self.coverage["state"])
        withheld = len(self.withheld)
        return "\n".join(
            [
                f"{len(self.flows):,} rows from {len(self.answers):,} answers or files.",
                *(f"Periods {state}: {number:,}." for state, number in sorted(states.items())),
                *([f"Lines withheld from the flow table: {withheld:,}."] if withheld else []),
                *(f"Note: {note}" for note in self.notes),
            ]
        )


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
