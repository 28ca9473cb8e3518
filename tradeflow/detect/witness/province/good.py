"""One good: shares of places before and after, who made the change, and how concentrated it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.province.concentration import (
    FEWEST,
    Makers,
    Shares,
    herfindahl,
    makers,
    placebo_scores,
    share_shift,
)
from tradeflow.detect.witness.quarters import MONTHS, quarters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.witness.province.rows import Placed

DRAWS: Final = 2_000
"""Bootstrap samples behind contributions and concentration."""

SHORT: Final = not_heard(
    f"fewer than {MONTHS * FEWEST} months with trade before or after the shift"
)
UNCHANGED: Final = not_heard("the whole did not clearly change")
_ENOUGH: Final = 20  # placebos from which they may widen intervals


@dataclass(frozen=True, slots=True, eq=False)
class Good:
    """One good. Arrays have shape (n_places,).

    Attributes
    ----------
    name
        Category, code or family.
    places
        Codes of the places; empty if not heard.
    rule
        Empty if heard, else why not.
    shares, made
        What was measured; None if not heard.
    placebos
        Shape (m,): studentised shifts at dates before.
    p
        Two-sided p-values of the shifts: Student's t, as much wider as the intervals are; one NaN
        for a good that is not heard.
    reach
        Half a 90 % interval in standard errors.
    """

    name: str
    places: tuple[str, ...]
    rule: str
    shares: Shares | None
    made: Makers | None
    placebos: NDArray[np.float64]
    p: NDArray[np.float64]
    reach: NDArray[np.float64]

    def calibrated(self, placebos: NDArray[np.float64]) -> Good:
        """Give p-values and intervals by the placebos of all goods, shape (m,)."""
        from scipy.stats import t

        if self.shares is None:
            return self
        student = np.asarray(t.ppf(0.95, self.shares.df))
        reach = student
        if len(placebos) >= _ENOUGH:
            reach = np.maximum(student, np.quantile(np.abs(placebos), 0.9))
        moved = self.shares.se > 0
        z = np.divide(self.shares.shift, self.shares.se, out=np.zeros(len(moved)), where=moved)
        p = np.asarray(2 * t.sf(np.abs(z) * student / reach, self.shares.df))
        return replace(self, reach=reach, p=p)

    @property
    def change_rule(self) -> str:
        """Empty if the good's value clearly changed, so that its change can be divided up."""
        if self.made is None:
            return self.rule
        low, high = np.quantile(self.made.drawn.sum(axis=0), [0.05, 0.95])
        return UNCHANGED if low <= 0 <= high else HEARD

    @property
    def concentration(self) -> tuple[float, float, float]:
        """Herfindahl index of the change with its 90 % interval; NaN if `change_rule` says why."""
        if self.made is None or self.change_rule:
            return np.nan, np.nan, np.nan
        low, high = np.nanquantile(herfindahl(self.made.drawn), [0.05, 0.95])
        return float(herfindahl(self.made.change)), float(low), float(high)


def not_compared(placed: Placed) -> Good:
    """A good that cannot be heard."""
    nothing = np.zeros(0)
    return Good(placed.name, (), placed.why, None, None, nothing, np.array([np.nan]), nothing)


def compare_good(placed: Placed, start: int, *, seed: int) -> Good:
    """Compare a good's places before and after a month.

    Parameters
    ----------
    placed
        The good.
    start
        Column of the first month after the shift.
    seed
        Of the bootstrap.
    """
    sums = quarters(placed.values, start, placed.values.shape[1])
    whole = sums.months_after == MONTHS
    before, after = _traded(sums.before), _traded(sums.after[:, whole])
    if min(before.shape[1], after.shape[1]) < FEWEST:
        return replace(not_compared(placed), rule=SHORT)
    n = len(placed.places)
    return Good(
        name=placed.name,
        places=placed.places,
        rule=HEARD,
        shares=share_shift(before, after),
        made=makers(before, after, months=MONTHS, draws=DRAWS, seed=seed),
        placebos=placebo_scores(before, after.shape[1]),
        p=np.full(n, np.nan),
        reach=np.full(n, np.nan),
    )


def _traded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blocks that are released and hold trade; a share of nothing is none."""
    whole = values.sum(axis=0)
    return values[:, np.isfinite(whole) & (whole > 0)]
