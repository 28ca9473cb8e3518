"""What stands under every figure: events, cautions, source, versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.nomenclature.categories import MAP_VERSION, category
from tradeflow.sources.registry import SOURCES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.annual.result import Shift, ShiftTable

COMPATIBLE: Final = "Trade under a code is compatible with a use of the goods, never proof of it."
EXPLAINED: Final = (
    "Comparable goods: the 100 goods nearest in size, in the same section, that are on no list. "
    "Placebo baskets: as many of them as the category has codes, drawn at random."
)


def software() -> str:
    """Name and version of this package."""
    from tradeflow import __version__

    return f"tradeflow {__version__}"


def source(provenance: Sequence[str]) -> str:
    """Cite the sources of a table, with their releases and what to beware of.

    >>> source(["BACI V202501"])[:32]
    'Source: CEPII, BACI HS17 V202501'
    """
    return " ".join(_one_source(entry) for entry in provenance)


def _one_source(entry: str) -> str:
    name = next((name for name in SOURCES if entry.startswith(f"{name} ")), None)
    if name is None:
        return f"Source: {entry}."
    info, release = SOURCES[name], entry.removeprefix(name).strip()
    return (
        f"Source: {info.producer}, {info.title} {release} ({info.citation}; {info.terms}). "
        f"{info.caveat}"
    )


def versions() -> str:
    """Versions of the category map and of this package."""
    return f"Category map {MAP_VERSION}. Drawn by {software()}."


def category_notes(row: Shift, table: ShiftTable) -> list[str]:
    """Paragraphs under the figure of a category."""
    beware = [f"Beware: {'; '.join(row.flags)}."] if row.flags else []
    return [
        f"What this cannot show: {category(row.name).cannot_show} {COMPATIBLE}",
        *beware,
        EXPLAINED,
        f"{source(table.provenance)} {versions()}",
    ]


def overview_notes(table: ShiftTable) -> list[str]:
    """Paragraphs under the overview."""
    return [
        f"{EXPLAINED} {COMPATIBLE}",
        f"{source(table.provenance)} {versions()}",
    ]
