"""Which zips of BACI hold the years asked for, and what is wanted from them."""

from __future__ import annotations

import re
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.countries import WORLD
from tradeflow.nomenclature.editions import check_code
from tradeflow.sources.asked import check_flow, check_options
from tradeflow.sources.baci.table import country_codes
from tradeflow.sources.baci.zipped import EDITIONS
from tradeflow.sources.call import Call
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.spans import is_known, subheadings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.query import Query

PATH: Final = "/DATA_DOWNLOAD/baci/"
NOTES: Final = "notes"
RELEASE: Final = "V202601"
OWN: Final = "own"
FIRST_YEARS: Final = {"HS12": 2012, "HS17": 2017, "HS22": 2022}
"""First year of each edition's zip; the last is the same in all."""

LAG_YEARS: Final = 2  # V202501 ends with 2023
INVASION: Final = 2022
OPTIONS: Final[dict[str, tuple[str, ...]]] = {"release": (), "edition": ()}
LEVELS: Final = (2, 4, 6)
FLOWS: Final = ("export", "import")
INTERVAL: Final = 5.0
MEDIA: Final = ("application/zip", "application/x-zip-compressed", "application/octet-stream", "")
MOST_BYTES: Final = 8 * 2**30
_RELEASE: Final = re.compile(r"V(\d{4})(0[1-9]|1[0-2])[a-z]?")


def plan(query: Query) -> FetchPlan:
    """Plan one call per zip.

    Parameters
    ----------
    query
        Yearly; reporters are the exporters if exports are asked for, the importers if imports;
        codes of 2, 4 or 6 digits. Options: ``release``, such as ``"V202501"``; ``edition``, such
        as ``"HS17"`` (the newest that covers the first year if absent), or ``"own"``: each year
        in the newest edition that covers it.

    Raises
    ------
    UsageError
        Months, the world, a total, or a year before the edition begins.
    UnknownNameError
        An option, edition or country that BACI does not have.
    UnknownCodeError
        None of the codes is in the edition.
    """
    _check(query)
    release = query.option("release") or RELEASE
    chosen = {
        tag: subheadings(query.codes_in(EDITIONS[tag]), EDITIONS[tag]) for tag in _years(query)
    }
    if not any(chosen.values()):
        check_code(query.codes[0], edition=EDITIONS[max(chosen)])
    calls = (
        zip_call(query, tag, release, years, chosen[tag])
        for tag, years in _years(query).items()
        if chosen[tag]
    )
    return FetchPlan(
        query,
        tuple(calls),
        INTERVAL,
        forecasts=tuple(_forecasts(query, release)),
        notes=tuple(_notes(query)),
    )


def zip_call(
    query: Query, tag: str, release: str, years: Sequence[int], codes: Sequence[str]
) -> Call:
    """Ask for the zip of an edition; `about` says what is wanted from it."""
    exporters, importers = query.reporters, query.partners
    if query.flow == "import":
        exporters, importers = importers, exporters
    name = f"BACI_{tag}_{release}.zip"
    return Call(
        source="baci",
        path=f"{PATH}data/{name}",
        note=f"{name}, of it {years[0]} to {years[-1]}",
        about=(
            ("name", name),
            ("years", ",".join(map(str, years))),
            ("exporters", ",".join(exporters)),
            ("importers", ",".join(importers)),
            ("codes", ",".join(codes)),
        ),
        rows=len(years) * len(exporters) * len(importers) * len(codes),
        media=MEDIA,
        max_bytes=MOST_BYTES,
        # a release is never changed: a new one has another name
        newer_than=f"{release[1:5]}-{release[5:7]}-01T00:00:00+00:00",
    )


def notes_call(release: str = RELEASE) -> Call:
    """Ask for the notes on a release: a small file that shows whether the source answers."""
    name = f"release_notes_{release[1:]}.pdf"
    return Call(
        source="baci",
        path=f"{PATH}doc/{name}",
        note=name,
        kind=NOTES,
        about=(("name", name),),
        media=("application/pdf",),
    )


def _years(query: Query) -> dict[str, list[int]]:
    """Share the years out among the editions."""
    years = [period.year for period in query.periods]
    option = query.option("edition")
    if option == OWN:
        return {tag: list(group) for tag, group in groupby(years, _newest)}
    tag = _newest(years[0]) if option is None else _tag(option)
    if years[0] < FIRST_YEARS[tag]:
        raise UsageError(
            f"BACI in {tag} begins with {FIRST_YEARS[tag]}, later than {years[0]}. Leave edition "
            f"out, or ask from {FIRST_YEARS[tag]} on."
        )
    return {tag: years}


def _newest(year: int) -> str:
    held = [tag for tag, first in FIRST_YEARS.items() if first <= year]
    if not held:
        raise UsageError(
            f"Years before {min(FIRST_YEARS.values())} are in BACI's older editions only, which "
            f"are not held here; {year} was asked for."
        )
    return held[-1]


def _tag(option: str) -> str:
    tag = option.upper().replace("HS20", "HS")
    if tag not in FIRST_YEARS:
        raise UnknownNameError.of(
            "Edition", option, FIRST_YEARS, hint=f"Known: {', '.join(FIRST_YEARS)} and {OWN}."
        )
    return tag


def _check(query: Query) -> None:
    if query.freq != "A":
        raise UsageError(
            "BACI is yearly: give --freq A (freq='A') and years, such as --since 2017."
        )
    check_flow(query, FLOWS)
    check_options(query, OPTIONS)
    if not _RELEASE.fullmatch(query.option("release") or RELEASE):
        raise UsageError(
            f"{query.option('release')!r} is no release of BACI: V and its month, as {RELEASE}."
        )
    _check_countries(query)
    for code in query.codes:
        if not code.isdecimal() or len(code) not in LEVELS:
            raise UsageError(
                f"Code {code!r}: BACI has six-digit codes and no total. Ask for codes of 2, 4 or 6 "
                "digits, such as 85."
            )


def _check_countries(query: Query) -> None:
    known = set(country_codes().values())
    for iso3 in (*query.reporters, *query.partners):
        if iso3 == WORLD:
            raise UsageError("BACI has no rows of the world: name the countries.")
        if iso3 not in known:
            raise UnknownNameError.of("Country", iso3, known, hint="BACI has no number for it.")


def _forecasts(query: Query, release: str) -> Iterator[str]:
    yield "A zip has hundreds of megabytes; a release is fetched once and kept."
    last = int(release[1:5]) - LAG_YEARS
    if query.periods[-1] > date(last, 1, 1):
        yield (
            f"Release {release} is expected to end with {last}: later years become 'not "
            "released'. Another release: --option release=V and its month."
        )


def _notes(query: Query) -> Iterator[str]:
    if query.flow == "import":
        yield (
            "BACI states each flow once, as an export: the rows are exports of "
            f"{', '.join(query.partners)} to {', '.join(query.reporters)}, FOB."
        )
    if query.periods[-1].year >= INVASION and "RUS" in {*query.reporters, *query.partners}:
        yield (
            f"Russia has published nothing since {INVASION}: its flows are the partner's report "
            "or an estimate. BACI is no test of mirror gaps."
        )
    for tag in _years(query):
        gone = [c for c in query.codes_in(EDITIONS[tag]) if not is_known(c, EDITIONS[tag])]
        if gone:
            yield f"Not in {EDITIONS[tag]}, so not asked there: {', '.join(gone)}."
