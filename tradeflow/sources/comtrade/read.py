"""Files that people have: answers saved by hand, CSV with Comtrade's fields, website exports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tradeflow.errors import BadAnswer, InputFileError
from tradeflow.sources.archive.unpack import unpacked
from tradeflow.sources.comtrade.ask import PREVIEW_ROWS
from tradeflow.sources.comtrade.delimited import read_delimited
from tradeflow.sources.comtrade.envelope import read_table
from tradeflow.sources.comtrade.fields import FINAL, TARIFFLINE
from tradeflow.sources.comtrade.judge import CAPS
from tradeflow.sources.comtrade.rows import flow_rows, once
from tradeflow.sources.comtrade.totals import is_totals, parse_comtrade_totals
from tradeflow.sources.parsed import Parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

_ARCHIVES = (b"PK\x03\x04", b"\x1f\x8b")
_SIX = 6


def read(path: str | Path, *, release: str, name: str = "") -> Parsed:
    """Read a file of Comtrade's data.

    Parameters
    ----------
    path
        One of: an answer of the API (JSON, as it came); delimited text with Comtrade's field
        names, such as the export of comtradeplus.un.org or a bulk file; a zip or gzip of these;
        monthly totals in one of the forms of
        :func:`~tradeflow.sources.comtrade.totals.parse_comtrade_totals`.
        Final data and tariff lines are told apart by their codes.
    release
        Which release it is.
    name
        The file's name when it came, for messages.

    Returns
    -------
    Parsed
        Rows in US dollars and kilograms. Rows that the flow table cannot hold are ``withheld``
        with the reason.

    Raises
    ------
    InputFileError
        It is damaged, or none of these.
    ResponseChanged
        A field is gone or, in an answer of the API, new.
    DuplicateKeyError
        A cell stands twice.
    """
    where, file = name or str(path), Path(path)
    try:
        if is_totals(file):
            return parse_comtrade_totals(file, release=release)
        tables = list(_tables(file, where))
        parts = [_parsed(table, release, where) for table in tables]
    except BadAnswer as error:
        raise InputFileError(
            where,
            str(error).removeprefix(f"{where}: "),
            remedy="Export or save it again, whole and unchanged.",
        ) from error
    withheld = pl.concat([part.withheld for part in parts])
    return Parsed(
        once(pl.concat([part.rows for part in parts]), where=where),
        withheld=withheld,
        notes=(*_cut_off(tables), *_notes(withheld)),
    )


def how(**_: object) -> str:
    """Say how to export a file by hand."""
    return (
        "UN Comtrade can be fetched (`tradeflow fetch comtrade`), so files are rarely needed. By "
        "hand: at https://comtradeplus.un.org choose goods, HS as reported, frequency, periods, "
        "reporter, partner and flow, then Preview and Download as CSV. "
        "`tradeflow ingest comtrade FILE...` reads it as it is; it also reads JSON answers of the "
        "API and bulk files."
    )


def _tables(path: Path, where: str) -> Iterator[pl.DataFrame]:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}."
        raise InputFileError(where, problem, remedy="Check the path.") from error
    if not content.startswith(_ARCHIVES):
        yield _table(content, where)
        return
    with unpacked(path) as files:
        for file in files.values():
            yield _table(file.read_bytes(), where)


def _table(content: bytes, where: str) -> pl.DataFrame:
    bare = content.lstrip(b"\xef\xbb\xbf \t\r\n")
    if bare[:1] not in {b"{", b"["}:
        return read_delimited(content, where)
    if bare[:1] == b"[":
        content = _enveloped(bare, where)
    final = b"legacyestimationflag" in content.lower() or b'"data":[]' in content
    return read_table(content, where, documented=FINAL if final else TARIFFLINE)


def _enveloped(rows: bytes, where: str) -> bytes:
    """Put the envelope back around rows that somebody saved alone."""
    try:
        found = json.loads(rows)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"{where}: the answer is no JSON, or not all of it.") from error
    return json.dumps({"count": len(found), "data": found}).encode()


def _parsed(table: pl.DataFrame, release: str, where: str) -> Parsed:
    national = (table["cmdCode"].str.len_chars() > _SIX).any()
    return flow_rows(table, pl.lit(release), where=where, tariffline=bool(national))


def _cut_off(tables: list[pl.DataFrame]) -> tuple[str, ...]:
    """Say that rows may be missing: Comtrade cuts its answers off without a word."""
    return tuple(
        f"Exactly {table.height:,} rows, as many as Comtrade gives at most at once: what would "
        "follow may be missing. Ask for fewer periods, codes or partners at a time."
        for table in tables
        if table.height in CAPS | {PREVIEW_ROWS}
    )


def _notes(withheld: pl.DataFrame) -> tuple[str, ...]:
    counts = withheld.group_by("reason", maintain_order=True).len().sort("reason")
    return tuple(
        f"{number:,} rows are withheld: {reason}." for reason, number in counts.iter_rows()
    )
