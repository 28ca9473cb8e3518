"""One question to Comtrade in its own terms: how it is asked, and how it is cut into halves."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import country
from tradeflow.sources.call import Call
from tradeflow.sources.comtrade.fields import FLOW_CODES

if TYPE_CHECKING:
    from tradeflow.options import Freq
    from tradeflow.sources.call import Pairs

PREVIEW_ROWS: Final = 500
KEYED_ROWS: Final = 100_000
PREMIUM_ROWS: Final = 250_000
LINES_PER_CODE: Final = 10  # tariff lines under one code, a guess for plans
LONGEST_TARGET: Final = 3_900  # characters of path and query; the server refuses about 4,096
LISTED: Final = 3  # countries named in a note
ANNUAL_DIGITS: Final = 4
_HALVED: Final = ("periods", "codes", "partners")  # after the flow, of which a question has one


@dataclass(frozen=True, slots=True)
class Ask:
    """What is wanted of one reporter.

    Attributes
    ----------
    reporter, partners
        ISO alpha-3 codes.
    flow, freq
        As in the flow table.
    periods
        As Comtrade writes them: ``202301`` or ``2023``.
    codes
        Commodity codes.
    category
        The category that the codes are those of, before the edition is known.
    edition
        The edition of the codes, once it is known.
    releases
        One release for each period, once they are known.
    kind
        ``final`` or ``tariffline``.
    delivery
        ``get``, ``async`` or ``bulk``.
    cap
        Rows at which an answer is cut off.
    count
        Rows that ``countOnly`` promised; empty if that was not asked.
    """

    reporter: str
    partners: tuple[str, ...]
    flow: str
    freq: Freq
    periods: tuple[str, ...]
    codes: tuple[str, ...] = ()
    category: str = ""
    edition: str = ""
    releases: tuple[str, ...] = ()
    kind: str = "final"
    delivery: str = "get"
    cap: int = PREVIEW_ROWS
    count: str = ""

    @property
    def keyed(self) -> bool:
        """Whether a key goes with it, and several periods into one call."""
        return self.cap > PREVIEW_ROWS

    @property
    def rows(self) -> int:
        """Rows at most, as far as can be known."""
        lines = LINES_PER_CODE if self.kind == "tariffline" else 1
        return len(self.periods) * len(self.codes) * len(self.partners) * lines

    @property
    def about(self) -> Pairs:
        """Write it as pairs of text, for a call to carry."""
        return tuple((field.name, _text(getattr(self, field.name))) for field in fields(self))

    @classmethod
    def of(cls, call: Call) -> Ask:
        """Read what :attr:`about` wrote."""
        told = dict(call.about)
        lists = {
            name: tuple(filter(None, told[name].split(",")))
            for name in ("partners", "periods", "codes", "releases")
        }
        return cls(**{**told, **lists, "cap": int(told["cap"])})  # type: ignore[arg-type]

    @property
    def words(self) -> str:
        """Say it in a few words."""
        more = f" and {len(self.partners) - LISTED} more" if len(self.partners) > LISTED else ""
        goods = f"{len(self.codes)} code{'' if len(self.codes) == 1 else 's'}"
        return (
            f"{self.reporter} {self.flow.replace('_', '-')}s, partner "
            f"{', '.join(self.partners[:LISTED])}{more}, "
            f"{span_of(self.periods[0], self.periods[-1])}, {goods} of {self.edition}"
        )

    def halves(self) -> tuple[Ask, ...]:
        """Cut in two along the first list that has more than one entry; empty if none has."""
        for name in _HALVED:
            middle = len(getattr(self, name)) // 2
            if middle:
                return tuple(self._part(name, cut) for cut in (slice(middle), slice(middle, None)))
        return ()

    def _part(self, name: str, cut: slice) -> Ask:
        cuts = ("periods", "releases") if name == "periods" else (name,)
        lists: dict[str, Any] = {each: getattr(self, each)[cut] for each in cuts}
        return replace(self, count="", **lists)

    @property
    def newer_than(self) -> str | None:
        """The moment of the latest release asked for; an older answer is not of that release."""
        moments = [release.partition("/")[0] for release in self.releases]
        return max((m for m in moments if m.endswith("Z")), default=None)


def data_calls(ask: Ask) -> tuple[Call, ...]:
    """Ask for the rows; halved where the address or the expected answer would be too long.

    With a key, an answer that might reach the cap is counted first (``countOnly``).
    """
    call = _data_call(ask)
    large = ask.rows >= ask.cap
    if len(call.target) > LONGEST_TARGET or (large and not ask.keyed):
        parts = ask.halves()
        if parts:
            return tuple(call for part in parts for call in data_calls(part))
    return (_count_call(call),) if large and ask.keyed and not ask.count else (call,)


def _data_call(ask: Ask) -> Call:
    return Call(
        source="comtrade",
        path=_path("get" if ask.keyed else "preview", ask),
        params=(*selection(ask), ("maxRecords", str(ask.cap)), ("includeDesc", "true")),
        note=ask.words,
        about=ask.about,
        rows=ask.rows,
        cap=ask.cap,
        newer_than=ask.newer_than,
    )


def _count_call(call: Call) -> Call:
    return replace(
        call,
        params=(*call.params, ("countOnly", "true")),
        kind="count",
        note=f"how many rows: {call.note}",
        rows=0,
        cap=None,
    )


def selection(ask: Ask) -> Pairs:
    """Say which rows are wanted, as Comtrade's parameters."""
    totals: Pairs = (
        ("partner2Code", "0"),
        ("customsCode", "C00"),
        ("motCode", "0"),
        ("breakdownMode", "classic"),
    )
    return (
        ("reporterCode", code_of(ask.reporter)),
        ("period", ",".join(ask.periods)),
        ("partnerCode", ",".join(map(code_of, ask.partners))),
        ("cmdCode", ",".join(ask.codes)),
        ("flowCode", FLOW_CODES[ask.flow]),
        *(totals if ask.kind == "final" else ()),
    )


