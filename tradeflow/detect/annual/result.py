"""What the annual detector answers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from tradeflow.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    import numpy as np
    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.annual.codes import ShiftOptions
    from tradeflow.frames import Frame
    from tradeflow.options import Backend, By


@dataclass(frozen=True, slots=True)
class Driver:
    """A member's part in the change of its category.

    Attributes
    ----------
    hs6, label
        The code and a short name.
    change_usd
        Mean after minus mean of the baseline, US dollars a year.
    excess_usd
        Mean after minus the member's own counterfactual, US dollars a year; the members' add up
        to the category's.
    share
        `excess_usd` over the category's excess; NaN if that is 0.
    """

    hs6: str
    label: str
    change_usd: float
    excess_usd: float
    share: float

    def __str__(self) -> str:
        """Print as ``8803.20 Under-carriages +62.6 m (72%)``, the excess and its share."""
        code = f"{self.hs6[:4]}.{self.hs6[4:]}"
        share = f" ({self.share:.0%})" if 0 < self.share <= 1 else ""
        return f"{code} {self.label} {self.excess_usd / 1e6:+,.1f} m{share}"


@dataclass(frozen=True, slots=True)
class Shift:
    """The answer for one category or code. Money is in US dollars a year.

    Attributes
    ----------
    name, title
        Category or six-digit code, and how it is called in print.
    category
        The category of a code (several joined by ``;``), or the category itself; None if none.
    verdict
        ``surge``, ``drop``, ``no shift``, ``not comparable`` or ``too thin``.
    exceptional
        Whether it shifted, and so large a shift is rare among comparable goods: for a category a
        `placebo_q` of at most the promised rate, for a code a `placebo_share` of at most 5 %.
        False where nothing can be tested.
    rarity
        ``exceptional``, ``borderline`` (up to twice those limits), ``not rare``, or
        ``not tested``.
    before_usd, after_usd
        Mean of the baseline and of the time after. For a category: of its comparable members.
    ratio
        `after_usd` / `before_usd`.
    expected_ratio
        The same for the counterfactual: what comparable goods did.
    excess_usd, excess_low_usd, excess_high_usd
        `after_usd` minus the counterfactual, with its 90 % interval.
    shift, se
        The shift in log points beyond comparable goods, and its standard error.
    price_part, volume_part
        Parts of `shift`, log points; NaN where weights are missing.
    p, q
        Two-sided p-value of the shift under drift, and its q-value over all rows tested.
    placebo_share, placebo_q
        Share of placebo baskets (for a code: of comparable goods) that moved as far, and its
        q-value over the categories (for codes: over the listed codes).
    drivers
        The members' parts in the change, largest first; empty for a code.
    flags
        What to beware of.
    values_usd, weights_kg
        Year → value, and known weight, of all members, comparable or not, as published.
    """

    name: str
    title: str
    category: str | None
    verdict: str
    exceptional: bool
    rarity: str
    before_usd: float
    after_usd: float
    ratio: float
    expected_ratio: float
    excess_usd: float
    excess_low_usd: float
    excess_high_usd: float
    shift: float
    se: float
    price_part: float
    volume_part: float
    p: float
    q: float
    placebo_share: float
    placebo_q: float
    drivers: tuple[Driver, ...]
    flags: tuple[str, ...]
    values_usd: Mapping[int, float]
    weights_kg: Mapping[int, float]


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A category over time, ready to be drawn. Arrays have shape (n_periods,) unless said.

    Attributes
    ----------
    periods
        First days.
    member_codes, member_labels
        The members, largest first.
    member_values
        Shape (n_members, n_periods), US dollars.
    member_comparable
        Whether each member counts in the comparison.
    comparable
        Value of the comparable members, US dollars; NaN if there are none.
    counterfactual, low, high
        What they would have been worth, with a 90 % interval, from the baseline on; NaN before.
    net_kg, unit_value
        Weight of the comparable members (kilograms), and US dollars per kilogram; NaN where
        weights are missing.
    """

    periods: tuple[date, ...]
    member_codes: tuple[str, ...]
    member_labels: tuple[str, ...]
    member_values: NDArray[np.float64]
    member_comparable: tuple[bool, ...]
    comparable: NDArray[np.float64]
    counterfactual: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    net_kg: NDArray[np.float64]
    unit_value: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PlaceboYear:
    """The same questions at a date when nothing is supposed to have happened.

    Attributes
    ----------
    since
        The date.
    tested
        Unlisted codes tested.
    nominal_share
        Share of them with a p-value of at most 5 %: 5 % if the test keeps its promise.
    flagged_share
        Share of them with a q-value of at most the promised rate.
    categories_tested, categories_shifted
        How many categories could be tested, and how many would have been called surge or drop.
    """

    since: date
    tested: int
    nominal_share: float
    flagged_share: float
    categories_tested: int
    categories_shifted: int


