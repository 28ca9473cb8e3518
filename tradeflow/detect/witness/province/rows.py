"""A good's exports by registered place and month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.goods import BROKEN, NO_MEMBER
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.nomenclature.categories import all_categories, members
from tradeflow.nomenclature.families import family_table
from tradeflow.nomenclature.provinces import registered_place
from tradeflow.panel.build import panel
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.options import By

NO_PLACE: Final = not_heard("no registered place")
PARTLY: Final = not_heard("some rows have no registered place")


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """One good by place and month.

    Attributes
    ----------
    name
        Category, code or family.
    places
        Codes of the places, sorted.
    values
        Shape (n_places, T), US dollars; NaN in months that are not released.
    why
        Empty if it can be compared, else the rule.
    """

    name: str
    places: tuple[str, ...]
    values: NDArray[np.float64]
    why: str


def known_places(rows: pl.DataFrame) -> pl.DataFrame:
    """Write every registered place as its code; places that are not stated stay empty."""
    names = rows["region"].drop_nulls().unique()
    codes = {name: registered_place(name).code for name in names}
    return rows.with_columns(region=pl.col("region").replace(codes))


def by_place(
    pair: pl.DataFrame, sold: pl.DataFrame, *, by: By, months: Sequence[date]
) -> list[Placed]:
    """Arrange the exports to one partner by good, place and month.

    Parameters
    ----------
    pair
        Exports to the partner, places as codes.
    sold
        All exports of the reporter: a month without any is not released.
    by
        What a good is.
    months
        The columns.
    """
    named = _named(pair, by)
    broken = _broken(pair)
    said = set(sold["period"])
    released = np.array([month in said for month in months])
    order = {slug: i for i, slug in enumerate(all_categories())}
    names = sorted(set(named["good"].drop_nulls()), key=lambda name: (order.get(name, 0), name))
    empty = np.where(released, 0.0, np.nan)
    calm = named
    if by != "family":  # a family is what stays comparable
        calm = named.filter(~pl.col("code").is_in(sorted(broken)))
    why = NO_MEMBER if by == "category" else BROKEN
    return [_one(calm.filter(pl.col("good") == name), name, why, empty, months) for name in names]


def _named(rows: pl.DataFrame, by: By) -> pl.DataFrame:
    """Add `code`, the number in the newest edition, and `good`, what the row belongs to."""
    editions = sorted(rows["edition"].cast(pl.String).unique())
    joined = rows.with_columns(code=pl.col("hs6"))
    if by == "family" or len(editions) > 1:
        table = family_table(editions).with_columns(pl.col("edition").cast(rows["edition"].dtype))
        joined = rows.join(table, on=["edition", "hs6"], how="left", maintain_order="left")
        same = pl.when("exact").then("family").otherwise("hs6")
        joined = joined.with_columns(code=same if len(editions) > 1 else pl.col("hs6"))
    if by == "family":
        return joined.with_columns(good="family")
    if by == "hs6":
        return joined.with_columns(good="code")
    homes = members(edition=editions[-1]).select("category", pl.col("hs6").alias("code"))
    return joined.join(homes.rename({"category": "good"}), on="code", how="left")


def _broken(pair: pl.DataFrame) -> set[str]:
    """Codes that a change of the classification breaks; places do not matter for that.

    The panel also refuses several sources or releases in one table.
    """
    key = ["source", "release", "period", "edition", "hs6", "national_code", "regime"]
    whole = pair.group_by(key, maintain_order=True).agg(
        pl.col("value_usd").sum(), pl.exclude("value_usd", *key).first()
    )
    whole = whole.with_columns(net_kg=None, region=None)
    made = panel(whole, by="hs6", flow="export")
    rows = np.flatnonzero((made.state == State.BREAK).any(axis=1))
    return {made.keys["hs6"][int(row)] for row in rows}


def _one(
    kept: pl.DataFrame, name: str, why: str, empty: NDArray[np.float64], months: Sequence[date]
) -> Placed:
    if kept.is_empty():
        return _nothing(name, why, months)
    if kept["region"].null_count():
        return _nothing(name, NO_PLACE if kept["region"].is_null().all() else PARTLY, months)
    places = tuple(sorted(kept["region"].unique()))
    values = np.tile(empty, (len(places), 1))
    sums = kept.group_by("region", "period").agg(pl.col("value_usd").sum())
    row, column = {p: i for i, p in enumerate(places)}, {m: i for i, m in enumerate(months)}
    for place, month, usd in sums.iter_rows():
        values[row[place], column[month]] = usd
    return Placed(name, places, values, HEARD)


def _nothing(name: str, why: str, months: Sequence[date]) -> Placed:
    return Placed(name, (), np.zeros((0, len(months))), why)
