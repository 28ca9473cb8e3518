"""Taking deliveries into a lake, each once, with what the journal has to tell of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.flows.delivery import deliver
from tradeflow.flows.ingest import read_file
from tradeflow.flows.rates import load_kept_rates
from tradeflow.flows.samples import load_sample
from tradeflow.flows.scope import SCOPE, file_scope
from tradeflow.frames import to_polars
from tradeflow.jobs.asked import identity_of
from tradeflow.jobs.journal import Journal
from tradeflow.jobs.named import name_in_table
from tradeflow.nomenclature.editions import edition_of
from tradeflow.nomenclature.units import more_rates
from tradeflow.sources.offices import all_sources, fetched, source
from tradeflow.store.calendar import Calendar
from tradeflow.store.home import releases_folder
from tradeflow.store.lake import Lake
from tradeflow.store.releases import RELEASED, Releases, known_day

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tradeflow.flows.delivery import Delivery
    from tradeflow.flows.samples import Sample
    from tradeflow.jobs.asked import Asked
    from tradeflow.sources.call import Answer
    from tradeflow.sources.query import Query

PACKAGED: Final = date(2026, 11, 1)
"""The day on which the embedded data became part of the package."""

EMBEDDED: Final = "embedded"
FILE: Final = "file"


@dataclass(slots=True)
class Intake:
    """What takes deliveries in.

    Attributes
    ----------
    home
        Folder of releases and exchange rates.
    into
        Folder of the lake, its history, calendar and journal.
    threshold
        Revisions of at least this share are told.
    notes
        What a person should know.
    """

    home: Path
    into: Path
    threshold: float
    notes: list[str] = field(default_factory=list)
    lake: Lake = field(init=False)
    calendar: Calendar = field(init=False)
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.lake, self.calendar = Lake(self.into), Calendar(self.into)
        self.journal = Journal(self.into, self.threshold)

    def sample(self, sample: Sample) -> str:
        """Take in an embedded data set; its identity."""
        identity = f"{sample.name}:{sample.rows}"
        if identity not in self.journal:
            about = _about(EMBEDDED, sample.name, f"{EMBEDDED} {sample.name}", ())
            flows = to_polars(load_sample(sample.name, backend="polars"))
            self._merge(identity, about, flows, None, known=PACKAGED)
            self.journal.done(identity, about, PACKAGED, "")
        return identity

    def file(self, answer: Answer) -> str:
        """Take in a file that a person downloaded; its identity."""
        identity, note = identity_of([answer]), answer.call.note
        if identity not in self.journal:
            about = _about(answer.call.source, note, f"{FILE} {identity}", [answer])
            dated = RELEASED in dict(answer.call.about)
            known = known_day(answer) if dated else self._known([answer])
            flows = to_polars(self._read(answer).flows)
            self._merge(identity, about, flows, file_scope(flows), known=known)
            self.journal.done(identity, about, known, "")
        return identity

    def _read(self, answer: Answer) -> Delivery:
        facts = dict(answer.call.about)
        with more_rates(load_kept_rates(self.home)):
            office, name = source(answer.call.source), facts.pop("name")
            facts.pop(RELEASED, None)  # the lake's business, not the reader's
            parsed = read_file(office, answer.path, name, facts)
        return deliver(parsed, [answer], where=answer.call.note, backend="polars")

    def delivery(self, asked: Asked, answers: Sequence[Answer], *, newest: bool = False) -> str:
        """Take in the answers to a question; their identity.

        Parameters
        ----------
        asked
            The question.
        answers
            All answers to it.
        newest
            Whether to leave them out if later ones are in already.
        """
        identity, moment = identity_of(answers), max(a.retrieved_at for a in answers).isoformat()
        older = newest and moment < self.journal.newest(asked.question)
        if identity not in self.journal and not older:
            with more_rates(load_kept_rates(self.home)):
                parsed = fetched(asked.order.source).rows_of(answers)
            delivery = deliver(parsed, answers, where=asked.order.source, backend="polars")
            about, known, query = asked.about(answers), self._known(answers), asked.query()
            flows = to_polars(delivery.flows)
            self._merge(identity, about, flows, _scope(delivery, query), known=known)
            self._cover(identity, about, delivery, (name_in_table(flows, query), query.freq), known)
            self.journal.done(identity, about, known, moment)
        return identity

    def _known(self, answers: Sequence[Answer]) -> date:
        said = max(answer.retrieved_at for answer in answers).date()
        known = self.journal.day(said)
        if known > said:
            self.notes.append(
                f"The clock said {said} when answers came, and the lake knows of {known} already: "
                f"they are noted under {known}. Was the clock set back? Or was it ahead then?"
            )
        return known

    def _merge(
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
        delivery: Delivery,
        whose: tuple[str, str],
        known: date,
    ) -> None:
        self.calendar.merge(
            to_polars(delivery.coverage),
            source=whose[0],
            freq=whose[1],
            goods=about["goods"],
            known=known,
            note=partial(self.journal.periods, identity, about),
        )


def kept_files(home: Path) -> Iterator[Answer]:
    """Give every file that was ingested by hand, source by source, the oldest first."""
    releases = Releases(releases_folder(home))
    for office in all_sources():
        if office.read is not None:
            for answer in releases.all_answers(office.name):
                if answer.call.kind == FILE:
                    yield answer


def _about(source: str, goods: str, question: str, answers: Sequence[Answer]) -> dict[str, Any]:
    releases = sorted({answer.sha256 for answer in answers})
    return {"source": source, "goods": goods, "question": question, "releases": releases}


def _scope(delivery: Delivery, query: Query) -> pl.DataFrame:
    """Cells that an answer speaks for: what was asked in periods that it covers."""
    flows, coverage = to_polars(delivery.flows), to_polars(delivery.coverage)
    covered = coverage.filter(pl.col("state").is_in(["reported", "zero"]))
    asked = _codes(flows, covered, query)
    return (
        covered.select("reporter", "partner", "flow", "period")
        .with_columns(source=pl.lit(name_in_table(flows, query)), freq=pl.lit(query.freq))
        .join(pl.DataFrame({"hs6": asked}, schema={"hs6": pl.String}), how="cross")
        .select(SCOPE)
    )


def _codes(flows: pl.DataFrame, covered: pl.DataFrame, query: Query) -> list[str]:
    """List the codes that were asked for; where nothing came, in the editions of the periods."""
    if query.category is None:
        return sorted(query.codes)
    pairs = covered.select("reporter", "period").unique().iter_rows()
    editions = set(flows["edition"].unique()) or {edition_of(*pair) for pair in pairs}
    return sorted({code for edition in editions for code in query.codes_in(edition)})
