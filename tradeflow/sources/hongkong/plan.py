"""Which questions to put to Trade-IDDS: first which months are out, then twenty codes at a time.

One month that is not published fails a whole call, and so does one code that the edition does
not have. So the first call asks for total trade, which shows the months; the calls for goods are
cut at the borders of the editions and keep to the months that are out.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import WORLD, country
from tradeflow.schema import TOTAL
from tradeflow.sources.asked import (
    check_monthly,
    check_options,
    check_reporter,
    codes_known,
    not_asked,
)
from tradeflow.sources.call import Call
from tradeflow.sources.plan import FetchPlan
from tradeflow.sources.spans import chunks, edition_spans, last_expected, months_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tradeflow.sources.call import Pairs
    from tradeflow.sources.query import Query
    from tradeflow.sources.spans import Span

REPORTER: Final = "HKG"
PATH: Final = "/api/get"
RELEASES: Final = "releases"
TRADE_TYPES: Final = {"import": "1", "domestic_export": "2", "re_export": "3", "export": "4"}
CLASSES: Final = {2: "HKHS2", 4: "HKHS4", 6: "HKHS6", 8: "HKHS8"}
VALUE, QUANTITY = "VCm", "QCm"
SUBHEADING: Final = 6  # quantities exist from six digits on
CODES_PER_CALL: Final = 20
INTERVAL: Final = 0.5
LAG: Final = timedelta(days=35)


def plan(query: Query) -> FetchPlan:
    """Plan the call for the months that are out; the calls for goods follow from its answer.

    Parameters
    ----------
    query
        Reporter ``HKG``, monthly. ``export`` includes re-exports. For imports the partner is the
        country of origin. The option ``origin`` (ISO alpha-3) narrows exports and re-exports to
        goods that originate there, such as Chinese goods that Hong Kong re-exports to Russia.

    Raises
    ------
    UsageError
        Another reporter than Hong Kong, years instead of months, codes of odd length, a partner
        without an ISO alpha-2 code, or an origin for imports.
    UnknownNameError
        Another option than ``origin``, or an origin that nobody knows.
    """
    _check(query)
    first, last = query.periods[0], query.periods[-1]
    about = _about(query)
    release = release_call(about, first, last)
    foreseen = data_calls(release, min(last, last_expected(query.today, LAG)))
    return FetchPlan(
        query,
        (release,),
        INTERVAL,
        foreseen=foreseen,
        forecasts=tuple(_forecasts(query)),
        notes=tuple(not_asked(query, REPORTER)),
    )


def release_call(about: Pairs, first: date, last: date) -> Call:
    """Ask for all goods, origins and partners: the months that are listed are out."""
    flow = dict(about)["flow"]
    return Call(
        source="hongkong",
        path=PATH,
        params=_params(VALUE, first, last, flow),
        note=f"total {_words(flow)}, to see which months are out, {first:%Y-%m} to {last:%Y-%m}",
        kind=RELEASES,
        about=(*about, ("first", f"{first:%Y-%m-%d}"), ("last", f"{last:%Y-%m-%d}")),
        rows=len(months_between(first, last)),
    )


def data_calls(release: Call, last: date) -> tuple[Call, ...]:
    """List the calls for goods that follow once months up to `last` are known to be out."""
    about = dict(release.about)
    months = months_between(date.fromisoformat(about["first"]), last)
    return tuple(
        goods_call(release.about, partner, span, codes)
        for partner in about["partners"].split(",")
        for span in edition_spans(REPORTER, months)
        for codes in _batches(about[span.edition])
    )


def goods_call(about: Pairs, partner: str, span: Span, codes: Sequence[str]) -> Call:
    """Ask for up to twenty codes of one length, one partner and one edition."""
    flow, origin = dict(about)["flow"], dict(about)["origin"]
    measures = f"{VALUE},{QUANTITY}" if _counted(codes) else VALUE
    whence = f" of origin {origin}" if origin else ""
    return Call(
        source="hongkong",
        path=PATH,
        params=(
            *_params(measures, span.first, span.last, flow),
            *_partner(flow, partner),
            *((("coclass", "C"), ("co", _iso2(origin))) if origin else ()),
            *_goods(codes),
        ),
        note=f"{_words(flow)}{whence}, partner {partner}, {','.join(codes)}, {span.words}",
        about=(
            ("flow", flow),
            ("partner", partner),
            ("origin", origin),
            ("edition", span.edition),
            ("codes", ",".join(codes)),
            ("first", f"{span.first:%Y-%m-%d}"),
            ("last", f"{span.last:%Y-%m-%d}"),
        ),
        rows=len(months_between(span.first, span.last)) * len(codes) * (1 + _counted(codes)),
    )


def _params(measures: str, first: date, last: date, flow: str) -> Pairs:
    return (
        ("lang", "EN"),
        ("sv", measures),
        ("freq", "M"),
        ("period", f"{first:%Y%m},{last:%Y%m}"),
        ("ttype", TRADE_TYPES[flow]),
    )


def _partner(flow: str, partner: str) -> Pairs:
    if partner == WORLD:
        return ()
    names = ("coclass", "co") if flow == "import" else ("ccclass", "cc")
    return ((names[0], "C"), (names[1], _iso2(partner)))


def _goods(codes: Sequence[str]) -> Pairs:
    if codes[0] == TOTAL:
        return ()
    return (("codeclass", CLASSES[len(codes[0])]), ("code", ",".join(codes)))


def _counted(codes: Sequence[str]) -> bool:
    return codes[0] != TOTAL and len(codes[0]) >= SUBHEADING


def _batches(codes: str) -> Iterator[tuple[str, ...]]:
    ordered = sorted(filter(None, codes.split(",")), key=_kind)
    for _, group in groupby(ordered, _kind):
        yield from chunks(list(group), CODES_PER_CALL)


def _kind(code: str) -> int:
    return 0 if code == TOTAL else len(code)


def _iso2(iso3: str) -> str:
    iso2 = country(iso3).iso2
    if iso2 is None:
        raise UsageError(f"{iso3} has no ISO alpha-2 code, by which Hong Kong names countries.")
    return iso2


def _words(flow: str) -> str:
    return f"{flow.replace('_', '-')}s"


def _about(query: Query) -> Pairs:
    editions = dict.fromkeys(span.edition for span in edition_spans(REPORTER, query.periods))
    return (
        ("flow", query.flow),
        ("partners", ",".join(query.partners)),
        ("origin", _origin(query)),
        ("asked", f"{query.periods[-1]:%Y-%m-%d}"),
        *((edition, ",".join(codes_known(query, edition))) for edition in editions),
    )


def _origin(query: Query) -> str:
    given = query.option("origin")
    return country(given.strip().upper()).iso3 if given else ""


def _check(query: Query) -> None:
    check_reporter(query, REPORTER)
    check_monthly(query)
    check_options(query, {"origin": ()})
    if _origin(query) and query.flow == "import":
        raise UsageError(
            "The partner of imports is their origin already: leave out --option origin=... "
            "(origin=...)."
        )
    for code in query.codes:
        if code != TOTAL and len(code) not in CLASSES:
            raise UsageError(f"Code {code!r}: Hong Kong has codes of 2, 4, 6 and 8 digits.")
    for name in (*query.partners, _origin(query) or REPORTER):
        if name != WORLD:
            _iso2(name)


def _forecasts(query: Query) -> Iterator[str]:
    expected = last_expected(query.today, LAG)
    if query.periods[-1] > expected:
        yield (
            f"Hong Kong publishes a month about five weeks after its end: up to {expected:%Y-%m} "
            f"can be expected on {query.today}. Later months become 'not released'."
        )
    if _origin(query) and query.codes != (TOTAL,):
        yield (
            "Goods by code, origin and destination at once: one user reports that the source "
            "refuses this. If so, ask for --codes TOTAL by origin, or leave origin out."
        )
