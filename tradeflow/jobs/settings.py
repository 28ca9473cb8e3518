"""The settings of the monthly run: flag before environment before file before default."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.sources.query import make_query
from tradeflow.store.home import DEFAULT as DEFAULT_HOME
from tradeflow.store.home import VARIABLE as HOME_VARIABLE

FILE: Final = "tradeflow.toml"
PREFIX: Final = "TRADEFLOW_"


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
        return str(self.question.get("category") or self.question.get("codes"))


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
    notify
        Addresses (of the library Apprise) that get the diff; empty for none.
    fetch
        Standing questions.
    """

    home: str = DEFAULT_HOME
    samples: bool = True
    since_year: str = "2022"
    since_month: str = "2022-03"
    partner: str = "RUS"
    rate: float = 0.10
    revision: float = 0.10
    max_age_days: float = 6.0
    notify: tuple[str, ...] = ()
    fetch: tuple[Order, ...] = DEFAULT_ORDERS
    origin: dict[str, str] = field(default_factory=dict, compare=False)

    def plain(self) -> dict[str, Any]:
        """Write the settings as plain values, addresses hidden."""
        values = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "origin"}
        orders = [{"source": o.source, **o.question} for o in self.fetch]
        return {**values, "fetch": orders, "notify": [_hidden(a) for a in self.notify]}

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change when any setting does."""
        text = json.dumps(self.plain(), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


_ONE: Final = {f.name: f.type for f in fields(Settings) if f.name not in {"fetch", "origin"}}


def load_settings(path: Path | None = None, **flags: Any) -> Settings:  # noqa: ANN401
    """Read the settings.

    Parameters
    ----------
    path
        The file; ``tradeflow.toml`` here if None, and defaults if that is not there.
    **flags
        Settings given on the command line; None for those that were not.

    Raises
    ------
    UsageError, UnknownNameError
        The file or a variable says something that no setting can be.
    """
    said = _from_file(path)
    origin = dict.fromkeys(said, str(path or FILE))
    for name in _ONE:
        variable = HOME_VARIABLE if name == "home" else PREFIX + name.upper()
        if os.environ.get(variable):
            said[name], origin[name] = _typed(name, os.environ[variable]), variable
    for name, value in flags.items():
        if value is not None:
            said[name], origin[name] = value, f"--{name.replace('_', '-')}"
    settings = replace(Settings(), **said, origin=origin)
    _check(settings)
    return settings


def _from_file(path: Path | None) -> dict[str, Any]:
    file = path or Path(FILE)
    if not file.is_file():
        if path is None:
            return {}
        raise UsageError(f"{path}: no such file. `tradeflow config show` prints the defaults.")
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}.") from error
    for name in said:
        if name not in _ONE and name != "fetch":
            known = [*_ONE, "fetch"]
            raise UnknownNameError.of(f"{file}: setting", name, known, hint=f"Known: {known}.")
    orders = [_order(file, row) for row in said.pop("fetch", [])]
    values = {name: _typed(name, value) for name, value in said.items()}
    return values | ({"fetch": tuple(orders)} if orders else {})


def _order(file: Path, row: dict[str, Any]) -> Order:
    if "source" not in row:
        raise UsageError(f'{file}: a [[fetch]] without a source. Write source = "comtrade".')
    question = {name: value for name, value in row.items() if name != "source"}
    return Order(str(row["source"]), question)


def _typed(name: str, value: Any) -> Any:  # noqa: ANN401
    try:
        if _ONE[name] == "bool":
            return value if isinstance(value, bool) else _WORDS[str(value).casefold()]
        if _ONE[name] == "float":
            return float(value)
        if name == "notify":
            return tuple(value.split() if isinstance(value, str) else value)
    except (KeyError, TypeError, ValueError):
        raise UsageError(f"Setting {name} cannot be {value!r}.") from None
    return str(value)


_WORDS: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _check(settings: Settings) -> None:
    first_day(settings.since_year)
    first_day(settings.since_month)
    for name in ("rate", "revision"):
        if not 0 < getattr(settings, name) <= 1:
            raise UsageError(f"Setting {name} must lie between 0 and 1.")
    for order in settings.fetch:
        try:
            make_query(order.source, **order.question)
        except TypeError as error:
            word = str(error).rpartition("'")[0].rpartition("'")[2]
            raise UsageError(f"[[fetch]] of {order.source}: {word!r} is unknown.") from None


def _hidden(address: str) -> str:
    return address.partition("://")[0] + "://***"
