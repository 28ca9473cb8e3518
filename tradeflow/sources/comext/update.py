"""When an answer or a file was last updated, in its own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

_STAMP: Final = re.compile(r"^(\d\d)/(\d\d)/(\d\d)(?: (\d\d:\d\d)(?::\d\d)?)?$")
_ISO: Final = re.compile(r"^20\d\d-\d\d-\d\d")


def newest_update(parts: Iterable[pl.DataFrame]) -> str | None:
    """Find the newest ``LAST UPDATE`` that lines state, as ``2026-09-15T11:00``; None if none."""
    said = {text for lines in parts for text in lines["LAST UPDATE"].unique()}
    return max(filter(None, map(_stamp, said)), default=None)


def _stamp(text: str) -> str:
    """Write ``15/09/26 11:00:00``, or JSON-stat's ISO time, as ``2026-09-15T11:00``."""
    found = _STAMP.match(text)
    if found is None:
        return text[:16] if _ISO.match(text) else ""
    day, month, year, time = found.groups()
    return f"20{year}-{month}-{day}" + (f"T{time}" if time else "")
