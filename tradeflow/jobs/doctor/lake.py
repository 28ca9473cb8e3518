"""Whether every file of the lake is the one that was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import InputFileError
from tradeflow.jobs.doctor.check import Check
from tradeflow.jobs.doctor.surroundings import place_of
from tradeflow.store.calendar import Calendar
from tradeflow.store.lake import Lake
from tradeflow.store.seals import Seals

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMED: Final = 3  # damaged files


def lake(settings: Path | None, home: str | None) -> Iterator[Check]:
    """Read every file of the lake, its history and the calendar; nothing if there is no lake.

    Files are compared with the checksums noted when they were written, even those whose size and
    time are as they were: a disk that fails changes neither.
    """
    place = place_of(settings, home)
    if not place.is_dir():
        return
    flows, states = Lake(place).seals, Calendar(place).seals
    rooms = (flows, "lake"), (flows, "history"), (states, "calendar")
    files = [(seals, path) for seals, room in rooms for path in seals.files(room)]
    faults = [fault for seals, path in files if (fault := _fault(seals, path))]
    if faults:
        found = "; ".join(str(fault.path) for fault in faults[:_NAMED])
        more = f"; and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        yield Check(
            "lake",
            "bad",
            f"damaged, foreign, gone or not to be read: {found}{more}",
            faults[0].remedy,
        )
    elif files:
        yield Check("lake", "ok", f"{len(files)} files are as they were written")


def _fault(seals: Seals, path: Path) -> InputFileError | None:
    """Give what is wrong with a file, if it still is by notes that are read anew.

    A run may write while we look.
    """
    for notes in (seals, Seals(seals.path)):
        try:
            notes.verify(path)
        except InputFileError as error:
            fault = error
        except OSError as error:
            remedy = "Check who may read it, and the disk."
            return InputFileError(path, f"cannot be read: {error.strerror}.", remedy=remedy)
        else:
            return None
    return fault
