"""Zips of BACI that were fetched: whether they are whole, and the rows asked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import BadAnswer, InputFileError, QueryRefused
from tradeflow.schema import FLOW_SCHEMA
from tradeflow.sources.archive import members
from tradeflow.sources.baci.plan import NOTES, RELEASE
from tradeflow.sources.baci.zipped import parse_baci_zip, years_in
from tradeflow.sources.call import Accepted
from tradeflow.sources.named import named
from tradeflow.sources.parsed import COVERAGE_SCHEMA, Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Answer, Verdict
    from tradeflow.sources.parsed import State

ABSENT: Final = 404


def judge(answer: Answer) -> Verdict:
    """Accept a zip whose list of members is whole; its tables are checked when they are read.

    Raises
    ------
    QueryRefused
        There is no such file.
    BadAnswer
        It is no archive, or broke off.
    UnsafeArchive
        It expands too far, or would leave its folder.
    """
    where = f"baci, {answer.call.told('name')}"
    if answer.status == ABSENT:
        raise QueryRefused(
            f"{where}: there is no such file (404). Releases come in January: {RELEASE}, V202501. "
            "Choose one that is there by --option release=V202501; if none is, the files may have "
            "moved: see CEPII's page of BACI."
        )
    if answer.call.kind == NOTES:
        return Accepted()
    try:
        members(answer.path)
    except InputFileError as error:
        raise BadAnswer(f"{where}: {error.problem}") from error
    return Accepted()


def parse(answers: Sequence[Answer]) -> Parsed:
    """Read the rows asked for, one zip and one year after another.

    Returns
    -------
    Parsed
        As for :func:`~tradeflow.sources.baci.zipped.parse_baci_zip`: always exports, the
        reporter being the exporter. A pair of countries without rows in a year that the zip has
        is a zero: neither of them reports any.

    Raises
    ------
    InputFileError, ResponseChanged
        A zip is not CEPII's, or damaged.
    """
    parts = [_read(answer) for answer in sorted(answers, key=lambda a: a.call.path)]
    read = [part for part in parts if part.rows.width]
    return Parsed(
        rows=pl.concat([part.rows for part in read] or [pl.DataFrame(schema=FLOW_SCHEMA)]),
        withheld=pl.concat([part.withheld for part in read] or [pl.DataFrame()]),
        coverage=pl.concat(
            [part.coverage for part in parts] or [pl.DataFrame(schema=COVERAGE_SCHEMA)]
        ),
        notes=tuple(dict.fromkeys(note for part in parts for note in part.notes)),
    )


def _read(answer: Answer) -> Parsed:
    years, exporters, importers, codes = (
        answer.call.told(name).split(",") for name in ("years", "exporters", "importers", "codes")
    )
    with named(answer.path, answer.call.told("name")) as file:
        held = years_in(file)
        wanted = held & set(map(int, years))
        if wanted:
            found = parse_baci_zip(
                file, years=wanted, reporters=exporters, partners=importers, codes=codes
            )
        else:
            found = Parsed(pl.DataFrame())
    cells = [(e, i, int(y)) for e in exporters for i in importers for y in years if e != i]
    states = pl.DataFrame(
        list(_states(cells, held, found.rows)), schema=COVERAGE_SCHEMA, orient="row"
    )
    return Parsed(found.rows, found.withheld, states, found.notes)


def _states(
    cells: Sequence[tuple[str, str, int]], held: frozenset[int], rows: pl.DataFrame
) -> Iterator[tuple[object, ...]]:
    listed = set(rows.select("reporter", "partner", "period").iter_rows()) if rows.width else set()
    for exporter, importer, year in cells:
        day = date(year, 1, 1)
        state = _state(year, held, listed=(exporter, importer, day) in listed)
        yield (exporter, importer, "export", day, *state)


def _state(year: int, held: frozenset[int], *, listed: bool) -> tuple[State, str]:
    if listed:
        return "reported", "goods are listed"
    if year in held:
        return "zero", "the zip has the year, and none of these goods between the two"
    if year > max(held):
        return "not released", "the release does not have the year yet"
    return "unknown", "the zip does not have the year"
