"""Single cells: codes that a spreadsheet took for numbers, and text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tradeflow.sources.kazakhstan.workbook import Cell

_PLAIN: Final = re.compile(r"[0-9]{5,6}")
_DOTTED: Final = re.compile(r"([0-9]{3,4})\.([0-9]{1,2})")
_LARGEST_DOTTED: Final = 10_000


def text_of(cell: Cell) -> str:
    """Write a cell as text: whole numbers without a decimal point."""
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    return str(cell).strip()


def code_of(cell: Cell) -> str:
    """Read a six-digit code, or return ``""``.

    Examples
    --------
    >>> [code_of(c) for c in ("0101.21", 101.21, 10121.0, "010121", 8471.3)]
    ['010121', '010121', '010121', '010121', '847130']
    >>> code_of("Код ТН ВЭД")
    ''
    """
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, float | int):
        cell = f"{cell:.2f}" if 0 < cell < _LARGEST_DOTTED else text_of(cell)
    text = "".join(str(cell).split())
    if _PLAIN.fullmatch(text):
        return text.zfill(6)
    dotted = _DOTTED.fullmatch(text)
    return dotted[1].zfill(4) + dotted[2].ljust(2, "0") if dotted else ""
