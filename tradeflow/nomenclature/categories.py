"""Dual-use categories: what they hold, on what ground, and what they cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.nomenclature.tables import table
from tradeflow.notebook import Facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

MAP_VERSION: Final = "2026.11"
"""Version of the category map; it changes whenever a member, weight or definition does."""

_KINDS: Final = {
    "signal": "signal",
    "noisy-signal": "noisy",
    "noisy": "noisy",
    "cover": "control",
    "benchmark": "control",
}


def kind_of(role: str) -> str:
    """Say how a role is judged.

    ``signal`` for codes that speak clearly, ``noisy`` for codes that hold much else, ``control``
    for goods that test the method and are not dual-use themselves.
    """
    return _KINDS[role]


@dataclass(frozen=True, slots=True)
class Category(Facts):
    """One category of the map.

    Attributes
    ----------
    category, title, definition
        Its name in code, its name in print, and what it holds.
    role
        ``signal``, ``noisy-signal`` or ``noisy`` (how clearly its codes speak), or ``cover``
        and ``benchmark`` for goods that test the method.
    beware
        The same in a few words.
    cannot_show
        What trade statistics under these codes cannot show.
    """

    category: str
    title: str
    definition: str
    role: str
    beware: str
    cannot_show: str


EVERY: Final = "all"
"""Instead of a category's name: the codes of every category."""

_OWN: Final[dict[str, tuple[Category, pl.DataFrame]]] = {}


def own_categories() -> dict[str, tuple[Category, pl.DataFrame]]:
    """Categories that the user added, each with its rows; :mod:`tradeflow.nomenclature.own`."""
    return _OWN


def map_version() -> str:
    """Version of the category map, and what the user added to it.

    >>> map_version() == MAP_VERSION
    True
    """
    own = ", ".join(own_categories())
    return f"{MAP_VERSION} with own {own}" if own else MAP_VERSION


@cache
def all_categories() -> Mapping[str, Category]:
    """The categories of the map by name, in the map's order, and then the user's own."""
    columns = ["category", "title", "definition", "role", "beware", "cannot_show"]
    rows = table("categories").select(columns).iter_rows()
    held = {row[0]: Category(*row) for row in rows}
    return held | {name: made for name, (made, _) in own_categories().items()}


def category(name: str) -> Category:
    """Look up one category.

    Parameters
    ----------
    name
        Its name, such as ``"jammers"``.

    Returns
    -------
    Category
        Title, definition, role, and what its codes cannot show.

    Raises
    ------
    UnknownNameError
        With the nearest name, if there is one.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.category("jammers").role
    'noisy-signal'
    """
    try:
        return all_categories()[name]
    except KeyError:
        raise UnknownNameError.of(
            "Category", name, all_categories(), hint="`tradeflow categories` lists all."
        ) from None


def members(name: str | None = None, *, edition: str = "HS2022") -> pl.DataFrame:
    """List the codes of one category, or of all, as :func:`tradeflow.members` does."""
    rows = _all_members().filter(pl.col("edition") == edition)
    if rows.is_empty():
        held = sorted(table("members")["edition"].unique())
        raise UnknownNameError.of(
            "Edition of the category map", edition, held, hint=f"Held: {', '.join(held)}."
        )
    if name in {None, EVERY}:
        return rows
    return rows.filter(pl.col("category") == category(str(name)).category)


def _all_members() -> pl.DataFrame:
    """Rows of the map but for codes that the user's own categories take, and the rows of these."""
    packaged = table("members")
    if not own_categories():
        return packaged
    own = pl.concat([rows for _, rows in own_categories().values()])
    own = own.unique(["edition", "hs6"], keep="last", maintain_order=True)
    rest = packaged.join(own, on=["edition", "hs6"], how="anti", maintain_order="left")
    return pl.concat([rest, own])


def refinements(name: str) -> pl.DataFrame:
    """National eight-digit lines to keep or drop inside a category's codes."""
    return table("refinements").filter(pl.col("category") == category(name).category)


def listed_on(day: date | str, *, name: str = "CHPL") -> pl.DataFrame:
    """List a control list's codes as it stood on a day, as :func:`tradeflow.listed_on` does."""
    when = first_day(day)
    dated = table("list_members").filter(pl.col("from_date").is_not_null())
    rows = dated.filter(pl.col("list") == name)
    if rows.is_empty():
        raise UnknownNameError.of("Dated list", name, dated["list"].unique())
    since = pl.col("from_date").cast(pl.String).str.to_date()
    held = rows.filter(since <= when)
    if held.is_empty():
        first = min(rows.select(since)["from_date"].to_list())
        raise UsageError(
            f"No verified version of {name} is held for {when}: the first is of {first}. "
            "Do not project a later list onto earlier years."
        )
    return held


@cache
def listed_codes(edition: str) -> frozenset[str]:
    """Codes of `edition` that any list, control or category names.

    The goods that are *not* in this set serve as controls.
    """
    named = {
        *members(edition=edition)["hs6"],
        *table("controls")["hs6"].drop_nulls(),
        *table("list_members")["hs6"],
    }
    if edition == "HS2022":
        return frozenset(named)
    from tradeflow.nomenclature.families import family_table

    pairs = family_table((edition, "HS2022"))
    families = pairs.filter(pl.col("hs6").is_in(list(named)))["family"].unique()
    near = pairs.filter((pl.col("edition") == edition) & pl.col("family").is_in(families.to_list()))
    return frozenset(named | set(near["hs6"]))
