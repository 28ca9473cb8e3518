"""Zip and gzip, by the standard library."""

from __future__ import annotations

import gzip
import stat
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tradeflow.sources.archive.member import Member, Spend, write_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The library expands bzip2 and LZMA members without a bound on memory.
_METHODS: Final = frozenset({ZIP_STORED, ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1


def list_zip(path: Path) -> list[Member]:
    """List the files of a zip."""
    with ZipFile(path) as archive:
        return [_member(info) for info in archive.infolist() if not info.is_dir()]


def _member(info: ZipInfo) -> Member:
    kind = stat.S_IFMT(info.external_attr >> 16)
    locked = bool(info.flag_bits & _ENCRYPTED)
    odd = info.compress_type not in _METHODS
    return Member(
        name=info.orig_filename,
        size=info.file_size,
        unsafe="" if kind in {0, stat.S_IFREG} else "is a link or a device, not a file",
        unreadable="is encrypted" if locked else "is not packed by deflate" if odd else "",
    )


def copy_zip(path: Path, targets: Mapping[str, Path], spend: Spend) -> None:
    """Write the members named in `targets`; the library checks their checksums."""
    with ZipFile(path) as archive:
        for info in archive.infolist():
            if info.orig_filename in targets:
                with archive.open(info) as stream:
                    write_out(stream, targets[info.orig_filename], spend)


def list_gzip(path: Path) -> list[Member]:
    """Name the one file of a gzip after the archive; its size is not known before."""
    return [Member(name=path.name.removesuffix(".gz"), size=0)]


def copy_gzip(path: Path, targets: Mapping[str, Path], spend: Spend) -> None:
    """Write the one member."""
    for target in targets.values():
        with gzip.open(path, "rb") as stream:
            write_out(stream, target, spend)
