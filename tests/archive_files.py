"""Builders of small archives and workbooks for tests; all contents are made up."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OOXML = "http://schemas.openxmlformats.org"
_RELATIONS = f"{_OOXML}/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)  # dated 1980, not now
    return buffer.getvalue()


def rar(files: Mapping[str, bytes], *, method: int = 0, ended: bool = True) -> bytes:
    """A rar of version 5 after its published format; method 0 stores, others only claim to pack."""
    blocks = [_rar_block(1, 0, _vint(0))]
    for name, content in files.items():
        about = [4, len(content), 0o100644]  # flags: a checksum follows
        body = b"".join(map(_vint, about)) + zlib.crc32(content).to_bytes(4, "little")
        body += _vint(method << 7) + _vint(1) + _vint(len(name.encode())) + name.encode()
        blocks.append(_rar_block(2, 2, _vint(len(content)) + body) + content)
    end = [_rar_block(5, 0, _vint(0))] if ended else []
    return b"Rar!\x1a\x07\x01\x00" + b"".join(blocks + end)


def rar3(files: Mapping[str, bytes], *, ended: bool = True) -> bytes:
    """A rar of version 3, its members stored."""
    blocks = [_rar3_block(0x73, 0, bytes(6))]
    for name, content in files.items():
        sizes = struct.pack("<LLB", len(content), len(content), 3)
        about = struct.pack("<LLBBHL", zlib.crc32(content), 0, 29, 0x30, len(name), 0o100644)
        blocks.append(_rar3_block(0x74, 0x8000, sizes + about + name.encode("ascii")) + content)
    end = [_rar3_block(0x7B, 0x4000, b"")] if ended else []
    return b"Rar!\x1a\x07\x00" + b"".join(blocks + end)


def _rar3_block(kind: int, flags: int, body: bytes) -> bytes:
    header = struct.pack("<BHH", kind, flags, len(body) + 7) + body
    return struct.pack("<H", zlib.crc32(header) & 0xFFFF) + header


def _rar_block(kind: int, flags: int, body: bytes) -> bytes:
    header = _vint(kind) + _vint(flags) + body
    header = _vint(len(header)) + header
    return zlib.crc32(header).to_bytes(4, "little") + header


def _vint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def xlsx(*sheets: Sequence[Sequence[object]], cells: str | None = None) -> bytes:
    """A workbook of text and numbers; `cells` replaces the first sheet's rows by raw XML."""
    numbers = range(1, len(sheets) + 1)
    relation = '<Relationship Id="r{0}" Type="{1}/{2}" Target="{3}"/>'
    files = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="{_OOXML}/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": _relations(
            relation.format(1, _RELATIONS, "officeDocument", "xl/workbook.xml")
        ),
        "xl/_rels/workbook.xml.rels": _relations(
            *(relation.format(i, _RELATIONS, "worksheet", f"worksheets/s{i}.xml") for i in numbers)
        ),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{_OOXML}/spreadsheetml/2006/main" '
        f'xmlns:r="{_RELATIONS}"><sheets>'
        + "".join(f'<sheet name="S{i}" sheetId="{i}" r:id="r{i}"/>' for i in numbers)
        + "</sheets></workbook>",
    }
    for i, rows in zip(numbers, sheets, strict=True):
        body = cells if cells is not None and i == 1 else _rows(rows)
        files[f"xl/worksheets/s{i}.xml"] = (
            f'{_HEAD}<worksheet xmlns="{_OOXML}/spreadsheetml/2006/main">'
            f"<sheetData>{body}</sheetData></worksheet>"
        )
    return zipped(files)


def _relations(*entries: str) -> str:
    space = f"{_OOXML}/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{"".join(entries)}</Relationships>'


def _rows(rows: Sequence[Sequence[object]]) -> str:
    return "".join(
        f'<row r="{r}">'
        + "".join(_cell(f"{chr(ord('A') + c)}{r}", value) for c, value in enumerate(row))
        + "</row>"
        for r, row in enumerate(rows, 1)
    )


def _cell(name: str, value: object) -> str:
    if isinstance(value, int | float):
        return f'<c r="{name}"><v>{value}</v></c>'
    text = escape(str(value))
    return f'<c r="{name}" t="inlineStr"><is><t>{text}</t></is></c>' if text else ""
