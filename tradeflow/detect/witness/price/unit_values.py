"""Unit values that stand out: of which code, with which partner, in which period.

The price filter of the World Customs Organization and others takes all that lies outside the
interquartile range, a quarter in each tail whatever happens. Here the tails are those of the same
series at earlier dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_panel, check_rate
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.price.cells import PriceCells, price_cells
from tradeflow.detect.witness.price.placebos import FEWEST, Judged, against
from tradeflow.detect.witness.price.price_volume import window_of
from tradeflow.detect.witness.price.unit_value_scores import scores
from tradeflow.errors import UsageError
from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.windows import Window
    from tradeflow.frames import Frame
    from tradeflow.options import Backend, FlowKind
    from tradeflow.panel.model import Panel

FEWEST_BEFORE: Final = {"M": 12, "A": 3}
"""Periods with a price before `since` that a series needs."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class UnitValueResult(Shown):
    """Unit values of n series in the periods asked about. NaN where there is none.

    Attributes
    ----------
    keys, by, provenance
        From the panel.
    periods
        The periods asked about.
    rule
        Shape (n,): empty if heard, else why not.
    unit_value, expected, low, high
        Shape (n, periods), US dollars a kilogram: found, expected, and the 90 % interval of what
        is expected.
    gap
        Shape (n, periods), log points: found over expected.
    p, q
        Shape (n, periods): calibrated two-sided p-values, and q-values over all cells.
    placebos
        Number of placebo cells.
    missing, estimated
        Shape (n,): cells without a weight, and with an estimated one, over the whole panel.
    kept_estimates
        Whether the producer reconciled all cells, which were therefore kept.
    rate
        False-discovery rate at which :attr:`outlying` is decided.
    """

    keys: pl.DataFrame
    by: str
    provenance: tuple[str, ...]
    periods: tuple[date, ...]
    rule: NDArray[np.str_]
    unit_value: NDArray[np.float64]
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    gap: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    placebos: int
    missing: NDArray[np.int64]
    estimated: NDArray[np.int64]
    kept_estimates: bool
    rate: float

    @property
    def outlying(self) -> NDArray[np.bool_]:
        """Which cells stand out at the promised rate, shape (n, periods)."""
        return np.asarray(np.nan_to_num(self.q, nan=1.0) <= self.rate)

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per cell with a price, smallest q first, and one per series not heard."""
        from tradeflow.detect.witness.price.unit_value_tables import unit_value_frame
        from tradeflow.frames import to_backend

        return to_backend(unit_value_frame(self), backend)

    def summary(self) -> str:
        """Return counts, what was not heard and why, and the cells that stand out, as text."""
        from tradeflow.detect.witness.price.unit_value_tables import unit_value_summary

        return unit_value_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the gaps of all cells, and those that stand out."""
        from tradeflow.charts.witness.price_volume import plot_unit_values

        return plot_unit_values(self, ax=ax)


