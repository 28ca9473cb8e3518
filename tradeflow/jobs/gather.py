"""Asking every source its standing questions, and taking in what is whole, once and in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import (
    OutputError,
    QuotaExhausted,
    SourceError,
    TradeflowError,
    Unreachable,
)
from tradeflow.flows.rates import fetch_rates
from tradeflow.flows.samples import list_samples
from tradeflow.jobs.asked import Asked, held_answers, session_for
from tradeflow.jobs.intake import Intake, kept_files
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.run import run
from tradeflow.store.home import releases_folder
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tradeflow.jobs.settings import Order, Settings
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.http.session import Session
    from tradeflow.sources.query import Query
    from tradeflow.sources.run import Progress

NOT_IN_DOLLARS: Final = frozenset({"comext", "hongkong", "hmrc", "gacc"})
"""Sources whose values are not in dollars: exchange rates are fetched before they are asked."""


@dataclass(slots=True)
class Gathered:
    """What one run met, beside what the journal notes.

    Attributes
    ----------
    late
        Periods that sources say are not released.
    failed
        Sources that did not answer: source, goods, kind, error, note.
    not_asked
        Standing questions that nobody asked, because the run is offline or the source was
        silent before, with the number of answers held, and of those missing or out of date.
    notes
        What a person should know about this run.
    """

    late: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    not_asked: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Gatherer:
    """Asks every source its standing questions, and takes in what is whole.

    Parameters
    ----------
    settings
        Of the run.
    home
        Folder of releases, lake and calendar.
    offline
        Ask nobody; use the answers that are held.
    report
        Called after every answer.
    clock, patience
        For tests.
    """

    def __init__(
        self,
        settings: Settings,
        home: Path,
        *,
        offline: bool,
        report: Callable[[Progress], None],
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.settings, self.home, self.offline, self.report = settings, home, offline, report
        self.clock, self.patience = clock, patience
        self.intake = Intake(home, home, settings.revision)
        self.result, self.down = Gathered(notes=self.intake.notes), set[str]()

    def everything(self) -> Gathered:
        """Take in embedded data, ingested files, and the answers to all standing questions."""
        if self.settings.samples:
            for sample in list_samples():
                self.intake.sample(sample)
        for answer in kept_files(self.home):
            step = partial(self.intake.file, answer)
            self._guarded(answer.call.source, answer.call.note, step)
        foreign = any(order.source in NOT_IN_DOLLARS for order in self.settings.fetch)
        if foreign and not self.offline:
            self._guarded("ecb", "exchange rates", self._rates)
        for order in self.settings.fetch:
            self._guarded(order.source, order.goods, partial(self._order, order))
        return self.result

    def _guarded(self, source: str, goods: str, step: Callable[[], object]) -> None:
        try:
            step()
        except OutputError:  # a full disk is no fault of the source
            raise
        except TradeflowError as error:
            later = isinstance(error, (Unreachable, QuotaExhausted))
            self.down |= {source} if later else set()
            self.result.failed.append(
                {
                    "source": source,
                    "goods": goods,
                    "kind": "later" if later else "broken",
                    "error": str(error),
                    "note": " ".join(getattr(error, "__notes__", ())),
                }
            )

    def _rates(self) -> None:
        fetch_rates(home=self.home, report=self.report, clock=self.clock, patience=self.patience)

    def _order(self, order: Order) -> None:
        silent = self.offline or order.source in self.down
        asked = Asked.on(order, (self.clock or SystemClock()).now().date())
        session = session_for(asked, self.home, self.clock, offline=silent)
        try:
            if not silent:
                self._ask(asked, session)
            held, missing = self._take(asked, session)
        finally:
            self._states(asked.query(), order.goods)
        if silent:
            about = {"source": order.source, "goods": order.goods}
            self.result.not_asked.append({**about, "held": held, "missing": missing})

    def _ask(self, asked: Asked, session: Session) -> None:
        """Ask what is not held, or held for too long."""
        now = session.clock.now()
        fresh = now - timedelta(days=self.settings.max_age_days)
        releases = Releases(releases_folder(self.home), fresh_since=fresh, now=now)
        try:
            run(
                asked.plan(),
                session.source,
                session=session,
                answers=releases,
                report=self.report,
                patience=self.patience,
            )
        except SourceError as error:
            error.add_note("Until they are here, the lake keeps what it had of this question.")
            raise

    def _take(self, asked: Asked, session: Session) -> tuple[int, int]:
        """Take in the answers that are held, if they are whole; how many are, and are not.

        Half an answer is worse than none: a period whose calls were not all answered would look
        like a fall.
        """
        releases = Releases(releases_folder(self.home), any_age=True, now=session.clock.now())
        answers, missing = held_answers(asked, session, releases)
        if answers and not missing:
            self.intake.delivery(asked, answers, newest=self.offline)
        return len(answers), missing

    def _states(self, query: Query, goods: str) -> None:
        mine = self.intake.calendar.states().filter(
            (pl.col("state") == "not released")
            & (pl.col("goods") == goods)
            & pl.col("reporter").is_in(query.reporters)
            & (pl.col("freq") == query.freq)
            & (pl.col("flow") == query.flow)
        )
        self.result.late += [row for row in mine.to_dicts() if row not in self.result.late]
