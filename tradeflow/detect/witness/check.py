"""What a witness refuses before it works: panels, dates and options that cannot be meant."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.errors import DataError, DuplicateKeyError, UsageError
from tradeflow.options import By, one_of
from tradeflow.panel.model import Panel

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

LEAST: Final = 1e-9
"""Smallest amount above 0, in US dollars or kilograms, that is taken for trade."""

MOST: Final = 1e18
"""Largest amount that is taken for trade: ten thousand times what the world produces a year."""


def check_panel(panel: Panel) -> None:
    """Refuse what is no panel, and series that cannot be told apart.

    Parameters
    ----------
    panel
        What a user gave as the panel.

    Raises
    ------
    UsageError
        It is no panel.
    DataError
        A key is empty, or a column of keys absent.
    DuplicateKeyError
        Two series have the same keys.
    """
    check_is_panel(panel)
    names = ["reporter", "partner", panel.by]
    absent = [name for name in names if name not in panel.keys.columns]
    if absent:
        raise DataError(f"The panel's keys have no column {', '.join(absent)}. Add what is absent.")
    keys = panel.keys.select(names)
    for name in keys.columns:
        if keys[name].null_count():
            row = int(keys[name].is_null().arg_max() or 0)
            raise DataError(f"Series {row} of the panel has no {name}. Name it, or leave it out.")
    if keys.is_duplicated().any():
        twice = " ".join(map(str, keys.filter(keys.is_duplicated()).row(0)))
        raise DuplicateKeyError(
            f"Series {twice} stands in the panel more than once; its trade would count twice. "
            "Keep one of them."
        )


def check_is_panel(panel: Panel) -> None:
    """Refuse what is no panel.

    Raises
    ------
    UsageError
        With how to make one.
    """
    if not isinstance(panel, Panel):
        raise UsageError(
            f"Expected a panel, got {type(panel).__name__}. Make one of a flow table: "
            "tf.panel(flows)."
        )


def check_amounts(panel: Panel, *, weights: bool = False) -> None:
    """Refuse amounts that no trade has.

    Parameters
    ----------
    panel
        A panel.
    weights
        Whether its weights are read, too.

    Raises
    ------
    DataError
        A number is negative, infinite, above :data:`MOST`, or positive and below :data:`LEAST`.
    """
    for amounts, name in ((panel.values, panel.measure), (panel.net_kg, "net_kg"))[: 1 + weights]:
        wrong = ~np.isnan(amounts) & (amounts != 0) & ~((amounts >= LEAST) & (amounts <= MOST))
        if wrong.any():
            _refuse(panel, amounts, wrong, name)


def _refuse(
    panel: Panel, amounts: NDArray[np.float64], wrong: NDArray[np.bool_], name: str
) -> None:
    row, column = np.argwhere(wrong)[0].tolist()
    series = " ".join(map(str, panel.keys.select("reporter", "partner", panel.by).row(row)))
    raise DataError(
        f"Series {series} has a {name} of {amounts[row, column]:g} in "
        f"{panel.periods[column]:%Y-%m} ({wrong.sum():,} such cells): trade is 0, or between "
        f"{LEAST:g} and {MOST:g}. Correct the cell, or leave the series out."
    )


def check_whole(name: str, value: int, *, least: int) -> None:
    """Refuse what is no whole number, or below `least`.

    Raises
    ------
    UsageError
        With the name, the value and what is allowed.
    """
    try:
        fine = index(value) >= least
    except TypeError:
        fine = False
    if not fine:
        raise UsageError(f"{name} is {value!r}; give a whole number of at least {least}.")


def check_rate(q: float) -> None:
    """Refuse a false-discovery rate that is not between 0 and 1.

    Raises
    ------
    UsageError
        With the value.
    """
    if not 0 < q < 1:
        raise UsageError(f"q is {q}; a false-discovery rate lies between 0 and 1.")


def check_names(name: str, values: Collection[str]) -> None:
    """Refuse one text where a list of texts is meant, which would be read letter by letter.

    Raises
    ------
    UsageError
        With what to write.
    """
    alone = isinstance(values, str)
    if alone or not np.iterable(values) or not all(isinstance(one, str) for one in values):
        raise UsageError(f"{name} is {values!r}; give a list of texts" + f": [{values!r}]." * alone)


def check_goods(by: str) -> None:
    """Refuse what is no kind of goods.

    Raises
    ------
    UnknownNameError
        `by` is not known.
    UsageError
        It is ``total``, in which no goods are told apart.
    """
    if one_of(by, By, name="by") == "total":
        raise UsageError("by is 'total', but goods are compared: 'category', 'hs6' or 'family'.")


def check_seed(seed: int) -> None:
    """Refuse what no generator takes.

    Raises
    ------
    UsageError
        It is no whole number of at least 0.
    """
    check_whole("seed", seed, least=0)
