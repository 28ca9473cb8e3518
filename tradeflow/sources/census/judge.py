"""Whether an answer of the US Census Bureau is one, and whole."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import BadAnswer, KeyRefused, ResponseChanged
from tradeflow.nomenclature.countries import WORLD, country, iso3_map
from tradeflow.schema import TOTAL
from tradeflow.sources.call import Accepted
from tradeflow.sources.census.calls import RELEASES
from tradeflow.sources.census.fields import COUNTRY, ECHOED, MONTH, fields_of
from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer, Call, Verdict

NOTHING: Final = 204
OK: Final = 200
SURELY_OUT: Final = timedelta(days=150)
"""Longer than any month ever took, the shutdowns of government included."""

DIGITS: Final = {"HS10": 10, "HS6": 6}
_WHOLE: Final = r"^\d{1,15}$"


def judge(answer: Answer) -> Verdict:
    """Accept an answer that is whole and answers its question.

    Raises
    ------
    KeyRefused
        The answer is, or leads to, the page about a missing or invalid key.
    BadAnswer
        It is damaged, another web page, or states what was not asked.
    ResponseChanged
        Columns are gone or new.
    """
    table = table_of(answer)
    if answer.call.kind == RELEASES:
        _check_releases(answer, table)
    return Accepted()


def table_of(answer: Answer) -> pl.DataFrame:
    """Read an answer as text columns under the source's own names; no rows for status 204.

    Raises
    ------
    KeyRefused, BadAnswer, ResponseChanged
        As :func:`judge`.
    """
    content = answer.read()
    _check_key(answer, content)
    expected = _columns(answer)
    if answer.status == NOTHING:
        return pl.DataFrame(schema=dict.fromkeys(expected, pl.String()))
    header, rows = _grid(answer, content)
    gone = [name for name in expected if name not in header]
    new = [name for name in header if name not in {*expected, *ECHOED}]
    twice = [name for name in dict.fromkeys(header) if header.count(name) > 1]
    if gone or new or twice:
        raise ResponseChanged(_where(answer), gone=gone, new=[*new, *twice])
    table = pl.DataFrame(rows, schema=dict.fromkeys(header, pl.String()), orient="row")
    if COUNTRY in expected:  # totals of all ("-") and of groups ("0003") stand among countries
        table = table.filter(pl.col(COUNTRY).is_in(list(iso3_map("schedule_c"))))
    _check_rows(answer, table)
    return table.select(expected)


def _where(answer: Answer) -> str:
    return f"census, {answer.call.note}"


def _check_key(answer: Answer, content: bytes) -> None:
    target = dict(answer.headers).get("location", "")
    page = content[:4096].decode("utf-8", errors="replace").casefold()
    if target.endswith(("missing_key.html", "invalid_key.html")) or (
        "<title>" in page and any(f"{word} key" in page for word in ("missing", "invalid"))
    ):
        raise KeyRefused(
            "census: the key was not accepted. Set TRADEFLOW_CENSUS_KEY to a key of "
            "https://api.census.gov/data/key_signup.html, and activate it by the link in the "
            "Bureau's e-mail first."
        )
    if answer.status not in {OK, NOTHING}:
        raise BadAnswer(f"{_where(answer)}: the source sends us to another page, {target!r}.")


def _columns(answer: Answer) -> list[str]:
    call = answer.call
    fields = fields_of(call.told("flow"))
    if call.kind == RELEASES:
        return [fields.value, MONTH]
    level, code = call.told("level"), call.told("code")
    counted = () if level == "aggregate" else fields.counted
    goods = () if code == TOTAL else (fields.code,)
    partner = () if call.told("partner") == WORLD else (COUNTRY,)
    return [fields.value, *counted, *partner, *goods, MONTH]


def _grid(answer: Answer, content: bytes) -> tuple[list[str], list[list[str | None]]]:
    try:
        grid: Any = json.loads(content)
    except (ValueError, RecursionError):
        grid = None
    cells = isinstance(grid, list) and grid and all(isinstance(row, list) for row in grid)
    if not cells or not all(_is_text(cell) for row in grid for cell in row):
        raise BadAnswer(f"{_where(answer)}: the answer is not a list of rows of text.")
    header, rows = grid[0], grid[1:]
    if None in header or any(len(row) != len(header) for row in rows):
        raise BadAnswer(f"{_where(answer)}: rows and header differ in length.")
    return header, rows


def _is_text(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and cell.isascii())


def _check_rows(answer: Answer, table: pl.DataFrame) -> None:
    rules = _rules(answer)
    found = table.select((~fine.fill_null(value=False)).alias(what) for what, fine in rules.items())
    for what, bad in found.to_dict().items():
        if bad.any():
            raise BadAnswer(
                f"{_where(answer)}: {bad.sum()} of {table.height} rows state {what}; the first is "
                f"{table.filter(bad).row(0, named=True)}."
            )


def _rules(answer: Answer) -> dict[str, pl.Expr]:
    call, fields = answer.call, fields_of(answer.call.told("flow"))
    months = [f"{month:%Y-%m}" for month in months_of(call)]
    rules = {
        f"a month outside {months[0]} to {months[-1]}": pl.col(MONTH).is_in(months),
        "a value that is no whole number": pl.col(fields.value).str.contains(_WHOLE),
    }
    names, about = _columns(answer), dict(call.about)
    for name in fields.quantities:
        if name in names:
            whole = pl.col(name).is_null() | pl.col(name).str.contains(_WHOLE)
            rules[f"a {name} that is no whole number"] = whole
    if fields.code in names:
        digits = DIGITS.get(about["level"], len(about["code"]))
        fine = pl.col(fields.code).str.contains(rf"^\d{{{digits}}}$")
        rules["another code"] = fine & pl.col(fields.code).str.starts_with(about["code"])
    if COUNTRY in names:
        rules["another country"] = pl.col(COUNTRY) == country(about["partner"]).schedule_c
    return rules


def months_of(call: Call) -> tuple[date, ...]:
    """Give the months that a call asks for."""
    first, last = (date.fromisoformat(f"{call.told(end)}-01") for end in ("since", "until"))
    return months_between(first, last)


def _check_releases(answer: Answer, table: pl.DataFrame) -> None:
    first = months_of(answer.call)[0]
    if table.is_empty() and first + SURELY_OUT < answer.retrieved_at.date():
        raise BadAnswer(
            f"{_where(answer)}: the source knows no month, but {first:%Y-%m} is out for certain. "
            "The question is not understood as documented; the source must have changed."
        )
