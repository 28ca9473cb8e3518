"""From a question to a checked flow table: plan, ask, keep, parse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tradeflow.flows.check import check_flows
from tradeflow.flows.schema import conform
from tradeflow.frames import to_backend
from tradeflow.options import Backend, one_of
from tradeflow.sources.http.session import Session, key_of, require_key
from tradeflow.sources.offices import fetched
from tradeflow.sources.query import make_query
from tradeflow.sources.run import run, silent
from tradeflow.store.home import ledger_folder, releases_folder
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import polars as pl

    from tradeflow.frames import Frame
    from tradeflow.sources.call import Answer
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.parsed import Parsed
    from tradeflow.sources.plan import FetchPlan
    from tradeflow.sources.run import Progress
    from tradeflow.sources.source import Source

MAX_AGE_DAYS: Final = 7.0


@dataclass(frozen=True, slots=True)
class FetchResult:
    """What a source gave.

    Attributes
    ----------
    flows
        The flow table, checked.
    coverage
        One row per reporter, partner, flow and period asked for: ``reported``, ``zero``
        (released, and none of the goods listed), ``not released`` or ``unknown``.
    withheld
        Lines that state trade which no code of the flow table may show.
    notes
        What the user should know.
    answers
        The raw answers that the rows come from, with their origin.
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
        """Say in words what came, what is zero, and what is not there yet."""
        return "\n".join(
            [
                f"{len(self.flows):,} rows from {len(self.answers):,} answers.",
                *_coverage_lines(self.coverage),
                *([f"{len(self.withheld):,} lines are withheld."] if len(self.withheld) else []),
                *(f"Note: {note}" for note in self.notes),
            ]
        )


def plan_fetch(source: str, **question: Any) -> FetchPlan:  # noqa: ANN401
    """Plan a fetch without sending anything.

    Parameters
    ----------
    source
        Name of the source; ``tradeflow sources`` lists them.
    **question
        As for :func:`fetch`: reporter, partner, category or codes, flow, freq, since, until.

    Returns
    -------
    FetchPlan
        Its :meth:`~tradeflow.sources.plan.FetchPlan.explain` says in words what would be asked.

    Examples
    --------
    >>> import tradeflow as tf
    >>> plan = tf.plan_fetch("comtrade", category="jammers", since="2024-01", until="2024-12")
    >>> plan.rows > 0
    True
    """
    return _plan(fetched(source), key=None, **question)


def fetch(
    source: str,
    *,
    home: str | Path | None = None,
    key: str | None = None,
    max_age_days: float = MAX_AGE_DAYS,
    report: Callable[[Progress], None] = silent,
    backend: Backend = "pandas",
    clock: Clock | None = None,
    patience: Patience | None = None,
    **question: Any,  # noqa: ANN401
) -> FetchResult:
    """Fetch flows from a source into a checked flow table.

    Every answer is kept, with its origin, before it is read. A fetch that was stopped goes on
    where it was when it is called again.

    Parameters
    ----------
    source
        Name of the source; ``tradeflow sources`` lists them.
    home
        The folder that holds raw answers; ``TRADEFLOW_HOME`` or ``tradeflow-data`` if None.
    key
        The user's key; from the environment variable that the source names if None.
    max_age_days
        Answers kept longer ago than this are asked again.
    report
        Called after every answer.
    backend
        ``"pandas"`` or ``"polars"``.
    clock, patience
        For tests and for schedulers of their own.
    **question
        ``reporter`` and ``partner`` (ISO alpha-3 codes, one or several), ``category`` or
        ``codes``, ``flow`` (``"export"``), ``freq`` (``"M"``), ``since``, ``until``, and options
        that only one source knows.

    Returns
    -------
    FetchResult

    Raises
    ------
    SourceError
        The source does not answer or refuses; what was received is kept.
    UsageError, UnknownNameError
        The question cannot be asked.
    DataError
        The answers are not what the source documents.
    """
    one_of(backend, Backend, name="backend")
    office = fetched(source)
    plan = _plan(office, key=key, **question)
    require_key(office, key or key_of(office))
    session = Session(office, ledger=ledger_folder(home), key=key, clock=clock)
    releases = Releases(
        releases_folder(home), fresh_since=session.clock.now() - timedelta(days=max_age_days)
    )
    answers = run(plan, office, session=session, answers=releases, report=report, patience=patience)
    return _result(office, answers, plan.notes, backend)


def _plan(office: Source, *, key: str | None, **question: Any) -> FetchPlan:  # noqa: ANN401
    keyed = (key or key_of(office)) is not None
    query = make_query(office.name, keyed=keyed, today=datetime.now(UTC).date(), **question)
    assert office.plan is not None  # noqa: S101  fetched() made sure
    return office.plan(query)


def _result(
    office: Source, answers: Sequence[Answer], notes: tuple[str, ...], backend: Backend
) -> FetchResult:
    assert office.parse is not None  # noqa: S101
    parsed = office.parse(answers)
    return FetchResult(
        flows=to_backend(checked(parsed, where=office.title), backend),
        coverage=to_backend(parsed.coverage, backend),
        withheld=to_backend(parsed.withheld, backend),
        notes=notes + parsed.notes,
        answers=tuple(answers),
    )


def checked(parsed: Parsed, *, where: str) -> pl.DataFrame:
    """Bring parsed rows into the flow-table contract."""
    return check_flows(conform(parsed.rows), where=where)


def _coverage_lines(coverage: Frame) -> list[str]:
    counts: dict[str, int] = {}
    for state in coverage["state"]:
        counts[str(state)] = counts.get(str(state), 0) + 1
    return [f"Periods {state}: {number:,}." for state, number in sorted(counts.items())]
