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


def section_of(hs6: str) -> int:
    """Section (1 to 21) of a code.

    Examples
    --------
    >>> section_of("854370")
    16
    """
    try:
        return _section_of_chapter()[int(hs6[:2])]
    except (KeyError, ValueError):
        raise UnknownCodeError(f"Code {hs6!r} is in no chapter of the Harmonized System.") from None
