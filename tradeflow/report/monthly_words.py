"""The summary of monthly data: what changed, what did not, what cannot be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tradeflow.charts.footer import COMPATIBLE
from tradeflow.charts.phrases import joined
from tradeflow.charts.witness.findings_words import said
from tradeflow.detect.findings.tables import NOT_JUDGED, told
from tradeflow.detect.findings.verdict import UNHEARD, UNREMARKABLE, VERDICTS
from tradeflow.report.numbers import minus
from tradeflow.report.page import Point
from tradeflow.report.witnesses import meanings, not_heard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.detect.findings.result import FindingsResult


def monthly_summary(found: FindingsResult) -> list[Point]:
    """Write the summary from the findings.

    Parameters
    ----------
    found
        What all witnesses say.
    """
    rows, words = found.table.to_dicts(), said(found, len(found.table))
    by = {word: [row for row in rows if row["verdict"] == word] for word in VERDICTS}
    apart = {UNREMARKABLE, UNHEARD, *NOT_JUDGED}
    changed = [row for row in told(found).to_dicts() if row["verdict"] not in apart]
    unjudged = [row for word in NOT_JUDGED for row in by[word]]
    points = [
        Point("In short", f"{words.headline}{_more(unjudged)}. {words.subtitle} {COMPATIBLE}"),
        Point("What changed", "", [_item(row) for row in changed]),
        meanings("What these words mean", [row["verdict"] for row in changed]),
        _still(by[UNREMARKABLE]),
        Point("What could not be settled", "", [_item(row) for row in by[UNHEARD]]),
        Point("What cannot be seen", "", [*map(_item, unjudged), *not_heard(found)]),
    ]
    return [point for point in points if point.text or point.items]


def _more(unjudged: Sequence[dict[str, Any]]) -> str:
    return f"; {len(unjudged)} more could not be judged" if unjudged else ""


def _item(row: dict[str, Any]) -> tuple[str, str]:
    """A category, and what is said of it."""
    return row["title"], minus(row["sentence"].removeprefix(f"{row['title']}, "))


def _still(quiet: Sequence[dict[str, Any]]) -> Point:
    if not quiet:
        return Point("", "")
    return Point(
        "Where no change was found",
        f"{joined([row['title'] for row in quiet])}. A quiet series proves nothing: a small flow "
        "under a wide code does not show in it.",
    )
