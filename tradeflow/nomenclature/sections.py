"""Sections of the Harmonized System."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tradeflow.errors import UnknownCodeError
from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping


@cache
def _section_of_chapter() -> Mapping[int, int]:
    rows = table("sections").select("section", "first_chapter", "last_chapter").iter_rows()
    return {c: int(s) for s, first, last in rows for c in range(int(first), int(last) + 1)}


_NATIONAL_USE = (98, 99)  # chapters outside the sections: goods not specified by kind


def section_of(hs6: str) -> int:
    """Section (1 to 21) of a code; 0 for goods not specified by kind (chapters 98 and 99).

    Examples
    --------
    >>> section_of("854370")
    16
    """
    try:
        chapter = int(hs6[:2])
        return 0 if chapter in _NATIONAL_USE else _section_of_chapter()[chapter]
    except (KeyError, ValueError):
        raise UnknownCodeError(f"Code {hs6!r} is in no chapter of the Harmonized System.") from None
