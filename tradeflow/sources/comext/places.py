"""The Geonomenclature: single countries, the world, and codes that are neither."""

from __future__ import annotations

from functools import cache
from typing import Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import WORLD, country, iso3_map

WORLD_CODE: Final = "WORLD"

_NO_COUNTRY: Final = """
AN CS DD GF GP MQ PZ QP QQ QR QS QT QU QV QW QX QY QZ RE SJ SU TP VD XA XB XC XI XL XM XO XP XR XU
XZ YD YT YU ZZ
"""
NO_COUNTRY: Final = frozenset(_NO_COUNTRY.split())
"""Codes of Eurostat's dictionary that are no country of today: ship's stores, the high seas,
secret or unspecified partners (Q.), parts of countries, and states that are gone."""

GROUP: Final = r"^(EXT_|INT_)?(EU|EA)(\d{2})?(_\d{4}\w*)?$"
"""Groups of countries in the same dimension, such as EU27_2020 and EXT_EU27_2020: sums of others,
which would count twice."""


@cache
def countries() -> dict[str, str]:
    """Map the codes of single countries to ISO alpha-3."""
    return iso3_map("geonom")


@cache
def partners() -> dict[str, str]:
    """Map the codes that a partner of a row may have: single countries and the world."""
    return {**countries(), WORLD_CODE: WORLD}


@cache
def _codes() -> dict[str, str]:
    return {iso3: code for code, iso3 in partners().items()}


def geonom(iso3: str) -> str:
    """Write a country as the Geonomenclature does.

    Raises
    ------
    UsageError
        It has no code for it.

    Examples
    --------
    >>> geonom("SRB"), geonom("GRC"), geonom("W00")
    ('XS', 'GR', 'WORLD')
    """
    if iso3 not in _codes():
        raise UsageError(
            f"Eurostat has no code of its own for {country(iso3).name} ({iso3}): leave it out."
        )
    return _codes()[iso3]