def unit_values(
    panel: Panel,
    *,
    since: date | str,
    after: int | None = None,
    q: float = 0.10,
    flows: Frame | None = None,
    flow: FlowKind = "export",
    keep_estimated: bool | None = None,
) -> UnitValueResult:
    """Find unit values that neither their own history nor other partners explain.

    Parameters
    ----------
    panel
        A panel of values by code or family, monthly or annual.
    since
        First period asked about.
    after
        Periods from `since` on; None for 12 months, or 2 years, or as many as there are.
    q
        False-discovery rate.
    flows, flow, keep_estimated
        As in :func:`price_volume`.

    Returns
    -------
    UnitValueResult

    Raises
    ------
    UsageError
        The panel is by category, or measures weight, or `q` is not between 0 and 1.
    DataError
        The panel holds a series twice, or an amount that no trade has.
    TooShortError
        No period from `since` on, or no year before it.

    Notes
    -----
    Score and scale: :func:`tradeflow.detect.witness.price.unit_value_scores.scores`. Placebos are
    the scores from earlier origins, as many periods ahead, all before `since`; p = (1 + number of
    placebos at least as large) / (1 + number). Estimated weights are left out first.

    Examples
    --------
    >>> import tradeflow as tf
    >>> from tradeflow.simulate.world import World
    >>> world = tf.simulate(World(n_codes=5), seed=7)  # simulated
    >>> found = tf.unit_values(tf.panel(world.flows, by="hs6"), since="2022-06")
    >>> bool(found.to_frame()["outlying"].any())
    False
    """
    check_panel(panel)
    check_rate(q)
    if panel.parts is not None:
        raise UsageError(
            "The unit value of a category mixes goods; ask code by code: tf.panel(flows, "
            'by="hs6"). price_volume() splits categories into price, volume and mix.'
        )
    window = window_of(panel, since, 1, after)
    cells = price_cells(panel, flows=flows, flow=flow, keep_estimated=keep_estimated)
    log = cells.log_unit_value()
    expected, judged = _judge(panel, log, window)
    asked = slice(window.origin, window.origin + window.length)
    half = judged.half
    return UnitValueResult(
        keys=panel.keys,
        by=panel.by,
        provenance=panel.provenance,
        periods=panel.periods[asked],
        rule=_rules(cells, log, asked, judged, FEWEST_BEFORE[panel.freq]),
        unit_value=np.exp(log[:, asked]),
        expected=np.exp(expected),
        low=np.exp(expected - half),
        high=np.exp(expected + half),
        gap=judged.change,
        p=judged.p,
        q=q_values(judged.p.ravel()).reshape(judged.p.shape),
        placebos=judged.placebos,
        missing=cells.missing.sum(axis=1),
        estimated=cells.estimated.sum(axis=1),
        kept_estimates=cells.kept_estimates,
        rate=q,
    )


def _judge(
    panel: Panel, log: NDArray[np.float64], window: Window
) -> tuple[NDArray[np.float64], Judged]:
    """Expected logs and judgement of every cell from the date on, shape (n, length)."""
    fewest = FEWEST_BEFORE[panel.freq]
    group = panel.keys.select(pl.struct("reporter", panel.by).rank("dense")).to_series().to_numpy()
    start, length, step = window.origin, window.length, max(1, window.season // 4)
    earlier = [
        scores(log, group, origin, origin + length, fewest)[2].ravel()
        for origin in range(start - length, fewest - 1, -step)
    ]
    expected, unit, score = scores(log, group, start, start + length, fewest)
    placebo = np.concatenate([np.zeros(0), *earlier])
    judged = against((score * unit).ravel(), unit.ravel(), placebo)
    shape = score.shape
    return expected, Judged(
        judged.change.reshape(shape),
        judged.half.reshape(shape),
        judged.p.reshape(shape),
        judged.placebos,
    )


def _rules(
    cells: PriceCells, log: NDArray[np.float64], asked: slice, judged: Judged, fewest: int
) -> NDArray[np.str_]:
    late, early = ~np.isnan(log[:, asked]), ~np.isnan(log[:, : asked.start])
    lost = cells.total[:, asked] > 0
    rules = [
        (~lost.any(axis=1), "no trade since"),
        (~late.any(axis=1) & cells.estimated[:, asked].any(axis=1), "only estimated weights"),
        (~late.any(axis=1) & cells.missing[:, asked].any(axis=1), "no weight since"),
        (~late.any(axis=1), "not comparable across a change of the classification"),
        (early.sum(axis=1) < fewest, f"fewer than {fewest} periods with a price before"),
        (
            np.full(len(log), judged.placebos < FEWEST),
            f"fewer than {FEWEST} placebo cells",
        ),
    ]
    words = [not_heard(word) for _, word in rules]
    return np.asarray(np.select([bad for bad, _ in rules], words, default=HEARD), dtype=np.str_)
