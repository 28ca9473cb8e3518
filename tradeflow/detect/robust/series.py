"""One series, as a caller hands it over, read and checked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from tradeflow.errors import DataError, DuplicateKeyError, SchemaError, UsageError
from tradeflow.frames import to_polars
from tradeflow.panel.model import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import polars as pl
    from numpy.typing import NDArray

    from tradeflow.frames import Frame

    SeriesLike: TypeAlias = (
        pd.Series[Any] | pl.Series | Frame | NDArray[np.float64] | Sequence[float]
    )

Label: TypeAlias = date | int
_EQUAL_GAPS: Final = 4
_LARGEST: Final = 1e100
_YEAR: Final = 12
_ONE_OF_EACH: Final = frozenset(
    {"freq", "reporter", "partner", "flow", "hs6", "region", "regime"}
    | {"unit", "quantity_unit", "currency"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A regular series of T periods.

    Attributes
    ----------
    labels
        T first days of the periods, or 1, 2, ..., T if the caller gave no dates.
    values
        Shape (T,); NaN where missing.
    months
        Months from one period to the next; 0 if the caller gave no dates.
    """

    labels: tuple[Label, ...]
    values: NDArray[np.float64]
    months: int

    @property
    def observed(self) -> NDArray[np.int64]:
        """Positions (1, 2, ...) of the periods that have a value."""
        return np.flatnonzero(np.isfinite(self.values)) + 1

    def position(self, label: Label) -> int:
        """Find a period, named by its position or by a day within it.

        Raises
        ------
        UsageError
            If the series has no such period.
        """
        first = self.labels[0]
        if isinstance(label, date) and isinstance(first, date):
            at = _month(label) - _month(first)
            place = at // self.months + 1 if self.months else 1
        elif isinstance(label, (int, np.integer)):
            place = int(label)
        else:
            raise UsageError(f"Candidate {label!r} is neither a position nor a date of the series.")
        if not 1 <= place <= len(self.labels):
            raise UsageError(
                f"Candidate {label} lies outside the series, {first} to {self.labels[-1]}."
            )
        return place


def read_series(series: SeriesLike) -> Series:
    """Read a pandas Series, a frame with `period` and `value`, or a plain array.

    Raises
    ------
    UsageError
        If it is a panel, of many series.
    SchemaError
        If a frame lacks a column, or the values or periods are of the wrong type or shape.
    DuplicateKeyError
        If a period occurs twice.
    DataError
        If periods are unsorted or of mixed frequency, values are infinite, all missing or all the
        same, or a frame holds several flows or units.
    """
    if isinstance(series, Panel):
        raise UsageError(
            f"Expected one series, got a panel of {len(series.keys)}. Take one, such as "
            "pandas.Series(panel.values[0], index=panel.periods); of months, tf.screen(panel) "
            "describes all."
        )
    periods, raw = _split(series)
    values = _numbers(raw)
    if periods is None:
        found = Series(tuple(range(1, len(values) + 1)), values, 0)
    else:
        found = _regular([_day(period) for period in periods], values)
    _check_values(found)
    return found


def _split(series: Any) -> tuple[Sequence[Any] | None, Any]:  # noqa: ANN401  any kind of series
    if hasattr(series, "collect_schema") and not hasattr(series, "shape"):
        series = series.collect()
    if hasattr(series, "columns"):
        frame = to_polars(_dated(series))
        for name in ("period", "value"):
            if name not in frame.columns:
                raise SchemaError(
                    f"The frame has no column {name!r}; its columns are "
                    f"{', '.join(frame.columns)}. Rename the one that is meant; if the periods "
                    "are the index, give the column of values alone."
                )
        _check_alone(frame)
        return frame["period"].to_list(), frame["value"].to_list()
    index = getattr(series, "index", None)
    if index is None or callable(index):
        return None, series
    kind = type(index).__name__
    if kind == "PeriodIndex":
        return list(index.to_timestamp()), series.to_numpy()
    return (None if kind == "RangeIndex" else list(index)), series.to_numpy()


def _dated(frame: Any) -> Any:  # noqa: ANN401  any kind of frame
    """Turn a column of pandas periods, which Polars takes for numbers, into dates."""
    if "period" in frame.columns and str(frame["period"].dtype).startswith("period["):
        return frame.assign(period=frame["period"].dt.to_timestamp())
    return frame


