"""Delimited text with Comtrade's field names: bulk files, CSV answers, exports of the website."""

from __future__ import annotations

import csv
import io
from typing import Final

import polars as pl

from tradeflow.errors import BadAnswer, ResponseChanged
from tradeflow.sources.comtrade.envelope import typed
from tradeflow.sources.comtrade.fields import READ

_SPARE: Final = "\0spare"  # the website ends each line but the header with a comma
NEEDED: Final = (
    "period",
    "reporterCode",
    "flowCode",
    "partnerCode",
    "classificationCode",
    "cmdCode",
    "netWgt",
    "primaryValue",
)

_SEPARATORS: Final = (",", ";", "\t")
_LAST_CELLS: Final = ("true", "false", "")  # of a whole line, whose last column is isAggregate
_NO_NUMBER: Final = ("na", "n/a", "nan", "null", "none")


def read_delimited(content: bytes, where: str) -> pl.DataFrame:
    """Read text with a header of Comtrade's names, separated by commas, semicolons or tabs.

    What other programs do to such a file is undone where it is certain: codes that became
    fractions (``643.0``) or lost a zero, ``NA`` for no number, blank lines at the end.

    Fields beyond those that are read are not looked at: their set differs between the website,
    bulk files and what clients write.

    Parameters
    ----------
    content
        UTF-8, or ISO-8859-1 as the website writes it.
    where
        What to call it in messages.

    Returns
    -------
    polars.DataFrame
        The columns of :data:`~tradeflow.sources.comtrade.fields.READ`.

    Raises
    ------
    BadAnswer
        It is damaged, half-written, or a cell is not what its field holds.
    ResponseChanged
        A field that is needed is absent.
    """
    text = _decoded(content)
    header, _, body = text.partition("\n")
    separator = max(_SEPARATORS, key=header.count)
    names = [name.strip() for name in _first_line(header, separator, where)]
    _check_names(names, where)
    body = _ended(body, names, separator, where)
    table = _parsed(body, names, separator, where)
    known = {name.casefold(): name for name in READ}
    found = {n: known[n.casefold()] for n in names if n.casefold() in known}
    cells = table.select(list(found)).rename(found).with_columns(pl.all().str.strip_chars())
    filled = cells.with_columns(pl.when(pl.all() != "").then(pl.all()).name.keep())
    return typed(_restored(filled), where)


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1").replace("\r\n", "\n")


def _ended(body: str, names: list[str], separator: str, where: str) -> str:
    """Take blank lines off the end; a last line without a line break must be whole."""
    end = body.find("\n", len(body.rstrip(f"{separator} \n")))
    if end >= 0 or not body:
        return body[: end + 1]
    cells = _first_line(body[body.rfind("\n") + 1 :], separator, where)
    if len(cells) < len(names) or cells[-1].casefold() not in _LAST_CELLS:
        raise BadAnswer(f"{where}: the last line has no end: the file looks half-written.")
    return body + "\n"


def _check_names(names: list[str], where: str) -> None:
    found = {name.casefold() for name in names}
    gone = [name for name in NEEDED if name.casefold() not in found]
    if gone:
        raise ResponseChanged(where, gone=gone, new=())
    if len(found) < len(names):
        raise BadAnswer(f"{where}: a column stands twice in the header.")


def _parsed(body: str, names: list[str], separator: str, where: str) -> pl.DataFrame:
    """Parse the lines; none may be shorter or longer than the header, but for the spare comma."""
    first = _first_line(body, separator, where)
    spare = len(first) == len(names) + 1 and not first[-1]
    columns = [*names, _SPARE] if spare else names
    if '"' not in body and any(
        line.count(separator) != len(columns) - 1 for line in body.splitlines()
    ):  # the parser would fill a short line up
        raise BadAnswer(f"{where}: the lines are not those of one table.")
    try:
        table = pl.read_csv(
            io.StringIO(body),
            has_header=False,
            new_columns=columns,
            separator=separator,
            infer_schema=False,
        )
    except pl.exceptions.NoDataError:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    except pl.exceptions.PolarsError as error:
        raise BadAnswer(f"{where}: the lines are not those of one table.") from error
    if table.width != len(columns) or (_SPARE in columns and table[_SPARE].is_not_null().any()):
        raise BadAnswer(f"{where}: lines have other numbers of cells than the header.")
    return table


def _first_line(text: str, separator: str, where: str) -> list[str]:
    try:
        return next(csv.reader(io.StringIO(text), delimiter=separator), [])
    except csv.Error as error:
        raise BadAnswer(f"{where}: {text[:40]!r} is no line of a table.") from error


def _restored(table: pl.DataFrame) -> pl.DataFrame:
    """Undo what other programs did to codes, numbers and the frequency."""
    numbers = [name for name in table.columns if READ[name] == pl.Float64()]
    codes = [name for name in table.columns if READ[name] == pl.String()]
    plain = table.with_columns(
        pl.col(codes).str.replace(r"^(-?\d+)\.0$", "$1"),
        pl.when(~pl.col(numbers).str.to_lowercase().is_in(_NO_NUMBER)).then(pl.col(numbers)),
    )
    if "freqCode" not in plain.columns:
        annual = pl.col("period").str.len_chars() == len("2024")
        freq = pl.when(annual).then(pl.lit("A")).otherwise(pl.lit("M"))
        plain = plain.with_columns(freqCode=freq)
    code = pl.col("cmdCode")
    lost = code.str.contains(r"^\d(\d\d){0,2}$")  # 2, 4 or 6 digits are even numbers
    return plain.with_columns(cmdCode=pl.when(lost).then("0" + code).otherwise(code))
