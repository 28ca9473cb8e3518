"""Which numbers the settings of a simulation accept, by the name of the setting."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_AT_LEAST_0: Final = frozenset(
    {
        "drift",
        "margin",
        "markup",
        "noise_sd_spread",
        "outlier_size",
        "route_strength",
        "seasonal",
        "strength",
        "strength_spread",
    }
)

_WHOLE: Final = frozenset(
    {"code_splits", "day", "first", "months", "n_codes", "n_periods", "n_series"}
)


def check_numbers(settings: DataclassInstance) -> None:
    """Check every number of a settings object by the name of its field."""
    for field in fields(settings):
        value = getattr(settings, field.name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            check_number(type(settings).__name__, field.name, value)


def check_number(owner: str, name: str, value: float) -> None:
    """Raise :class:`tradeflow.errors.UsageError` if `name` cannot have this value."""
    for holds, rule in _rules(name, value):
        if not holds:
            raise UsageError(f"{owner}: {name} is {value}; give {rule}.")


def _rules(name: str, value: float) -> list[tuple[bool, str]]:
    rules = [(math.isfinite(value), "a finite number")]
    if name == "rho":
        rules.append((-1 < value < 1, "a number between -1 and 1, both excluded"))
    elif name.endswith("zero_share"):
        rules.append((0 <= value < 1, "a share of at least 0 and below 1"))
    elif name == "decay":
        rules.append((0 <= value < 1, "a number of at least 0 and below 1"))
    elif name == "share" or name.endswith("_share"):
        rules.append((0 <= value <= 1, "a share between 0 and 1"))
    elif name.endswith("_sd") or name in _AT_LEAST_0:
        rules.append((value >= 0, "a number of at least 0"))
    elif name in _WHOLE or name.endswith("_months"):
        rules.append((value >= 0 and value == int(value), "a whole number of at least 0"))
    return rules
