"""Checksums of the lake's files, so that a damaged one is noticed before it is believed.

A file whose size and time of change are those noted when it was last checked is not read again
for its checksum; every other file is.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tradeflow.errors import InputFileError
from tradeflow.files import write_whole

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(slots=True)
class Seals:
    """Checksums of the files below one folder.

    Attributes
    ----------
    path
        The file that holds them; names in it are relative to the folder above its own.
    """

    path: Path
    _notes: dict[str, dict[str, Any]] | None = field(default=None, repr=False)

    def write(self, path: Path, content: bytes) -> None:
        """Write a file whole and note its checksum.

        The new checksum is noted beside the old one before the file is replaced, so that the
        file fits its note at every moment.
        """
        digest = hashlib.sha256(content).hexdigest()
        before = self._all().get(self._name(path), {"sha256": []})
        self._note(path, {"sha256": [*before["sha256"], digest]})
        write_whole(path, content)
        self._note(path, {"sha256": [digest], **_stamp(path)})

    def check(self, path: Path, *, again: bool = False) -> None:
        """Make sure that a file is the one that was written.

        Parameters
        ----------
        path
            The file.
        again
            Read it even if neither size nor time of change differ.

        Raises
        ------
        InputFileError
            It is another file, or nobody wrote it.
        """
        noted = self._all().get(self._name(path), {})
        if again or not _stamp(path).items() <= noted.items():
            self._note(path, {"sha256": [self.verify(path)], **_stamp(path)})

    def verify(self, path: Path) -> str:
        """Read a file, compare it with its note, and return its checksum; nothing is noted.

        Raises
        ------
        InputFileError
            It is another file, nobody wrote it, or it was written and is not there.
        """
        self.check_gone(path)
        noted = self._all().get(self._name(path), {"sha256": []})
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        if digest in noted["sha256"]:
            return digest
        problem = "its checksum has changed" if noted["sha256"] else "nobody noted its checksum"
        raise InputFileError(
            path,
            f"the file is damaged or foreign: {problem}.",
            remedy="Move it away and run `tradeflow update --rebuild`; releases are untouched.",
        )

    def check_all(self, room: str) -> list[Path]:
        """Make sure of every file of a room, and that none is gone; return them in order.

        Raises
        ------
        InputFileError
            A file is another one, nobody wrote it, or it was written and is not there.
        """
        files = self.files(room)
        for path in files:
            self.check_gone(path)
        for path in files:
            self.check(path)
        return files

    def files(self, room: str) -> list[Path]:
        """Give every file of a room, in order: those that lie there, and those once written."""
        folder = self.path.parent.parent
        written = {
            folder / name
            for name, note in self._all().items()
            if name.startswith(f"{room}/") and "size" in note
        }
        return sorted(written.union((folder / room).glob("**/*.parquet")))

    def check_gone(self, path: Path) -> None:
        """Make sure that a file is there if it was ever written.

        Raises
        ------
        InputFileError
            It was written whole, and is not there.
        """
        if "size" in self._all().get(self._name(path), {}) and not path.exists():
            raise InputFileError(
                path,
                "the file was written and is gone.",
                remedy="Put it back, or run `tradeflow update --rebuild`; releases are untouched.",
            )

    def checksums(self) -> dict[str, str]:
        """Give the checksum of every file, by name."""
        return {name: note["sha256"][-1] for name, note in sorted(self._all().items())}

    def _all(self) -> dict[str, dict[str, Any]]:
        if self._notes is None:
            try:
                self._notes = json.loads(self.path.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                self._notes = {}
        return self._notes

    def _note(self, path: Path, note: dict[str, Any]) -> None:
        self._all()[self._name(path)] = note
        write_whole(self.path, json.dumps(self._all(), indent=0, sort_keys=True).encode())

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.path.parent.parent))


def _stamp(path: Path) -> dict[str, int]:
    stat = path.stat()
    return {"size": stat.st_size, "changed": stat.st_mtime_ns}
