"""One thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import TextWrapper
from typing import Final, Literal

State = Literal["ok", "warn", "bad"]
NAME: Final = "tradeflow-monitor"
REINSTALL: Final = f"pip install --upgrade --force-reinstall {NAME}"
WIDTH: Final = 16  # columns of a check's name

_INDENT: Final = " " * (WIDTH + 7)
_BESIDE: Final = TextWrapper(100, subsequent_indent=_INDENT)
_BENEATH: Final = TextWrapper(100, initial_indent=_INDENT, subsequent_indent=_INDENT)
for _wrapper in (_BESIDE, _BENEATH):  # paths and commands stay whole
    _wrapper.break_on_hyphens = _wrapper.break_long_words = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name
        What was looked at.
    state
        ``ok``; ``warn``: works, but there is something to know; ``bad``: something fails.
    found
        What was found, in words.
    remedy
        What to do; empty if nothing is to be done.
    """

    name: str
    state: State
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        """Write it as a line or two, and the remedy beneath."""
        said = _BESIDE.fill(f"{self.state:<5} {self.name:<{WIDTH}} {self.found}")
        to_do = _BENEATH.fill(f"-> {self.remedy}")
        return f"{said}\n{to_do}" if self.remedy else said

    def record(self) -> dict[str, str]:
        """Return it as a plain dictionary."""
        return {
            "check": self.name,
            "state": self.state,
            "found": self.found,
            "remedy": self.remedy,
        }
