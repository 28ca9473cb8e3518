"""Comtrade's reference files, and whether our tables still agree with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.nomenclature.countries import iso3_map
from tradeflow.nomenclature.editions import known_codes
from tradeflow.nomenclature.tables import table
from tradeflow.sources.call import JSON, Call
from tradeflow.sources.comtrade.envelope import loads
from tradeflow.sources.comtrade.fields import EDITIONS
from tradeflow.sources.http.patience import Patience, patiently

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.call import Answer
    from tradeflow.sources.http.session import Session
    from tradeflow.sources.run import Answers

FILES: Final = ("Reporters", "partnerAreas", "H4", "H5", "H6")
DIFFERENCES: Final = {
    "file": pl.String(),
    "code": pl.String(),
    "here": pl.String(),
    "comtrade": pl.String(),
}
_AREAS: Final = frozenset(
    {"ATB", "NTZ", "PUS", "TWN"}
)  # letters that are no country here; Taiwan reports as S19
_OTHER_LETTERS: Final = {"_KS": "XKX"}  # Kosovo
_SIX: Final = 6
NOT_MODIFIED: Final = 304


def check_reference(
    session: Session, answers: Answers, *, files: tuple[str, ...] = FILES
) -> pl.DataFrame:
    """Compare our tables of countries and codes with Comtrade's reference files.

    Parameters
    ----------
    session
        A session with Comtrade.
    answers
        Where answers are kept: a file that is held is only sent again if it changed.
    files
        Which of ``Reporters``, ``partnerAreas``, ``H4``, ``H5`` and ``H6``.

    Returns
    -------
    polars.DataFrame
        One row per difference: ``file``, ``code``, what it means ``here`` and at ``comtrade``;
        null where it has no meaning. Empty if all agree.

    Raises
    ------
    SourceError
        Comtrade does not answer.
    """
    found = [
        difference
        for name in files
        for difference in _differences(name, _rows(fetch_reference(name, session, answers)))
    ]
    return pl.DataFrame(found, schema=DIFFERENCES, orient="row")


def fetch_reference(name: str, session: Session, answers: Answers) -> Answer:
    """Get a reference file, from what is held if it has not changed (``If-None-Match``)."""
    call = Call(
        source="comtrade",
        path=f"/files/v1/app/reference/{name}.json",
        note=f"the reference file {name}",
        kind="reference",
        media=(*JSON, "application/octet-stream"),
    )
    held = answers.held(call)
    etag = None if held is None else dict(held.headers).get("etag")
    asked = replace(call, headers=(("If-None-Match", etag),)) if etag else call
    with answers.incoming("comtrade") as incoming:

        def attempt() -> Answer:
            incoming.empty()
            received = session.ask(asked, incoming.file)
            if held is not None and received.status == NOT_MODIFIED:
                return held
            _rows(incoming.preview(call, received))
            return incoming.keep(call, received)

        return patiently(attempt, clock=session.clock, patience=Patience())


def _rows(answer: Answer) -> list[dict[str, Any]]:
    found = loads(answer.read(), f"comtrade, {answer.call.note}", needed="results")["results"]
    return [{str(name).casefold(): value for name, value in row.items()} for row in found]


def _differences(name: str, rows: list[dict[str, Any]]) -> Iterator[tuple[str | None, ...]]:
    ours, theirs = _codes(f"{name}", rows) if name in EDITIONS else _areas(name, rows)
    for code in sorted(ours.keys() | theirs.keys()):
        if ours.get(code) != theirs.get(code):
            yield name, code, ours.get(code), theirs.get(code)


def _codes(letters: str, rows: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    own = known_codes(EDITIONS[letters]) - set(table("producer_codes")["hs6"])
    theirs = {str(row["id"]) for row in rows} - {"999999"}
    six = {code for code in theirs if len(code) == _SIX and code.isdecimal()}
    return dict.fromkeys(own, "a code"), dict.fromkeys(six, "a code")


def _areas(name: str, rows: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Pair our numbers with theirs: countries of today that we know, or that are new to us."""
    letters = "reportercodeisoalpha3" if name == "Reporters" else "partnercodeisoalpha3"
    here = {str(int(code)): iso3 for code, iso3 in iso3_map("comtrade").items()}
    there = {
        str(row["id"]): (_OTHER_LETTERS.get(text := str(row[letters]).strip(), text), row)
        for row in rows
        if letters in row
    }
    today = {
        code: iso3
        for code, (iso3, row) in there.items()
        if code in here or (_is_new(iso3) and not _is_past_or_group(row))
    }
    # reporters are fewer than partners: one that is absent there has merely never reported
    return {c: i for c, i in here.items() if name != "Reporters" or c in there}, today


def _is_past_or_group(row: dict[str, Any]) -> bool:
    return bool(row.get("entryexpireddate")) or row.get("isgroup") is True


def _is_new(iso3: str) -> bool:
    letters = len(iso3) == len("RUS") and iso3.isalpha() and iso3.isupper()
    return letters and iso3 not in iso3_map("iso3") and iso3 not in _AREAS
