"""A simulated world together with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, cast

import numpy as np
import polars as pl

from tradeflow.errors import UnknownNameError
from tradeflow.frames import to_backend
from tradeflow.nomenclature.editions import first_day
from tradeflow.options import Measure, one_of
from tradeflow.simulate.reports import to_flows
from tradeflow.simulate.vintages import known_on

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend
    from tradeflow.simulate.goods import Good
    from tradeflow.simulate.plan import Plan
    from tradeflow.simulate.reports import Reports
    from tradeflow.simulate.world import World


class Matrix(NamedTuple):
    """One route as an array.

    Attributes
    ----------
    values
        Shape (n_goods, n_periods), US dollars or kilograms; 0 where nothing is traded, NaN where
        the reporter is silent.
    keys
        One row per good: hs6 (its newest code), listed.
    periods
        First day of each month.
    """

    values: NDArray[np.float64]
    keys: pl.DataFrame
    periods: tuple[date, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """A simulated world and the truth about it.

    Attributes
    ----------
    plan
        What it was made from: settings, seed, goods and effects.
    truth
        One row per effect: kind, reporter, partner, hs6, month, log_size (log points),
        russia_specific (touches trade with Russia and with nobody else), is_anomaly (what a
        search for Russia-specific shifts should find), lasting, drawn (at random). A Polars
        frame; null stands for all.
    reports
        What is finally reported, good by good, as arrays.
    backend
        Kind of the frames that are handed out.
    """

    plan: Plan
    truth: pl.DataFrame
    reports: Reports
    backend: Backend
    _kept: dict[str, Frame] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        """Say what it is in one line."""
        return (
            f"Simulation(seed={self.seed}: {len(self.goods)} goods, "
            f"{len(self.reports.routes)} routes, {self.world.months} months, "
            f"{self.truth.height} effects)"
        )

    @property
    def seed(self) -> int:
        """The seed; with the same world it gives the same bytes."""
        return self.plan.seed

    @property
    def world(self) -> World:
        """The settings that it was made with."""
        return self.plan.world

    @property
    def goods(self) -> tuple[Good, ...]:
        """The goods, and their codes in each edition."""
        return self.plan.goods

    @property
    def release(self) -> str:
        """Value of the column ``release``."""
        return f"seed {self.seed}"

    @property
    def flows(self) -> Frame:
        """The flow table: final reports of the main reporters, the hubs and the mirrors.

        Built when first asked for. Column ``source`` is SIMULATED throughout.
        """
        if "flows" not in self._kept:
            self._kept["flows"] = self._frame(self.reports, self.release)
        return self._kept["flows"]

    def as_of(self, day: date | str) -> Frame:
        """Return the flow table as it was known on a day.

        Parameters
        ----------
        day
            A date, or an ISO date as text.

        Returns
        -------
        DataFrame
            Months published until then, with the values of that day; ``status`` says which may
            still be revised, ``release`` names the day.

        Raises
        ------
        UsageError
            If nothing was published yet.
        """
        when = first_day(day)
        known = known_on(when, self.plan, self.reports)
        return self._frame(known, f"{self.release}, as of {when}")

    def matrix(
        self,
        partner: str = "RUS",
        *,
        reporter: str | None = None,
        measure: Measure = "value_usd",
    ) -> Matrix:
        """Return the exports of one route as an array, without building a table.

        Parameters
        ----------
        partner
            Destination.
        reporter
            Exporter; the first main reporter if None.
        measure
            ``"value_usd"`` or ``"net_kg"``.

        Returns
        -------
        Matrix
            Values, keys and periods. Goods, not codes: splits of codes and other names of
            partners do not show.

        Raises
        ------
        UnknownNameError
            If there is no such route.
        """
        one_of(measure, Measure, name="measure")
        reporter = self.world.reporters[0] if reporter is None else reporter
        exports = [
            f"{r.reporter} to {r.partner}" for r in self.reports.routes if r.flow == "export"
        ]
        name = f"{reporter} to {partner}"
        if name not in exports:
            raise UnknownNameError.of("Route", name, exports, hint=f"Known: {', '.join(exports)}.")
        row = exports.index(name)
        amounts = cast("NDArray[np.float64]", getattr(self.reports, measure))[row]
        values = np.where(self.reports.known[row], amounts, np.nan)
        return Matrix(values, self.keys(), self.world.periods())

    def keys(self) -> pl.DataFrame:
        """List the goods: hs6 (the newest code) and listed."""
        columns = {
            "hs6": [good.hs6 for good in self.goods],
            "listed": [good.listed for good in self.goods],
        }
        return pl.DataFrame(columns, schema={"hs6": pl.String, "listed": pl.Boolean})

    def summary(self) -> str:
        """Describe the world and count its effects."""
        counts = self.truth.group_by("kind").agg(pl.len(), pl.col("is_anomaly").sum()).sort("kind")
        lines = [
            f"Simulated world, seed {self.seed}: no real trade.",
            self._size(),
            *(f"  {kind}: {n}, to be found: {k}" for kind, n, k in counts.iter_rows()),
        ]
        return "\n".join(lines)

    def _size(self) -> str:
        first, last = (self.world.month(i) for i in (0, self.world.months - 1))
        zero = float((self.reports.value_usd == 0).mean())
        return (
            f"{len(self.goods)} goods ({sum(g.listed for g in self.goods)} listed) on "
            f"{len(self.reports.routes)} routes, {first:%Y-%m} to {last:%Y-%m}; "
            f"{zero:.0%} of the months without trade."
        )

    def _frame(self, reports: Reports, release: str) -> Frame:
        frame = to_flows(self.plan, reports, release=release)
        return to_backend(frame, self.backend)
