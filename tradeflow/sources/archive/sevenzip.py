"""7z, by py7zr."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

import py7zr
from py7zr.exceptions import PasswordRequired
from py7zr.io import Py7zIO, WriterFactory

from tradeflow.sources.archive.member import Member, refuse

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import BinaryIO

    from tradeflow.sources.archive.member import Spend

# py7zr expands these without a bound on memory.
_UNBOUNDED: Final = frozenset({"ZStandard", "PPMd"})


def list_7z(path: Path) -> list[Member]:
    """List the files of a 7z."""
    try:
        with py7zr.SevenZipFile(path) as archive:
            methods = _UNBOUNDED.intersection(archive.archiveinfo().method_names)
            why = "is encrypted" if archive.needs_password() else ""
            why = why or (f"is packed by {', '.join(sorted(methods))}" if methods else "")
            files = [file for file in archive.list() if not file.is_directory]
            return [_member(file, why) for file in files]
    except PasswordRequired:
        refuse(path, "even its list of members is encrypted.")


def _member(file: py7zr.FileInfo, why: str) -> Member:
    return Member(
        name=file.filename,
        size=int(file.uncompressed),
        unsafe="" if file.is_file else "is a link or a device, not a file",
        unreadable=why,
    )


def copy_7z(path: Path, targets: Mapping[str, Path], spend: Spend) -> None:
    """Write the members named in `targets`, one block after another and in one thread."""
    with (
        ExitStack() as opened,
        path.open("rb") as file,
        py7zr.SevenZipFile(file) as archive,
    ):
        archive.extract(targets=list(targets), factory=_Outlets(targets, spend, opened))


class _Outlets(WriterFactory):
    """Opens a file for each member."""

    def __init__(self, targets: Mapping[str, Path], spend: Spend, opened: ExitStack) -> None:
        self.targets = {PurePosixPath(name).as_posix(): file for name, file in targets.items()}
        self.spend, self.opened = spend, opened

    def create(self, filename: str) -> Py7zIO:
        file = self.opened.enter_context(self.targets[filename].open("wb"))
        return _Outlet(file, self.spend)


class _Outlet(Py7zIO):
    """One file that is being written."""

    def __init__(self, file: BinaryIO, spend: Spend) -> None:
        self.file, self.spend = file, spend

    def write(self, s: bytes | bytearray) -> int:
        self.spend(len(s))
        return self.file.write(s)

    def read(self, size: int | None = None) -> bytes:  # noqa: ARG002  only written to
        return b""

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def flush(self) -> None:
        self.file.flush()

    def size(self) -> int:
        return self.file.tell()

    def close(self) -> None:
        self.file.close()
