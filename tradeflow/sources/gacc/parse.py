"""China customs, files exported by hand: HS8 whole, partners by code and name, all in dollars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import TruncatedExport
from tradeflow.nomenclature.countries import WORLD
from tradeflow.nomenclature.editions import edition_expr
from tradeflow.schema import TOTAL
from tradeflow.sources.codes import NATIONAL_CHAPTERS
from tradeflow.sources.gacc.check import REPORTER, check_export, stamped, with_partners
from tradeflow.sources.gacc.measures import with_dollars, with_quantities
from tradeflow.sources.gacc.notes import notes_on
from tradeflow.sources.gacc.table import read_export
from tradeflow.sources.gacc.told import VALUATION, checked_period, direction
from tradeflow.sources.gacc.words import DASHES
from tradeflow.sources.parsed import Parsed
from tradeflow.sources.textfile import FIRST_LINE

if TYPE_CHECKING:
    from pathlib import Path

    from tradeflow.sources.gacc.table import Export
    from tradeflow.sources.gacc.told import Direction

SOURCE_NAME: Final = "GACC"
ROW_CAP: Final = 10_000
"""The query site cuts every export off at this many rows."""

_HS8: Final = 8


def parse_gacc(
    path: str | Path,
    *,
    release: str,
    flow: str | None = None,
    period: str | int | None = None,
    accept_truncated: bool = False,
    name: str | None = None,
) -> Parsed:
    """Parse one file that was exported from the query site of China customs.

    Parameters
    ----------
    path
        A CSV of the Chinese or English interface, gzipped or not, GB18030 or UTF-8.
    release
        Which retrieval it is, such as the day of the download; the file does not say.
    flow
        ``"export"`` or ``"import"``: the file does not say. None takes it from the file's name
        if that holds the word exports, imports, 出口 or 进口.
    period
        The month (``"2024-01"``) or whole year (``"2024"``) of a file without a column of
        months; else None.
    accept_truncated
        Take a file of exactly 10,000 rows although the site cuts exports off there.
    name
        The name under which the file came, if it is kept under another.

    Returns
    -------
    Parsed
        Rows in US dollars and kilograms: codes of eight digits under ``national_code`` and
        their first six under ``hs6``; published sums of two or four digits under ``hs6`` alone;
        registered place and trade mode as codes under ``region`` and ``regime``. ``withheld``
        has the lines of partners that are not one country and of China's own chapters 98 and
        99, with line and reason. ``notes`` says what was restored, converted or summed.

    Raises
    ------
    InputFileError
        With the line and the remedy.
    ResponseChanged
        The columns are not the documented ones.
    TruncatedExport
        The file has exactly 10,000 rows.
    UsageError
        The direction or the period is not known.
    """
    return parse_export(
        read_export(path),
        release=release,
        flow=direction(name or path, flow),
        period=checked_period(period),
        accept_truncated=accept_truncated,
        name=name,
    )


def parse_export(
    export: Export,
    *,
    release: str,
    flow: Direction,
    period: str | None,
    accept_truncated: bool = False,
    name: str | None = None,
) -> Parsed:
    """Turn an export that was read into rows; see :func:`parse_gacc`."""
    if export.frame.height == ROW_CAP and not accept_truncated:
        raise TruncatedExport(_cut_off(export))
    frame = stamped(export, period)
    check_export(export, frame)
    if "partner" in frame.columns:
        frame = with_partners(export, frame)
    frame = frame.with_columns(reason=_reason(frame))
    kept = with_quantities(with_dollars(export, frame.filter(pl.col("reason").is_null())))
    rows = kept.select(
        period="date",
        freq="freq",
        reporter=pl.lit(REPORTER),
        partner=pl.col("iso3") if "partner" in kept.columns else pl.lit(WORLD),
        flow=pl.lit(flow),
        edition=pl.col("date").replace_strict(edition_expr(REPORTER, kept["date"].unique())),
        hs6=pl.col("code").str.head(6) if "code" in kept.columns else pl.lit(TOTAL),
        national_code=_national() if "code" in kept.columns else pl.lit(None, pl.String),
        region=_text(kept, "region"),
        regime=_text(kept, "regime"),
        value_usd="value_usd",
        net_kg="net_kg",
        quantity="quantity",
        quantity_unit="quantity_unit",
        valuation=pl.lit(VALUATION[flow]),
        status=pl.lit("reported"),
        source=pl.lit(SOURCE_NAME),
        release=pl.lit(release),
    )
    lost, truncated = int(kept["lost"].sum()), export.frame.height == ROW_CAP
    notes = notes_on(export, frame, flow, lost=lost, truncated=truncated)
    file = name or export.path.name
    withheld = _withheld(export, frame, file)
    return Parsed(rows, withheld=withheld, notes=tuple(f"{file}: {note}" for note in notes))


def _cut_off(export: Export) -> str:
    return (
        f"{export.path}: exactly {ROW_CAP:,} rows: the query site cuts every export off there, "
        "and what follows is missing without a word. Split the query until each part has fewer "
        "rows: by month, then by chapter or batch of codes, then by partner or registered place. "
        "To study the rows that are there, pass accept_truncated=True "
        "(--option accept_truncated=yes)."
    )


def _reason(frame: pl.DataFrame) -> pl.Expr:
    """Say why a line states trade that no six-digit code or country may show; null if it may."""
    reasons: list[pl.Expr] = [
        pl.when(pl.col("value").is_in(DASHES)).then(pl.lit("no value is published"))
    ]
    if "code" in frame.columns:
        chapter = pl.col("code").str.head(2)
        why = pl.format("chapter {} is China's own, not the Harmonized System's", chapter)
        reasons.append(pl.when(chapter.is_in(NATIONAL_CHAPTERS)).then(why))
    if "partner" in frame.columns:
        reasons.append(pl.col("nowhere"))
    return pl.coalesce(reasons)


def _national() -> pl.Expr:
    return pl.when(pl.col("code").str.len_chars() == _HS8).then(pl.col("code"))


def _text(frame: pl.DataFrame, column: str) -> pl.Expr:
    return pl.col(column) if column in frame.columns else pl.lit(None, pl.String)


def _withheld(export: Export, frame: pl.DataFrame, file: str) -> pl.DataFrame:
    own = export.frame.with_row_index("line", offset=FIRST_LINE).rename(export.layout.names)
    where = pl.lit(file).alias("file")
    return own.select(where, pl.all(), frame["reason"]).filter(pl.col("reason").is_not_null())