def availability_call(ask: Ask, *, today: date) -> Call:
    """Ask what the reporter has released, when, and in which edition; once a day."""
    return Call(
        source="comtrade",
        path=_path("getDa", ask),
        params=(("reporterCode", code_of(ask.reporter)),),
        note=f"what {ask.reporter} has released, when, and in which edition of the HS",
        kind="availability",
        about=ask.about,
        newer_than=f"{today}T00:00:00Z",
    )


def _path(verb: str, ask: Ask) -> str:
    room = "data" if ask.keyed else "public"
    return f"/{room}/v1/{verb}{'Tariffline' if ask.kind == 'tariffline' else ''}/{goods(ask)}"


def goods(ask: Ask) -> str:
    """The end of every path: goods, yearly or monthly, in the HS as reported."""
    return f"C/{ask.freq}/HS"


@cache
def code_of(iso3: str) -> str:
    """Comtrade's number of a country.

    Raises
    ------
    UsageError
        It has none.
    """
    found = country(iso3).comtrade
    if found is None:
        raise UsageError(f"Comtrade has no code for {iso3}: leave it out.")
    return str(int(found))


def period_of(day: date, freq: str) -> str:
    """Write a period as Comtrade does."""
    return f"{day:%Y}" if freq == "A" else f"{day:%Y%m}"


def day_of(period: str) -> date:
    """First day of a period as Comtrade writes it."""
    month = 1 if len(period) == ANNUAL_DIGITS else int(period[ANNUAL_DIGITS:])
    return date(int(period[:ANNUAL_DIGITS]), month, 1)


def span_of(first: str, last: str) -> str:
    """Write a span of periods for people."""
    ends = (p if len(p) == ANNUAL_DIGITS else f"{p[:4]}-{p[4:]}" for p in (first, last))
    return " to ".join(dict.fromkeys(ends))


def _text(value: object) -> str:
    return ",".join(value) if isinstance(value, tuple) else str(value)
