"""What a contrast found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend

Against = Literal["both", "destinations"]
Every = Literal["month", "quarter"]
Weights = Literal["value", "equal"]


@dataclass(frozen=True, slots=True, eq=False)
class Pooled:
    """The effect on all goods of the list together; NaN where nothing can be said.

    Attributes
    ----------
    rule
        Empty if heard, else why not.
    goods
        How many goods.
    effect, low, high, p
        Log points with 90 % interval, and p-value among `placebos` lists elsewhere.
    excess, excess_low, excess_high
        In the panel's unit.
    placebos
        Lists in other destinations that it is judged by.
    """

    rule: str
    goods: int
    effect: float
    low: float
    high: float
    p: float
    excess: float
    excess_low: float
    excess_high: float
    placebos: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ContrastResult(Shown):
    """Contrasts of n series, those of one exporter with one destination.

    Arrays have shape (n,), NaN where the witness was not heard.

    Attributes
    ----------
    keys, periods, by, unit, provenance
        From the panel; `keys` holds the rows of the exporter and the partner.
    since, partner, against, season
        As asked for, or chosen; `season` says whether series have a level per calendar month.
    controls
        Number of goods to the partner that are on no list and not asked about.
    donors
        Destinations compared with.
    dropped
        Cells that were not used, by state.
    rule
        Empty if heard, else ``not heard: why``.
    effect, low, high, se
        Log change beyond the comparison, its 90 % interval, its standard error.
    p, q
        By rank among the placebos; over all series heard.
    p_student, q_student
        The same with the scale of the placebos' middle 90 % and the tails of Student's t: no
        floor, and a few placebos that really moved do no harm.
    excess, excess_low, excess_high
        Trade since the date less what the comparison explains, in `unit`, 90 % interval.
    pre_trend_p
        p-value of the largest effect before the year that precedes the date: small values say
        that the series had left the comparison before.
    bins
        First period of each bin of the path; the year before the date is the reference.
    path, path_low, path_high
        Shape (n, bins): effects by bin, and a 90 % band for all bins of a series at once.
    placebos
        Contrasts of other destinations that p-values are ranks among.
    pooled
        The list as a whole; None if no list was named.
    rate
        False-discovery rate at which :attr:`moved` is decided.
    """

    keys: pl.DataFrame
    periods: tuple[date, ...]
    by: str
    unit: str
    provenance: tuple[str, ...]
    since: date
    partner: str
    against: Against
    controls: int
    season: bool
    donors: tuple[str, ...]
    dropped: dict[str, int]
    rule: NDArray[np.str_]
    effect: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    se: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    p_student: NDArray[np.float64]
    q_student: NDArray[np.float64]
    excess: NDArray[np.float64]
    excess_low: NDArray[np.float64]
    excess_high: NDArray[np.float64]
    pre_trend_p: NDArray[np.float64]
    bins: tuple[date, ...]
    path: NDArray[np.float64]
    path_low: NDArray[np.float64]
    path_high: NDArray[np.float64]
    placebos: int
    pooled: Pooled | None
    rate: float

    @property
    def moved(self) -> NDArray[np.bool_]:
        """Which series moved beyond the comparison, at the promised rate."""
        return np.asarray(np.nan_to_num(self.q, nan=1.0) <= self.rate)

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series, sorted by p."""
        from tradeflow.detect.witness.contrast.tables import contrast_frame
        from tradeflow.frames import to_backend

        return to_backend(contrast_frame(self), backend)

    def path_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series heard and bin: the event study."""
        from tradeflow.detect.witness.contrast.tables import path_frame
        from tradeflow.frames import to_backend

        return to_backend(path_frame(self), backend)

    def summary(self) -> str:
        """Return counts heard and not heard, the comparison, and the strongest rows, as text."""
        from tradeflow.detect.witness.contrast.tables import contrast_summary

        return contrast_summary(self)

    def plot(self, ax: Axes | None = None, *, name: str | None = None) -> Axes:
        """Draw the effects of all series, or with `name` the path of one."""
        from tradeflow.charts.witness.contrast import plot_contrast, plot_path

        return plot_contrast(self, ax=ax) if name is None else plot_path(self, name, ax=ax)
