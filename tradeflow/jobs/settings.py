"""The settings of the monthly run: flag before environment before file before default."""

from __future__ import annotations

import hashlib
import json
import math
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

from tradeflow.errors import TradeflowError, UnknownNameError, UsageError
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day
from tradeflow.sources.query import make_query
from tradeflow.store.home import DEFAULT as DEFAULT_HOME
from tradeflow.store.home import VARIABLE as HOME_VARIABLE

FILE: Final = "tradeflow.toml"
PREFIX: Final = "TRADEFLOW_"
ELSEWHERE: Final = frozenset({"home", "notify", "report"})
"""Settings that change where things lie and who is told, and no result."""

Said: TypeAlias = Iterator[tuple[str, Any, str]]
"""Settings that somebody gave: name, value, and where."""


@dataclass(frozen=True, slots=True)
class Order:
    """One standing question to a source.

    Attributes
    ----------
    source
        Name of the source.
    question
        As for :func:`tradeflow.fetch`: reporter, partner, category or codes, flow, freq, since …
    """

    source: str
    question: dict[str, Any]

    @property
    def goods(self) -> str:
        """What is asked for, in a word."""
        said = self.question.get("category") or self.question.get("codes")
        return ",".join(map(str, said)) if isinstance(said, (list, tuple)) else str(said)


