"""The words that options accept, in one place."""

from __future__ import annotations

from typing import Literal, get_args

from tradeflow.errors import UnknownNameError, UsageError

Backend = Literal["pandas", "polars"]
By = Literal["category", "hs6", "family", "total"]
Edition = Literal["HS2007", "HS2012", "HS2017", "HS2022"]
FileKind = Literal["flows", "baci", "comext", "comtrade-totals"]
FlowKind = Literal["import", "export", "re_export", "domestic_export"]
Freq = Literal["M", "A"]
RevisionTable = Literal["cells", "lags", "periods"]
Role = Literal["signal", "noisy-signal", "noisy", "cover", "benchmark"]
Side = Literal["reporter", "partner"]
Measure = Literal["value_usd", "net_kg"]
Status = Literal["reported", "provisional", "estimated", "mirror"]
Valuation = Literal["FOB", "CIF", "FAS", "unknown"]


def one_of(value: str, options: object, *, name: str) -> str:
    """Return `value` if the ``Literal`` type `options` lists it, else raise with the list."""
    allowed: tuple[str, ...] = get_args(options)
    if not isinstance(value, str):
        raise UsageError(f"{name} is {value!r}, no text: give one of {', '.join(allowed)}.")
    if value not in allowed:
        raise UnknownNameError.of(name, value, allowed, hint=f"Allowed: {', '.join(allowed)}.")
    return value
