"""Findings as text."""

from __future__ import annotations

from collections import Counter, defaultdict
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
    """Verdicts counted, the sentences that say something, and witnesses not heard at all."""
    sentences = told(result)["sentence"].to_list()
    more = [f"  ... and {len(sentences) - _MOST} more."] if len(sentences) > _MOST else []
    silent = [f"  {', '.join(names)}: {why}" for why, names in not_heard(result).items()]
    return "\n".join(
        [
            heading(result),
            f"False-discovery rate {result.rate:.2f} for each witness; intervals of 90 %.",
            *(f"  {sentence}" for sentence in sentences[:_MOST]),
            *more,
            *(["Not heard on any series:", *silent] if silent else []),
        ]
    )


def not_heard(result: FindingsResult) -> dict[str, list[str]]:
    """Name the witnesses that could not be heard at all, by the reason that they share."""
    own = {"description", "alarm"} if result.freq == "A" else set()  # by detect_shifts, for years
    names = defaultdict(list)
    for name, why in result.answers.silent():
        if name not in own:
            names[why.removeprefix("not heard: ")].append(name)
    return dict(names)
