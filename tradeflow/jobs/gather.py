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
from tradeflow.files import write_whole
from tradeflow.flows.delivery import deliver
from tradeflow.flows.ingest import read_file
from tradeflow.flows.rates import fetch_rates, load_kept_rates
from tradeflow.flows.samples import list_samples, load_sample
from tradeflow.frames import to_polars
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
    from tradeflow.jobs.settings import Order, Settings
    from tradeflow.sources.call import Answer
    from tradeflow.sources.http.clock import Clock
    from tradeflow.sources.http.patience import Patience
    from tradeflow.sources.query import Query
    from tradeflow.sources.run import Progress
    from tradeflow.store.lake import Change

PACKAGED: Final = date(2026, 11, 1)
"""The day on which the embedded data became part of the package."""

NOT_IN_DOLLARS: Final = frozenset({"comext", "hongkong", "hmrc", "gacc"})
"""Sources whose values are not in dollars: exchange rates are fetched before they are asked."""

SCOPE: Final = ("source", "freq", "reporter", "partner", "flow", "period", "hs6")


@dataclass(slots=True)
class Gathered:
    """What one run brought.

    Attributes
    ----------
    taken
        Deliveries that were new to the lake: identity, source, goods, rows added, revised,
        withdrawn, and the releases that they rest on.
    known
        Identities of deliveries that the lake had already.
    revised, gone
        Statements that replace others, with ``value_before``; statements that nobody makes any
        more.
    arrived, withdrawn
        Periods whose state became reported or zero; periods that a source had and has no more.
    late
        Periods that sources say are not released.
    failed
        Sources that did not answer: source, goods, error, note.
    not_asked
        Standing questions that nobody asked, because the run is offline, with the number of
        answers held.
    """

    taken: list[dict[str, Any]] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    revised: list[pl.DataFrame] = field(default_factory=list)
    gone: list[pl.DataFrame] = field(default_factory=list)
    arrived: list[dict[str, Any]] = field(default_factory=list)
    withdrawn: list[dict[str, Any]] = field(default_factory=list)
    late: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    not_asked: list[dict[str, Any]] = field(default_factory=list)


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
        self.lake, self.calendar, self.done = Lake(home), Calendar(home), Taken(home)
        self.result, self.down = Gathered(), set[str]()

    def everything(self) -> Gathered:
        """Take in embedded data, ingested files, and the answers to all standing questions."""
        if self.settings.samples:
            for sample in list_samples():
                flows = load_sample(sample.name, backend="polars")
                self._take(to_polars(flows), PACKAGED, {"source": "embedded", "goods": sample.name})
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

    def _file(self, answer: Answer) -> None:
        identity = identity_of([answer])
        if identity in self.done:
            self.result.known.append(identity)
            return
        facts = dict(answer.call.about)
        with more_rates(load_kept_rates(self.home)):
            parsed = read_file(source(answer.call.source), answer.path, facts.pop("name"), facts)
        delivery = deliver(parsed, [answer], where=answer.call.note, backend="polars")
        about = {"source": answer.call.source, "goods": answer.call.note}
        self._deliver(delivery, identity, about, scope=None)

    def _order(self, order: Order) -> None:
        answers, query, stopped = self._ask(order)
        if self.offline:
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
        office = fetched(order.source)
        identity = identity_of(answers)
        if identity in self.done:
            self.result.known.append(identity)
            self._states(query, order.goods)
            return
        with more_rates(load_kept_rates(self.home)):
            parsed = office.rows_of(answers)
        delivery = deliver(parsed, answers, where=office.title, backend="polars")
        about = {"source": order.source, "goods": order.goods}
        self._deliver(delivery, identity, about, scope=_scope(delivery, query))
        self._cover(delivery, order, query)
        self._states(query, order.goods)

    def _deliver(
        self, delivery: Delivery, identity: str, about: dict[str, str], scope: pl.DataFrame | None
    ) -> None:
        known = max(answer.retrieved_at for answer in delivery.answers).date()
        about = {**about, "releases": [a.sha256 for a in delivery.answers]}  # type: ignore[dict-item]
        self._take(to_polars(delivery.flows), known, about, scope=scope, identity=identity)

    def _take(
        self,
        flows: pl.DataFrame,
        known: date,
        about: dict[str, Any],
        scope: pl.DataFrame | None = None,
        identity: str | None = None,
    ) -> None:
        name = identity or f"{about['source']}:{about['goods']}:{flows.height}"
        if name in self.done:
            self.result.known.append(name)
            return
        asked = flows.select(SCOPE).clear() if scope is None else scope
        changes = self.lake.merge(flows, known, asked)
        self.result.revised += [c.revised for c in changes if not c.revised.is_empty()]
        self.result.gone += [c.withdrawn for c in changes if not c.withdrawn.is_empty()]
        self.result.taken.append({"identity": name, **about, **_counts(changes)})
        self.done.add(name)

    def _cover(self, delivery: Delivery, order: Order, query: Query) -> None:
        name = source_name(order.source, to_polars(delivery.flows))
        known = max(answer.retrieved_at for answer in delivery.answers).date()
        changed = self.calendar.merge(
            to_polars(delivery.coverage),
            source=name,
            freq=query.freq,
            goods=order.goods,
            known=known,
        )
        for row in changed.iter_rows(named=True):
            out = row["state"] in {"reported", "zero"}
            if out and row["before"] not in {"reported", "zero"}:
                self.result.arrived.append(row)
            elif not out and row["before"] in {"reported", "zero"}:
                self.result.withdrawn.append(row)

    def _states(self, query: Query, goods: str) -> None:
        mine = self.calendar.states().filter(
            (pl.col("state") == "not released")
            & (pl.col("goods") == goods)
            & pl.col("reporter").is_in(query.reporters)
            & (pl.col("freq") == query.freq)
            & (pl.col("flow") == query.flow)
        )
        self.result.late += mine.to_dicts()


class Taken:
    """Identities of the deliveries that the lake holds."""

    def __init__(self, home: Path) -> None:
        self.path = home / "lake" / ".taken.json"
        try:
            self._names: list[str] = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._names = []

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def add(self, name: str) -> None:
        """Note a delivery; the lake has it already."""
        self._names.append(name)
        write_whole(self.path, (json.dumps(self._names, indent=0) + "\n").encode())


def identity_of(answers: Sequence[Answer]) -> str:
    """Sixteen hexadecimal digits of the calls and what they brought."""
    said = sorted((a.call.id, a.sha256, sorted(a.call.about)) for a in answers)
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]


def source_name(source: str, flows: pl.DataFrame) -> str:
    """Name of a source in the flow table; its own name while it has no rows."""
    return source if flows.is_empty() else str(flows["source"][0])


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


def _counts(changes: Sequence[Change]) -> dict[str, int]:
    return {
        name: sum(getattr(change, name).height for change in changes)
        for name in ("added", "revised", "withdrawn")
    }
