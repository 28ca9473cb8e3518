"""From a file to a checked flow table, and back."""

from __future__ import annotations

import gzip
import io
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import InputFileError, LowCoverageWarning, UsageError
from tradeflow.files import check_place, write_whole
from tradeflow.flows.check import check_flows, wanted
from tradeflow.frames import to_backend, to_polars
from tradeflow.options import Backend, FileKind, one_of
from tradeflow.schema import FLOW_SCHEMA, conform
from tradeflow.sources.baci import parse_baci
from tradeflow.sources.comext.read import parse_comext
from tradeflow.sources.comtrade.totals import parse_comtrade_totals
from tradeflow.sources.textfile import FIRST_LINE, bad_line, read_text_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from tradeflow.frames import Frame
    from tradeflow.sources.parsed import Parsed

_PARSERS: Final[dict[str, Callable[..., Parsed]]] = {
    "baci": parse_baci,
    "comext": parse_comext,
    "comtrade-totals": parse_comtrade_totals,
}


def read_flows(
    path: str | Path,
    *,
    kind: FileKind = "flows",
    release: str = "local file",
    backend: Backend = "pandas",
) -> Frame:
    """Read a file into a checked flow table.

    Parameters
    ----------
    path
        The file, gzipped or not.
    kind
        ``"flows"``: a flow table that :func:`write_flows` wrote, as Parquet or CSV.
        ``"baci"``, ``"comext"``, ``"comtrade-totals"``: a file in that source's own columns.
    release
        Which release of the source the file is; kept in every row.
    backend
        ``"pandas"`` or ``"polars"``.

    Returns
    -------
    DataFrame
        The flow table, values in US dollars and weights in kilograms.

    Raises
    ------
    InputFileError
        The file cannot be what it should be; with line and remedy.
    SchemaError, UnknownCodeError, UnknownNameError, DuplicateKeyError
        The rows break the flow-table contract.

    Warns
    -----
    LowCoverageWarning
        The file has lines that no row may show, such as those under masked codes.

    Examples
    --------
    >>> import tradeflow as tf
    >>> file = tf.write_flows(tf.load_sample("china-russia-totals"), "totals.csv")
    >>> len(tf.read_flows(file))
    192
    """
    one_of(kind, FileKind, name="kind")
    one_of(backend, Backend, name="backend")
    if Path(path).is_dir():
        remedy = "Name a file in it; tf.load_lake() reads what `tradeflow update` keeps."
        raise InputFileError(path, "is a folder, not a file.", remedy=remedy)
    if kind == "flows":
        rows = _read_own(Path(path))
        first_line = FIRST_LINE if _is_csv(Path(path)) else None
    else:
        parsed = _PARSERS[kind](path, release=release)
        rows, first_line = conform(parsed.rows), None
        _say_withheld(path, parsed)
    return to_backend(check_flows(rows, where=str(path), first_line=first_line), backend)


def _say_withheld(path: str | Path, parsed: Parsed) -> None:
    if parsed.withheld.height:
        counts = parsed.withheld["reason"].value_counts().sort("reason").iter_rows()
        why = ", ".join(f"{number:,} because {reason}" for reason, number in counts)
        warnings.warn(
            f"{path}: lines are withheld, {why}; sums of codes are short by what they hold.",
            LowCoverageWarning,
            stacklevel=3,
        )


def write_flows(flows: Frame, path: str | Path) -> Path:
    """Check a flow table and write it to a Parquet or CSV file, whole or not at all.

    Parameters
    ----------
    flows
        A flow table, pandas or Polars.
    path
        Where to; a file that is there is replaced.

    Returns
    -------
    pathlib.Path
        The file written.

    Raises
    ------
    OutputError
        The file cannot be written there.
    SchemaError, DuplicateKeyError
        The table is no flow table; the message names the row and the remedy.
    UsageError
        The name ends in none of ``.parquet``, ``.csv`` and ``.csv.gz``.

    Examples
    --------
    >>> import tradeflow as tf
    >>> tf.write_flows(tf.load_sample("china-russia-totals"), "totals.parquet").name
    'totals.parquet'
    """
    target = check_target(Path(path))
    frame = check_flows(to_polars(flows)).select(list(FLOW_SCHEMA))
    csv = _is_csv(target)
    write_whole(target, _text(target, frame) if csv else _parquet(frame))
    return target


def check_target(path: Path) -> Path:
    """Return a path to which a flow table can be written, by its name.

    Raises
    ------
    UsageError
        The name ends in none of ``.parquet``, ``.csv`` and ``.csv.gz``.
    OutputError
        It is a folder's, or no file can be made there.
    """
    if not path.is_dir() and not _is_csv(path) and path.suffix != ".parquet":
        raise UsageError(f"{path}: a flow table is written as a file .parquet, .csv or .csv.gz.")
    return check_place(path)


def _is_csv(path: Path) -> bool:
    return path.suffix in {".csv", ".gz"}


def _text(path: Path, frame: pl.DataFrame) -> bytes:
    text = frame.write_csv().encode()
    return gzip.compress(text, mtime=0) if path.suffix == ".gz" else text


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", compression_level=19)
    return buffer.getvalue()


def _read_own(path: Path) -> pl.DataFrame:
    if _is_csv(path):
        try:
            text = read_text_table(path, list(FLOW_SCHEMA))
        except InputFileError as error:
            if error.line == 1:  # the header is not that of a flow table
                kinds = ", ".join(_PARSERS)
                error.add_note(f"A file in a source's own columns needs its kind: {kinds}.")
            raise
        return _typed(path, text.select(pl.when(pl.all() != "").then(pl.all()).name.keep()))
    try:
        return pl.read_parquet(path)
    except FileNotFoundError:
        raise InputFileError(path, "no such file.", remedy="Check the path.") from None
    except (pl.exceptions.PolarsError, OSError) as error:
        problem = "cannot be read as Parquet: damaged, half-written, or of another format."
        remedy = (
            "Write it again, or name a .csv file."
            if path.suffix == ".parquet"
            else "A flow table is a .parquet, .csv or .csv.gz file: save a worksheet as CSV."
        )
        raise InputFileError(path, problem, remedy=remedy) from error


def _typed(path: Path, text: pl.DataFrame) -> pl.DataFrame:
    typed = text.select(_cast(name, kind) for name, kind in FLOW_SCHEMA.items())
    for name, kind in FLOW_SCHEMA.items():
        bad_line(
            path,
            text,
            typed[name].is_null() & pl.col(name).is_not_null(),
            f"{name} is {{{name}!r}}",
            remedy=f"Mend the line: {wanted(kind)}",
        )
    return typed


def _cast(name: str, kind: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if kind == pl.Boolean():
        words = {"true": True, "false": False}  # pandas writes True and False
        return column.str.to_lowercase().replace_strict(
            words, default=None, return_dtype=pl.Boolean
        )
    if kind == pl.Date():
        return column.str.to_date("%Y-%m-%d", strict=False)
    return column.cast(kind, strict=False)
