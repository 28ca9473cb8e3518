"""Archives from outside: what is right comes out whole, what is hostile writes nothing."""

from __future__ import annotations

import builtins
import gzip
import io
import random
import stat
import struct
import sys
import tempfile
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import py7zr
import pytest
import rarfile
from archive_files import rar, rar3, zipped
from hypothesis import given, settings
from hypothesis import strategies as st

from tradeflow.errors import InputFileError, MissingTool, OutputError, TradeflowError, UnsafeArchive
from tradeflow.sources.archive import ArchiveLimits, members, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

MEGABYTE = 2**20
FILES = {"2024/01/table.csv": b"a,b\n1,2\n" * 50, "2024/readme.txt": b"x", "empty.dat": b""}


def sevenzip(files: Mapping[str, bytes], **options: object) -> bytes:
    if "password" not in options:
        options.setdefault("filters", [{"id": py7zr.FILTER_LZMA2, "preset": 0}])  # fast
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", **options) as archive:
        for name, content in files.items():
            archive.writestr(content, name)
    return buffer.getvalue()


PACKERS: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "zip": zipped,
    "7z": sevenzip,
    "rar": rar,
    "rar3": rar3,
}


@pytest.fixture(autouse=True)
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary folders of the package lie here, so that leftovers are seen."""
    folder = tmp_path / "room"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., Path]:
    def write(content: bytes, name: str = "archive.bin") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def refused(path: Path, error: type[TradeflowError], said: str, **options: object) -> None:
    before = set(path.parent.rglob("*"))
    with (
        pytest.raises(error, match=said) as caught,
        unpacked(path, **options),
    ):
        pytest.fail("it was unpacked")
    assert str(path) in str(caught.value)
    assert set(path.parent.rglob("*")) == before, "nothing stays behind"


@pytest.mark.parametrize("kind", PACKERS)
def test_all_members_come_out_whole(kind: str, put: Callable[..., Path], room: Path) -> None:
    path = put(PACKERS[kind](FILES))
    assert {m.name: m.size for m in members(path)} == {n: len(c) for n, c in FILES.items()}
    with unpacked(path) as found:
        assert {name: file.read_bytes() for name, file in found.items()} == FILES
        assert {file.suffix for file in found.values()} == {".csv", ".txt", ".dat"}
    assert list(room.iterdir()) == []


@pytest.mark.parametrize("kind", PACKERS)
def test_only_the_chosen_are_written(kind: str, put: Callable[..., Path], room: Path) -> None:
    with unpacked(put(PACKERS[kind](FILES)), choose=lambda name: name.endswith(".txt")) as found:
        assert {name: file.read_bytes() for name, file in found.items()} == {
            "2024/readme.txt": b"x"
        }
        assert len(list(room.rglob("*.*"))) == 1


def test_gzip_is_an_archive_of_one(put: Callable[..., Path]) -> None:
    with unpacked(put(gzip.compress(b"text" * 1000), "table.csv.gz")) as found:
        assert {name: file.read_bytes() for name, file in found.items()} == {
            "table.csv": b"text" * 1000
        }


def test_several_7z_streams_and_equal_endings(put: Callable[..., Path], tmp_path: Path) -> None:
    """Appending makes a second stream; py7zr would otherwise expand the two in two threads."""
    path = put(sevenzip({"a/x.dat": b"1" * 1000}))
    with py7zr.SevenZipFile(path, "a") as archive:
        archive.writestr(b"2" * 1000, "b/x.dat")
    with unpacked(path) as found:
        assert [file.read_bytes()[:1] for file in found.values()] == [b"1", b"2"]
    assert tmp_path.exists()


def test_the_folder_goes_away_when_the_reader_fails(put: Callable[..., Path], room: Path) -> None:
    def fail() -> None:
        with unpacked(put(zipped(FILES))):
            assert list(room.iterdir())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(room.iterdir()) == []


OUTSIDE = ["../x", "a/../../x", "/etc/x", "C:/x", "c:x", "\\\\host\\x", "a\\..\\x", "..", "a\nb"]


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("kind", ["zip", "rar"])
def test_names_that_leave_the_folder(kind: str, name: str, put: Callable[..., Path]) -> None:
    refused(put(PACKERS[kind]({"fine.txt": b"x", name: b"y"})), UnsafeArchive, "outside its folder")


def test_a_7z_name_that_leaves_the_folder(put: Callable[..., Path]) -> None:
    """py7zr writes no such name; the header is stored plainly, so that one can be put in."""
    archive = io.BytesIO()
    with py7zr.SevenZipFile(archive, "w") as file:
        file.set_encoded_header_mode(False)
        file.writestr(b"x", "aa/x")
    whole = archive.getvalue().replace("aa/x".encode("utf-16le"), "../x".encode("utf-16le"))
    refused(put(with_7z_checksums(whole)), UnsafeArchive, "outside its folder")


def with_7z_checksums(whole: bytes) -> bytes:
    """Renew the two checksums over a 7z's header after it was edited."""
    offset, size = struct.unpack("<QQ", whole[12:28])
    header = whole[32 + offset : 32 + offset + size]
    start = whole[12:28] + struct.pack("<L", zipfile.crc32(header))
    return whole[:8] + struct.pack("<L", zipfile.crc32(start)) + start + whole[32:]


