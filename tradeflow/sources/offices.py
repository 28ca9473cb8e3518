"""The sources that can be asked or read, by name; each lives in a module of its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from tradeflow.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from tradeflow.sources.source import Source

MODULES: Final[dict[str, str]] = {
    "comtrade": "tradeflow.sources.comtrade.source",
    "gacc": "tradeflow.sources.gacc.source",
    "comext": "tradeflow.sources.comext.source",
    "hongkong": "tradeflow.sources.hongkong.source",
    "hmrc": "tradeflow.sources.hmrc.source",
    "census": "tradeflow.sources.census.source",
    "kazakhstan": "tradeflow.sources.kazakhstan.source",
    "baci": "tradeflow.sources.baci.source",
    "ecb": "tradeflow.sources.ecb.source",
    "korea": "tradeflow.sources.korea",
    "japan": "tradeflow.sources.japan",
}


def source(name: str) -> Source:
    """Look up a source by its name on the command line.

    Raises
    ------
    UnknownNameError
        Nobody knows it.
    UsageError
        It is no text.
    """
    if not isinstance(name, str):
        raise UsageError(f"{name!r} is no source: give one of {', '.join(MODULES)}.")
    if name not in MODULES:
        raise UnknownNameError.of("Source", name, MODULES, hint=f"Known: {', '.join(MODULES)}.")
    found: Source = import_module(MODULES[name]).SOURCE
    return found


def all_sources() -> tuple[Source, ...]:
    """Give every source, in the order of the table."""
    return tuple(source(name) for name in MODULES)


def fetched(name: str) -> Source:
    """Look up a source that can be fetched.

    Raises
    ------
    UsageError
        It can only be ingested from files, or not yet at all.
    """
    found = source(name)
    if found.plan is None:
        ways = [s.name for s in all_sources() if s.plan is not None]
        files = f" Its files are read by `tradeflow ingest {name}`." if found.read else ""
        raise UsageError(
            f"Flows cannot be fetched from {name}.{files} {found.note} These can: "
            f"{', '.join(ways)}."
        )
    return found
