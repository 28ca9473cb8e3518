"""Comtrade's JSON: an envelope around rows; read fast where rows are alike, strictly always."""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.errors import BadAnswer, ResponseChanged
from tradeflow.sources.comtrade.fields import NEEDED, READ

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_ROWS_BEGIN: Final = re.compile(rb'"data"\s*:\s*\[')
_BLANK, _LINE_END = ord(" "), ord("\n")
_LOOKED_AT: Final = 500


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an answer says of itself, and its rows as they came."""

    count: int
    rows: list[dict[str, Any]]


def read_envelope(body: bytes, where: str, *, counted: bool = False) -> Envelope:
    """Read an answer whose rows are few or of any kind.

    Parameters
    ----------
    body
        The answer.
    where
        What to call it in messages.
    counted
        Whether only the count was asked for, so that no rows come.

    Raises
    ------
    BadAnswer
        It is no JSON of this form, states an error, or has another number of rows than it says.
    """
    found = loads(body, where, needed="count")
    rows = found.get("data")
    if rows is None:
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadAnswer(f"{where}: 'data' is not a list of rows.")
    return Envelope(_count(found, len(rows), where, counted=counted), rows)


def read_table(body: bytes, where: str, *, documented: Sequence[str]) -> pl.DataFrame:
    """Read an answer with trade data.

    Parameters
    ----------
    body
        The answer.
    where
        What to call it in messages.
    documented
        Names of all fields that a row has.

    Returns
    -------
    polars.DataFrame
        The columns of :data:`~tradeflow.sources.comtrade.fields.READ`, in the answer's order.

    Raises
    ------
    BadAnswer
        As for :func:`read_envelope`, or a cell is not what its field holds.
    ResponseChanged
        A field is gone or new.
    """
    table = _fast(body, where, documented)
    if table is None:
        rows = read_envelope(body, where).rows
        for names in {tuple(row) for row in rows}:
            check_fields(names, documented, where)
        table = pl.DataFrame(
            {name: [_text(row, name, where) for row in map(_folded, rows)] for name in READ},
            schema=dict.fromkeys(READ, pl.String()),
        )
    return typed(table, where)


def check_fields(names: Iterable[str], documented: Sequence[str], where: str) -> None:
    """Raise if a documented field is absent or another is there; case is not compared."""
    found, known = {n.casefold(): n for n in names}, {n.casefold(): n for n in documented}
    gone = [known[n] for n in known.keys() - found.keys()]
    new = [found[n] for n in found.keys() - known.keys()]
    if gone or new:
        raise ResponseChanged(where, gone=sorted(gone), new=sorted(new))


def typed(table: pl.DataFrame, where: str) -> pl.DataFrame:
    """Give each field its type, and check that what must be there is.

    Parameters
    ----------
    table
        Fields by their documented names, as text (null where empty) or of the right type
        already; some may be absent.

    Raises
    ------
    BadAnswer
        With the field and the cell.
    """
    made = table.select(_typed(table, name, kind) for name, kind in READ.items())
    for name in READ:
        _none(table, made[name].is_null(), name, where, empty=name not in NEEDED)
    for name in ("qty", "netWgt", "cifvalue", "fobvalue", "primaryValue"):
        _none(made, ~(made[name].is_finite() & (made[name] >= 0)), name, where, empty=True)
    return made


def _typed(text: pl.DataFrame, name: str, kind: pl.DataType) -> pl.Expr:
    if name not in text.columns:
        return pl.lit(None, dtype=kind).alias(name)
    if kind == pl.Boolean() and text[name].dtype == pl.String():
        words = {"true": True, "false": False}
        lower = pl.col(name).str.to_lowercase()
        return lower.replace_strict(words, default=None, return_dtype=pl.Boolean)
    return pl.col(name).cast(kind, strict=False)


def _none(frame: pl.DataFrame, bad: pl.Series, name: str, where: str, *, empty: bool) -> None:
    """Raise on the first cell that is `bad`; an empty one passes if `empty`."""
    if name not in frame.columns:
        return
    rows = (bad & frame[name].is_not_null() if empty else bad).arg_true()
    if rows.is_empty():
        return
    raise BadAnswer(
        f"{where}: in row {rows[0] + 1} the field {name} is {frame[name][rows[0]]!r}, which it "
        "cannot be."
    )


def loads(body: bytes, where: str, *, needed: str) -> dict[str, Any]:
    """Read a JSON object that has the field `needed`.

    Raises
    ------
    BadAnswer
        It is no such object.
    """
    try:
        found = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"{where}: the answer is no JSON, or not all of it.") from error
    if not isinstance(found, dict) or needed not in found:
        raise BadAnswer(f"{where}: the answer is JSON without {needed!r}.")
    return found


def _count(found: dict[str, Any], rows: int, where: str, *, counted: bool = False) -> int:
    wrong = found.get("error") or _message(found.get("errorObject"))
    if wrong:
        raise BadAnswer(f"{where}: Comtrade says: {str(wrong)[:300].rstrip(' .')}.")
    count = found["count"]
    if not isinstance(count, int) or count < 0:
        raise BadAnswer(f"{where}: the count of rows is {str(count)[:30]!r}.")
    if rows != count and not (counted and rows == 0):
        raise BadAnswer(f"{where}: {rows:,} rows came, the answer says {count:,}.")
    return count


def _message(error: object) -> object:
    return error.get("errorMessage") if isinstance(error, dict) else error


def _fast(body: bytes, where: str, documented: Sequence[str]) -> pl.DataFrame | None:
    """Read flat rows as lines; None if they are not flat, or not all written alike.

    Of many rows, evenly spaced ones are looked at for their fields' names.
    """
    begin, end = _ROWS_BEGIN.search(body), body.rfind(b"]")
    if begin is None or end < begin.end():
        return None
    try:
        envelope = json.loads(body[: begin.end()] + body[end:])
        lines, ends = _lines(body, begin.end(), end)
        table = pl.read_ndjson(lines, schema=_schema(json.loads(body[begin.end() : ends[0] + 1])))
        spaced = range(0, len(ends) - 1, len(ends) // _LOOKED_AT + 1)
        names = {tuple(json.loads(body[ends[i] + 2 : ends[i + 1] + 1])) for i in spaced}
    except (ValueError, TypeError, IndexError, RecursionError, pl.exceptions.PolarsError):
        return None
    if table.height != len(ends) or not isinstance(envelope, dict) or "count" not in envelope:
        return None
    for found in (*names, tuple(json.loads(body[begin.end() : ends[0] + 1]))):
        check_fields(found, documented, where)
    _count(envelope, table.height, where)
    spelled = _known(next(iter(names), table.columns))
    return table.rename({name: known for name, known in spelled.items() if name != known})


def _lines(body: bytes, begin: int, end: int) -> tuple[io.BytesIO, NDArray[np.intp]]:
    """Put each row on a line of its own, in place; also say where rows end.

    Raises
    ------
    ValueError
        Something else than a comma follows a row: the rows are not flat.
    """
    lines = io.BytesIO(body)
    with lines.getbuffer() as view:
        text = np.frombuffer(view, dtype=np.uint8)
        text[:begin] = text[end:] = _BLANK
        if b"\n" in body:
            text[text == _LINE_END] = _BLANK  # never inside a JSON string
        ends = np.flatnonzero(text == ord("}"))
        after = ends[:-1] + 1
        flat = bool((text[after] == ord(",")).all())
        text[after] = _LINE_END
        del text
    if not flat:
        raise ValueError
    return lines, ends


def _known(names: Iterable[str]) -> dict[str, str]:
    """Map the names as spelled in an answer to the documented names of the fields read."""
    documented = {name.casefold(): name for name in READ}
    return {n: documented[n.casefold()] for n in names if n.casefold() in documented}


def _schema(names: Iterable[str]) -> dict[str, pl.DataType]:
    return {name: READ[known] for name, known in _known(names).items()}


def _folded(row: dict[str, Any]) -> dict[str, Any]:
    return {name.casefold(): value for name, value in row.items()}


def _text(row: dict[str, Any], name: str, where: str) -> str | None:
    value = row.get(name.casefold())
    if isinstance(value, dict | list):
        raise BadAnswer(f"{where}: the field {name} holds no single value.")
    return None if value is None else str(value).strip() or None
