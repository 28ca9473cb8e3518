"""All checks of an installation, one after the other."""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Final

from tradeflow.jobs.doctor.check import REINSTALL, Check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

CHECKS: Final[dict[str, str]] = {
    "libraries": "libraries.libraries",
    "extras": "libraries.extras",
    "tables": "contents.tables",
    "compiled code": "contents.compiled",
    "figures": "contents.figures",
    "data folder": "surroundings.folder",
    "lake": "lake.lake",
    "settings": "surroundings.settings_file",
    "keys": "surroundings.keys",
    "network": "network.network",
    "clock": "surroundings.clock",
    "terminal": "surroundings.terminal",
}
"""What is looked at, and the function that does; loaded late, for a library may be broken."""

_ASK_FOR_A_PLACE: Final = {"data folder", "lake", "settings", "keys"}


def examine(settings: Path | None = None, *, home: str | None = None) -> list[Check]:
    """Look at everything on which the package rests.

    Parameters
    ----------
    settings
        The file of settings; ``tradeflow.toml`` here if None.
    home
        Folder of releases, lake, runs and results; as the settings say if None.

    Returns
    -------
    list of Check
        In the order in which they are mended best. Nothing is changed, no source is asked.
    """
    found = []
    for name, function in CHECKS.items():
        given = (settings, home) if name in _ASK_FOR_A_PLACE else ()
        found += _looked(name, partial(_call, function, *given))
    return found


def _call(function: str, *given: object) -> Iterable[Check]:
    module, _, name = function.partition(".")
    found: Iterable[Check] = getattr(import_module(f"tradeflow.jobs.doctor.{module}"), name)(*given)
    return found


def _looked(name: str, look: Callable[[], Iterable[Check]]) -> list[Check]:
    try:
        return list(look())
    except Exception as error:  # noqa: BLE001  a broken installation breaks in any way
        found = f"cannot be looked at: {type(error).__name__}: {error}"
        return [Check(name, "bad", found, REINSTALL)]
