"""The table's header: what each column must say before its numbers are believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradeflow.errors import ResponseChanged
from tradeflow.sources.kazakhstan.cells import text_of
from tradeflow.sources.kazakhstan.words import fold

if TYPE_CHECKING:
    from tradeflow.sources.kazakhstan.workbook import Sheet

_GROUPS: Final = (("экспорт", 3), ("импорт", 6))
_GROUP_WIDTH: Final = 3
_TONNES: Final = (3, 6)
_THOUSAND_USD: Final = (5, 8)
_WIDTH: Final = 9


def check_header(where: str, rows: Sheet) -> None:
    """Make sure that flows and units stand where they are documented.

    The wording is not documented: a column of exports must say "экспорт" somewhere above it,
    a weight "тонн", a value "тыс" and "долл".

    Raises
    ------
    ResponseChanged
        With what is gone and what stands there instead.
    """
    above = [_above(rows, column) for column in range(max(map(len, rows), default=0))]
    above += [""] * (_WIDTH - len(above))
    gone = [
        *(
            f"{word} in {_letters(first)}"
            for word, first in _GROUPS
            if not _heads(above, word, first)
        ),
        *(f"тонн in {_letters(c, 1)}" for c in _TONNES if fold("тонн") not in above[c]),
        *(f"тыс. долл. in {_letters(c, 1)}" for c in _THOUSAND_USD if not _is_thousand(above[c])),
    ]
    new = [text for text in above[_WIDTH:] if text]
    if gone or new:
        raise ResponseChanged(where, gone=gone, new=new or [t for t in above[3:_WIDTH] if t])


def _above(rows: Sheet, column: int) -> str:
    """Join a column's header cells; a sheet's title, which names both flows, is left out."""
    texts = (fold(text_of(row[column])) for row in rows if column < len(row))
    return " ".join(t for t in texts if t and not all(fold(w) in t for w, _ in _GROUPS))


def _heads(above: list[str], word: str, first: int) -> bool:
    """Say whether a flow is named above its own three columns and above no others."""
    named = {column for column, text in enumerate(above[:_WIDTH]) if fold(word) in text}
    return bool(named) and named <= set(range(first, first + _GROUP_WIDTH))


def _is_thousand(text: str) -> bool:
    return fold("тыс") in text and any(fold(word) in text for word in ("долл", "usd", "сша"))


def _letters(first: int, width: int = _GROUP_WIDTH) -> str:
    names = "ABCDEFGHI"
    return names[first] if width == 1 else f"{names[first]}-{names[first + width - 1]}"
