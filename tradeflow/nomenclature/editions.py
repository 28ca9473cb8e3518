"""Editions of the Harmonized System: which codes each has, and who uses which when."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from textwrap import shorten
from typing import TYPE_CHECKING, Final, cast

import polars as pl

from tradeflow.errors import UnknownCodeError, UsageError
from tradeflow.nomenclature.tables import table
from tradeflow.options import Edition, one_of

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST_LABEL: Final = 60  # characters

HELD: Final[tuple[Edition, ...]] = ("HS2012", "HS2017", "HS2022")
"""Editions whose codes, descriptions and links are held, oldest first."""


@cache
def known_codes(edition: str) -> frozenset[str]:
    """Six-digit codes of an edition, and the few that producers of data use beside it."""
    return frozenset(_descriptions(edition))


@cache
def _descriptions(edition: str) -> dict[str, str]:
    rows = table("descriptions").filter(pl.col("edition") == edition)
    own = table("producer_codes")
    return dict(
        pl.concat([rows.select("hs6", "description"), own.select("hs6", "description")]).rows()
    )


def describe(hs6: str, *, edition: str = "HS2022") -> str:
    """Describe a code in the words of the UN's list for that edition.

    Raises
    ------
    UnknownCodeError
        If the edition has no such code.

    Examples
    --------
    >>> describe("848210")
    'Ball bearings'
    """
    check_code(hs6, edition=edition)
    return _descriptions(edition)[hs6]


def check_code(hs6: str, *, edition: str) -> str:
    """Return `hs6` if `edition` has it, else raise with the editions that do."""
    one_of(edition, Edition, name="edition")
    if not isinstance(hs6, str):
        raise UsageError(f"A code is text, with its leading zeros: write '{hs6!s:0>6}', not {hs6}.")
    if hs6 in known_codes(edition):
        return hs6
    others = [e for e in HELD if hs6 in known_codes(e)]
    if others:
        raise UnknownCodeError(
            f"Code {hs6!r} is not in {edition}; it exists in {', '.join(others)}. "
            f"`tradeflow codes family {hs6} --edition {others[-1]}` shows what it became."
        )
    if hs6.isdigit() and len(hs6) != len("854370"):
        raise UnknownCodeError(
            f"Code {hs6!r} has {len(hs6)} digits; a six-digit code is needed, with its leading "
            "zeros, as text."
        )
    heading = hs6[:4]
    near = sorted(code for code in known_codes(edition) if code.startswith(heading))
    hint = (
        f"Did you mean one of {', '.join(near)}?"
        if near
        else f"There is no heading {heading} either."
    )
    raise UnknownCodeError(
        f"Code {hs6!r} is not in {edition}, nor in another edition held here. {hint}"
    )


def plain_code(text: str) -> str:
    """Strip the dots and blanks with which codes are printed.

    >>> plain_code("8543.70")
    '854370'
    """
    return "".join(text.replace(".", "").split())


def edition_of(reporter: str, period: date | str | int) -> Edition:
    """Say in which edition a reporter's codes are for a period.

    Parameters
    ----------
    reporter
        ISO alpha-3 code. A reporter without a row of its own gets the World Customs
        Organization's date; the table's column ``verified`` says how sure a row is.
    period
        A date, an ISO date or month as text, or a year.

    Returns
    -------
    Edition
        The latest edition whose first period is not after `period`.

    Raises
    ------
    UsageError
        If the period is before the first edition held (2012) or cannot be read.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.edition_of("CHN", "2021-12")
    'HS2017'
    >>> tf.edition_of("CHN", "2022-01")
    'HS2022'
    """
    day = first_day(period)
    found: Edition | None = None
    for edition, first in _adoption(reporter):
        if first <= day:
            found = edition
    if found is None:
        raise UsageError(f"No edition is held for {period}: the oldest is {HELD[0]}, from 2012.")
    return found


def edition_expr(reporter: str, periods: Iterable[date]) -> dict[date, Edition]:
    """Map each period to the reporter's edition, for use on a column."""
    return {period: edition_of(reporter, period) for period in periods}


@cache
def _adoption(reporter: str) -> tuple[tuple[Edition, date], ...]:
    rows = table("adoption")
    own = {e: d for r, e, d in _adoption_rows(rows) if r == reporter}
    default = {e: d for r, e, d in _adoption_rows(rows) if r == "W00"}
    merged = {**default, **own}
    return tuple(sorted(((cast("Edition", e), d) for e, d in merged.items()), key=lambda x: x[1]))


def _adoption_rows(rows: pl.DataFrame) -> list[tuple[str, str, date]]:
    return [
        (r, e, date.fromisoformat(str(d)))
        for r, e, d in rows.select("reporter", "edition", "from_period").iter_rows()
    ]


def first_day(period: date | str | int) -> date:
    """Read a date, an ISO date or month as text, or a year; a time of day is dropped.

    Raises
    ------
    UsageError
        It cannot be read, or is no time at all (``NaT``).
    """
    missing = period != period  # noqa: PLR0124  NaT, which pandas makes of a missing date
    if isinstance(period, datetime) and not missing:
        return period.date()
    if isinstance(period, date) and not missing:
        return period
    text = str(period)
    try:
        return date.fromisoformat({4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text))
    except ValueError as error:
        raise UsageError(
            f"Period {period!r} cannot be read. Write 2022, 2022-01 or 2022-01-01."
        ) from error


@cache
def _labels() -> dict[str, str]:
    return dict(table("labels").select("hs6", "label").iter_rows())


def label(hs6: str, *, edition: str = "HS2022") -> str:
    """Name a code in a few words, for tables and figures; else by the beginning of its text.

    Examples
    --------
    >>> label("854370")
    'Electrical machines n.e.c.'
    >>> label("870120", edition="HS2017")
    'Tractors; road, for semi-trailers'
    """
    if hs6 in _labels():
        return _labels()[hs6]
    return shorten(_descriptions(edition).get(hs6, hs6), _LONGEST_LABEL, placeholder=" ...")
