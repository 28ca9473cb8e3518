"""Names and units as China customs writes them.

``names.csv`` holds the names of the Chinese table of partners (as kept, under MIT, in
github.com/turbanisch/chinautils) and short forms; English names come from the nomenclature.
``units.csv`` holds the units met in either language and the kilograms in those that are weights.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError
from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.provinces import registered_place
from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

DASHES: Final = ("-", "--", "\uff0d", "\u2014", "\u2013")
"""How an export writes that there is no number."""

NOTHING: Final = ("", "?", *DASHES)
"""How it writes that there is no unit; ``?`` is a dash lost in recoding."""

KILOGRAM: Final = "kg"
_SINCE: Final = re.compile(r"[(（][^)）]*\d{4}[^)）]*[)）]")  # noqa: RUF001  as the files have it


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner code.

    Attributes
    ----------
    iso3
        None if it is not one country.
    name
        English name; the code if none is known.
    first, last
        Years in which it is valid.
    """

    iso3: str | None
    name: str
    first: int
    last: int


@cache
def partners() -> Mapping[str, Partner]:
    """Every partner code of China customs."""
    rows = table("gacc_partners").select("gacc", "iso3", "name_en", "valid_from", "valid_to")
    return {
        code: Partner(iso3, name or code, int(first or 1), int(last or 9999))
        for code, iso3, name, first, last in rows.iter_rows()
    }


@dataclass(frozen=True, slots=True)
class Meant:
    """What a partner's code and name mean in a year.

    Attributes
    ----------
    iso3
        The country; None if it is not one country, or nobody knows it.
    reason
        Why trade with it is withheld; None if it is one country.
    fault
        How code and name contradict each other or the year; None if they do not.
    by_name
        The code is not in the table, and the name decided.
    """

    iso3: str | None = None
    reason: str | None = None
    fault: str | None = None
    by_name: bool = False


def meaning(code: str, name: str, year: int) -> Meant:
    """Read a partner by code and name.

    A name that nobody knows (a new spelling, letters lost in recoding) contradicts nothing: the
    code decides. A code that is not in the table goes by its name, unless that country has a code
    of its own.
    """
    known, named = partners().get(code), _countries().get(_folded(name))
    if known is None:
        others = [c for c, partner in partners().items() if named and partner.iso3 == named]
        if others:
            return Meant(fault=f"partner code {code!r} is unknown; {name!r} has {others[-1]!r}")
        unknown = f"partner {code} ({name}) is not in the table of China customs"
        return Meant(named, None if named else unknown, by_name=named is not None)
    if not known.first <= year <= known.last:
        span = f"until {known.last}" if known.first == 1 else f"from {known.first}"
        return Meant(fault=f"partner code {code!r} is {known.name} only {span}, not in {year}")
    if named not in {None, known.iso3}:
        return Meant(fault=f"partner code {code!r} is {known.name}, but its name is {name!r}")
    alone = known.iso3 is not None
    return Meant(known.iso3, None if alone else f"partner {code} ({name}) is not one country")


def region_fault(code: str, name: str) -> str | None:
    """Say how the code of a registered place contradicts its name, or None."""
    by_code, by_name = _place(code), _place(name)
    if by_code and by_name and by_code != by_name:
        return f"registered place {code!r} and its name {name!r} are two places"
    return None


@cache
def units() -> Mapping[str, str]:
    """Short English unit by the folded name of a unit in either language."""
    return {row["name"].casefold(): row["unit"] for row in _rows("units.csv")}


@cache
def kilograms() -> Mapping[str, float]:
    """Kilograms in each short unit that is a weight."""
    return {row["unit"]: float(row["kilograms"]) for row in _rows("units.csv") if row["kilograms"]}


@cache
def _countries() -> Mapping[str, str]:
    """ISO code by folded name; names that two countries share are left out."""
    pairs = list(iso3_map("name").items())
    pairs += [(partner.name, partner.iso3) for partner in partners().values() if partner.iso3]
    pairs += [(row["name"], row["iso3"]) for row in _rows("names.csv")]
    found: dict[str, set[str]] = {}
    for name, iso3 in pairs:
        found.setdefault(_folded(name), set()).add(iso3)
    return {name: meant.pop() for name, meant in found.items() if len(meant) == 1}


def _folded(name: str) -> str:
    """Drop case, accents, blanks, punctuation, "(since 2023)", and China's own name beside others.

    >>> _folded("Hong Kong, China"), _folded("Azerbai jan"), _folded("China")
    ('hongkong', 'azerbaijan', 'china')
    """
    letters = unicodedata.normalize("NFKD", _SINCE.sub("", name).casefold())
    bare = "".join(c for c in letters if c.isalnum() and not unicodedata.combining(c))
    return bare.removesuffix("china").removeprefix("中国") or bare


@cache
def _place(text: str) -> str | None:
    try:
        return registered_place(text).code
    except UnknownNameError:
        return None


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("tradeflow.sources.gacc").joinpath(name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
