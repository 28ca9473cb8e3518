"""Bringing everything that the sources say into the lake, once and in order."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import QuotaExhausted, SourceError, TradeflowError, Unreachable
from tradeflow.flows.delivery import deliver
from tradeflow.flows.ingest import read_file
from tradeflow.flows.rates import fetch_rates, load_kept_rates
from tradeflow.flows.samples import list_samples, load_sample
from tradeflow.frames import to_polars
from tradeflow.jobs.journal import Journal
from tradeflow.nomenclature.units import more_rates
from tradeflow.sources.http.session import Session, key_of
from tradeflow.sources.offices import all_sources, fetched, source
from tradeflow.sources.query import make_query
from tradeflow.sources.run import run
from tradeflow.store.calendar import Calendar
from tradeflow.store.home import ledger_folder, releases_folder
from tradeflow.store.lake import Lake
from tradeflow.store.releases import Releases

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery
    from tradeflow.flows.samples import Sample
    from tradeflow.jobs.settings import Order, Settings
    from tradeflow.sources.call import Answer
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.query import Query
    from tradeflow.sources.run import Progress

PACKAGED: Final = date(2026, 11, 1)
"""The day on which the embedded data became part of the package."""

NOT_IN_DOLLARS: Final = frozenset({"comext", "hongkong", "hmrc", "gacc"})
"""Sources whose values are not in dollars: exchange rates are fetched before they are asked."""

SCOPE: Final = ("source", "freq", "reporter", "partner", "flow", "period", "hs6")


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
        silent before, with the number of answers held.
    notes
        What a person should know about this run.
    """

    late: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    not_asked: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Gatherer:
    """Takes deliveries into the lake, each once.

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
        self.lake, self.calendar = Lake(home), Calendar(home)
        self.journal = Journal(home, settings.revision)
        self.result, self.down = Gathered(), set[str]()

    def everything(self) -> Gathered:
        """Take in embedded data, ingested files, and the answers to all standing questions."""
        if self.settings.samples:
            for sample in list_samples():
                self._sample(sample)
        releases = Releases(releases_folder(self.home))
        for office in all_sources():
            if office.read is not None:
                for answer in releases.all_answers(office.name):
                    if answer.call.kind == "file":
                        step = partial(self._file, answer)
                        self._guarded(office.name, answer.call.note, step)
        if (
            any(order.source in NOT_IN_DOLLARS for order in self.settings.fetch)
            and not self.offline
        ):
            self._guarded("ecb", "exchange rates", self._rates)
        for order in self.settings.fetch:
            self._guarded(order.source, order.goods, partial(self._order, order))
        return self.result

    def _guarded(self, source: str, goods: str, step: Callable[[], None]) -> None:
        try:
            step()
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

    def _sample(self, sample: Sample) -> None:
        about = _about("embedded", sample.name, f"embedded {sample.name}")
        identity = f"{sample.name}:{sample.rows}"
        if identity not in self.journal:
            flows = to_polars(load_sample(sample.name, backend="polars"))
            self._take(identity, about, flows, None, known=PACKAGED)
            self.journal.done(identity, about, PACKAGED, "")

    def _file(self, answer: Answer) -> None:
        identity, note = identity_of([answer]), answer.call.note
        if identity in self.journal:
            return
        facts = dict(answer.call.about)
        with more_rates(load_kept_rates(self.home)):
            parsed = read_file(source(answer.call.source), answer.path, facts.pop("name"), facts)
        delivery = deliver(parsed, [answer], where=note, backend="polars")
        about = _about(answer.call.source, note, f"file {identity}", delivery.answers)
        known = self._known(delivery.answers)
        self._take(identity, about, to_polars(delivery.flows), None, known=known)
        self.journal.done(identity, about, known, "")

    def _order(self, order: Order) -> None:
        silent = self.offline or order.source in self.down
        answers, query, stopped = self._ask(order)
        if silent:
            held = {"source": order.source, "goods": order.goods, "held": len(answers)}
            self.result.not_asked.append(held)
        if answers:
            self._answers(order, answers, query)
        if stopped is not None:
            raise stopped

    def _ask(self, order: Order) -> tuple[list[Answer], Query, SourceError | None]:
        office = fetched(order.source)
        session = Session(office, ledger=ledger_folder(self.home), clock=self.clock)
        today = session.clock.now().date()
        query = make_query(
            order.source, keyed=key_of(office) is not None, today=today, **order.question
        )
        plan = office.plan_for(query)
        age = timedelta(days=self.settings.max_age_days)
        releases = Releases(releases_folder(self.home), fresh_since=session.clock.now() - age)
        stopped = None
        if not self.offline and order.source not in self.down:
            try:
                run(
                    plan,
                    office,
                    session=session,
                    answers=releases,
                    report=self.report,
                    patience=self.patience,
                )
            except SourceError as error:
                stopped = error
        held = Releases(releases_folder(self.home), any_age=True)
        return run(plan, office, session=session, answers=held, offline=True), query, stopped

    def _answers(self, order: Order, answers: Sequence[Answer], query: Query) -> None:
        identity, moment = identity_of(answers), max(a.retrieved_at for a in answers).isoformat()
        question = json.dumps([order.source, order.question], sort_keys=True, default=str)
        older = self.offline and moment < self.journal.newest(question)  # newer ones are in already
        if identity not in self.journal and not older:
            with more_rates(load_kept_rates(self.home)):
                parsed = fetched(order.source).rows_of(answers)
            delivery = deliver(parsed, answers, where=order.source, backend="polars")
            about = _about(order.source, order.goods, question, answers)
            flows, known = to_polars(delivery.flows), self._known(answers)
            self._take(identity, about, flows, _scope(delivery, query), known=known)
            name = query.source if flows.is_empty() else str(flows["source"][0])
            self._cover(identity, about, to_polars(delivery.coverage), (name, query.freq), known)
            self.journal.done(identity, about, known, moment)
        self._states(query, order.goods)

    def _known(self, answers: Sequence[Answer]) -> date:
        said = max(answer.retrieved_at for answer in answers).date()
        known = self.journal.day(said)
        if known > said:
            self.result.notes.append(
                f"The clock said {said} when answers came, and the lake knows of {known} already: "
                f"they are noted under {known}. Was the clock set back?"
            )
        return known

    def _take(
        self,
        identity: str,
        about: dict[str, Any],
        flows: pl.DataFrame,
        scope: pl.DataFrame | None,
        *,
        known: date,
    ) -> None:
        asked = flows.select(SCOPE).clear() if scope is None else scope
        self.lake.merge(flows, known, asked, note=partial(self.journal.note, identity, about))

    def _cover(
        self,
        identity: str,
        about: dict[str, Any],
        coverage: pl.DataFrame,
        whose: tuple[str, str],
        known: date,
    ) -> None:
        self.calendar.merge(
            coverage,
            source=whose[0],
            freq=whose[1],
            goods=about["goods"],
            known=known,
            note=partial(self.journal.periods, identity, about),
        )

    def _states(self, query: Query, goods: str) -> None:
        mine = self.calendar.states().filter(
            (pl.col("state") == "not released")
            & (pl.col("goods") == goods)
            & pl.col("reporter").is_in(query.reporters)
            & (pl.col("freq") == query.freq)
            & (pl.col("flow") == query.flow)
        )
        self.result.late += mine.to_dicts()


def _about(
    source: str, goods: str, question: str, answers: Sequence[Answer] = ()
) -> dict[str, Any]:
    releases = sorted({answer.sha256 for answer in answers})
    return {"source": source, "goods": goods, "question": question, "releases": releases}


def identity_of(answers: Sequence[Answer]) -> str:
    """Sixteen hexadecimal digits of the calls and what they brought."""
    said = sorted((a.call.id, a.sha256, sorted(a.call.about)) for a in answers)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def _scope(delivery: Delivery, query: Query) -> pl.DataFrame | None:
    """Cells that an answer speaks for: what was asked in periods that it covers."""
    flows, coverage = to_polars(delivery.flows), to_polars(delivery.coverage)
    if flows.is_empty():
        return None
    asked = sorted({code for e in flows["edition"].unique() for code in query.codes_in(e)})
    covered = coverage.filter(pl.col("state").is_in(["reported", "zero"]))
    return (
        covered.select("reporter", "partner", "flow", "period")
        .with_columns(source=pl.lit(flows["source"][0]), freq=pl.lit(query.freq))
        .join(pl.DataFrame({"hs6": asked}, schema={"hs6": pl.String}), how="cross")
        .select(SCOPE)
    )
