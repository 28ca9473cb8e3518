"""What an export does not say and a person must: the direction, and sometimes the period."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final, Literal, cast

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.options import Freq, one_of

Direction = Literal["import", "export"]
VALUATION: Final[dict[Direction, str]] = {"import": "CIF", "export": "FOB"}
_MARKS: Final[dict[Direction, tuple[str, ...]]] = {
    "import": ("imports", "进口"),
    "export": ("exports", "出口"),
}
_WORD: Final = re.compile(r"[a-z]+|进出口|进口|出口")
_PERIOD: Final = re.compile(r"(?!0)[0-9]{4}(-(0[1-9]|1[0-2]))?")


def direction(path: str | Path, flow: str | None) -> Direction:
    """Say whether a file holds imports or exports.

    Parameters
    ----------
    path
        The file. Its name counts only if it holds one of the words ``exports``, ``imports``,
        出口 and 进口: ``export.csv`` may be the export of anything.
    flow
        What the user says.

    Raises
    ------
    UsageError
        Nobody says it, or name and user contradict each other.
    """
    words = set(_WORD.findall(Path(path).stem.casefold()))
    named: list[Direction] = [f for f, marks in _MARKS.items() if words.intersection(marks)]
    if flow is not None:
        if flow not in _MARKS:
            raise UnknownNameError.of("flow", flow, _MARKS, hint="Allowed: export, import.")
        told = cast("Direction", one_of(flow, Direction, name="flow"))
        if len(named) == 1 and named[0] != told:
            raise UsageError(
                f"{path}: the name says {named[0]}s, you say flow={flow!r}. The file itself does "
                "not say it: look at the query, then rename the file or change flow."
            )
        return told
    if len(named) == 1 and "进出口" not in words:
        return named[0]
    raise UsageError(
        f"{path}: an export of China customs does not say whether it holds imports or exports. "
        "Pass flow='export' or flow='import' (--flow), as chosen in the query. A query for both "
        "directions together cannot be used."
    )


def checked_period(period: str | int | None) -> str | None:
    """Return a month as ``2024-01`` or a year as ``2024``.

    Raises
    ------
    UsageError
        It is neither, or not over yet; a sum over part of a year has no place in the flow table.
    """
    if period is None:
        return None
    text = str(period).strip()
    if not _PERIOD.fullmatch(text):
        raise UsageError(
            f"period={period!r}: give a month (2024-01) or a whole year (2024). A sum over part "
            "of a year belongs to no period: export it again, split by month."
        )
    if first_day(text) >= current("M" if "-" in text else "A"):
        raise UsageError(f"period={period!r} is not over yet, and cannot be stated: see the query.")
    return text


def current(freq: Freq) -> date:
    """First day of the month or year that is not over yet; no office states it before its end."""
    today = datetime.now(UTC).date()
    return today.replace(day=1) if freq == "M" else today.replace(month=1, day=1)
