"""Damage that bytes meet in the world: cuts, flips, lost lines, other encodings, other cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

STRANGE = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"-1",
    b"1e309",
    b"NaN",
    b"null",
    b'""',
    b"999999999999999999999",
    b"0x1A",
    "\uff11\uff12".encode(),
    "é".encode("latin-1"),
    b"<html>",
    b"2022-13",
    b"[]",
    b"{}",
    b"true",
)


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _lines(data: bytes, chance: random.Random) -> bytes:
    lines = data.split(b"\n")
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    how = chance.randrange(3)
    if how == 0:
        lines.insert(i, lines[j])
    elif how == 1:
        del lines[i]
    else:
        lines[i], lines[j] = lines[j], lines[i]
    return b"\n".join(lines)


def _cell(data: bytes, chance: random.Random) -> bytes:
    marks = [i for i, byte in enumerate(data[:20_000]) if byte in b',:;\t"[{']
    if not marks:
        return data + chance.choice(STRANGE)
    start = chance.choice(marks) + 1
    end = min((i for i in marks if i > start), default=len(data))
    return data[:start] + chance.choice(STRANGE) + data[end:]


def _recode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", errors="replace")
    return text.encode(chance.choice(["utf-16", "gb18030", "utf-8-sig"]))


HOW: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _cut,
    _flip,
    _flip,
    _lines,
    _cell,
    _cell,
    _cell,
    _recode,
)


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Damage bytes in one to three ways."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        data = chance.choice(HOW)(data, chance) if data else chance.choice(STRANGE)
    return data
