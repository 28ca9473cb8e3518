"""Registered places of China Customs: provinces by code or name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError
from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

_KIND: Final = re.compile(r"\s+(province|municipality|city|autonomous region)$")


@dataclass(frozen=True, slots=True)
class Province:
    """A province, municipality or autonomous region.

    Attributes
    ----------
    code
        Two digits: 44 for Guangdong.
    name_en, name_zh
        Short English and full Chinese name.
    """

    code: str
    name_en: str
    name_zh: str


def registered_place(code_or_name: str) -> Province:
    """Look up a registered place as files write it.

    Parameters
    ----------
    code_or_name
        A code of two digits, or of six whose first two name the province; an English name with or
        without ``Province``; or the Chinese name.

    Raises
    ------
    UnknownNameError
        With the nearest name, if there is one.

    Examples
    --------
    >>> registered_place("44").name_en, registered_place("Guangdong Province").code
    ('Guangdong', '44')
    >>> registered_place("Guangxi Zhuang Autonomous Region").code
    '45'
    """
    text = " ".join(code_or_name.split()).casefold()
    plain = text[:2] if re.fullmatch(r"\d{6}", text) else _KIND.sub("", text)
    people_left_out = plain.rpartition(" ")[0]  # Guangxi Zhuang Autonomous Region
    known = _places()
    for key in (text, plain, people_left_out):
        if key in known:
            return known[key]
    names = [place.name_en for place in _ordered()]
    raise UnknownNameError.of("Registered place", code_or_name, names)


@cache
def _ordered() -> tuple[Province, ...]:
    rows = table("gacc_provinces").select("code", "name_en", "name_zh").iter_rows()
    return tuple(Province(*row) for row in rows)


@cache
def _places() -> Mapping[str, Province]:
    names = ("code", "name_en", "name_zh")
    return {getattr(p, name).casefold(): p for p in _ordered() for name in names}
