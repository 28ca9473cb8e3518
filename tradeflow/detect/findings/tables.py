"""Findings as text."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.detect.findings.verdict import NOT_COMPARABLE, TOO_THIN, UNREMARKABLE, VERDICTS

if TYPE_CHECKING:
    from tradeflow.detect.findings.result import FindingsResult

NOT_JUDGED: Final = (NOT_COMPARABLE, TOO_THIN)
_MOST: Final = 25


def told(result: FindingsResult) -> pl.DataFrame:
    """Rows of the series that there is something to tell of, the strongest first."""
    return result.table.filter(~pl.col("verdict").is_in([UNREMARKABLE, *NOT_JUDGED]))


def heading(result: FindingsResult) -> str:
    """Count the verdicts in one line."""
    count = Counter(result.table["verdict"])
    words = ", ".join(f"{count[word]} {word}" for word in VERDICTS if count[word])
    since = f"{result.since:%Y-%m}" if result.freq == "M" else f"{result.since:%Y}"
    return (
        f"Findings by {result.by} to {result.partner} since {since}, "
        f"{', '.join(result.provenance)}: {words}."
    )


def findings_summary(result: FindingsResult) -> str:
    """Verdicts counted, witnesses not heard at all, and the sentences that say something."""
    own = {"description", "alarm"} if result.freq == "A" else set()  # by detect_shifts, for years
    silent = [f"  {name}: {why}" for name, why in result.answers.silent() if name not in own]
    sentences = told(result)["sentence"].to_list()
    more = [f"  ... and {len(sentences) - _MOST} more."] if len(sentences) > _MOST else []
    return "\n".join(
        [
            heading(result),
            f"False-discovery rate {result.rate:.2f} for each witness; intervals of 90 %.",
            *(["Not heard on any series:", *silent] if silent else []),
            *(f"  {sentence}" for sentence in sentences[:_MOST]),
            *more,
        ]
    )
