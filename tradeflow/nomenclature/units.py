"""Currencies: monthly mean rates of the European Central Bank."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError
from tradeflow.nomenclature.tables import table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    import polars as pl

    Rates = Mapping[tuple[str, str], float]

_COLUMNS: Final = ("currency", "month", "units_per_eur")
_newer: ContextVar[Rates | None] = ContextVar("rates beyond the packaged table", default=None)


@contextmanager
def more_rates(frame: pl.DataFrame) -> Iterator[None]:
    """Within the block, also use the rates of `frame`.

    They add months to the packaged table and never replace one: a number that was converted
    yesterday is converted in the same way today.

    Parameters
    ----------
    frame
        Columns currency (ISO 4217), month (``2026-11``) and units_per_eur (units of the currency
        per euro, mean of the month), such as :func:`tradeflow.flows.rates.fetch_rates` gives.

    Examples
    --------
    >>> from datetime import date
    >>> import polars as pl
    >>> row = {"currency": "USD", "month": "2031-01", "units_per_eur": 1.25}
    >>> with more_rates(pl.DataFrame([row])):
    ...     usd_per_unit("EUR", date(2031, 1, 1))
    1.25
    """
    held = _newer.set({**_pairs(frame), **_packaged()})
    try:
        yield
    finally:
        _newer.reset(held)


def _pairs(frame: pl.DataFrame) -> Rates:
    return {(c, month): rate for c, month, rate in frame.select(_COLUMNS).iter_rows()}


@cache
def _packaged() -> Rates:
    return _pairs(table("ecb_rates"))


def _per_euro() -> Rates:
    return _newer.get() or _packaged()


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
            () if currency in known else known,
            hint=(
                f"Held: {', '.join(sorted(known))}, {months[0]} to {months[-1]}. "
                "`tradeflow fetch ecb` fetches the months since."
            ),
        ) from None
