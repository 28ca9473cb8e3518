"""China customs as one source: files that a person exports; nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.sources.gacc.how import how_to_export
from tradeflow.sources.gacc.parse import parse_gacc
from tradeflow.sources.gacc.validate import validate_gacc
from tradeflow.sources.source import Source

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.parsed import Parsed

_YES: Final = frozenset({"yes", "true", "1"})


def read(
    path: Path,
    *,
    name: str,
    release: str,
    flow: str | None = None,
    period: str | None = None,
    accept_truncated: str | bool = "no",
) -> Parsed:
    """Read one export; all facts come as text. See :func:`~.parse.parse_gacc`."""
    return parse_gacc(
        path,
        name=name,
        release=release,
        flow=flow,
        period=period,
        accept_truncated=str(accept_truncated).casefold() in _YES,
    )


SOURCE: Final = Source(
    name="gacc",
    title="China customs, query site: exports and imports of China",
    access="ingest",
    grain="month x HS8 x partner x trade mode x registered place",
    lag="about 18 to 20 days; January and February often come together",
    terms="not stated; publish derived figures and name China customs",
    checked="2026-11, real files exported by hand; the site itself was not visited",
    base="http://stats.customs.gov.cn",
    read=read,
    check=validate_gacc,
    how=how_to_export,
    note=(
        "The site stands behind a wall against programs and asks a person to solve a puzzle: it "
        "is not fetched. Months are revised within the year; keep the day of each download."
    ),
)
