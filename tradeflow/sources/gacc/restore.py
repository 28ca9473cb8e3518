"""What spreadsheets and other programs do to the cells of an export, undone where it is certain."""

from __future__ import annotations

from typing import Final

import polars as pl

CODES: Final = ("month", "code", "partner", "regime", "region")
_GUARDED: Final = r'^="(.*)"$'
"""How a cell is written so that a spreadsheet leaves its digits alone."""

_FRACTION: Final = r"^(\d+)\.0$"
_MARK: Final = r"^'|\.0$"
_MONTH: Final = r"^(20\d\d)[-/.年](\d{1,2})月?$"


def restored(frame: pl.DataFrame) -> pl.DataFrame:
    """Take guards off all cells, fractions off codes, and write months as ``202401``.

    Parameters
    ----------
    frame
        Cells as text, columns named as ours; some may be absent.

    Examples
    --------
    >>> cells = {"month": ["2024年1月"], "code": ['="85423190"'], "partner": ["344.0"]}
    >>> restored(pl.DataFrame(cells)).row(0)
    ('202401', '85423190', '344')
    """
    codes = [name for name in CODES if name in frame.columns]
    guarded = [name for name in frame.columns if frame[name].str.starts_with("=").any()]
    marked = [name for name in codes if frame[name].str.contains(_MARK).any()]
    bare = frame.with_columns(pl.col(guarded).str.replace(_GUARDED, "$1")).with_columns(
        pl.col(marked).str.strip_prefix("'").str.replace(_FRACTION, "$1")
    )
    if "month" not in codes or bare["month"].str.contains(r"^\d+$").all():
        return bare
    parts = pl.col("month").str.extract_groups(_MONTH)
    year, month = (parts.struct.field(name) for name in ("1", "2"))
    written = pl.concat_str(year, month.str.zfill(2))
    return bare.with_columns(month=pl.coalesce(written, "month"))
