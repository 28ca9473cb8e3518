"""The table in an answer or a file, whether it came as JSON or as delimited text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import BadAnswer, InputFileError
from tradeflow.sources.archive.unpack import unpacked
from tradeflow.sources.comtrade.ask import Ask
from tradeflow.sources.comtrade.delimited import read_delimited
from tradeflow.sources.comtrade.envelope import read_table
from tradeflow.sources.comtrade.fields import FINAL, READ, TARIFFLINE

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.call import Answer


def answer_table(answer: Answer) -> pl.DataFrame:
    """Read the rows of an answer with data.

    Returns
    -------
    polars.DataFrame
        The columns of :data:`~tradeflow.sources.comtrade.fields.READ`.

    Raises
    ------
    BadAnswer
        It is damaged, or a cell is not what its field holds.
    ResponseChanged
        A field is gone or new.
    """
    where, ask = f"comtrade, {answer.call.note}", Ask.of(answer.call)
    if answer.call.kind == "file":
        return _from_archive(answer.path, where)
    documented = TARIFFLINE if ask.kind == "tariffline" else FINAL
    return read_table(answer.read(), where, documented=documented)


def _from_archive(path: Path, where: str) -> pl.DataFrame:
    """Read all members of an archive, one after the other."""
    try:
        with unpacked(path) as files:
            tables = [read_delimited(file.read_bytes(), where) for file in files.values()]
    except InputFileError as error:  # damaged on its way: asking again may help
        raise BadAnswer(f"{where}: {error.problem}") from error
    if not tables:
        raise BadAnswer(f"{where}: the archive is empty.")
    return pl.concat(tables).select(list(READ))