def test_a_nul_cannot_hide_a_name(put: Callable[..., Path]) -> None:
    whole = zipped({"safe.txt_/../x": b"x"}).replace(b"safe.txt_", b"safe.txt\0")
    refused(put(whole), UnsafeArchive, "outside its folder")


def test_links_are_not_followed(put: Callable[..., Path], tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    refused(put(buffer.getvalue()), UnsafeArchive, "is a link")
    (tmp_path / "link").symlink_to("/etc/passwd")
    with py7zr.SevenZipFile(tmp_path / "l.7z", "w") as archive7:
        archive7.write(tmp_path / "link", "link")
    refused(tmp_path / "l.7z", UnsafeArchive, "is a link")


def test_a_name_that_stands_twice(put: Callable[..., Path]) -> None:
    whole = zipped({"one.csv": b"1", "two.csv": b"2"}).replace(b"two.csv", b"one.csv")
    refused(put(whole), UnsafeArchive, "stands twice")


BOMB = {"bomb.csv": bytes(40 * MEGABYTE)}


@pytest.mark.parametrize("kind", ["zip", "7z", "gzip"])
def test_an_archive_that_expands_a_thousandfold(kind: str, put: Callable[..., Path]) -> None:
    packers = PACKERS | {"gzip": lambda files: gzip.compress(files["bomb.csv"])}
    whole = packers[kind](BOMB)
    assert len(whole) * 900 < 40 * MEGABYTE
    refused(put(whole), UnsafeArchive, r"expand to \d\d,.*that are allowed")


def test_what_is_written_counts_and_not_what_is_stated(put: Callable[..., Path]) -> None:
    """A gzip states no size; a zip that understates its own ends in a checksum that is wrong."""
    limits = ArchiveLimits(expanded_bytes=1000)
    refused(put(zipped({"a": b"x" * 2000})), UnsafeArchive, "expand to 2,000", limits=limits)
    refused(put(gzip.compress(b"x" * 2000)), UnsafeArchive, "expand to 2,000", limits=limits)
    lie = zipped({"a": b"x" * 2000}).replace(struct.pack("<L", 2000), struct.pack("<L", 10))
    refused(put(lie), InputFileError, "damaged or half-written")


def test_too_many_members(put: Callable[..., Path]) -> None:
    path = put(zipped({str(i): b"" for i in range(4)}))
    assert len(members(path, limits=ArchiveLimits(members=4))) == 4
    refused(path, UnsafeArchive, "it has 4 members", limits=ArchiveLimits(members=3))


@pytest.mark.parametrize("kind", PACKERS)
@pytest.mark.parametrize("keep", [0.2, 0.6, 0.95])
def test_a_truncated_archive(kind: str, keep: float, put: Callable[..., Path]) -> None:
    whole = PACKERS[kind]({"x.csv": bytes(range(256)) * 8})
    refused(put(whole[: int(len(whole) * keep)]), InputFileError, "is (damaged or )?half-written")


@pytest.mark.parametrize("pack", [rar, rar3])
def test_a_rar_cut_off_between_two_members(
    pack: Callable[..., bytes], put: Callable[..., Path]
) -> None:
    """Every block that is there is whole; only the end mark tells that months are missing."""
    refused(put(pack(FILES, ended=False)), InputFileError, "half-written")


@pytest.mark.parametrize("kind", PACKERS)
def test_a_flipped_bit(kind: str, put: Callable[..., Path]) -> None:
    content = bytes(range(256))
    whole = bytearray(PACKERS[kind]({"x.csv": content * 2}))
    place = whole.find(content[:64]) + 40 if content[:64] in whole else len(whole) // 2
    whole[place] ^= 1
    refused(put(bytes(whole)), InputFileError, "damaged or half-written")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><html>", "looks like a web page"),
        (b"t,i,j,k,v,q\n", "as no zip, 7z, rar or gzip does"),
        (b"PK\x03\x04", "damaged"),
    ],
)
def test_no_archive_at_all(content: bytes, said: str, put: Callable[..., Path]) -> None:
    refused(put(content), InputFileError, said)


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="no such file"):
        members(tmp_path / "absent.zip")
    with pytest.raises(InputFileError, match="cannot be read"):
        members(tmp_path)


