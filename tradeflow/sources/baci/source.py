"""BACI as one source: zips of CEPII, fetched or downloaded, or single files of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.sources.baci.fetched import ABSENT, judge, parse
from tradeflow.sources.baci.plan import INTERVAL, notes_call, plan
from tradeflow.sources.baci.table import parse_baci
from tradeflow.sources.baci.zipped import parse_baci_zip
from tradeflow.sources.named import named
from tradeflow.sources.source import Limits, Source

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.parsed import Parsed


def read(
    path: Path,
    *,
    name: str,
    release: str,
    years: str = "",
    reporters: str = "",
    partners: str = "",
    codes: str = "",
) -> Parsed:
    """Read a zip, or one CSV of it; lists are text, by comma. The zip's name says its release."""
    with named(path, name) as file:
        if not name.lower().endswith(".zip"):
            return parse_baci(file, release=release)
        return parse_baci_zip(
            file,
            years=[_year(word) for word in _words(years) or ()] or None,
            reporters=_words(reporters),
            partners=_words(partners),
            codes=_words(codes),
        )


def _words(text: str) -> list[str] | None:
    return [word.strip() for word in text.split(",") if word.strip()] or None


def _year(word: str) -> int:
    if not (word.isascii() and word.isdecimal()):
        raise UsageError(f"{word!r} is not a year. Write years=2021,2022.")
    return int(word)


SOURCE: Final = Source(
    name="baci",
    title="CEPII BACI: reconciled annual trade of all countries",
    access="fetch and ingest",
    grain="year x HS6 x exporter x importer",
    lag="about a year; one release each January",
    terms="Etalab Open Licence 2.0; cite Gaulier and Zignago (2010)",
    checked="2026-10, files of release V202501; never live",
    base="https://www.cepii.fr",
    limits=Limits(interval=INTERVAL, timeout=180.0),
    listens=frozenset({ABSENT}),
    plan=plan,
    judge=judge,
    parse=parse,
    read=read,
    probe=notes_call(),
    note=(
        "Fetch it with --freq A, or ingest a zip such as BACI_HS22_V202601.zip with --option "
        "partners=RUS or the like: a whole year has eleven million rows. After 2022 Russian flows "
        "are partners' reports or estimates: no test of mirror gaps."
    ),
)
