"""Months, and the stretches of months in which one edition of the codes is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.nomenclature.editions import edition_of, known_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tradeflow.options import Edition


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive months under one edition.

    Attributes
    ----------
    edition
        The edition in force.
    first, last
        First days of the first and the last month.
    """

    edition: Edition
    first: date
    last: date

    @property
    def words(self) -> str:
        """The span, for notes."""
        return f"{self.first:%Y-%m} to {self.last:%Y-%m}"


def months_between(first: date, last: date) -> tuple[date, ...]:
    """First days of all months from `first` to `last`; none if `last` is earlier."""
    return tuple(pl.date_range(first, last, "1mo", eager=True)) if first <= last else ()


def edition_spans(reporter: str, months: Iterable[date]) -> tuple[Span, ...]:
    """Cut months at the borders of a reporter's editions.

    Examples
    --------
    >>> [span.words for span in edition_spans("HKG", [date(2021, 12, 1), date(2022, 1, 1)])]
    ['2021-12 to 2021-12', '2022-01 to 2022-01']
    """

    def spans() -> Iterator[Span]:
        for edition, found in groupby(sorted(months), lambda m: edition_of(reporter, m)):
            group = list(found)
            yield Span(edition, group[0], group[-1])

    return tuple(spans())


def last_expected(today: date, lag: timedelta) -> date:
    """First day of the latest month that ended at least `lag` before `today`.

    Examples
    --------
    >>> last_expected(date(2026, 8, 5), timedelta(days=35))
    datetime.date(2026, 6, 1)
    """
    return (((today - lag).replace(day=1)) - timedelta(days=1)).replace(day=1)


def is_known(code: str, edition: str) -> bool:
    """Whether an edition has a chapter, heading or subheading; of longer codes, the first six."""
    return code[:6] in _levels(edition)


def subheadings(codes: Iterable[str], edition: str) -> tuple[str, ...]:
    """List the six-digit codes of an edition at or below codes of 2, 4 or 6 digits, sorted.

    Examples
    --------
    >>> subheadings(["8707", "848210", "000000"], "HS2022")
    ('848210', '870710', '870790')
    """
    wanted = set(codes)
    known = known_codes(edition)
    return tuple(sorted(c for c in known if wanted & {c[:2], c[:4], c}))


@cache
def _levels(edition: str) -> frozenset[str]:
    codes = known_codes(edition)
    return codes | {code[:digits] for code in codes for digits in (2, 4)}


def chunks(codes: Sequence[str], size: int) -> tuple[tuple[str, ...], ...]:
    """Cut a list of codes into lists of at most `size`."""
    return tuple(tuple(codes[i : i + size]) for i in range(0, len(codes), size))
