"""Currencies: monthly mean rates of the European Central Bank."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tradeflow.errors import UnknownNameError
from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@cache
def _per_euro() -> Mapping[tuple[str, str], float]:
    rows = table("ecb_rates").select("currency", "month", "units_per_eur")
    return {(currency, month): rate for currency, month, rate in rows.iter_rows()}


@cache
def rate_months() -> tuple[str, ...]:
    """Months for which rates are held, as ``2022-01``, oldest first."""
    return tuple(sorted(month for currency, month in _per_euro() if currency == "USD"))


def usd_per_unit(currency: str, month: date) -> float:
    """US dollars per unit of a currency, mean of the month.

    Parameters
    ----------
    currency
        ISO 4217 code: EUR, USD, or one that the table holds (CNY, HKD, GBP, JPY, KRW, TRY, CHF).
    month
        Any day of the month.

    Raises
    ------
    UnknownNameError
        No rate is held for the currency in that month.

    Notes
    -----
    USD per unit of X = (USD per euro) / (X per euro).

    Examples
    --------
    >>> from datetime import date
    >>> round(usd_per_unit("EUR", date(2020, 1, 1)), 4)
    1.11
    """
    if currency == "USD":
        return 1.0
    rates, key = _per_euro(), f"{month:%Y-%m}"
    try:
        dollars = rates["USD", key]
        return dollars if currency == "EUR" else dollars / rates[currency, key]
    except KeyError:
        known = {c for c, _ in rates} | {"EUR"}
        months = rate_months()
        raise UnknownNameError.of(
            f"A rate for {key} of currency",
            currency,
            known,
            hint=f"Held: {', '.join(sorted(known))}, {months[0]} to {months[-1]}.",
        ) from None
