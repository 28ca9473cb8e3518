"""What the robust fit of one series answers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from tradeflow.notebook import Shown
from tradeflow.options import one_of

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.robust.series import Label
    from tradeflow.frames import Frame
    from tradeflow.options import Backend

Table = Literal["shifts", "coefficients", "outliers", "periods"]
_WHERE: Final = ("date", "position")
_COLUMNS: Final = {
    "shifts": [*_WHERE, "size", "se", "t", "p", "first_date", "last_date", "n_dates"],
    "outliers": [*_WHERE, "residual", "scaled"],
}


@dataclass(frozen=True, slots=True)
class LevelShift:
    """A step in the level.

    Attributes
    ----------
    date
        First period of the new level: its first day, or its position.
    position
        The same as position, 1, 2, ...
    size, se, t
        The step in the unit of the series, its standard error, and their ratio.
    p
        Two-sided p-value times the number of candidate dates (Bonferroni), at most 1; of a robust
        estimate on all periods, not of `t`.
    date_set
        Candidate dates that fit about as well as `date`, at 95 %; see
        :func:`~tradeflow.detect.robust.fit.detect_shift`.
    """

    date: Label
    position: int
    size: float
    se: float
    t: float
    p: float
    date_set: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient; time runs 1, 2, ..., T.

    Attributes
    ----------
    name
        ``level``, ``t``, ``t^2``, ``cos1``, ``sin1``, ..., ``amplitude t``, ``shift 2010-10``.
    estimate, se, t
        In the unit of the series (``amplitude``: per period), and their ratio.
    identified
        False if the block that it belongs to cannot be told from zero.
    """

    name: str
    estimate: float
    se: float
    t: float
    identified: bool


@dataclass(frozen=True, slots=True)
class Outlier:
    """A period far from the fit.

    Attributes
    ----------
    date, position
        First day (or position), and position.
    residual
        Value minus fit.
    scaled
        `residual` over the scale.
    """

    date: Label
    position: int
    residual: float
    scaled: float


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShiftResult(Shown):
    """A robust description of one series of T periods.

    Attributes
    ----------
    shifts
        Level shifts with p of at most 1 %, in order of time.
    candidate
        The best date that did not pass, or None if all that were asked for passed or none was
        tried. It is not part of the fit.
    coefficients
        Of the final fit.
    outliers
        Periods whose scaled residual exceeds the normal quantile of `conflev`.
    labels
        T first days or positions.
    values, fitted, residuals
        Shape (T,), in the unit of the series; `values` and `residuals` are NaN exactly where the
        value is missing, and `fitted` is known everywhere.
    kept
        Shape (T,): whether a period entered the final least squares.
    scale
        Standard deviation of the noise, made consistent for the periods left out.
    coverage, conflev
        Share of periods that the search counts, and confidence level of an outlier.
    n_missing
        Periods without a value.
    unidentified
        What the data do not tell, in plain sentences.
    wedge_dates
        Positions of the d candidate dates of the first shift.
    wedge
        Shape (d, T): residuals of the robust fit with a step at each candidate date, divided by
        that fit's scale; NaN where the value is missing.
    profile
        Shape (d,): how much worse each candidate date fits than the best, as a likelihood ratio.
    """

    shifts: tuple[LevelShift, ...]
    candidate: LevelShift | None
    coefficients: tuple[Coefficient, ...]
    outliers: tuple[Outlier, ...]
    labels: tuple[Label, ...]
    values: NDArray[np.float64]
    fitted: NDArray[np.float64]
    residuals: NDArray[np.float64]
    kept: NDArray[np.bool_]
    scale: float
    coverage: float
    conflev: float
    n_missing: int
    unidentified: tuple[str, ...]
    wedge_dates: NDArray[np.int64]
    wedge: NDArray[np.float64]
    profile: NDArray[np.float64]

    def to_frame(self, of: Table = "periods", *, backend: Backend = "pandas") -> Frame:
        """Return a table: ``periods``, ``shifts``, ``coefficients`` or ``outliers``."""
        import polars as pl

        from tradeflow.frames import to_backend

        one_of(of, Table, name="of")
        if of == "periods":
            return to_backend(pl.DataFrame(self._periods()), backend)
        rows = [_record(row) for row in getattr(self, of)]
        frame = pl.DataFrame(rows) if rows else pl.DataFrame(schema=_COLUMNS[of])
        return to_backend(frame, backend)

    def _periods(self) -> dict[str, Any]:
        far = {outlier.position for outlier in self.outliers}
        return {
            "period": list(self.labels),
            "value": self.values,
            "fitted": self.fitted,
            "residual": self.residuals,
            "scaled": self.residuals / self.scale,
            "kept": self.kept,
            "outlier": [i + 1 in far for i in range(len(self.labels))],
        }

    def _repr_html_(self) -> str:
        """Show the coefficients in a notebook, the shifts found and what to beware of."""
        from tradeflow.notebook import html_table

        rows = [asdict(row) for row in self.coefficients]
        head, _, doubts = self.summary().split("\n\n")
        title, *shifts = head.splitlines()
        return html_table(title, rows, notes=[*shifts, *doubts.splitlines()])

    def summary(self) -> str:
        """Return the answer as plain text."""
        from tradeflow.detect.robust.text import summarise

        return summarise(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the series with its fit, and on a figure of its own the double-wedge plot above it.

        Parameters
        ----------
        ax
            Where to draw the fit alone. A new figure, with the double wedge, if None.

        Returns
        -------
        Axes
            Of the fit.
        """
        from tradeflow.charts.wedge import plot_shift

        return plot_shift(self, ax=ax)


def _record(row: LevelShift | Coefficient | Outlier) -> dict[str, Any]:
    record = asdict(row)
    if isinstance(row, LevelShift):
        dates = record.pop("date_set")
        record |= {"first_date": dates[0], "last_date": dates[-1], "n_dates": len(dates)}
    return record
