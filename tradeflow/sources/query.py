"""What a user asks of a source, before anybody decides how to ask it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.categories import EVERY, members
from tradeflow.nomenclature.categories import category as category_of
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day, plain_code
from tradeflow.options import FlowKind, Freq, one_of
from tradeflow.schema import TOTAL
from tradeflow.sources.codes import check_exists

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS_IN_YEAR = 12


@dataclass(frozen=True)
class Query:
    """Which flows are wanted, in the package's own terms.

    Attributes
    ----------
    source
        Name of the source on the command line, such as ``"comtrade"``.
    reporters, partners
        ISO alpha-3 codes; ``W00`` is the world.
    flow
        Which flow of the reporters.
    freq
        ``"M"`` months or ``"A"`` years.
    since, until
        First days of the first and last period.
    category
        A dual-use category whose codes are wanted, in each period's own edition, or ``"all"`` for
        those of every category; else None.
    codes
        Commodity codes of two to ten digits, or ``TOTAL``; empty if a category is given.
    keyed
        Whether a key is at hand, which changes what may be asked at once.
    today
        The day on which the question is asked; it decides what can have been released.
    options
        What only one source knows, such as ``dataset``.
    """

    source: str
    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    flow: FlowKind
    freq: Freq
    since: date
    until: date
    today: date
    category: str | None = None
    codes: tuple[str, ...] = ()
    keyed: bool = False
    options: tuple[tuple[str, str], ...] = ()

    @cached_property
    def periods(self) -> tuple[date, ...]:
        """First days of all periods asked for, oldest first."""
        first, last = _index(self.since, self.freq), _index(self.until, self.freq)
        return tuple(_day(i, self.freq) for i in range(first, last + 1))

    def codes_in(self, edition: str) -> tuple[str, ...]:
        """List the codes to ask for in an edition, sorted."""
        if self.category is None:
            return self.codes
        return tuple(sorted(members(self.category, edition=edition)["hs6"].unique()))

    def option(self, name: str) -> str | None:
        """Look up what only one source knows."""
        return dict(self.options).get(name)


def make_query(
    source: str,
    *,
    reporter: str | Sequence[str] = "CHN",
    partner: str | Sequence[str] = "RUS",
    category: str | None = None,
    codes: str | Sequence[str] = (),
    flow: FlowKind = "export",
    freq: Freq = "M",
    since: str | date | int | None = None,
    until: str | date | int | None = None,
    keyed: bool = False,
    today: date | None = None,
    **options: str,
) -> Query:
    """Check a question and put it into the package's own terms.

    Raises
    ------
    UnknownNameError
        A country or category that nobody knows.
    UnknownCodeError
        A code whose first six, four or two digits no edition held here has.
    UsageError
        Neither or both of category and codes; no first period; a span that ends before it begins
        or lies in the future; a code that is not one; an argument of the wrong type.
    """
    one_of(flow, FlowKind, name="flow")
    one_of(freq, Freq, name="freq")
    _check_options(options)
    day = today or datetime.now(UTC).date()
    return Query(
        source=source,
        reporters=_countries(reporter),
        partners=_countries(partner),
        flow=flow,
        freq=freq,
        since=(span := _span(since, until, freq, day))[0],
        until=span[1],
        today=day,
        category=_category(category),
        codes=_codes(codes, category),
        keyed=keyed,
        options=tuple(sorted(options.items())),
    )


def _check_options(options: dict[str, str]) -> None:
    for name, value in options.items():
        if not isinstance(value, str):
            raise UsageError(f"{name} is {value!r}: options that one source knows are text.")


def _countries(names: str | Sequence[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(map(_iso3, listed(names))))
    if not found:
        raise UsageError("No country is named. Give ISO alpha-3 codes, such as CHN or RUS,KAZ.")
    return found


def _iso3(name: str) -> str:
    try:
        return country(name.upper()).iso3
    except UnknownNameError:
        iso3 = _of_name(name)
        if iso3 is None:
            raise
        raise UnknownNameError(f"{name!r} is a name: give the ISO alpha-3 code, {iso3}.") from None


def _of_name(name: str) -> str | None:
    try:
        return country(name, scheme="name").iso3
    except UnknownNameError:
        return None


def listed(given: Any) -> tuple[str, ...]:  # noqa: ANN401  one of anything, or many
    """List what was given as text with commas, as one value or as many; empty ones are left out.

    Examples
    --------
    >>> listed("RUS, KAZ,"), listed([8542, "8541"]), listed(854231), listed(None)
    (('RUS', 'KAZ'), ('8542', '8541'), ('854231',), ())
    """
    if isinstance(given, str):
        many: Iterable[Any] = given.split(",")
    else:
        many = given if isinstance(given, Iterable) else () if given is None else (given,)
    return tuple(text for one in many if (text := str(one).strip()))


def _category(category: str | None) -> str | None:
    if category is None or category == EVERY:
        return category
    if not isinstance(category, str):
        raise UsageError(f"{category!r} is not one category: give one name, or 'all'.")
    return category_of(category).category


def _codes(codes: str | Sequence[str], category: str | None) -> tuple[str, ...]:
    found = tuple(sorted({plain_code(code).upper() for code in listed(codes)}))
    if (category is None) == (not found):
        raise UsageError(
            "Give either a category or codes: --category jammers or --codes 854370 "
            "(category='jammers' or codes='854370')."
        )
    for code in found:
        if code != TOTAL and not (code.isdecimal() and code.isascii() and 2 <= len(code) <= 10):  # noqa: PLR2004
            raise UsageError(
                f"{code!r} is not a commodity code: two to ten digits as text, or TOTAL."
            )
        if code != TOTAL:
            check_exists(code)
    return found


def _span(since: Any, until: Any, freq: str, today: date) -> tuple[date, date]:  # noqa: ANN401
    if since is None:
        raise UsageError("Say from when on: --since 2022-01 (since='2022-01').")
    current = _index(today, freq)
    first = _index(first_day(since), freq)
    last = current - 1 if until is None else _last(until, freq)
    latest = max(first, last)
    if latest >= current:
        raise UsageError(
            f"{_word(latest, freq)} is not over yet on {today}; the last whole period is "
            f"{_word(current - 1, freq)}."
        )
    if first > last:
        raise UsageError(
            f"The span ends ({_word(last, freq)}) before it begins ({_word(first, freq)}): "
            "--since is the first period, --until the last."
        )
    return _day(first, freq), _day(last, freq)


def last_day(until: str | date | int, freq: str) -> date:
    """First day of the last period meant; a year alone is meant with all its months.

    Examples
    --------
    >>> last_day("2025", "M"), last_day("2025-03", "M"), last_day(2025, "A")
    (datetime.date(2025, 12, 1), datetime.date(2025, 3, 1), datetime.date(2025, 1, 1))
    """
    return _day(_last(until, freq), freq)


def _last(until: Any, freq: str) -> int:  # noqa: ANN401
    year_alone = re.fullmatch(r"\d{4}", str(until)) is not None
    months_after = MONTHS_IN_YEAR - 1 if freq == "M" and year_alone else 0
    return _index(first_day(until), freq) + months_after


def _index(day: date, freq: str) -> int:
    return day.year if freq == "A" else day.year * MONTHS_IN_YEAR + day.month - 1


def _day(index: int, freq: str) -> date:
    if freq == "A":
        return date(index, 1, 1)
    return date(index // MONTHS_IN_YEAR, index % MONTHS_IN_YEAR + 1, 1)


def _word(index: int, freq: str) -> str:
    return f"{index}" if freq == "A" else f"{_day(index, freq):%Y-%m}"
