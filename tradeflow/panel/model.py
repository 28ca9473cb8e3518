"""The `Panel`: what every method of ``detect`` works on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.options import By, Freq, Measure


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Series by periods.

    Attributes
    ----------
    values
        Shape (n_series, n_periods), float64, C-contiguous, in `unit`; NaN where there is no
        number.
    state
        Same shape, uint8: :class:`tradeflow.panel.states.State`.
    net_kg
        Same shape, kilograms; NaN where a weight is missing. The companion that splits a change
        of value into price and volume.
    keys
        One row per series: reporter, partner and what the series is.
    periods
        First day of each period, ascending.
    freq, by, measure, unit
        ``A`` or ``M``; ``hs6``, ``family`` or ``category``; ``value_usd`` in ``USD`` or
        ``net_kg`` in ``kg``.
    provenance
        Sources and releases of the rows, as ``source release``.
    parts
        For a panel by category: the panel by six-digit code that it sums up, else None.
    members
        For a panel by category: for each series the rows of `parts` that belong to it.
    """

    values: NDArray[np.float64]
    state: NDArray[np.uint8]
    net_kg: NDArray[np.float64]
    keys: pl.DataFrame
    periods: tuple[date, ...]
    freq: Freq
    by: By
    measure: Measure
    unit: str
    provenance: tuple[str, ...]
    parts: Panel | None = None
    members: tuple[NDArray[np.intp], ...] = ()

    def __repr__(self) -> str:
        """Say what the panel holds in one line."""
        first, last = (f"{p:%Y}" if self.freq == "A" else f"{p:%Y-%m}" for p in self._ends())
        return (
            f"Panel of {len(self.keys)} series by {self.by}, {self.measure} in {self.unit}, "
            f"{first} to {last} ({', '.join(self.provenance)})"
        )

    def _repr_html_(self) -> str:
        """Show the first series with their last number in a notebook, and count the cells."""
        from tradeflow.notebook import html_table

        last = f"{self._ends()[1]:%Y}" if self.freq == "A" else f"{self._ends()[1]:%Y-%m}"
        rows = [
            {**key, f"{last}, {self.unit}": float(value), "state": State(state).name}
            for key, value, state in zip(
                self.keys.select("reporter", "partner", self.by).to_dicts(),
                self.values[:, -1],
                self.state[:, -1],
                strict=True,
            )
        ]
        cells = ", ".join(f"{n:,} {state}" for state, n in self.counts().items() if n)
        return html_table(repr(self), rows, notes=[f"Cells: {cells}."])

    def _ends(self) -> tuple[date, date]:
        return self.periods[0], self.periods[-1]

    def counts(self) -> dict[str, int]:
        """Count the cells of each state."""
        found = np.bincount(self.state.ravel(), minlength=len(State))
        return {state.name: int(found[state]) for state in State}

    def take(self, rows: NDArray[np.intp]) -> Panel:
        """Return a panel of some of the series, in the order given.

        Parameters
        ----------
        rows
            Positions of the series; whole numbers.
        """
        return replace(
            self,
            values=np.ascontiguousarray(self.values[rows]),
            state=self.state[rows],
            net_kg=self.net_kg[rows],
            keys=self.keys[rows.tolist()],
            members=tuple(self.members[i] for i in rows) if self.members else (),
        )

    def beside(self, other: Panel) -> Panel:
        """Return the series of this panel and, after them, those of another over the same periods.

        The others' names stand in this panel's `by` column; parts are left behind.

        Raises
        ------
        UsageError
            The panels differ in periods or measure.
        """
        if (self.periods, self.measure) != (other.periods, other.measure):
            raise UsageError("Panels of different periods or measures do not stand side by side.")
        pair = ["reporter", "partner"]
        named = other.keys.select(*pair, pl.col(other.by).alias(self.by))
        return replace(
            self,
            values=np.concatenate([self.values, other.values]),
            state=np.concatenate([self.state, other.state]),
            net_kg=np.concatenate([self.net_kg, other.net_kg]),
            keys=pl.concat([self.keys.select(*pair, self.by), named]),
            parts=None,
            members=(),
        )

    def drop_first(self, n: int) -> Panel:
        """Return the panel without its first `n` periods, and without its parts."""
        return replace(
            self,
            values=np.ascontiguousarray(self.values[:, n:]),
            state=np.ascontiguousarray(self.state[:, n:]),
            net_kg=self.net_kg[:, n:],
            periods=self.periods[n:],
            parts=None,
            members=(),
        )

    def row(self, name: str) -> int:
        """Find the row of a category, family or code.

        Raises
        ------
        UnknownNameError
            If no series has that name, or several have (one per partner, say).
        """
        names: Sequence[str] = self.keys[self.by].to_list()
        rows = [i for i, known in enumerate(names) if known == name]
        if len(rows) != 1:
            found = "no series" if not rows else f"{len(rows)} series"
            raise UnknownNameError.of(
                f"{found} here has the {self.by}", name, names, hint="Filter the flows first."
            )
        return rows[0]
