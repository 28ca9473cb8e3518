"""From all accepted answers to rows, with what is zero, not released, or not known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.sources.comtrade.ask import Ask, code_of, day_of
from tradeflow.sources.comtrade.availability import UNKNOWN, Dataset, datasets
from tradeflow.sources.comtrade.follow import codes_in
from tradeflow.sources.comtrade.rows import asked_for, flow_rows, nothing, once
from tradeflow.sources.comtrade.tables import answer_table
from tradeflow.sources.parsed import COVERAGE_SCHEMA, Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Answer

WITH_ROWS: Final = frozenset({"data", "file"})

Cell = tuple[str, str, str, date]
"""Reporter, partner, flow and period."""


def parse(answers: Sequence[Answer]) -> Parsed:
    """Turn accepted answers into rows.

    Parameters
    ----------
    answers
        As accepted, each with what its call says about itself.

    Returns
    -------
    Parsed
        Rows in US dollars and kilograms, in the order of their cells; ``release`` is the moment
        and checksum of the reporter's data set as listed by Comtrade, else the day of
        retrieval. Where a period is released and has no row, the coverage says ``zero``.

    Raises
    ------
    DuplicateKeyError
        Two answers state the same cell.
    BadAnswer, ResponseChanged
        An answer is damaged or of another form.
    """
    parts = [_Part.of(answer) for answer in answers if answer.call.kind in WITH_ROWS]
    parsed = [part.parsed for part in parts] or [nothing()]
    return Parsed(
        rows=once(pl.concat([one.rows for one in parsed]), where="comtrade"),
        withheld=pl.concat([one.withheld for one in parsed]).sort(pl.all()),
        coverage=_coverage(answers, {cell for part in parts for cell in part.cells}),
        notes=tuple(dict.fromkeys(note for one in parsed for note in one.notes)),
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """What one answer gives, and which cells of the coverage it speaks about."""

    parsed: Parsed
    cells: frozenset[Cell]

    @classmethod
    def of(cls, answer: Answer) -> _Part:
        ask, table = Ask.of(answer.call), answer_table(answer)
        own = asked_for(table, ask)
        part = flow_rows(
            own,
            _release(ask, answer),
            where=f"comtrade, {answer.call.note}",
            tariffline=ask.kind == "tariffline",
        )
        notes = (*_more(answer, ask, table.height - own.height), *_other_edition(ask, part.rows))
        return cls(Parsed(part.rows, withheld=part.withheld, notes=notes), _cells(ask, own))


def _cells(ask: Ask, own: pl.DataFrame) -> frozenset[Cell]:
    partners = {code_of(partner): partner for partner in ask.partners}
    pairs = own.select("partnerCode", "period").unique().iter_rows()
    return frozenset((ask.reporter, partners[p], ask.flow, day_of(period)) for p, period in pairs)


def _release(ask: Ask, answer: Answer) -> pl.Expr:
    day = f"{answer.retrieved_at:%Y-%m-%d}"
    known = {
        period: day if release == UNKNOWN else release
        for period, release in zip(ask.periods, ask.releases, strict=True)
    }
    return pl.col("period").replace_strict(known, default=day, return_dtype=pl.String)


def _more(answer: Answer, ask: Ask, number: int) -> tuple[str, ...]:
    if not number or answer.call.kind != "data":
        return ()
    return (f"{ask.words}: {number:,} rows that were not asked for came and are left out.",)


def _other_edition(ask: Ask, rows: pl.DataFrame) -> tuple[str, ...]:
    others = sorted(set(rows["edition"]) - {ask.edition})
    if not others:
        return ()
    note = (
        f"{ask.words}: rows came in {', '.join(others)}. Codes that {ask.edition} does not have "
        "were not asked for, so that goods may be missing."
    )
    return (note,)


def _coverage(answers: Sequence[Answer], seen: set[Cell]) -> pl.DataFrame:
    found = [
        line
        for answer in answers
        if answer.call.kind == "availability"
        for line in _of_reporter(answer, seen)
    ]
    return pl.DataFrame(found, schema=COVERAGE_SCHEMA, orient="row")


def _of_reporter(answer: Answer, seen: set[Cell]) -> Iterator[tuple[object, ...]]:
    ask, released = Ask.of(answer.call), datasets(answer)
    day = f"{answer.retrieved_at:%Y-%m-%d}"
    for partner in ask.partners:
        for period in ask.periods:
            cell = (ask.reporter, partner, ask.flow, day_of(period))
            state, note = _state(ask, released, period, day)
            if cell in seen:
                state, note = "reported", ""
            yield (*cell, state, note)


def _state(ask: Ask, released: dict[str, Dataset], period: str, day: str) -> tuple[str, str]:
    """Say what it means that a period has no rows."""
    if not released:
        return "unknown", f"Comtrade listed nothing at all of the reporter on {day}"
    if period not in released:
        return "not released", f"not listed by Comtrade on {day}"
    found = released[period]
    if not codes_in(ask, found.edition):
        return "unknown", f"reported in {found.edition}, which has none of the codes asked for"
    return "zero", f"release {found.release}: none of the goods listed"
