"""What the lake has taken in, and what of it no manifest has told yet.

A change is written here before it is made, and stays until a manifest has it: a run that is
killed after changing the lake loses nothing of what it would have told.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from tradeflow.errors import InputFileError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tradeflow.store.statements import Change

REVISIONS_KEPT: Final = 1000
COUNTED: Final = ("added", "revised", "withdrawn")
_TOLD: Final = ("reporter", "partner", "flow", "hs6", "period", "source")


@dataclass(slots=True)
class Journal:
    """The journal of one home folder.

    Attributes
    ----------
    home
        The folder.
    threshold
        Revisions of at least this share are told.
    """

    home: Path
    threshold: float
    _said: dict[str, Any] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        try:
            self._said = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._said = {"taken": {}, "questions": {}, "untold": {}}
        except ValueError as error:
            remedy = "Run `tradeflow update --rebuild`; the releases are untouched."
            raise InputFileError(self.path, "the journal is damaged.", remedy=remedy) from error

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.home / "lake" / ".journal.json"

    def __contains__(self, identity: str) -> bool:
        return identity in self._said["taken"]

    def newest(self, question: str) -> str:
        """Moment of the newest answer taken in for a question; empty if there is none."""
        return str(self._said["questions"].get(question, ""))

    def day(self, known: date) -> date:
        """Return the day that the lake is to note: never before the last one that it noted."""
        days = self._said["taken"].values()
        return max([known, *(date.fromisoformat(day) for day in days)])

    def note(
        self, identity: str, about: dict[str, Any], place: Sequence[Any], what: Change
    ) -> None:
        """Write down a change of one partition, before it is made."""
        entry = self._entry(identity, about)
        rows = [what.added, what.revised, what.withdrawn]
        if any(frame.height for frame in rows):  # else it was made before a kill, and noted
            counts = {name: f.height for name, f in zip(COUNTED, rows, strict=True)}
            revisions = _revisions(what, self.threshold)
            entry["partitions"]["/".join(map(str, place))] = {**counts, "revisions": revisions}
            self._write()

    def periods(self, identity: str, about: dict[str, Any], changed: pl.DataFrame) -> None:
        """Write down changes of the release calendar, before they are made."""
        rows = json.loads(json.dumps(changed.to_dicts(), default=str))
        if rows:
            self._entry(identity, about)["periods"] = rows
            self._write()

    def done(self, identity: str, about: dict[str, Any], known: date, moment: str) -> None:
        """Note that a delivery is in the lake."""
        self._entry(identity, about)["known"] = f"{known}"
        self._said["taken"][identity] = f"{known}"
        self._said["questions"][about["question"]] = moment
        self._write()

    def untold(self) -> list[dict[str, Any]]:
        """List the deliveries that no manifest has told."""
        return [
            {
                "identity": identity,
                **{k: v for k, v in entry.items() if k not in {"partitions", "periods"}},
                **{n: sum(p[n] for p in entry["partitions"].values()) for n in COUNTED},
                "revisions": [r for p in entry["partitions"].values() for r in p["revisions"]],
                "periods": entry["periods"],
            }
            for identity, entry in self._said["untold"].items()
        ]

    def told(self, identities: Sequence[str]) -> None:
        """Forget what a manifest has told."""
        for identity in identities:
            self._said["untold"].pop(identity, None)
        if identities:
            self._write()

    def take_over(self, other: Journal) -> None:
        """Leave to be told what another journal had not told, and nothing else."""
        self._said["untold"] = other._said["untold"]
        self._write()

    def _entry(self, identity: str, about: dict[str, Any]) -> dict[str, Any]:
        empty: dict[str, Any] = {**about, "partitions": {}, "periods": []}
        entry: dict[str, Any] = self._said["untold"].setdefault(identity, empty)
        return entry

    def _write(self) -> None:
        write_whole(self.path, (json.dumps(self._said, indent=0) + "\n").encode())


def _revisions(what: Change, threshold: float) -> list[dict[str, Any]]:
    """List revised cells of at least the threshold, and withdrawn ones, the largest first."""
    revised = what.revised.select(*_TOLD, "value_before", value_after="value_usd")
    gone = what.withdrawn.select(
        *_TOLD, value_before="value_usd", value_after=pl.lit(None, dtype=pl.Float64)
    )
    change = pl.col("value_after") / pl.col("value_before") - 1
    moved = (pl.col("value_after").fill_null(0) - pl.col("value_before")).abs()
    rows = (
        pl.concat([revised, gone])
        .with_columns(pl.when(pl.col("value_before") > 0).then(change).alias("change"))
        .filter(pl.col("change").is_null() | (pl.col("change").abs() >= threshold))
        .sort(moved, descending=True)
        .head(REVISIONS_KEPT)
    )
    said: list[dict[str, Any]] = json.loads(json.dumps(rows.to_dicts(), default=str))
    return said
