"""The packaged tables, read once.

They are built from ``data_raw/`` by ``python data_raw/build.py``; nobody edits them by hand.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import polars as pl


@cache
def table(name: str) -> pl.DataFrame:
    """Read one packaged table.

    Parameters
    ----------
    name
        Name of the table, such as ``"categories"``.

    Returns
    -------
    polars.DataFrame
        The table; treat it as read-only, it is shared.
    """
    return pl.read_parquet(
        files("tradeflow.nomenclature").joinpath(f"data/{name}.parquet").read_bytes()
    )
