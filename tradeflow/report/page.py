"""What stands on the page, ready to be printed, and nothing of how it looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tradeflow.charts.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 90 % interval, as a ratio; 1 is no change.

    Attributes
    ----------
    at, low, high
        The estimate and its ends, all above 0; an end may be infinite.
    weight
        ``strong``, ``middle`` or ``weak``: how the dot is filled.
    """

    at: float
    low: float
    high: float
    weight: str = "weak"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    heading
        What stands above it, with its unit.
    numeric
        Whether it is set flush right and sorted by size.
    aside
        Whether a narrow screen leaves it out.
    scaled
        Whether its cells hold bars, so that their scale stands in its heading.
    language
        Language of its cells, as ``zh``; empty for English.
    """

    heading: str
    numeric: bool = False
    aside: bool = False
    scaled: bool = False
    language: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text
        What it says.
    order
        What it is sorted by; its text if None.
    beneath
        A second line in small print.
    instead
        A line that stands in for the columns that a narrow screen leaves out.
    target
        Name of the section that it leads to; empty for none.
    bar
        An interval to draw beside the text.
    """

    text: str
    order: float | str | None = None
    beneath: str = ""
    instead: str = ""
    target: str = ""
    bar: Interval | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table.

    Attributes
    ----------
    name
        Its name in the page; unique.
    caption
        What it shows, with units.
    columns, rows
        Cells under columns; the first cell of a row names it.
    choose
        Position of the column whose values can be chosen from a list; None for no such list.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    choose: int | None = None

    @property
    def choices(self) -> Sequence[str]:
        """Distinct texts of the column to choose by, as they come."""
        at = self.choose
        return () if at is None else tuple(dict.fromkeys(row[at].text for row in self.rows))


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure of a section.

    Attributes
    ----------
    wide, narrow
        The drawing for a page and for a narrow screen, as ``data:`` addresses.
    says
        What it shows, for those who do not see it.
    """

    wide: str
    narrow: str
    says: str


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the summary.

    Attributes
    ----------
    heading, text
        Its heading and first sentences; the text may be empty.
    items
        A list: of each item what it is about (may be empty), and what is said of it.
    """

    heading: str
    text: str
    items: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """What is told of one category.

    Attributes
    ----------
    name, title, definition
        The category.
    verdict, sentences
        What was found, the shortest first.
    picture
        Its figure; None if there is none, and then `why_not` says why.
    members, practice
        Its codes, and how customs administrations class such goods (None if nothing is held).
    cautions
        What cannot be shown, and what to beware of.
    """

    name: str
    title: str
    definition: str
    verdict: str
    sentences: Sequence[str]
    picture: Picture | None
    why_not: str
    members: Grid
    practice: Grid | None
    cautions: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole report.

    Attributes
    ----------
    title, subtitle
        Who trades with whom; what is compared with what.
    summary
        The findings in words.
    ranking
        All categories, ranked.
    ranking_note
        How to read it.
    sections
        One per category, in the order of the ranking.
    status
        Tables of what is held, late, and in which state.
    late_known
        Whether somebody watched the releases, so that nothing late means nothing is late.
    changes
        What changed since the last run, as safe HTML; empty if there is nothing to compare with.
    glossary
        Names of the goods in four languages.
    provenance
        Sources, releases, versions, and how to cite them. Simulated data say so in every table
        and figure.
    caveats
        What to beware of in each source.
    periods
        First to last period of the data.
    freq
        ``A`` or ``M``: which methods are explained.
    numbers
        Numbers that the methods quote, such as the false-discovery rate.
    """

    title: str
    subtitle: str
    summary: Sequence[Point]
    ranking: Grid
    ranking_note: str
    sections: Sequence[Section]
    status: Sequence[Grid]
    late_known: bool
    changes: str
    glossary: Grid
    provenance: Provenance
    caveats: Sequence[str]
    periods: str
    freq: str
    numbers: Mapping[str, str] = field(default_factory=dict)
