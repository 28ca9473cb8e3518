"""What stands under a figure before its provenance: what it cannot show, and of what to beware."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.nomenclature.categories import category

if TYPE_CHECKING:
    from tradeflow.detect.annual.result import Shift

COMPATIBLE: Final = "Trade under a code is compatible with a use of the goods, never proof of it."
EXPLAINED: Final = (
    "Comparable goods: the 100 goods nearest in size, in the same section, that are on no list. "
    "Placebo baskets: as many of them as the category has codes, drawn at random."
)
OVERVIEW_NOTES: Final = (f"{EXPLAINED} {COMPATIBLE}",)
"""Paragraphs under the overview."""


def category_notes(row: Shift) -> list[str]:
    """Paragraphs under the figure of a category."""
    beware = [f"Beware: {'; '.join(row.flags)}."] if row.flags else []
    return [
        f"What this cannot show: {category(row.name).cannot_show} {COMPATIBLE}",
        *beware,
        EXPLAINED,
    ]
