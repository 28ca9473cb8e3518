"""What to ask the European Central Bank: all currencies of the package at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.sources.call import Call
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.query import make_query
from tradeflow.sources.spans import months_between

if TYPE_CHECKING:
    from collections.abc import Sequence

CURRENCIES: Final = ("USD", "CNY", "HKD", "GBP", "JPY", "KRW", "TRY", "CHF")
"""The currencies of the sources, and the dollar."""

FIRST: Final = date(2012, 1, 1)
"""No edition of the Harmonized System before 2012 is held, so no older rate is needed; and all
of :data:`CURRENCIES` are quoted since then."""

INTERVAL: Final = 1.0
MEDIA: Final = ("text/csv", "application/vnd.sdmx.data+csv")


def plan_rates(
    *,
    since: str | date | int = FIRST,
    until: str | date | int | None = None,
    today: date | None = None,
) -> FetchPlan:
    """Plan the one call that brings monthly rates.

    Parameters
    ----------
    since, until
        First and last month; until the last whole month if None.
    today
        The day on which the question is asked; today if None.

    Raises
    ------
    UsageError
        A span that ends before it begins, lies in the future or begins before 2012.
    """
    query = make_query("ecb", codes="TOTAL", since=since, until=until, today=today)
    first, last = query.periods[0], query.periods[-1]
    if first < FIRST:
        raise UsageError(
            f"Rates are kept from {FIRST:%Y-%m}: give a later month than {first:%Y-%m}."
        )
    call = rates_call(CURRENCIES, first, last)
    return FetchPlan(query, (call,), INTERVAL, question=f"{call.note[0].upper()}{call.note[1:]}.")


def rates_call(currencies: Sequence[str], first: date, last: date) -> Call:
    """Ask for the monthly means of some currencies in units per euro."""
    return Call(
        source="ecb",
        path=f"/service/data/EXR/M.{'+'.join(currencies)}.EUR.SP00.A",
        params=(
            ("format", "csvdata"),
            ("startPeriod", f"{first:%Y-%m}"),
            ("endPeriod", f"{last:%Y-%m}"),
        ),
        note=f"monthly rates of the euro in {', '.join(currencies)}, {first:%Y-%m} to {last:%Y-%m}",
        about=(
            ("currencies", "+".join(currencies)),
            ("since", f"{first:%Y-%m}"),
            ("until", f"{last:%Y-%m}"),
        ),
        rows=len(currencies) * len(months_between(first, last)),
        media=MEDIA,
    )