def test_encrypted_archives(put: Callable[..., Path]) -> None:
    flagged = bytearray(zipped({"a": b"x"}))
    flagged[6] |= 1
    flagged[flagged.find(b"PK\x01\x02") + 8] |= 1
    refused(put(bytes(flagged)), InputFileError, "is encrypted.*plain zip")
    refused(put(sevenzip({"a": b"x"}, password="p")), InputFileError, "is encrypted")  # noqa: S106
    names_too = sevenzip({"a": b"x"}, password="p", header_encryption=True)  # noqa: S106
    refused(put(names_too), InputFileError, "list of members is encrypted")


def test_methods_whose_memory_has_no_bound(put: Callable[..., Path]) -> None:
    refused(put(zipped({"a": b"x"}, zipfile.ZIP_BZIP2)), InputFileError, "not packed by deflate")
    zstd = sevenzip({"a": b"x"}, filters=[{"id": py7zr.FILTER_ZSTD, "level": 3}])
    refused(put(zstd), InputFileError, "packed by ZStandard")


def no_program(_: object) -> None:
    raise rarfile.RarCannotExec


def test_compressed_rar_without_a_program(
    put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rarfile, "CURRENT_SETUP", None)
    monkeypatch.setenv("PATH", "")
    refused(put(rar({"a.xls": b"x" * 99}, method=3)), MissingTool, "unar, bsdtar .* or unrar")


def test_a_program_that_fails_is_named(
    put: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for bsdtar: rarfile 4.5 passes ``-f --``, with which bsdtar opens no archive."""
    program = tmp_path / "bsdtar"
    program.write_text('#!/bin/sh\n[ "$4" = -- ] && exit 1\n[ "$1" = -x ] && printf abc\nexit 0\n')
    program.chmod(0o755)
    monkeypatch.setattr(rarfile, "CURRENT_SETUP", None)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    for tool in ("UNRAR_TOOL", "UNAR_TOOL", "SEVENZIP_TOOL", "SEVENZIP2_TOOL"):
        monkeypatch.setattr(rarfile, tool, "not-installed")
    with unpacked(put(rar({"a.xls": b"abc"}, method=3))) as found:
        assert [file.read_bytes() for file in found.values()] == [b"abc"]
    refused(put(rar({"a.xls": b"abcd"}, method=3)), InputFileError, "bsdtar cannot expand")


@pytest.mark.parametrize(
    ("kind", "library", "extra"), [("7z", "py7zr", "bulk"), ("rar", "rarfile", "kazakhstan")]
)
def test_a_library_that_is_not_installed(
    kind: str, library: str, extra: str, put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = {"7z": "sevenzip", "rar": "rar"}[kind]
    monkeypatch.delitem(sys.modules, f"tradeflow.sources.archive.{module}", raising=False)
    plain = builtins.__import__

    def without(name: str, *more: object) -> object:
        if name.partition(".")[0] == library:
            raise ModuleNotFoundError(f"No module named {library!r}", name=library)
        return plain(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    path = put(PACKERS[kind]({"a": b"x"}) if kind == "rar" else b"7z\xbc\xaf\x27\x1c" + bytes(26))
    with pytest.raises(MissingTool, match=rf"{library} is needed.*\[{extra}\]"):
        members(path)


def test_a_full_disk(put: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(zipped(FILES))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tradeflow.sources.archive.zipped.write_out", full)
    refused(path, OutputError, "no room to unpack.*TMPDIR")


STORED: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "zip": lambda files: zipped(files, zipfile.ZIP_STORED),
    "7z": lambda files: sevenzip(files, filters=[{"id": py7zr.FILTER_COPY}]),
    "rar": rar,
}


@pytest.mark.parametrize("kind", STORED)
def test_memory_does_not_grow_with_the_file(kind: str, put: Callable[..., Path]) -> None:
    size = 64 * MEGABYTE
    path = put(STORED[kind]({"full.dat": random.Random(0).randbytes(MEGABYTE) * 64}))  # noqa: S311
    tracemalloc.start()
    with unpacked(path) as found:
        _, peak = tracemalloc.get_traced_memory()
        assert [file.stat().st_size for file in found.values()] == [size]
    tracemalloc.stop()
    assert peak < size / 2


WHOLE = {kind: pack(FILES) for kind, pack in PACKERS.items()}  # a 7z holds the time of packing


@pytest.mark.parametrize("kind", PACKERS)
@given(data=st.data())
@settings(max_examples=60)
def test_random_bytes_never_break_it(
    kind: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    whole = bytearray(WHOLE[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        end = data.draw(st.integers(start, min(start + 8, len(whole))))
        whole[start:end] = data.draw(st.binary(max_size=6))
    if kind == "7z" and data.draw(st.booleans()) and len(whole) > 40:
        whole = bytearray(with_7z_checksums(bytes(whole)))
    path = tmp_path_factory.getbasetemp() / f"fuzz.{kind}"
    path.write_bytes(bytes(whole))
    try:
        with unpacked(path) as found:
            assert set(found) <= {m.name for m in members(path)}
    except TradeflowError as error:
        assert str(path) in str(error)  # noqa: PT017  other errors must escape
