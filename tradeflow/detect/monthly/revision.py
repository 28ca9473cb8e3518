"""How far the months under watch may yet be revised, as an error of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.errors import UsageError
from tradeflow.frames import to_polars
from tradeflow.panel.build import ALL
from tradeflow.sources.plan import how_many

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.panel.model import Panel

NEEDED: Final = ("reporter", "period", "sd_log")


def revision_error(panel: Panel, start: int, revisions: Frame | None) -> NDArray[np.float64]:
    """Log standard deviation of what later vintages will change.

    Parameters
    ----------
    panel
        The panel.
    start
        Index of the first month under watch.
    revisions
        Columns reporter, period and ``sd_log``, as :func:`tradeflow.revisions` gives them with
        ``what="periods"``. None: nobody asked, and every error is 0.

    Returns
    -------
    ndarray
        Shape (n, watched months); NaN where it is not known. For all reporters together it is
        that of the one revised most.

    Raises
    ------
    UsageError
        A column is missing.
    """
    months = panel.periods[start:]
    if revisions is None:
        return np.zeros((len(panel.keys), len(months)))
    table = to_polars(revisions)
    if missing := set(NEEDED) - set(table.columns):
        raise UsageError(
            f"revisions lacks {', '.join(sorted(missing))}: give tf.revisions(what='periods')."
        )
    said = table.select("reporter", pl.col("period").cast(pl.Date), "sd_log")
    together = said.with_columns(reporter=pl.lit(ALL))
    known = pl.concat([said, together]).group_by("reporter", "period").agg(pl.col("sd_log").max())
    error = {(r, p): e for r, p, e in known.iter_rows()}
    rows = [[error.get((r, p)) for p in months] for r in panel.keys["reporter"]]
    return np.asarray(rows, dtype=np.float64)


def widened(width: NDArray[np.float64], error: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """Width of forecast and revision error together, which are independent of each other.

    Parameters
    ----------
    width
        Shape (n, h): scaled widths of the forecast, about log points.
    error
        Shape (n, h - k): of the last months, log points; NaN where not known, None for none.
    """
    if error is None:
        return width
    late = width.shape[1] - error.shape[1]
    return np.hypot(width, np.pad(np.nan_to_num(error), ((0, 0), (late, 0))))


def revision_words(error: NDArray[np.float64]) -> str:
    """Say in a sentence what of it is in the intervals."""
    if not error.size or not (np.isnan(error) | (error > 0)).any():
        return ""
    known = error[:, ~np.isnan(error).all(axis=0)]
    unknown = int(np.isnan(error).all(axis=0).sum())
    said = []
    if known.size and np.nanmax(known) > 0:
        low, high = 100 * np.expm1([np.nanmin(known), np.nanmax(known)])
        said.append(f"Later revisions of {low:.1f} to {high:.1f} % (one sd) are in the intervals.")
    if unknown:
        said.append(
            f"Of {how_many(unknown, 'month')} under watch it is not known how far they may be "
            "revised (too few vintages): such an error is not in the intervals."
        )
    return " ".join(said)
