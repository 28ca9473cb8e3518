"""Bulk files that were fetched, as rows and coverage."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.nomenclature.editions import edition_of
from tradeflow.sources.comext.bulk import Wanted, parse_bulk
from tradeflow.sources.comext.coverage import coverage
from tradeflow.sources.comext.listing import listed, period_of
from tradeflow.sources.comext.places import countries
from tradeflow.sources.comext.table import no_lines, parse_lines
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tradeflow.sources.call import Answer


def parse_files(answers: Sequence[Answer]) -> Parsed:
    """Read the bulk files among the answers, one after the other.

    A period later than all files listed is ``not released``; one without lines is ``unknown``.
    """
    (listing,) = (answer for answer in answers if answer.call.kind == "listing")
    release = f"{max(answer.retrieved_at for answer in answers):%Y-%m-%d}"
    files = [answer for answer in answers if answer.call.kind == "bulk"]
    parts = [parse_bulk(file.path, release=release, wanted=_wanted(file)) for file in files]
    parts = parts or [parse_lines("no file", no_lines(), release=release)]
    rows = pl.concat([part.rows for part in parts])
    told = {name: said.split(",") for name, said in listing.call.about}
    return Parsed(
        rows,
        withheld=pl.concat([part.withheld for part in parts]),
        coverage=coverage(
            product(told["reporters"], told["partners"], told["flow"], told["periods"]),
            rows,
            newest=dict.fromkeys(told["reporters"], _newest(listing, told["periods"][0])),
            proof="the list of bulk files",
        ),
    )


def _newest(listing: Answer, like: str) -> str:
    periods = [period_of(name) for name in listed(listing)]
    return max((period for period in periods if len(period) == len(like)), default="")


def _wanted(file: Answer) -> Wanted:
    told = dict(file.call.about)
    reporters = tuple(told["reporters"].split(","))
    edition = edition_of(countries()[reporters[0]], told["period"])
    return Wanted(
        reporters=reporters,
        partners=tuple(told["partners"].split(",")),
        codes=tuple(told[f"codes {edition}"].split(",")),
        flow=told["flow"],
        period=told["period"],
    )
