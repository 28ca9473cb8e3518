"""Countries in the codes of eight systems, translated by table and never by digits.

The number 344 is Hong Kong in M49 and Russia at China Customs (GACC): a code means nothing
without its system.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

import polars as pl

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.tables import table
from tradeflow.options import one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Scheme = Literal["iso3", "iso2", "m49", "comtrade", "gacc", "geonom", "hmrc", "schedule_c", "name"]
"""Systems of country codes; ``geonom`` is Eurostat's, ``schedule_c`` the US Census Bureau's."""

WORLD: Final = "W00"
"""The world, as the UN writes it; no country, and a total of all."""

THREE_DIGITS: Final = frozenset({"m49", "comtrade", "hmrc"})
"""Systems whose numbers are printed with and without leading zeros."""


@dataclass(frozen=True, slots=True)
class Country:
    """One country and its codes; None where a system has none or none was found.

    Attributes
    ----------
    iso3
        ISO 3166 alpha-3; S19 for Taiwan and W00 for the world, as the UN writes them.
    iso2, m49, comtrade, geonom, hmrc, schedule_c
        Codes as text, as published.
    gacc
        The code in force at China Customs; older ones are in the table ``gacc_partners``.
    name
        Short English name.
    aliases
        Other spellings met in the sources.
    note
        What to beware of.
    """

    iso3: str
    iso2: str | None
    name: str
    m49: str | None
    comtrade: str | None
    gacc: str | None
    geonom: str | None
    hmrc: str | None
    schedule_c: str | None
    aliases: tuple[str, ...]
    note: str | None


def country(
    name_or_code: str | int, *, scheme: Scheme = "iso3", period: date | int | None = None
) -> Country:
    """Look up a country by a code of one system, or by name.

    Parameters
    ----------
    name_or_code
        What to look up, in the terms of `scheme`.
    scheme
        The system that the code belongs to, or ``"name"``.
    period
        A date or year; needed for codes of China Customs that changed.

    Returns
    -------
    Country

    Raises
    ------
    UnknownNameError
        If the system has no such code or name.

    Examples
    --------
    >>> country("Turkey", scheme="name").iso3
    'TUR'
    >>> country(344, scheme="m49").name, country(344, scheme="gacc").name
    ('Hong Kong', 'Russia')
    """
    return _countries()[iso3_of(name_or_code, scheme=scheme, period=period)]


def iso3_of(value: str | int, *, scheme: Scheme, period: date | int | None = None) -> str:
    """Translate one code or name to ISO alpha-3, within one system and never across.

    Parameters
    ----------
    value
        A code or name. Leading zeros of M49, Comtrade and HMRC numbers may be missing.
    scheme
        The system that `value` belongs to, or ``"name"``.
    period
        A date or year; needed for codes of China Customs that changed (in 2023: Georgia,
        Armenia, Azerbaijan).

    Raises
    ------
    UnknownNameError
        If the system has no such code or name, or no country under it in that year.
    UsageError
        If the code's meaning depends on the year and no period is given.

    Examples
    --------
    >>> iso3_of("75", scheme="hmrc")
    'RUS'
    >>> iso3_of("337", scheme="gacc", period=2022), iso3_of("150", scheme="gacc", period=2023)
    ('GEO', 'GEO')
    """
    one_of(scheme, Scheme, name="scheme")
    text = str(value).strip()
    if scheme == "gacc":
        return _gacc_country(text, None if period is None else _year(period))
    known = _plain_names() if scheme == "name" else iso3_map(scheme)
    try:
        return known[_plain(text) if scheme == "name" else text.upper()]
    except KeyError:
        raise _unknown(text, scheme) from None


def iso3_map(scheme: Scheme, *, year: int | None = None) -> dict[str, str]:
    """Map every code of a system to ISO alpha-3, for use on a whole column.

    Parameters
    ----------
    scheme
        The system. For ``"name"`` the keys are names and other spellings as printed.
    year
        Needed for, and only used by, ``"gacc"``, whose codes changed.

    Returns
    -------
    dict of str to str
        For M49, Comtrade and HMRC each number stands with and without its leading zeros.

    Examples
    --------
    >>> codes = iso3_map("m49")
    >>> codes["051"], codes["51"]
    ('ARM', 'ARM')
    """
    one_of(scheme, Scheme, name="scheme")
    if scheme == "gacc":
        if year is None:
            raise UsageError("Codes of China Customs changed in 2023: give the year.")
        return {
            code: iso3 for code, iso3, _, first, last in _gacc() if iso3 and first <= year <= last
        }
    return dict(_codes(scheme))


@cache
def _countries() -> Mapping[str, Country]:
    aliases = pl.col("aliases").str.split("|").fill_null([])
    rows = table("countries").with_columns(aliases).iter_rows(named=True)
    return {row["iso3"]: Country(**{**row, "aliases": tuple(row["aliases"])}) for row in rows}


@cache
def _codes(scheme: str) -> Mapping[str, str]:
    if scheme == "name":
        return {n: c.iso3 for c in _countries().values() for n in (c.name, *c.aliases)}
    codes = {str(getattr(c, scheme) or ""): c.iso3 for c in _countries().values()}
    codes.pop("", None)
    if scheme in THREE_DIGITS:
        short = {str(int(code)): iso3 for code, iso3 in codes.items()}
        return short | {code.zfill(3): iso3 for code, iso3 in codes.items()}
    return codes


@cache
def _plain_names() -> Mapping[str, str]:
    return {_plain(name): iso3 for name, iso3 in _codes("name").items()}


@cache
def _gacc() -> tuple[tuple[str, str | None, str, int, int], ...]:
    """Rows of code, country, name, first year, last year."""
    columns = ["gacc", "iso3", "name_en", "valid_from", "valid_to"]
    rows = table("gacc_partners").select(columns).iter_rows()
    return tuple(
        (code, iso3, name or code, int(first or date.min.year), int(last or date.max.year))
        for code, iso3, name, first, last in rows
    )


def _gacc_country(code: str, year: int | None) -> str:
    row = next((row for row in _gacc() if row[0] == code), None)
    if row is None:
        raise _unknown(code, "gacc")
    _, iso3, name, first, last = row
    if iso3 is None:
        raise UnknownNameError(f"GACC code {code!r} ({name}) is not one country; leave it out.")
    always = (first, last) == (date.min.year, date.max.year)
    span = f"until {last}" if last != date.max.year else f"from {first}"
    if not always and year is None:
        raise UsageError(f"GACC code {code!r} is {name} only {span}: give the period.")
    if year is not None and not first <= year <= last:
        raise UnknownNameError(f"GACC code {code!r} is {name} only {span}, not in {year}.")
    return iso3


def _unknown(value: str, scheme: Scheme) -> UnknownNameError:
    """Suggest the nearest name or letters; a nearby number would be another country."""
    if scheme == "name":
        return UnknownNameError.of("Country", value, _codes("name"))
    kind = f"{scheme} country code"
    if _plain(value) in _plain_names():
        return UnknownNameError.of(kind, value, [], hint="It is a name: pass scheme='name'.")
    return UnknownNameError.of(kind, value, _codes(scheme) if scheme in {"iso2", "iso3"} else [])


def _plain(name: str) -> str:
    """Fold case, accents and punctuation, so that ``Türkiye`` and ``TURKIYE`` meet."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in letters if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", bare.replace("&", " and ")))


def _year(period: date | int) -> int:
    return period.year if isinstance(period, date) else period
