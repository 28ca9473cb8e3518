"""What is known of a file in an archive before it is unpacked, and how it is written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, TypeAlias

from tradeflow.errors import InputFileError

if TYPE_CHECKING:
    from pathlib import Path

BLOCK: Final = 2**20
GIGABYTE: Final = 2**30

Spend: TypeAlias = Callable[[int], None]
"""Takes the bytes about to be written off what may still be written, or raises."""


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How far an archive may expand.

    Attributes
    ----------
    expanded_bytes
        Written to disk by one call, at most.
    ratio
        All members together to the archive's own size. Customs tables reach about 15.
    ratio_from
        Bytes up to which no ratio counts: small repetitive tables shrink a thousandfold.
    members
        Files in the archive.
    """

    expanded_bytes: int = 4 * GIGABYTE
    ratio: int = 200
    ratio_from: int = 16 * BLOCK
    members: int = 10_000


LIMITS: Final = ArchiveLimits()


@dataclass(frozen=True, slots=True)
class Member:
    """One file in an archive; folders are left out.

    Attributes
    ----------
    name
        As written in the archive.
    size
        Bytes when expanded, as the archive states it; 0 if it states nothing.
    unsafe
        Why it must not be unpacked, in words that follow its name; empty if it may.
    unreadable
        Why it cannot be unpacked, likewise.
    """

    name: str
    size: int
    unsafe: str = ""
    unreadable: str = ""


def refuse(path: Path, problem: str) -> NoReturn:
    """Say that an archive is whole and yet cannot be read here."""
    raise InputFileError(
        path,
        problem,
        remedy="Unpack it with the program that made it, and pack it again as a plain zip.",
    )


class Readable(Protocol):
    """A stream of a member's bytes."""

    def read(self, size: int, /) -> bytes:
        """Read at most `size` bytes; none at the end."""
        ...


def write_out(stream: Readable, target: Path, spend: Spend) -> None:
    """Write a stream to a file, block by block."""
    with target.open("wb") as file:
        while block := stream.read(BLOCK):
            spend(len(block))
            file.write(block)
