"""How results show themselves: a line or a small table in a terminal, a table in a notebook."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields
from html import escape
from itertools import islice, takewhile
from textwrap import shorten
from typing import TYPE_CHECKING, Final, Protocol, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars as pl
    from _typeshed import DataclassInstance

    from tradeflow.frames import Frame
    from tradeflow.options import Backend

MOST_ROWS: Final = 10
MOST_LINES: Final = 20
LONGEST_CELL: Final = 60  # letters of a cell in a terminal
MOST_COLUMNS: Final = 10
MOST_NOTES: Final = 2
LONGEST: Final = 200  # letters of a line in a terminal

# No colours but the notebook's own: the same table stands on a light and on a dark page.
_CELL: Final = "padding:.2em .6em;vertical-align:top;text-align:"
_RULE: Final = ";border-bottom:1px solid currentColor"
_TABLE: Final = "border-collapse:collapse;font-size:90%"
_MILLION: Final = 1e6
_THOUSANDS: Final = 1e4  # from here on four digits are too few to write a number whole
_ENDS: Final = (("_low", "_high"), ("_first", "_last"))
_BESIDE: Final = {"edition", "flags", "listed"}  # columns that a short table does without


class _Result(Protocol):
    def to_frame(self, *, backend: Backend = ...) -> Frame: ...

    def summary(self) -> str: ...


class Shown:
    """A result with ``summary`` and ``to_frame``, shown short by what they say.

    The first line of the summary stands for the result in a terminal; a notebook has the first
    rows of the frame beneath it, estimates with their intervals, and the lines on how to read
    them.
    """

    __slots__ = ()

    def __repr__(self: _Result) -> str:
        """Say in one line what the result is."""
        first, *_ = self.summary().splitlines()
        return shorten(f"{type(self).__name__}: {first}", LONGEST, placeholder=" ...")

    def _repr_html_(self: _Result) -> str:
        """Show the first rows in a notebook."""
        from tradeflow.frames import to_polars

        title, *lines = self.summary().splitlines()
        said = takewhile(lambda line: line and not line.startswith(" "), lines)
        rows = with_intervals(to_polars(self.to_frame(backend="polars")))
        return html_table(title, rows, notes=islice(said, MOST_NOTES))


class Facts:
    """A small dataclass, shown in a notebook with one field per row."""

    __slots__ = ()

    def _repr_html_(self: DataclassInstance) -> str:
        """Show all fields in a notebook."""
        rows = [
            {"field": field.name, "value": _listed(getattr(self, field.name))}
            for field in fields(self)
        ]
        return html_table(type(self).__name__, rows, most=len(rows))


def _listed(value: object) -> str:
    """Write a field's value: what is listed in it parted by commas, what is named by semicolons."""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {_listed(held)}" for name, held in value.items())
    return ", ".join(map(str, value)) if isinstance(value, tuple) else _written(value)


def html_table(
    title: str,
    rows: Sequence[Mapping[str, object]],
    *,
    notes: Iterable[str] = (),
    most: int = MOST_ROWS,
) -> str:
    """Write a heading, a small table and notes for a notebook; all text is escaped.

    Parameters
    ----------
    title
        What it is, in a sentence.
    rows
        One mapping per row, all with the same keys.
    notes
        How to read it.
    most
        Rows that are shown at most; how many more there are is said.

    Returns
    -------
    str
        HTML without colours, scripts or addresses.
    """
    names = list(rows[0]) if rows else []
    right = {name for name in names if all(_is_number(row[name]) for row in rows)}
    head = "".join(_cell("th", name, right=name in right) for name in names)
    body = "".join(
        f"<tr>{''.join(_cell('td', row[name], right=name in right) for name in names)}</tr>"
        for row in rows[:most]
    )
    more = [f"... and {len(rows) - most:,} more rows."] if len(rows) > most else []
    said = "".join(f"<p>{escape(note)}</p>" for note in [*more, *notes])
    table = f'<table style="{_TABLE}"><tr>{head}</tr>{body}</table>' if rows else ""
    return f"<div><p><strong>{escape(title)}</strong></p>{table}{said}</div>"


def text_table(frame: pl.DataFrame, *, most: int = MOST_LINES) -> list[str]:
    """Write a small table for a terminal, as lines that begin with two spaces.

    Parameters
    ----------
    frame
        Columns as :func:`with_intervals` takes them; one in which nothing is known is left out.
    most
        Rows that are shown at most; how many more there are is said.

    Returns
    -------
    list of str
        A line of names, one per row, and where there are more than `most`, a last one.
    """
    rows = with_intervals(frame.head(most), most=frame.width)
    columns = [_column(name, [row[name] for row in rows]) for name in (rows[0] if rows else ())]
    kept = zip(*filter(None, columns), strict=True)
    more = [f"  ... and {frame.height - most:,} more rows."] if frame.height > most else []
    return [*(f"  {'  '.join(cells)}".rstrip() for cells in kept), *more]


def _column(name: str, values: Sequence[str | float | None]) -> list[str]:
    """Write a column, its name first, all cells of one width; nothing if nothing is known."""
    cells = [shorten(_written(value), LONGEST_CELL, placeholder=" ...") for value in values]
    if not any(cells):
        return []
    width = max(map(len, [name, *cells]))
    right = all(map(_is_number, values))
    return [cell.rjust(width) if right else cell.ljust(width) for cell in (name, *cells)]


def with_intervals(
    frame: pl.DataFrame, *, most: int = MOST_COLUMNS
) -> list[dict[str, str | float | None]]:
    """Return rows in which an estimate stands with its interval, as ``1.2 (0.9 to 1.5)``.

    The first columns are taken, `most` of them, and ``rule``, which says why a series was not
    heard.
    """
    ends = {end for name in frame.columns for pair in _ends(name) for end in pair}
    names = [n for n in frame.columns if n not in ends | _BESIDE | {"rule"}]
    kept = [*names[:most], *(["rule"] if "rule" in frame.columns else [])]
    return [{name: _with_ends(row, name) for name in kept} for row in frame.to_dicts()]


def _ends(name: str) -> list[tuple[str, str]]:
    """Name the columns that an interval of a column may have, as excess_usd and excess_low_usd."""
    stem, unit = (name.removesuffix("_usd"), "_usd") if name.endswith("_usd") else (name, "")
    inside = [(stem + low + unit, stem + high + unit) for low, high in _ENDS]
    return [*((name + low, name + high) for low, high in _ENDS), *inside]


def _with_ends(row: Mapping[str, object], name: str) -> str | float | None:
    value = row[name]
    for low, high in ((row.get(first), row.get(last)) for first, last in _ends(name)):
        if low == high == value:  # a month known for sure, or nothing known at all
            break
        if low is not None and high is not None and _is_known(value):
            return f"{_written(value)} ({_written(low)} to {_written(high)})"
    return value if _is_number(value) else _written(value)


def _cell(tag: str, value: object, *, right: bool) -> str:
    style = _CELL + ("right" if right else "left") + (_RULE if tag == "th" else "")
    return f'<{tag} style="{style}">{escape(_written(value))}</{tag}>'


def _is_number(value: object) -> TypeGuard[float | None]:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _is_known(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))


def _written(value: object) -> str:
    """Write a value short: what is not known as nothing, large numbers in millions."""
    if not _is_known(value):
        return ""
    if isinstance(value, float):
        if abs(value) >= _MILLION:
            return f"{value / _MILLION:,.1f} m"
        return f"{value:,.0f}" if abs(value) >= _THOUSANDS else f"{value:,.4g}"
    return str(value)