def _check_alone(frame: pl.DataFrame) -> None:
    for name in _ONE_OF_EACH.intersection(frame.columns):
        found = frame[name].unique().sort()
        if len(found) > 1:
            raise DataError(
                f"The frame holds more than one {name}: {found[0]}, {found[1]}. "
                "Choose one; values of different kinds make no series."
            )


def _numbers(raw: Any) -> NDArray[np.float64]:  # noqa: ANN401  whatever a caller has
    try:
        values: NDArray[np.float64] = np.ma.filled(np.ma.asarray(_real(raw), dtype=float), np.nan)
    except (TypeError, ValueError) as error:
        raise SchemaError(
            "The values are not numbers. Convert them first; missing ones are NaN or None."
        ) from error
    if values.ndim != 1:
        raise SchemaError(f"Expected one series, got an array of shape {values.shape}.")
    return values


def _real(raw: Any) -> Any:  # noqa: ANN401  whatever a caller has
    """Refuse complex numbers, whose imaginary part would be lost, and dates given as values."""
    if np.asarray(raw).dtype.kind in "cmM":
        raise TypeError
    return raw


def _day(period: Any) -> date:  # noqa: ANN401  whatever a caller has
    if hasattr(period, "date"):
        period = period.date()
    if isinstance(period, date) and period == period:  # noqa: PLR0124  NaT differs from itself
        return period
    raise SchemaError(
        f"Period {period!r} is not a date. Give dates (pandas.to_datetime makes them of text), or "
        "a plain array without periods."
    )


def _month(day: date) -> int:
    return day.year * _YEAR + day.month - 1


def _regular(days: Sequence[date], values: NDArray[np.float64]) -> Series:
    """Put the values on a regular calendar; periods that are absent are missing."""
    months = np.array([_month(day) for day in days], dtype=np.int64)
    gaps = np.diff(months)
    _check_order(days, gaps)
    step = int(np.gcd.reduce(gaps)) if len(gaps) else 0
    _check_frequency(days, gaps, step)
    if not step:
        return Series(tuple(days), values, 0)
    place = (months - months[0]) // step
    full = np.full(int(place[-1]) + 1, np.nan)
    full[place] = values
    calendar = months[0] + step * np.arange(len(full))
    labels = tuple(date(int(m) // _YEAR, int(m) % _YEAR + 1, 1) for m in calendar)
    return Series(labels, full, step)


def _check_order(days: Sequence[date], gaps: NDArray[np.int64]) -> None:
    if len(set(days)) < len(days) or (gaps == 0).any():
        twice = [d for a, d in zip(sorted(days), sorted(days)[1:], strict=False) if _same(a, d)]
        raise DuplicateKeyError(
            f"Period {twice[0]:%Y-%m} occurs twice. Monthly, quarterly or yearly values are "
            "expected; add up or choose first."
        )
    if (gaps < 0).any():
        late = days[int(np.argmax(gaps < 0)) + 1]
        raise DataError(f"Periods are unsorted: {late:%Y-%m} comes too late. Sort them first.")


def _same(a: date, b: date) -> bool:
    return _month(a) == _month(b)


def _check_frequency(days: Sequence[date], gaps: NDArray[np.int64], step: int) -> None:
    run = 0
    for i, gap in enumerate(gaps):
        same = gap != step and i > 0 and gap == gaps[i - 1]
        run = run + 1 if same else int(gap != step)
        if run >= _EQUAL_GAPS:
            raise DataError(
                f"Frequencies are mixed: every {step} months somewhere, but every {gap} months "
                f"up to {days[i + 1]:%Y-%m}. Bring the series to one frequency first."
            )


def _check_values(series: Series) -> None:
    values = series.values  # noqa: PD011  not a pandas object
    if np.isinf(values).any():
        where = series.labels[int(np.argmax(np.isinf(values)))]
        raise DataError(f"The value of {where} is infinite. Correct it or make it missing.")
    if (far := np.abs(np.nan_to_num(values)) > _LARGEST).any():
        where = series.labels[int(np.argmax(far))]
        raise DataError(f"The value of {where} is beyond {_LARGEST:g}. Correct it, or rescale.")
    seen = values[np.isfinite(values)]
    if not len(seen):
        raise DataError("All values are missing; there is nothing to fit.")
    if np.ptp(seen) == 0:
        raise DataError(
            f"All {len(seen)} values are {seen[0]:g}. A constant series has no shift, and no "
            "scale to judge one by."
        )
