"""What an absent cell means where somebody asked for it: a zero, a late month, or nothing known.

A cell that was asked for, in a period that is released, and that is not listed, is a zero if the
source leaves nothing else out. A cell that nobody asked for is not known.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.nomenclature.categories import members
from tradeflow.nomenclature.editions import edition_of
from tradeflow.nomenclature.families import family_table
from tradeflow.panel.states import State
from tradeflow.schema import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.options import By

_RANK: Final = {"not released": 0, "unknown": 1, "reported": 2, "zero": 3}
"""Where two questions cover a cell, the one that knows more speaks."""

_NOT_ASKED: Final = -1


def asked_states(
    calendar: pl.DataFrame,
    keys: pl.DataFrame,
    periods: Sequence[date],
    by: By,
    *,
    editions: Sequence[str],
    lists_all: bool,
) -> NDArray[np.float64]:
    """State of absent cells of the series that somebody asked for.

    Parameters
    ----------
    calendar
        Reporter, partner, goods, period and state of what was asked of one source, at one
        frequency, of one flow.
    keys
        Reporter, partner and what the series is.
    periods
        First day of each period.
    by
        What the series are.
    editions
        Those of the table; of one alone, it holds in every period.
    lists_all
        Whether the source lists every cell with trade, once it has released the period.

    Returns
    -------
    ndarray
        Shape (n_series, n_periods): a state; NaN where the series was never asked for. A period
        in which it was not asked for, though in others, is ``WITHHELD``: not known.
    """
    shape = (len(keys), len(periods))
    rank, covered = np.full(shape, _NOT_ASKED), np.zeros(len(keys), dtype=bool)
    place = {period: column for column, period in enumerate(periods)}
    names = keys[by].to_numpy()
    for (reporter, partner, goods), rows in calendar.group_by("reporter", "partner", "goods"):
        pair = (keys["reporter"] == reporter) & (keys["partner"] == partner)
        mine = np.flatnonzero(pair.to_numpy())
        for period, state in rows.select("period", "state").iter_rows():
            edition = editions[0] if len(editions) == 1 else edition_of(str(reporter), period)
            asked = _asked(str(goods), edition, by, tuple(editions))
            series = mine[np.isin(names[mine], asked)]
            covered[series] = True
            column = place[period]
            rank[series, column] = np.maximum(rank[series, column], _RANK[state])
    return np.where(covered[:, None], _meaning(lists_all=lists_all)[rank], np.nan)


def _meaning(*, lists_all: bool) -> NDArray[np.float64]:
    """State by rank; the last stands for a period in which nobody asked."""
    reported = State.ZERO if lists_all else State.WITHHELD
    by_rank = [State.NOT_RELEASED, State.WITHHELD, reported, State.ZERO, State.WITHHELD]
    return np.asarray(by_rank, dtype=np.float64)


@cache
def _asked(goods: str, edition: str, by: By, editions: tuple[str, ...]) -> NDArray[np.str_]:
    """Name the series all of whose codes, in an edition, were asked for."""
    codes = _codes(goods, edition)
    if by == "total":
        return np.asarray(["total"] if TOTAL in codes else [], dtype=np.str_)
    held = family_table(editions).filter(pl.col("edition") == edition)
    if by == "hs6":
        held = held.filter("exact") if len(editions) > 1 else held.clear()
    whole = held.group_by("family").agg(asked=pl.col("hs6").is_in(codes).all(), parts=pl.col("hs6"))
    named = whole.filter("asked")["family"].to_list()
    other = set(codes) - {code for parts in whole["parts"] for code in parts}
    return np.asarray([*named, *(other if by == "hs6" else ())], dtype=np.str_)


def _codes(goods: str, edition: str) -> list[str]:
    words = [word.strip() for word in goods.split(",")]
    if all(word.isdecimal() or word == TOTAL for word in words):
        return words
    held = set(members(None)["category"]) | {"all"}
    return members(goods, edition=edition)["hs6"].unique().to_list() if goods in held else []
