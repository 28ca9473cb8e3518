"""From a story to the page: sections, state of the data, provenance, and the tables as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.charts.footer import COMPATIBLE
from tradeflow.errors import TradeflowError
from tradeflow.nomenclature.categories import all_categories
from tradeflow.report.changes import changes_html
from tradeflow.report.codes import (
    glossary_frame,
    glossary_grid,
    members_frame,
    members_grid,
    practice_frame,
    practice_grid,
)
from tradeflow.report.page import Page, Section
from tradeflow.report.status import holdings_frame, status_grids
from tradeflow.sources.registry import source_info

_LOGS: Final = "*_log, shift, se, *_part: log points; *_low and *_high: ends of 90 % intervals"
_SHARES: Final = "p, q, *_p, *_q, *_share: between 0 and 1; an empty cell is no zero"
_UNITS: Final = {
    "A": (
        "*_usd in ranking: US dollars a year; in findings: US dollars over all years since",
        _LOGS,
        _SHARES,
    ),
    "M": ("*_usd: US dollars over the months judged, span of them", _LOGS, _SHARES),
}

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tradeflow.charts.provenance import Provenance
    from tradeflow.panel.model import Panel
    from tradeflow.report.page import Picture
    from tradeflow.report.story import Story, Told


def compose(
    story: Story,
    flows: pl.DataFrame,
    whole: Panel,
    *,
    source: Provenance,
    changes: str | Mapping[str, Any] | None,
    data_status: Sequence[Mapping[str, Any]] | None,
    progress: Callable[[int, int], None] | None,
) -> Page:
    """Put everything in its place.

    Parameters
    ----------
    story
        What was found.
    flows, whole
        The flows to the partner asked about, and their panel by category.
    source
        Where they come from.
    changes, data_status, progress
        As for :func:`tradeflow.report`.
    """
    return Page(
        title=story.title,
        subtitle=f"{story.subtitle}, {', '.join(source.sources)}",
        summary=story.summary,
        ranking=story.ranking,
        ranking_note=story.ranking_note,
        sections=_sections(story, _edition(flows), progress),
        status=status_grids(flows, whole, data_status),
        late_known=data_status is not None,
        changes=changes_html(changes),
        glossary=glossary_grid(list(story.told)),
        provenance=source,
        caveats=[source_info(name).caveat for name in flows["source"].unique().sort()],
        periods=_span(flows),
        freq=whole.freq,
        numbers=story.numbers,
    )


def _edition(flows: pl.DataFrame) -> str:
    return str(flows["edition"].cast(pl.String).max())


def _span(flows: pl.DataFrame) -> str:
    form = "%Y" if flows["freq"][0] == "A" else "%Y-%m"
    days = flows["period"].sort().dt.strftime(form)
    return f"{days[0]} to {days[-1]}"


def _sections(
    story: Story, edition: str, progress: Callable[[int, int], None] | None
) -> list[Section]:
    made = []
    for done, (name, told) in enumerate(story.told.items(), start=1):
        made.append(_section(name, told, story.draw, edition))
        if progress is not None:
            progress(done, len(story.told))
    return made


def _section(name: str, told: Told, draw: Callable[[str], Picture], edition: str) -> Section:
    known = all_categories()[name]
    picture, why_not = None, ""
    try:
        picture = draw(name)
    except TradeflowError as error:
        why_not = f"There is no figure: {error}"
    beware = told.beware or known.beware
    return Section(
        name=name,
        title=known.title,
        definition=known.definition,
        verdict=told.verdict,
        sentences=told.sentences,
        picture=picture,
        why_not=why_not,
        members=members_grid(name, edition),
        practice=practice_grid(name),
        cautions=[known.cannot_show, f"Beware: {beware}."],
    )


def frames_of(
    story: Story, flows: pl.DataFrame, whole: Panel, source: Provenance
) -> dict[str, pl.DataFrame]:
    """All tables that are written as files; simulated numbers are called so in each row."""
    found = {
        **story.tables,
        "holdings": holdings_frame(flows),
        "states": _states_frame(whole),
    }
    if source.simulated:
        found = {name: frame.with_columns(simulated=True) for name, frame in found.items()}
    return {
        "about": _about_frame(story, flows, source),
        **found,
        "members": members_frame(_edition(flows)),
        "practice": practice_frame(),
        "glossary": glossary_frame(list(story.told)),
    }


def _about_frame(story: Story, flows: pl.DataFrame, source: Provenance) -> pl.DataFrame:
    """What a stranger to the tables needs: origin, terms, units."""
    rows = [
        ("title", story.title),
        ("compared", story.subtitle),
        *(("source", entry) for entry in source.sources),
        ("periods", _span(flows)),
        *(("known on", day) for day in [source.as_of] if day),
        *(("to cite", line) for line in source.text().splitlines()),
        *(("beware", source_info(name).caveat) for name in flows["source"].unique().sort()),
        *(("columns", words) for words in _UNITS[flows["freq"][0]]),
        ("caution", COMPATIBLE),
    ]
    return pl.DataFrame(rows, schema=["what", "says"], orient="row")


def _states_frame(whole: Panel) -> pl.DataFrame:
    states = whole.parts.counts() if whole.parts is not None else {}
    counts = whole.counts()
    return pl.DataFrame(
        {
            "state": [name.lower() for name in counts],
            "cells_by_category": list(counts.values()),
            "cells_by_code": [states.get(name, 0) for name in counts],
        }
    )
