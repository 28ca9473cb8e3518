"""What a reporter has released, when, and in which edition (``getDa``)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tradeflow.errors import BadAnswer, ResponseChanged
from tradeflow.sources.comtrade.ask import Ask, code_of
from tradeflow.sources.comtrade.envelope import read_envelope
from tradeflow.sources.comtrade.fields import EDITIONS

if TYPE_CHECKING:
    from tradeflow.sources.call import Answer

NEEDED: Final = ("period", "reporterCode", "classificationCode", "datasetChecksum", "lastReleased")
OK: Final = 200
UNKNOWN: Final = "unknown"  # a release whose moment is absent or cannot be read
_MOMENT: Final = re.compile(r"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z?$")


@dataclass(frozen=True, slots=True)
class Dataset:
    """One released period.

    Attributes
    ----------
    edition
        ``HS2017``; or Comtrade's letters, such as ``H2``, for what a flow table cannot hold.
    release
        When it was last released (taken as UTC) and its checksum: a new one is another vintage.
    """

    edition: str
    release: str


def datasets(answer: Answer) -> dict[str, Dataset]:
    """Read which periods a reporter has released.

    Where a period stands more than once, the latest release counts.

    Returns
    -------
    dict of str to Dataset
        By period as Comtrade writes it; empty if there is no list, or it lists nothing at all,
        which is also what Comtrade says to a question that it does not understand.

    Raises
    ------
    BadAnswer
        The answer is damaged, or about other reporters.
    ResponseChanged
        A field is gone.
    """
    ask, where = Ask.of(answer.call), f"comtrade, {answer.call.note}"
    if answer.status != OK:
        return {}
    rows = [_folded(row, where) for row in read_envelope(answer.read(), where).rows]
    own = [row for row in rows if str(row["reportercode"]) == code_of(ask.reporter)]
    if rows and not own:
        raise BadAnswer(f"{where}: the answer is about other reporters.")
    own.sort(key=lambda row: (row.get("isoriginalclassification") is True, _release(row)))
    return {str(row["period"]): _dataset(row) for row in own}


def _folded(row: dict[str, Any], where: str) -> dict[str, Any]:
    found = {name.casefold(): value for name, value in row.items()}
    if gone := [name for name in NEEDED if name.casefold() not in found]:
        raise ResponseChanged(where, gone=gone, new=())
    return found


def _dataset(row: dict[str, Any]) -> Dataset:
    letters = str(row["classificationcode"])
    return Dataset(EDITIONS.get(letters, letters), _release(row))


def _release(row: dict[str, Any]) -> str:
    """Write the release as one word without commas."""
    moment = _MOMENT.match(str(row["lastreleased"]).strip())
    return f"{moment[1]}Z/{row['datasetchecksum']}" if moment else UNKNOWN
