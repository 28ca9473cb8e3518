"""What a user should know about the rows of an export that the rows do not say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tradeflow.sources.gacc.measures import plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.gacc.table import Export

_SELF = "142"  # China's own code as a partner


def notes_on(
    export: Export, frame: pl.DataFrame, flow: str, *, lost: int, truncated: bool
) -> tuple[str, ...]:
    """Say what was restored, converted, summed, withheld or is doubtful; each in a sentence.

    Parameters
    ----------
    export, frame
        The file as read, and its stamped table with the column ``reason``.
    flow
        ``"export"`` or ``"import"``.
    lost
        How many second quantities had no place.
    truncated
        Whether the site cut the file off.
    """
    said = (_on_scope(export, frame, flow, truncated=truncated), _on_lines(export, frame, lost))
    return tuple(note for notes in said for note in notes)


def _on_scope(export: Export, frame: pl.DataFrame, flow: str, *, truncated: bool) -> Iterator[str]:
    if truncated:
        yield (
            f"The export was cut off at {frame.height:,} rows: its last code is probably "
            "incomplete, and what would follow is missing."
        )
    if "partner" not in frame.columns:
        yield "There is no column of partners: the rows are sums over all partners."
    if "code" not in frame.columns:
        yield "There is no column of codes: the rows are sums over all goods."
    if export.layout.currency != "USD":
        yield (
            "Yuan were converted at the European Central Bank's mean rate of each month; the "
            "query site's own dollars use the rates of the customs."
        )
    if flow == "export" and "partner" in frame.columns and _SELF in frame["partner"]:
        yield (
            f"Partner {_SELF} is China itself, which only imports have (goods that return): the "
            "query was probably for imports, or for both directions together."
        )


def _on_lines(export: Export, frame: pl.DataFrame, lost: int) -> Iterator[str]:
    if "code" in frame.columns and (restored := (export.frame["code"] != frame["code"]).sum()):
        yield f"Codes whose lost leading zero was restored: {restored:,}."
    if "partner" in frame.columns:
        pairs = frame.filter("by_name").select("partner", "partner_name").unique().sort("partner")
        for code, name in pairs.iter_rows():
            yield f"Partner code {code} is not in the table; it was read by its name, {name}."
    if lost:
        yield f"Lines with two quantities and no weight: {lost:,}; the second is left out."
    withheld = frame.filter(pl.col("reason").is_not_null())
    for reason, lines, value in (
        withheld.group_by("reason", maintain_order=True)
        .agg(pl.len(), plain_number("value").sum())
        .iter_rows()
    ):
        money = f"{value:,.0f} {export.layout.currency}"
        yield f"Withheld: {reason} ({lines:,} line{'s' * (lines != 1)}, {money})."
