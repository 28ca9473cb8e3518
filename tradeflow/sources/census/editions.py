"""Which edition a code of the United States belongs to, also in the month of the change."""

from __future__ import annotations

from calendar import monthrange
from functools import cache
from typing import TYPE_CHECKING, Final

from tradeflow.nomenclature.editions import edition_of
from tradeflow.schema import TOTAL
from tradeflow.sources.spans import is_known

if TYPE_CHECKING:
    from datetime import date

    from tradeflow.options import Edition

REPORTER: Final = "USA"


@cache
def editions_in(month: date) -> tuple[Edition, ...]:
    """Editions in force in a month: two in January 2022, when HS2022 came on the 27th."""
    last = month.replace(day=monthrange(month.year, month.month)[1])
    return tuple(dict.fromkeys((edition_of(REPORTER, month), edition_of(REPORTER, last))))


@cache
def edition_with(code: str, month: date) -> Edition | None:
    """Find the edition in force that has a code of 2, 4 or 6 digits; None if none has it."""
    for edition in editions_in(month):
        if code == TOTAL or is_known(code, edition):
            return edition
    return None