@dataclass(frozen=True, slots=True, eq=False)
class ShiftTable:
    """The answers, one row per category or code.

    Attributes
    ----------
    rows
        :class:`Shift` objects, exceptional shifts first, then by excess.
    by
        ``category`` or ``hs6``.
    reporter, partner
        ISO alpha-3 codes.
    options
        How it was asked.
    periods
        First days of the periods compared.
    provenance
        Sources and releases.
    placebo_years
        False-alarm rates on the same data at earlier dates.
    common_ratio
        Median over unlisted codes of mean after / mean of the baseline.
    drift
        The drift ratio q of the null.
    paths
        Category → series for its figure; empty for codes.
    """

    rows: tuple[Shift, ...]
    by: By
    reporter: str
    partner: str
    options: ShiftOptions
    periods: tuple[date, ...]
    provenance: tuple[str, ...]
    placebo_years: tuple[PlaceboYear, ...]
    common_ratio: float
    drift: float
    paths: Mapping[str, Path]

    def __repr__(self) -> str:
        """Say what the table holds in one line."""
        from tradeflow.detect.annual.summary import counts, heading

        return f"ShiftTable by {self.by}: {heading(self)}; {counts(self)}"

    def _repr_html_(self) -> str:
        """Show the table in a notebook."""
        from tradeflow.detect.annual.summary import notebook_table

        return notebook_table(self)

    def __getitem__(self, name: str) -> Shift:
        """Row of a category or code."""
        for row in self.rows:
            if row.name == name:
                return row
        raise UnknownNameError.of(self.by, name, [row.name for row in self.rows])

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return the rows as a data frame; drivers and flags as text, joined by semicolons."""
        from tradeflow.frames import to_backend

        return to_backend(self._polars(), backend)

    def _polars(self) -> pl.DataFrame:
        import polars as pl

        skip = {"values_usd", "weights_kg"} | ({"category"} if self.by == "category" else set())
        names = [f.name for f in fields(Shift) if f.name not in skip]
        rows = [[_plain(getattr(row, name)) for name in names] for row in self.rows]
        frame = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
        return frame.rename({"name": self.by})

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as plain dictionaries for JSON; what is not known is None."""
        return [_record(row, self.by) for row in self.rows]

    def summary(self) -> str:
        """Return the table and what to know about it, as plain text."""
        from tradeflow.detect.annual.summary import summarise

        return summarise(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the overview of all categories, ranked."""
        from tradeflow.charts.overview import plot_overview

        return plot_overview(self, ax=ax)


def _plain(value: object) -> object:
    return "; ".join(str(v) for v in value) if isinstance(value, tuple) else value


def _record(row: Shift, by: str) -> dict[str, Any]:
    record = {f.name: _json(getattr(row, f.name)) for f in fields(Shift)}
    name = record.pop("name")
    if by == "category":
        record.pop("category")
    return {by: name, **record}


def _json(value: Any) -> Any:  # noqa: ANN401  any JSON value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None  # noqa: PLR0124
    if isinstance(value, Driver):
        return {f.name: _json(getattr(value, f.name)) for f in fields(Driver)}
    if isinstance(value, tuple):
        return [_json(v) for v in value]
    if hasattr(value, "items"):
        return {str(k): _json(v) for k, v in value.items()}
    return value
