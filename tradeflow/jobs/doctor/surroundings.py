"""Where the package runs: the folder of the data, settings, keys, clock and terminal."""

from __future__ import annotations

import os
import re
import shutil
import sys
import time
import zoneinfo
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

import tradeflow
from tradeflow.errors import Locked, OutputError, TradeflowError
from tradeflow.files import can_write
from tradeflow.jobs.doctor.check import Check
from tradeflow.jobs.lock import hold
from tradeflow.jobs.settings import FILE, PREFIX, Settings, load_settings
from tradeflow.sources.http.clock import SystemClock
from tradeflow.sources.http.session import key_of
from tradeflow.sources.offices import all_sources
from tradeflow.store.home import home as home_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tradeflow.sources.source import Key, Source

TIGHT: Final = 2e9
FULL: Final = 2e8
"""Bytes free under which a monthly run may fail soon, and under which it is likely to fail."""

ANOTHER: Final = "Choose another place: --home, or TRADEFLOW_HOME."

_POSIX_ZONE: Final = re.compile(r"[A-Za-z]{3,}[+-]?\d")  # such as CET-1CEST


def folder(settings: Path | None, home: str | None) -> Iterator[Check]:
    """Look at the folder of the data: can it be written, who holds it, how much room is left."""
    place = place_of(settings, home)
    yield _place(place)
    above = next(path for path in (place, *place.parents) if path.exists())
    free = shutil.disk_usage(above).free
    said = f"{free / 1e9:,.1f} GB free"
    if free < TIGHT:
        remedy = "Free some room, or choose another disk: --home."
        yield Check("room on the disk", "bad" if free < FULL else "warn", said, remedy)
    else:
        yield Check("room on the disk", "ok", said)


def place_of(settings: Path | None, home: str | None) -> Path:
    """Say where the data lie."""
    try:
        return home_folder(load_settings(settings, home=home).home)
    except TradeflowError:  # the check of the settings says so
        return home_folder(home)


def _place(place: Path) -> Check:
    if place.exists() and not place.is_dir():
        return Check("data folder", "bad", f"{place} is a file, not a folder", ANOTHER)
    if not can_write(place):
        return Check("data folder", "bad", f"{place} cannot be written", ANOTHER)
    if not place.exists():
        return Check("data folder", "ok", f"{place} is not there yet: the first run makes it")
    return _held(place) if (place / ".lock").exists() else _free(place)


def _free(place: Path) -> Check:
    return Check("data folder", "ok", f"{place}, held by nobody")


def _held(place: Path) -> Check:
    """Try the lock: the file stays when a run has ended."""
    try:
        with hold(place):
            return _free(place)
    except Locked as error:
        said, _, remedy = str(error).partition(". ")
        return Check("data folder", "warn", said, remedy)
    except OutputError as error:
        return Check("data folder", "bad", str(error), ANOTHER)


def settings_file(settings: Path | None, home: str | None) -> Iterator[Check]:
    """Look at the settings, and for variables that look like settings and are none."""
    try:
        chosen = load_settings(settings, home=home)
    except TradeflowError as error:
        yield Check("settings", "bad", str(error), "Mend it; `tradeflow config show` prints all.")
    else:
        origins = sorted(set(chosen.origin.values()))
        yield Check("settings", "ok", f"from {', '.join(origins)}" if origins else _defaults())
    known = _variables()
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            near = get_close_matches(name, known, n=1)
            remedy = f"Did you mean {near[0]}?" if near else "Unset it if it was meant for this."
            yield Check("environment", "warn", f"{name} is set, and nothing reads it", remedy)


def _defaults() -> str:
    return f"all by default: there is no {FILE} here"


def _variables() -> list[str]:
    """Return every variable that something of the package reads."""
    of_settings = [PREFIX + field.name.upper() for field in fields(Settings)]
    of_sources = [f"{PREFIX}{s.name.upper()}_URL" for s in all_sources()]
    keys = [s.key.variable for s in all_sources() if s.key is not None]
    return [*of_settings, *of_sources, *keys]


def keys(settings: Path | None, home: str | None) -> Iterator[Check]:
    """Look which keys are set; a key itself is never shown."""
    try:
        asked = {order.source for order in load_settings(settings, home=home).fetch}
    except TradeflowError:  # the check of the settings says so
        asked = set()
    for source in all_sources():
        if source.key is not None:
            yield _key(source, source.key, asked=source.name in asked)


def _key(source: Source, wanted: Key, *, asked: bool) -> Check:
    name = f"key {source.name}"
    try:
        key = key_of(source)
    except TradeflowError as error:
        return Check(name, "bad", str(error), wanted.how)
    if key is not None:
        return Check(name, "ok", f"{wanted.variable} is set")
    found = f"{wanted.variable} is not set; {source.name} answers "
    found += "nobody without it" if wanted.needed else "without it, too, but less"
    if wanted.needed and asked:
        return Check(name, "warn", f"{found}, and the settings ask it", wanted.how)
    return Check(name, "ok", found, wanted.how)


def clock() -> Iterator[Check]:
    """Look whether clock and time zone can be right."""
    now = SystemClock().now()
    newest = max(path.stat().st_mtime for path in Path(tradeflow.__file__).parent.glob("*.py*"))
    installed = datetime.fromtimestamp(newest, UTC)
    zone = os.environ.get("TZ", "").removeprefix(":")
    said = f"{now:%Y-%m-%d %H:%M} UTC, local time {time.strftime('%H:%M %Z')}"
    if now < installed - timedelta(days=1):
        found = f"{said}: before {installed:%Y-%m-%d}, when the package was written"
        remedy = "Set the clock: data not out yet and data late are told apart by it."
        yield Check("clock", "bad", found, remedy)
    elif zone and not _known(zone):
        found = f"{said}: TZ={zone} names no time zone that is known here"
        yield Check("clock", "warn", found, "Set TZ to one such as Europe/Brussels, or unset it.")
    else:
        yield Check("clock", "ok", said)


def _known(zone: str) -> bool:
    zones = zoneinfo.available_timezones()
    return not zones or zone in zones or bool(_POSIX_ZONE.match(zone)) or Path(zone).is_file()


def terminal() -> Iterator[Check]:
    """Look whether Chinese and Russian words can be printed."""
    encoding = getattr(sys.stdout, "encoding", None) or "unknown"
    try:
        "干扰器, глушитель".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        found = f"{encoding} has no Chinese or Russian letters: they are printed as codes"
        yield Check("terminal", "warn", found, "Set PYTHONUTF8=1.")
    else:
        yield Check("terminal", "ok", f"prints {encoding}")
