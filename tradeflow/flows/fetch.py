"""From a question to a checked flow table: plan, ask, keep, parse."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import UsageError
from tradeflow.flows.delivery import deliver
from tradeflow.flows.rates import load_kept_rates
from tradeflow.nomenclature.units import more_rates
from tradeflow.options import Backend, one_of
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.http.session import Session, key_of, require_key
from tradeflow.sources.offices import fetched
from tradeflow.sources.query import make_query
from tradeflow.sources.run import run, silent
from tradeflow.store.home import ledger_folder, releases_folder
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.plan import FetchPlan
    from tradeflow.sources.run import Progress
    from tradeflow.sources.source import Source

MAX_AGE_DAYS: Final = 7.0
LONGEST_AGE_DAYS: Final = 36_500.0
_NOT_ASKED: Final = frozenset({"keyed", "today", "options"})  # what a query has beside a question


def plan_fetch(source: str, *, key: str | None = None, **question: Any) -> FetchPlan:  # noqa: ANN401
    """Plan a fetch without sending anything.

    Parameters
    ----------
    source
        Name of the source; ``tradeflow sources`` lists them.
    key
        The user's key, which may change what is asked at once; from the environment if None.
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
    return _plan(fetched(source), key=key, clock=SystemClock(), **question)


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
) -> Delivery:
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
    Delivery

    Raises
    ------
    SourceError
        The source does not answer or refuses; what was received is kept.
    UsageError, UnknownNameError, UnknownCodeError
        The question cannot be asked, or an argument has the wrong type.
    DataError
        The answers are not what the source documents.

    Examples
    --------
    >>> import tradeflow as tf
    >>> got = tf.fetch("comtrade", category="jammers", since="2024-01")  # doctest: +SKIP
    >>> got.flows, got.coverage  # doctest: +SKIP
    """
    one_of(backend, Backend, name="backend")
    office = fetched(source)
    _check_age(max_age_days)
    plan = _plan(office, key=key, clock=clock or SystemClock(), **question)
    require_key(office, key or key_of(office))
    session = Session(office, ledger=ledger_folder(home), key=key, clock=clock)
    started = session.clock.now()
    fresh = started - timedelta(days=max_age_days)
    releases = Releases(releases_folder(home), fresh_since=fresh, now=started)
    answers = run(plan, office, session=session, answers=releases, report=report, patience=patience)
    with more_rates(load_kept_rates(home)):
        parsed = office.rows_of(answers)
    made = deliver(parsed, answers, where=office.title, backend=backend, notes=plan.notes)
    return replace(made, new=sum(answer.retrieved_at >= started for answer in answers))


def _check_age(days: Any) -> None:  # noqa: ANN401  whatever a user gives
    if not isinstance(days, int | float) or not 0 <= days <= LONGEST_AGE_DAYS:
        raise UsageError(f"max_age_days is {days!r}; give 0 to {LONGEST_AGE_DAYS:,.0f}.")


def _plan(
    office: Source,
    *,
    key: str | None,
    clock: Clock,
    **question: Any,  # noqa: ANN401
) -> FetchPlan:
    if not isinstance(key, str | None):
        raise UsageError("The key is no text.")  # it is not shown, whatever it is
    for name in _NOT_ASKED & question.keys():
        raise UsageError(f"{name} is nothing that a question may say.")
    keyed = (key or key_of(office)) is not None
    query = make_query(office.name, keyed=keyed, today=clock.now().date(), **question)
    return office.plan_for(query)