DEFAULT_ORDERS: Final = (
    Order("comtrade", {"category": "all", "since": "2022-01"}),
    Order("comtrade", {"codes": "TOTAL", "since": "2017-01"}),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the monthly run does.

    Attributes
    ----------
    home
        Folder of releases, lake, runs and results.
    samples
        Whether the embedded data belong to the lake.
    since_year, since_month
        First period after the date that findings compare, for annual and for monthly data.
    partner
        The destination that findings are about.
    rate
        False-discovery rate.
    revision
        Revisions of a cell of at least this share are listed in the diff.
    max_age_days
        Answers kept longer ago than this are asked again, where a source does not say itself
        when its data last changed.
    report
        Whether a run that finds something new writes a report of each data set that changed.
    notify
        Addresses (of the library Apprise) that get the diff; empty for none.
    fetch
        Standing questions.
    origin
        Where each setting that is no default comes from.
    """

    home: str = DEFAULT_HOME
    samples: bool = True
    since_year: str = "2022"
    since_month: str = "2022-03"
    partner: str = "RUS"
    rate: float = 0.10
    revision: float = 0.10
    max_age_days: float = 6.0
    report: bool = True
    notify: tuple[str, ...] = ()
    fetch: tuple[Order, ...] = DEFAULT_ORDERS
    origin: dict[str, str] = field(default_factory=dict, compare=False)

    def plain(self) -> dict[str, Any]:
        """Write the settings as plain values, addresses hidden."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "origin"}
        orders = [{"source": o.source, **o.question} for o in self.fetch]
        return {**values, "fetch": orders, "notify": [hidden(a) for a in self.notify]}

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change when a setting does on which results rest."""
        said = {name: value for name, value in self.plain().items() if name not in ELSEWHERE}
        text = json.dumps(said, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_KINDS: Final = {f.name: f.type for f in fields(Settings) if f.name not in {"fetch", "origin"}}
_WORDS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_WANTED: Final = {
    "str": "text",
    "bool": "true or false",
    "float": "a number",
    "tuple[str, ...]": "a list of addresses",
}


def load_settings(path: Path | None = None, **flags: Any) -> Settings:  # noqa: ANN401
    """Read the settings: a flag goes before the environment, that before the file.

    Parameters
    ----------
    path
        The file; ``tradeflow.toml`` here if None, and defaults if that is not there.
    **flags
        Settings given on the command line; None for those that were not.

    Returns
    -------
    Settings
        With ``origin``.

    Raises
    ------
    UsageError, UnknownNameError
        The file, a variable or a flag says something that no setting can be; the message names
        the place and the setting.
    """
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for given in (_file(path), _environment(), _flags(flags)):
        for name, value, place in given:
            values[name] = _typed(name, value, place)
            origin[name] = place
    settings = replace(Settings(), **values, origin=origin)
    _check(settings)
    return settings


def _file(path: Path | None) -> Said:
    file = path or Path(FILE)
    if path is None and not file.exists():
        return
    for name, value in _toml(file).items():
        known = [*_KINDS, "fetch"]
        if name not in known:
            hint = f"Known: {', '.join(known)}."
            raise UnknownNameError.of(f"{file}: setting", name, known, hint=hint)
        yield name, value, str(file)


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read: {error.strerror}. `tradeflow config show` prints the defaults."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}.") from error


def _environment() -> Said:
    for name in _KINDS:
        variable = HOME_VARIABLE if name == "home" else PREFIX + name.upper()
        if os.environ.get(variable):
            yield name, os.environ[variable], variable


def _flags(flags: Mapping[str, Any]) -> Said:
    for name, value in flags.items():
        if name not in _KINDS:
            raise UnknownNameError.of("Setting", name, _KINDS)
        if value is not None:
            yield name, value, f"--{name.replace('_', '-')}"


def _typed(name: str, value: Any, place: str) -> Any:  # noqa: ANN401
    if name == "fetch":
        return _orders(value, place)
    kind = str(_KINDS[name])
    try:
        return _READ[kind](value)
    except (KeyError, TypeError, ValueError):
        # an address may hold a password: it is never shown
        shown = "" if name == "notify" else f", not {value!r}"
        message = f"{place}: setting {name} must be {_WANTED[kind]}{shown}."
        raise UsageError(message) from None


def _text(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, (str, int, date)) or not str(value).strip():
        raise TypeError
    return str(value).strip()


def _truth(value: Any) -> bool:  # noqa: ANN401
    return value if isinstance(value, bool) else _WORDS[str(value).casefold()]


def _number(value: Any) -> float:  # noqa: ANN401
    if isinstance(value, bool) or not math.isfinite(number := float(value)):
        raise TypeError
    return number


def _addresses(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    given = value.split() if isinstance(value, str) else value
    if not all(isinstance(address, str) for address in given):
        raise TypeError
    return tuple(given)


_READ: Final = {"str": _text, "bool": _truth, "float": _number, "tuple[str, ...]": _addresses}


def _orders(rows: Any, place: str) -> tuple[Order, ...]:  # noqa: ANN401
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"{place}: setting fetch must be a list of tables. Write [[fetch]].")
    return tuple(_order(row, f"{place}: [[fetch]] number {i}") for i, row in enumerate(rows, 1))


def _order(row: dict[str, Any], place: str) -> Order:
    question = dict(row)
    for name, example in (("source", "comtrade"), ("since", "2022-01")):
        if name not in question:
            raise UsageError(f'{place} does not say its {name}. Write {name} = "{example}".')
    order = Order(str(question.pop("source")), question)
    try:
        _ask(order)
    except TradeflowError as error:
        raise UsageError(f"{place}: {error}") from error
    return order


def _ask(order: Order) -> None:
    """Plan the calls, without making them: whatever cannot be asked is refused here."""
    from tradeflow.sources.http.session import key_of
    from tradeflow.sources.offices import fetched

    for name, value in order.question.items():
        words = value if isinstance(value, list) else [value]
        if not all(isinstance(word, (str, int, date)) for word in words):
            raise UsageError(f"{name} must be text or a list of texts, not {value!r}.")
    office = fetched(order.source)
    try:
        query = make_query(order.source, keyed=key_of(office) is not None, **order.question)
    except (TypeError, AttributeError) as error:
        raise UsageError(f"the question cannot be read ({error}).") from error
    office.plan_for(query)


def _check(settings: Settings) -> None:
    checks: dict[str, Callable[[], object]] = {
        "since_year": lambda: first_day(settings.since_year),
        "since_month": lambda: first_day(settings.since_month),
        "partner": lambda: country(settings.partner),
        "rate": lambda: _share(settings.rate),
        "revision": lambda: _share(settings.revision),
        "max_age_days": lambda: _days(settings.max_age_days),
    }
    for name, check in checks.items():
        try:
            check()
        except TradeflowError as error:
            place = settings.origin.get(name, "default")
            raise UsageError(f"{place}: setting {name}: {error}") from error


def _share(value: float) -> None:
    if not 0 < value <= 1:
        raise UsageError(f"it must lie between 0 and 1, not be {value:g}.")


def _days(value: float) -> None:
    if value < 0:
        raise UsageError(f"it must be 0 or more, not {value:g}.")


def hidden(address: str) -> str:
    """Show of an address no more than its kind.

    Examples
    --------
    >>> hidden("mailto://user:password@example.org")
    'mailto://***'
    """
    kind, mark, _ = address.partition("://")
    return f"{kind}{mark}***" if mark else "***"
