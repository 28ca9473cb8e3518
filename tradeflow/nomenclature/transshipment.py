"""Countries named as points of transshipment to Russia: places to look, not findings."""

from __future__ import annotations

from functools import cache

from tradeflow.nomenclature.tables import table


@cache
def transshipment_points() -> frozenset[str]:
    """Name the countries that the joint alert of BIS and FinCEN of June 2022 lists.

    Returns
    -------
    frozenset of str
        ISO 3166 alpha-3 codes; China, an origin here, is not among them.

    Examples
    --------
    >>> sorted(transshipment_points() & {"ARM", "BLR", "KAZ", "KGZ"})
    ['ARM', 'KAZ', 'KGZ']
    """
    rows = table("transshipment")
    return frozenset(rows.filter(rows["listed"] == "BIS")["iso3"])
