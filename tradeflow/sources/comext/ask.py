"""One question to the interface: how many cells it costs, how it is written, how it is halved."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from math import prod
from typing import TYPE_CHECKING, Final

from tradeflow.errors import DataError
from tradeflow.sources.call import Call

if TYPE_CHECKING:
    from tradeflow.sources.call import Pairs

BUDGET: Final = 500_000
"""Cells from which on Comext answers later (asynchronously); from five million it refuses."""

_MONTHS: Final = 12
_BASE: Final = "/comext/dissemination"
MEDIA: Final = (
    "application/vnd.sdmx.data+csv",
    "text/csv",
    "text/plain",
    "application/json",
    "application/xml",  # faults and asynchronous keys
    "text/xml",
    "application/gzip",  # in spite of compress=false
    "application/octet-stream",
)


@dataclass(frozen=True, slots=True)
class Slice:
    """A block of the cube.

    Attributes
    ----------
    dataset
        Its id.
    form
        ``"csv"`` or ``"jsonstat"``.
    freq, flow
        M or A; 1 (imports) or 2 (exports).
    reporters, partners, codes, indicators
        In Comext's own codes.
    first, last
        First and last period, as 2022-01 or 2022.
    """

    dataset: str
    form: str
    freq: str
    flow: str
    reporters: tuple[str, ...]
    partners: tuple[str, ...]
    codes: tuple[str, ...]
    indicators: tuple[str, ...]
    first: str
    last: str

    @property
    def periods(self) -> tuple[str, ...]:
        """All periods, oldest first."""
        first, last = _index(self.first), _index(self.last)
        return tuple(_label(i, self.freq) for i in range(first, last + 1))

    @property
    def cells(self) -> int:
        """What the question costs: positions of all dimensions, with data or not."""
        sides = (self.reporters, self.partners, self.codes, self.indicators, self.periods)
        return prod(map(len, sides))

    @property
    def words(self) -> str:
        """The question, for notes."""
        goods = f"{len(self.codes)} codes" if len(self.codes) > 1 else self.codes[0]
        span = self.first if self.first == self.last else f"{self.first} to {self.last}"
        return (
            f"{self.dataset}, {_few(self.reporters)} with {_few(self.partners)}, {goods}, {span} "
            f"({self.cells:,} cells)"
        )

    def halves(self) -> tuple[Slice, ...]:
        """Cut in two: by time first, then by goods, reporters and partners; none if it is one."""
        periods = self.periods
        if len(periods) > 1:
            middle = len(periods) // 2
            return (replace(self, last=periods[middle - 1]), replace(self, first=periods[middle]))
        return (
            self.by_codes()
            or tuple(replace(self, reporters=half) for half in _cut(self.reporters))
            or tuple(replace(self, partners=half) for half in _cut(self.partners))
        )

    def by_codes(self) -> tuple[Slice, ...]:
        """Cut the goods in two; none if it is one."""
        return tuple(replace(self, codes=half) for half in _cut(self.codes))

    def call(self, kind: str = "data") -> Call:
        """Write the question as a request."""
        path, params = self._as_csv() if self.form == "csv" else self._as_json_stat()
        return Call(
            source="comext",
            path=_BASE + path,
            params=params,
            note=self.words,
            kind=kind,
            about=(*self._about(), ("kind", kind)),
            rows=self.cells // len(self.indicators),
            media=MEDIA,
        )

    def _as_csv(self) -> tuple[str, Pairs]:
        sides = (self.reporters, self.partners, self.codes)
        key = ".".join([self.freq, *map("+".join, sides), self.flow, "+".join(self.indicators)])
        return f"/sdmx/2.1/data/{self.dataset}/{key}", (
            ("startPeriod", self.first),
            ("endPeriod", self.last),
            ("format", "SDMX-CSV"),
            ("compress", "false"),
        )

    def _as_json_stat(self) -> tuple[str, Pairs]:
        return f"/statistics/1.0/data/{self.dataset}", (
            ("format", "JSON"),
            ("lang", "EN"),
            ("freq", self.freq),
            *(("reporter", code) for code in self.reporters),
            *(("partner", code) for code in self.partners),
            *(("product", code) for code in self.codes),
            ("flow", self.flow),
            *(("indicators", name) for name in self.indicators),
            ("sinceTimePeriod", self.first),
            ("untilTimePeriod", self.last),
        )

    def _about(self) -> Pairs:
        said = ((field.name, getattr(self, field.name)) for field in fields(self))
        return tuple((n, value if isinstance(value, str) else ",".join(value)) for n, value in said)


def slice_of(call: Call) -> Slice:
    """Read back what a call asks.

    Raises
    ------
    DataError
        The call was not written by this version of the package.
    """
    told = dict(call.about)
    try:
        return Slice(
            dataset=told["dataset"],
            form=told["form"],
            freq=told["freq"],
            flow=told["flow"],
            reporters=tuple(told["reporters"].split(",")),
            partners=tuple(told["partners"].split(",")),
            codes=tuple(told["codes"].split(",")),
            indicators=tuple(told["indicators"].split(",")),
            first=told["first"],
            last=told["last"],
        )
    except KeyError as error:
        raise DataError(
            f"A kept answer of Comext ({call.note}) does not say what was asked ({error}); ask "
            "again with max_age_days=0."
        ) from error


def status_call(call: Call, key: str) -> Call:
    """Ask how far an asynchronous answer is."""
    return _asynchronous(call, "status", key)


def result_call(call: Call, key: str) -> Call:
    """Ask for an asynchronous answer that is ready."""
    return _asynchronous(call, "data", key)


def _asynchronous(call: Call, what: str, key: str) -> Call:
    told = dict(call.about)
    return Call(
        source="comext",
        path=f"{_BASE}/1.0/async/{what}/{key}",
        note=f"{call.note.removesuffix(' (asynchronous)')} (asynchronous)",
        kind="status" if what == "status" else told["kind"],
        about=tuple({**told, "key": key}.items()),
        rows=call.rows,
        media=MEDIA,
    )


def _cut(whole: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    middle = len(whole) // 2
    return (whole[:middle], whole[middle:]) if middle else ()


def _few(codes: tuple[str, ...]) -> str:
    shown = 3
    more = f" and {len(codes) - shown} more" if len(codes) > shown else ""
    return ", ".join(codes[:shown]) + more


def _index(period: str) -> int:
    year, _, month = period.partition("-")
    return int(year) * _MONTHS + int(month) - 1 if month else int(year)


def _label(index: int, freq: str) -> str:
    return f"{index}" if freq == "A" else f"{index // _MONTHS}-{index % _MONTHS + 1:02}"
