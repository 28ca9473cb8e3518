"""Unpack zip, 7z, rar and gzip: what is in it is judged before anything is written."""

from __future__ import annotations

import errno
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from tradeflow.errors import (
    InputFileError,
    MissingTool,
    OutputError,
    TradeflowError,
    UnsafeArchive,
)
from tradeflow.sources.archive.member import LIMITS, ArchiveLimits, Member, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tradeflow.sources.archive.member import Spend

_OUTSIDE: Final = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)|[\x00-\x1f]|^$")
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,8}")
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class _Format:
    """A kind of archive: how it begins, which functions know it, what they need installed."""

    magic: bytes
    module: str
    name: str
    extra: str = ""

    def function(self, verb: str) -> Callable[..., list[Member]]:
        """Import what lists or copies its members."""
        try:
            module = import_module(f"tradeflow.sources.archive.{self.module}")
        except ModuleNotFoundError as error:
            raise MissingTool(
                f"{error.name} is needed to open a {self.name} file and is not installed: "
                f"pip install 'tradeflow-monitor[{self.extra}]'."
            ) from None
        found: Callable[..., list[Member]] = getattr(module, f"{verb}_{self.name}")
        return found


_FORMATS: Final = (
    _Format(b"PK\x03\x04", "zipped", "zip"),
    _Format(b"PK\x05\x06", "zipped", "zip"),  # an empty one
    _Format(b"\x1f\x8b", "zipped", "gzip"),
    _Format(b"7z\xbc\xaf\x27\x1c", "sevenzip", "7z", "bulk"),
    _Format(b"Rar!\x1a\x07", "rar", "rar", "kazakhstan"),
)


def members(path: str | Path, *, limits: ArchiveLimits = LIMITS) -> tuple[Member, ...]:
    """List the files of an archive, after checking that none of them is hostile.

    Parameters
    ----------
    path
        A zip, 7z, rar or gzip; which one, its first bytes say.
    limits
        How many members it may have, and how far it may expand by its own statement.

    Returns
    -------
    tuple of Member
        In the archive's order.

    Raises
    ------
    UnsafeArchive
        A member would leave the folder, is a link, or stands twice; there are too many, or they
        expand too far.
    InputFileError
        The file is absent, empty, no archive, encrypted, or damaged.
    MissingTool
        A library or program is not installed.
    """
    file = Path(path)
    with _faults(file):
        found = tuple(_format_of(file).function("list")(file))
    _check(file, found, limits)
    return found


@contextmanager
def unpacked(
    path: str | Path,
    *,
    choose: Callable[[str], bool] = bool,
    limits: ArchiveLimits = LIMITS,
) -> Iterator[dict[str, Path]]:
    """Unpack an archive into a temporary folder that is removed in the end, come what may.

    Files are written block by block under numbers of their own, so that no name in the archive
    decides where they lie; what is written is counted, whatever the archive states.

    Parameters
    ----------
    path
        A zip, 7z, rar or gzip.
    choose
        Which names to unpack; all by default.
    limits
        As for :func:`members`, and how much may be written.

    Yields
    ------
    dict of str to Path
        The chosen members' names, in the archive's order, and their files.

    Raises
    ------
    UnsafeArchive, InputFileError, MissingTool
        As for :func:`members`.
    OutputError
        The temporary folder is full.
    """
    file = Path(path)
    chosen = [m.name for m in members(file, limits=limits) if choose(m.name)]
    with tempfile.TemporaryDirectory(prefix="tradeflow-") as folder:
        targets = {name: Path(folder, _number(i, name)) for i, name in enumerate(chosen)}
        if targets:
            _copy(file, targets, limits)
        yield targets


def _copy(path: Path, targets: Mapping[str, Path], limits: ArchiveLimits) -> None:
    with _faults(path):
        _format_of(path).function("copy")(path, targets, _purse(path, limits))
    absent = [name for name, target in targets.items() if not target.is_file()]
    if absent:
        raise InputFileError(path, f"{absent[0]!r} cannot be unpacked.", remedy="Fetch it again.")


def _number(index: int, name: str) -> str:
    suffix = PurePosixPath(name).suffix
    return f"{index:05}{suffix.lower() if _SUFFIX.fullmatch(suffix) else ''}"


def _format_of(path: Path) -> _Format:
    with path.open("rb") as file:
        start = file.read(16)
    for known in _FORMATS:
        if start.startswith(known.magic):
            return known
    page = " It looks like a web page." if start.lstrip()[:1] == b"<" else ""
    raise InputFileError(
        path,
        f"begins with {start[:8]!r}, as no zip, 7z, rar or gzip does.{page}" if start else "empty.",
        remedy="Fetch it again, or check that it is the file you meant.",
    )


def _check(path: Path, found: tuple[Member, ...], limits: ArchiveLimits) -> None:
    if len(found) > limits.members:
        raise UnsafeArchive(
            f"{path}: it has {len(found):,} members; at most {limits.members:,} are unpacked."
            " If the file is right, raise the limit."
        )
    names: set[str] = set()
    for member in found:
        twice = "stands twice" if member.name in names else ""
        outside = "would be written outside its folder" if _OUTSIDE.search(member.name) else ""
        if problem := outside or member.unsafe or twice:
            raise UnsafeArchive(
                f"{path}: its member {member.name!r} {problem}. Nothing was unpacked. "
                "Do not use the file; fetch it again from the source itself."
            )
        if member.unreadable:
            refuse(path, f"its member {member.name!r} {member.unreadable}.")
        names.add(member.name)
    _within(path, sum(m.size for m in found), _by_ratio(path, limits))


def _by_ratio(path: Path, limits: ArchiveLimits) -> int:
    return max(limits.ratio_from, limits.ratio * path.stat().st_size)


def _within(path: Path, size: int, most: int) -> None:
    if size > most:
        raise UnsafeArchive(
            f"{path}: {path.stat().st_size:,} bytes expand to {size:,} or more, beyond the "
            f"{most:,} that are allowed. If the file is right, raise the limit."
        )


def _purse(path: Path, limits: ArchiveLimits) -> Spend:
    """Count what is written, since an archive's own statement may be a lie."""
    most, written = min(limits.expanded_bytes, _by_ratio(path, limits)), 0

    def spend(size: int) -> None:
        nonlocal written
        written += size
        _within(path, written, most)

    return spend


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    """Say in our terms what went wrong in somebody else's reader."""
    try:
        yield
    except TradeflowError:
        raise
    except FileNotFoundError:
        raise InputFileError(path, "no such file.", remedy="Check the path.") from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _FULL:
            raise OutputError(
                f"{path}: no room to unpack it in {tempfile.gettempdir()}. Free some, or name "
                "another folder in TMPDIR."
            ) from error
        if isinstance(error, OSError) and error.errno is not None:
            raise InputFileError(path, f"cannot be read: {error.strerror}.", remedy="") from error
        raise InputFileError(
            path,
            f"the archive is damaged or half-written ({type(error).__name__}).",
            remedy="Fetch it again.",
        ) from error
