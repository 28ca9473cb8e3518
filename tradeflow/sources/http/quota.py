"""How many calls were made today, in a ledger that outlives the process.

One file per source and UTC day; every call appends one byte, which is atomic on every file
system, so that processes that run side by side share one count without a lock.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn

from tradeflow.errors import OutputError, QuotaExhausted

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.http.clock import Clock


@dataclass(frozen=True, slots=True)
class Quota:
    """The ledger of one source.

    Attributes
    ----------
    folder
        Where the ledger lies.
    source
        Whose it is.
    per_day
        Calls granted per UTC day; None if unlimited.
    clock
        What the time is.
    """

    folder: Path
    source: str
    per_day: int | None
    clock: Clock

    def used(self) -> int:
        """Count today's calls."""
        path = self._day()
        return path.stat().st_size if path.exists() else 0

    def left(self) -> int | None:
        """Count what is left of today's calls; None if there is no limit."""
        return None if self.per_day is None else max(self.per_day - self.used(), 0)

    def check(self) -> None:
        """Raise if no call may be made now.

        Raises
        ------
        QuotaExhausted
            With the seconds until calls are granted again.
        """
        now, until = self.clock.now(), self._closed_until()
        if until is not None and now < until:
            self._refuse((until - now).total_seconds(), "as the source said")
        if self.left() == 0:
            midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
            self._refuse((midnight - now).total_seconds(), "by our own count")

    def count(self) -> None:
        """Write down one call."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._day(), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o644)
            try:
                os.write(handle, b".")
            finally:
                os.close(handle)
        except OSError as error:
            raise OutputError(
                f"The ledger of calls, {self._day()}, cannot be written: {error.strerror}. "
                "Nothing was asked."
            ) from error

    def close(self, seconds: float) -> None:
        """Remember that the source grants nothing for some seconds."""
        until = self.clock.now() + timedelta(seconds=seconds)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._closed().write_text(until.isoformat(), encoding="utf-8")

    def _closed_until(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._closed().read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def _refuse(self, seconds: float, why: str) -> NoReturn:
        raise QuotaExhausted(
            f"{self.source}: today's calls are used up ({why}); the next are granted in "
            f"{seconds / 3600:.1f} hours. Run the same command again then.",
            seconds=seconds,
        )

    def _day(self) -> Path:
        return self.folder / f"{self.source}-{self.clock.now():%Y-%m-%d}.calls"

    def _closed(self) -> Path:
        return self.folder / f"{self.source}.closed-until"
