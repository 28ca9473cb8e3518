"""How much the answers depend on the years that they are compared with."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tradeflow.detect.annual.codes import ShiftOptions
from tradeflow.detect.annual.shifts import judge
from tradeflow.detect.witness.check import check_is_panel
from tradeflow.frames import to_backend
from tradeflow.nomenclature.editions import first_day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.panel.model import Panel

BASELINES: Final = (2, 3, 4, 5)
"""Years before the date, if not told otherwise."""

_KEYS: Final = ("name", "title", "baseline")
_COLUMNS: Final = ("verdict", "rarity", "shift", "q", "placebo_share", "placebo_q")


def baseline_sensitivity(
    panel: Panel,
    *,
    since: date | str | int = 2022,
    baselines: Sequence[int] | None = None,
    q: float = 0.10,
    floor_usd: float = 100_000.0,
    baskets: int = 10_000,
    seed: int = 20240522,
    backend: Backend = "pandas",
) -> Frame:
    """Ask what :func:`tradeflow.detect_shifts` asks, with shorter and longer baselines.

    Parameters
    ----------
    panel
        An annual panel by ``"category"`` or ``"hs6"``, of the flows of all codes.
    since
        First year of the time after.
    baselines
        Numbers of years before the date; if None, those of 2, 3, 4 and 5 that the data have.
    q
        False-discovery rate for the verdicts and for the word exceptional.
    floor_usd
        Materiality, US dollars a year.
    baskets, seed
        Placebo baskets per category, and the seed of their generator.
    backend
        Kind of frame.

    Returns
    -------
    pandas.DataFrame or polars.DataFrame
        One row per category or code and baseline: ``name``, ``title``, ``baseline`` (years),
        ``verdict``, ``rarity``, ``shift`` (log points), ``q``, ``placebo_share`` and
        ``placebo_q``; numbers that could not be had are missing.

    Raises
    ------
    UsageError
        As for :func:`tradeflow.detect_shifts`.
    TooShortError
        The data have fewer years before the date than a baseline that was asked for.

    Examples
    --------
    >>> import tradeflow as tf
    >>> panel = tf.panel(tf.load_sample("china-russia-annual"), by="category")
    >>> rows = tf.baseline_sensitivity(panel, baselines=(2, 5))
    >>> rows[rows["rarity"] == "exceptional"].groupby("baseline")["name"].apply(list)[5]
    ['benchmark_war_goods', 'machine_tools']
    """
    import polars as pl

    check_is_panel(panel)
    day = first_day(since)
    if baselines is None:
        baselines = [years for years in BASELINES if years <= sum(p < day for p in panel.periods)]
    asked = ShiftOptions(since=day, q=q, floor_usd=floor_usd, baskets=baskets, seed=seed)
    rows = [
        {"name": row.name, "title": row.title, "baseline": years}
        | {column: getattr(row, column) for column in _COLUMNS}
        for years in baselines
        for row in judge(panel, replace(asked, baseline=years))[0]
    ]
    words = {*_KEYS[:2], *_COLUMNS[:2]}
    types = {name: pl.String if name in words else pl.Float64 for name in (*_KEYS, *_COLUMNS)}
    frame = pl.DataFrame(rows, schema=types | {"baseline": pl.Int64}).fill_nan(None)
    return to_backend(frame.sort("baseline", "name"), backend)
