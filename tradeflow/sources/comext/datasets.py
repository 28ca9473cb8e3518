"""The datasets of Comext: indicators, units, depth of codes, who reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CN8: Final = 8
HS6: Final = 6


@dataclass(frozen=True, slots=True)
class Dataset:
    """One dataset of the interface.

    Attributes
    ----------
    id
        As Eurostat names it.
    value
        The indicator in euros.
    weight
        The indicator of net mass.
    kg_per_unit
        Kilograms in one unit of `weight`: the two datasets differ by a factor of 100.
    supplementary
        The indicator of supplementary quantities; None if there is none.
    digits
        Of its longest codes.
    """

    id: str
    value: str
    weight: str
    kg_per_unit: float
    supplementary: str | None
    digits: int

    @property
    def name(self) -> str:
        """Its name in the flow table."""
        return f"Comext {self.id}"

    @property
    def indicators(self) -> tuple[str, ...]:
        """All its indicators."""
        more = () if self.supplementary is None else (self.supplementary,)
        return (self.value, self.weight, *more)


EU_CN8: Final = Dataset(
    "DS-045409", "VALUE_IN_EUROS", "QUANTITY_IN_100KG", 100.0, "SUPPLEMENTARY_QUANTITY", CN8
)
NEIGHBOURS_HS6: Final = Dataset("DS-059341", "VALUE_EUR", "QUANTITY_KG", 1.0, None, HS6)
DATASETS: Final = {dataset.id: dataset for dataset in (EU_CN8, NEIGHBOURS_HS6)}

FORMS: Final = ("csv", "jsonstat")
"""SDMX-CSV (SDMX 2.1) or JSON-stat 2.0 (the "statistics" interface)."""

BULK: Final = "bulk"
BULK_NAME: Final = "Comext bulk"

_EU: Final = """
AUT BEL BGR CYP CZE DEU DNK ESP EST FIN FRA GRC HRV HUN IRL ITA LTU LUX LVA MLT NLD POL PRT ROU
SVK SVN SWE
"""
EU: Final = frozenset(_EU.split())
"""Member states since 2020, ISO alpha-3."""

_NEIGHBOURS: Final = """
ALB CHE GBR GEO ISL LIE MDA MKD MNE NOR SRB TUR UKR XKX
"""
NEIGHBOURS: Final = frozenset(_NEIGHBOURS.split())
"""Other reporters that a working client asks DS-059341 for; how deep and how late each is, nobody
has written down (seen 2026-06)."""
