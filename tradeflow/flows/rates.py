"""Exchange rates: fetched once, kept, and used wherever values are converted to dollars."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tradeflow.frames import to_backend
from tradeflow.options import Backend, one_of
from tradeflow.sources.ecb.plan import FIRST, plan_rates
from tradeflow.sources.ecb.rates import parse_rates
from tradeflow.sources.ecb.source import SOURCE
from tradeflow.sources.http.session import Session
from tradeflow.sources.run import run, silent
from tradeflow.store.home import ledger_folder, releases_folder
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

    import polars as pl

    from tradeflow.frames import Frame
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.run import Progress

MAX_AGE_DAYS = 1.0  # a month's mean appears on its last day


def fetch_rates(
    *,
    since: str | date | int = FIRST,
    until: str | date | int | None = None,
    home: str | Path | None = None,
    max_age_days: float = MAX_AGE_DAYS,
    report: Callable[[Progress], None] = silent,
    backend: Backend = "pandas",
    clock: Clock | None = None,
    patience: Patience | None = None,
) -> Frame:
    """Fetch monthly exchange rates of the euro and keep them.

    Parameters
    ----------
    since, until
        First and last month; from 2012-01 and until the last whole month by default.
    home
        The folder that holds raw answers; ``TRADEFLOW_HOME`` or ``tradeflow-data`` if None.
    max_age_days
        Answers kept longer ago than this are asked again.
    report
        Called after every answer.
    backend
        ``"pandas"`` or ``"polars"``.
    clock, patience
        For tests and for schedulers of their own.

    Returns
    -------
    DataFrame
        Columns currency (ISO 4217), month (``2020-01``), units_per_eur (units of the currency per
        euro, mean of the Bank's daily reference rates in the month).

    Raises
    ------
    SourceError
        The source does not answer or refuses.
    UsageError
        The question cannot be asked.
    """
    one_of(backend, Backend, name="backend")
    session = Session(SOURCE, ledger=ledger_folder(home), clock=clock)
    now = session.clock.now()
    plan = plan_rates(since=since, until=until, today=now.date())
    releases = Releases(releases_folder(home), fresh_since=now - timedelta(days=max_age_days))
    answers = run(plan, SOURCE, session=session, answers=releases, report=report, patience=patience)
    return to_backend(parse_rates(answers), backend)


def load_kept_rates(home: str | Path | None = None) -> pl.DataFrame:
    """Read all rates that were fetched into a folder; no rows if there are none.

    Use them with :func:`tradeflow.nomenclature.units.more_rates`.

    Returns
    -------
    polars.DataFrame
        As :func:`fetch_rates`.

    Raises
    ------
    DataError
        A kept answer is damaged; the message says which.
    """
    return parse_rates(Releases(releases_folder(home)).all_answers(SOURCE.name))
