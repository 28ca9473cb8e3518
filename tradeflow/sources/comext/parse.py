"""All accepted answers to a question, as rows, coverage and notes."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.sources.comext.ask import slice_of
from tradeflow.sources.comext.coverage import Cell, coverage
from tradeflow.sources.comext.judge import lines_in
from tradeflow.sources.comext.notices import content, notice
from tradeflow.sources.comext.parse_files import parse_files
from tradeflow.sources.comext.table import no_lines, parse_lines
from tradeflow.sources.comext.update import newest_update
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tradeflow.sources.call import Answer

SHOWN: Final = 5


def parse(answers: Sequence[Answer]) -> Parsed:
    """Turn all accepted answers into rows.

    Returns
    -------
    Parsed
        One release for all: the newest ``LAST UPDATE`` that an answer states. A period without
        rows is ``not released`` if it is later than the reporter's last total, else ``unknown``.

    Raises
    ------
    InputFileError, ResponseChanged
        An answer is not what Comext documents; the message names its file and line.
    """
    if any(answer.call.kind == "listing" for answer in answers):
        return parse_files(answers)
    data = [(a, lines_in(a)) for a in answers if a.call.kind == "data"]
    totals = [lines_in(a) for a in answers if a.call.kind == "availability"]
    served = [(answer, lines) for answer, lines in data if lines is not None]
    release = _release([lines for _, lines in served], answers)
    parts = [parse_lines(answer.path, lines, release=release) for answer, lines in served]
    parts = parts or [parse_lines("no answer", no_lines(), release=release)]
    rows = pl.concat([part.rows for part in parts])
    return Parsed(
        rows,
        withheld=pl.concat([part.withheld for part in parts]),
        coverage=coverage(
            (cell for answer, _ in data for cell in _cells(answer)),
            rows,
            newest=_newest(lines for lines in totals if lines is not None),
            proof="the reporter's total trade",
        ),
        notes=(
            *_refused_codes(answer for answer, lines in data if lines is None),
            *dict.fromkeys(note for part in parts for note in part.notes),
        ),
    )


def _cells(answer: Answer) -> Iterator[Cell]:
    asked = slice_of(answer.call)
    return product(asked.reporters, asked.partners, (asked.flow,), asked.periods)


def _newest(totals: Iterable[pl.DataFrame]) -> dict[str, str]:
    newest: dict[str, str] = {}
    for lines in totals:
        stated = lines.filter(pl.col("OBS_VALUE") != "").select("reporter", "TIME_PERIOD")
        for reporter, period in stated.iter_rows():
            newest[reporter] = max(period, newest.get(reporter, ""))
    return newest


def _release(served: Sequence[pl.DataFrame], answers: Sequence[Answer]) -> str:
    return newest_update(served) or f"{max(a.retrieved_at for a in answers):%Y-%m-%d}"


def _refused_codes(answers: Iterable[Answer]) -> Iterator[str]:
    said: dict[str, list[str]] = {}
    for answer in answers:
        words = notice(answer, content(answer))
        if words is not None and not words.later:
            asked = slice_of(answer.call)
            cell = f"{asked.codes[0]} ({asked.first} to {asked.last})"
            said.setdefault(words.text, []).append(cell)
    for text, cells in said.items():
        more = f" and {len(cells) - SHOWN} more" if len(cells) > SHOWN else ""
        yield (
            f"Comext refused {', '.join(cells[:SHOWN])}{more}: not codes of those years, or not "
            f"of this dataset. Their trade is unknown, not zero. Its words: {text}"
        )
