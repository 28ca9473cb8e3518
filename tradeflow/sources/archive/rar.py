"""Rar, by rarfile; compressed members need a program beside it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import rarfile

from tradeflow.errors import InputFileError, MissingTool
from tradeflow.sources.archive.member import Member, Spend, refuse, write_out

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def list_rar(path: Path) -> list[Member]:
    """List the files of a rar."""
    archive, blocks = _opened(path)
    main = next((b for b in blocks if b.type == rarfile.RAR_BLOCK_MAIN), None)
    if archive.needs_password() and not archive.infolist():
        refuse(path, "even its list of members is encrypted.")
    if main is not None and main.flags & rarfile.RAR_MAIN_VOLUME:
        refuse(path, "it is one file of a series.")
    return [_member(info) for info in archive.infolist() if not info.is_dir()]


def _member(info: Any) -> Member:  # noqa: ANN401  rarfile has no types
    return Member(
        name=info.filename,
        size=info.file_size,
        unsafe="is a link, not a file" if info.is_symlink() or info.file_redir else "",
        unreadable="is encrypted" if info.needs_password() else "",
    )


def copy_rar(path: Path, targets: Mapping[str, Path], spend: Spend) -> None:
    """Write the members named in `targets`; rarfile checks their checksums."""
    archive, _ = _opened(path)
    for info in archive.infolist():
        if info.filename in targets:
            with _expanding(path, info), archive.open(info) as stream:
                write_out(stream, targets[info.filename], spend)


@contextmanager
def _expanding(path: Path, info: Any) -> Iterator[None]:  # noqa: ANN401
    """Make sure of a program for a compressed member, and name it if it fails."""
    if info.compress_type == rarfile.RAR_M0:
        yield
        return
    program = _program(path)
    try:
        yield
    except rarfile.Error as error:
        raise InputFileError(
            path,
            f"{program} cannot expand its member {info.filename!r} ({error}).",
            remedy="Fetch it again. If it is whole, install unar, which knows most kinds of rar.",
        ) from error


class _Bsdtar(rarfile.ToolSetup):  # type: ignore[misc]
    """Writes no ``--`` before the file: after ``-f``, bsdtar opens it as the archive's name.

    Seen with rarfile 4.5 and bsdtar 3.6.2.
    """

    def get_cmdline(self, key: str, pwd: str | None, *, nodash: bool = False) -> Any:  # noqa: ANN401, ARG002
        return super().get_cmdline(key, pwd, nodash=True)


def _program(path: Path) -> str:
    """Let rarfile find a program on the PATH, and name it."""
    try:
        setup = rarfile.tool_setup()
    except rarfile.RarCannotExec:
        raise _no_program(path) from None
    if setup.setup is rarfile.BSDTAR_CONFIG and not isinstance(setup, _Bsdtar):
        rarfile.CURRENT_SETUP = setup = _Bsdtar(rarfile.BSDTAR_CONFIG)
    return str(setup.setup["open_cmd"][0].removesuffix("_TOOL").lower())


def _no_program(path: Path) -> MissingTool:
    return MissingTool(
        f"{path}: it is compressed, and no program here can expand rar. Install one that is found "
        "on the PATH: unar, bsdtar (libarchive-tools), 7zip or unrar; or unpack it by hand and "
        "pack it again as a zip."
    )


def _opened(path: Path) -> tuple[Any, list[Any]]:
    """Open a rar and make sure that its end is there; without it, members can be missing."""
    blocks: list[Any] = []
    try:
        archive = rarfile.RarFile(
            path,
            errors="strict",
            part_only=True,  # never opens a neighbouring file by its name
            info_callback=blocks.append,
        )
    except rarfile.RarCannotExec:  # a compressed comment
        raise _no_program(path) from None
    ended = any(block.type == rarfile.RAR_BLOCK_ENDARC for block in blocks)
    if not ended and not archive.needs_password():
        raise InputFileError(
            path,
            "the archive is half-written: without its end mark, members may be missing.",
            remedy="Fetch it again.",
        )
    return archive, blocks
