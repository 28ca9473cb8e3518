"""What happened to every series after one event, and what happens after none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.monthly.series import TESTED
from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.events.designs import TARGET, window_design
from tradeflow.detect.witness.events.hac import Fit, bandwidth, newey_west
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.price.placebos import FEWEST, LEVEL
from tradeflow.detect.witness.price.tables import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl
    from numpy.typing import NDArray

    from tradeflow.detect.witness.events.groups import EventGroup
    from tradeflow.panel.model import Panel


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Rows of one event, and the Newey-West p-values of its placebos."""

    table: pl.DataFrame
    placebo_p: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What all events share.

    Attributes
    ----------
    panel
        The monthly panel.
    log, rule
        Shape (n, T) and (n,): logs, and which series have them, as
        :class:`tradeflow.detect.monthly.series.MonthlySeries` says.
    groups
        The events that lie in the panel.
    before, after
        Months of the window.
    """

    panel: Panel
    log: NDArray[np.float64]
    rule: NDArray[np.str_]
    groups: tuple[EventGroup, ...]
    before: int
    after: int

    def answer(self, group: EventGroup) -> Answer:
        """Answer for one event, for all series."""
        at = self.panel.periods.index(group.month)
        rule = self._rules(at)
        rows = np.flatnonzero(rule == HEARD)
        places = {g.event: self._place(g, at) for g in self.groups if g is not group}
        near = {name: p for name, p in places.items() if 0 < p < self.before + self.after}
        kept, fit = self._fit(rows, at, list(near.values()))
        clear, placebo = self._placebos(at, kept) if fit is not None else (True, [])
        columns = {
            "event": np.full(len(rule), group.event),
            "month": [group.month] * len(rule),
            "same_time": np.full(len(rule), " ".join(group.same_time)),
            "competitors": np.full(len(rule), " ".join(n for n in near if near[n] in kept)),
            "not_separated": np.full(len(rule), " ".join(n for n in near if near[n] not in kept)),
            **_estimates(rows, len(rule), fit, placebo),
            "placebos_clear": np.full(len(rule), clear),
            "rule": rule,
            "rule_placebo": np.where(rule == HEARD, self._placebo_rule(placebo), rule),
        }
        return Answer(joined(self.panel.keys, columns, self.panel.by), _f_tail(placebo))

    def _place(self, group: EventGroup, at: int) -> int:
        return self.panel.periods.index(group.month) - at + self.before

    def _rules(self, at: int) -> NDArray[np.str_]:
        """Say which series are not heard on an event."""
        if at < self.before or at + self.after > len(self.panel.periods):
            word = not_heard(f"fewer than {self.before} months before or {self.after} from it on")
            return np.full(len(self.rule), word)
        gap = np.isnan(self.log[:, at - self.before : at + self.after]).any(axis=1)
        rule = np.where(gap, "a month in the window is missing, or without trade", self.rule)
        rule = np.where(self.rule == TESTED, rule, self.rule)
        words = [HEARD if word == TESTED else not_heard(word) for word in rule]
        return np.array(words, dtype=np.str_)

    def _fit(
        self, rows: NDArray[np.intp], at: int, competitors: Sequence[int]
    ) -> tuple[list[int], Fit | None]:
        first, last = at - self.before, at + self.after
        if not rows.size:
            return [], None
        design, kept = window_design(self.panel.periods[first:last], self.before, competitors)
        lags = bandwidth(len(design))
        return kept, newey_west(self.log[rows, first:last], design, TARGET, lags)

    def _placebos(self, at: int, competitors: Sequence[int]) -> tuple[bool, list[Fit]]:
        """Fit the same window around earlier months, of all series that are whole in it.

        Windows without any event inside are taken, and others only if there is none.
        """
        known = np.array([self.panel.periods.index(g.month) for g in self.groups])
        places = np.arange(self.before, at - self.after + 1)[:, None]
        inside = (known > places - self.before) & (known < places + self.after)
        clear = ~inside.any(axis=1)
        fits = []
        for place in places[clear if clear.any() else ~clear, 0]:
            span = slice(place - self.before, place + self.after)
            whole = ~np.isnan(self.log[:, span]).any(axis=1) & (self.rule == TESTED)
            fit = self._fit(np.flatnonzero(whole), int(place), competitors)[1]
            fits += [fit] if fit is not None else []
        return bool(clear.any() or not fits), fits

    def _placebo_rule(self, placebo: Sequence[Fit]) -> str:
        enough = sum(len(fit.wald) for fit in placebo) >= FEWEST
        return HEARD if enough else not_heard(f"fewer than {FEWEST} placebo windows before it")


def _estimates(
    rows: NDArray[np.intp], n: int, fit: Fit | None, placebo: Sequence[Fit]
) -> dict[str, NDArray[np.float64]]:
    """Columns of numbers, NaN where a series is not heard."""
    from scipy.stats import f as f_distribution
    from scipy.stats import t as t_distribution

    names = (
        *("level_log", "level_log_low", "level_log_high", "level_hac_low", "level_hac_high"),
        *("slope_year", "slope_hac_low", "slope_hac_high", "wald", "p_hac", "q_hac"),
        *("p", "q", "placebos"),
    )
    out = {name: np.full(n, np.nan) for name in names}
    if fit is None:
        return out
    (level, slope), (se, slope_se) = fit.coefficient.T, fit.se.T
    claimed = t_distribution.ppf((1 + LEVEL) / 2, fit.df)
    score = np.sort(np.concatenate([np.zeros(0), *(p.wald for p in placebo)]))
    ratio = np.concatenate([np.zeros(0), *(np.abs(p.coefficient / p.se)[:, 0] for p in placebo)])
    reach = _conformal(ratio) * se
    p_hac = f_distribution.sf(fit.wald, len(TARGET), fit.df)
    beyond = len(score) - np.searchsorted(score, fit.wald * (1 - 1e-12), side="left")
    p = np.where(len(score) >= FEWEST, (1 + beyond) / (1 + len(score)), np.nan)
    numbers = (
        *(level, level - reach, level + reach, level - claimed * se, level + claimed * se),
        *(slope, slope - claimed * slope_se, slope + claimed * slope_se),
        *(fit.wald, p_hac, q_values(p_hac), p, q_values(p), np.full(len(rows), len(score))),
    )
    for name, number in zip(names, numbers, strict=True):
        out[name][rows] = number
    return out


def _conformal(ratio: NDArray[np.float64]) -> float:
    rank = int(np.ceil(LEVEL * (len(ratio) + 1))) - 1
    enough = len(ratio) >= FEWEST and rank < len(ratio)
    return float(np.sort(ratio)[rank]) if enough else np.inf


def _f_tail(placebo: Sequence[Fit]) -> NDArray[np.float64]:
    from scipy.stats import f as f_distribution

    tails = [f_distribution.sf(fit.wald, len(TARGET), fit.df) for fit in placebo]
    return np.concatenate([np.zeros(0), *tails])
