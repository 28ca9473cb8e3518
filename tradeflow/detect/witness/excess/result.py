"""What the witness of the donors found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend

Method = Literal["sdid", "structural"]
Scale = Literal["log", "level"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExcessResult(Shown):
    """Excess of n series over their counterfactuals. NaN where not heard, or no number.

    Amounts are in the panel's unit, intervals are of 90 %.

    Attributes
    ----------
    keys
        The panel's keys of the series with `partner`.
    periods, by, unit, provenance
        From the panel.
    since
        First period after the date.
    partner, method, scale
        As asked for.
    rule, caution
        Shape (n,): empty if heard, else why not; and what to beware of if heard.
    actual, expected, expected_low, expected_high
        Shape (n, T): amount and counterfactual; its interval from `since` on.
    total, total_low, total_high
        Shape (n, T): actual less counterfactual, added up from `since` to each period.
    expected_total
        Shape (n,): counterfactual added up over all periods from `since` on with a number.
    p, p_least
        Shape (n,): rank of the excess among donors refitted as if treated, and the smallest that
        their number allows.
    p_student
        Shape (n,): the same comparison with the spread of the donors (Student's t), without a
        floor: the p-value that belongs to the ``"sdid"`` interval.
    q, q_student
        Shape (n,): q-values of `p` and `p_student` over all series heard.
    p_time, fake_dates
        Shape (n,): rank of the excess of the first `horizon` periods among those at earlier dates,
        and how many dates there are; NaN if fewer than three.
    horizon
        Shape (n,): periods after each of these dates.
    rmspe
        Shape (n,): root mean square prediction error before the date, log points (or shares of the
        mean before, for levels).
    before, after
        Shape (n,): periods with a number before the date and from it on.
    weights
        For each series its donors with their weights, largest first.
    left_out
        For each series the partners left out, with the reason.
    """

    keys: pl.DataFrame
    periods: tuple[date, ...]
    by: str
    unit: str
    provenance: tuple[str, ...]
    since: date
    partner: str
    method: Method
    scale: Scale
    rule: NDArray[np.str_]
    caution: NDArray[np.str_]
    actual: NDArray[np.float64]
    expected: NDArray[np.float64]
    expected_low: NDArray[np.float64]
    expected_high: NDArray[np.float64]
    total: NDArray[np.float64]
    total_low: NDArray[np.float64]
    total_high: NDArray[np.float64]
    expected_total: NDArray[np.float64]
    p: NDArray[np.float64]
    p_least: NDArray[np.float64]
    p_student: NDArray[np.float64]
    q: NDArray[np.float64]
    q_student: NDArray[np.float64]
    p_time: NDArray[np.float64]
    fake_dates: NDArray[np.float64]
    horizon: NDArray[np.float64]
    rmspe: NDArray[np.float64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    weights: tuple[tuple[tuple[str, float], ...], ...]
    left_out: tuple[tuple[tuple[str, str], ...], ...]

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series with the total excess, the strongest first."""
        from tradeflow.detect.witness.excess.tables import excess_frame
        from tradeflow.frames import to_backend

        return to_backend(excess_frame(self), backend)

    def paths(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series heard and period: actual, counterfactual, excess, total."""
        from tradeflow.detect.witness.excess.tables import excess_paths
        from tradeflow.frames import to_backend

        return to_backend(excess_paths(self), backend)

    def summary(self) -> str:
        """Return counts, who was not heard and why, and the strongest series, as text."""
        from tradeflow.detect.witness.excess.tables import excess_summary

        return excess_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the series with the strongest excess against its counterfactual."""
        from tradeflow.charts.witness.excess import plot_excess

        return plot_excess(self, ax=ax)
