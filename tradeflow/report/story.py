"""What the annual and the monthly methods tell the page, in one form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import polars as pl

    from tradeflow.report.page import Grid, Picture, Point


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one category: its verdict, sentences, and what to beware of."""

    verdict: str
    sentences: Sequence[str]
    beware: str


@dataclass(frozen=True, slots=True)
class Story:
    """What was found in one flow table.

    Attributes
    ----------
    title, subtitle
        Who trades with whom; what is compared with what.
    summary
        The findings in words.
    ranking, ranking_note
        All categories, ranked, and how to read the table.
    told
        Category → what is told of it, in the order of the ranking.
    draw
        From a category to its figure.
    tables
        Frames to be written as files, by name.
    numbers
        Numbers that the methods quote.
    """

    title: str
    subtitle: str
    summary: Sequence[Point]
    ranking: Grid
    ranking_note: str
    told: Mapping[str, Told]
    draw: Callable[[str], Picture]
    tables: Mapping[str, pl.DataFrame]
    numbers: Mapping[str, str] = field(default_factory=dict)
