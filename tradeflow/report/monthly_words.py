"""The summary of monthly data: what changed, what did not, what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.phrases import joined
from tradeflow.charts.witness.findings_words import said
from tradeflow.detect.findings.tables import NOT_JUDGED, told
from tradeflow.detect.findings.verdict import UNHEARD, UNREMARKABLE
from tradeflow.report.page import Point
from tradeflow.report.witnesses import meanings, not_heard

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.detect.findings.result import FindingsResult

_QUIET: Final = {UNREMARKABLE, UNHEARD}


def monthly_summary(found: FindingsResult) -> list[Point]:
    """Write the summary from the findings.

    Parameters
    ----------
    found
        What all witnesses say.
    """
    rows, words = found.table.to_dicts(), said(found, len(found.table))
    changed = [row for row in told(found).to_dicts() if row["verdict"] not in _QUIET]
    quiet = [row for row in rows if row["verdict"] in _QUIET]
    points = [
        Point("In short", f"{words.headline}. {words.subtitle} {COMPATIBLE}"),
        Point("What changed", "", [_item(row) for row in changed]),
        meanings("What these words mean", [row["verdict"] for row in changed]),
        _still(quiet),
        Point("What cannot be seen", "", list(_blind(rows, found))),
    ]
    return [point for point in points if point.text or point.items]


def _item(row: dict[str, Any]) -> tuple[str, str]:
    """A category, and what is said of it."""
    return row["title"], row["sentence"].removeprefix(f"{row['title']}, ")


def _still(quiet: Sequence[dict[str, Any]]) -> Point:
    if not quiet:
        return Point("", "")
    return Point(
        "What showed no change",
        f"{joined([row['title'] for row in quiet])}. A quiet series proves nothing: a small flow "
        "under a wide code does not show in it.",
    )


def _blind(rows: Sequence[dict[str, Any]], found: FindingsResult) -> Iterator[tuple[str, str]]:
    yield from (_item(row) for row in rows if row["verdict"] in NOT_JUDGED)
    yield from not_heard(found)
