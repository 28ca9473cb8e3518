"""Price or volume: whether more was shipped, or the same for more money.

A shift of value that is all unit value is compatible with inflation, better goods or another mix;
one that is all weight is not a matter of prices. Sanctions literature calls a surge "real" only
in the second case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_panel, check_whole
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.price.baskets import draw_baskets
from tradeflow.detect.witness.price.cells import PriceCells, price_cells
from tradeflow.detect.witness.price.decompose import Groups, Split
from tradeflow.detect.witness.price.placebos import Judged, judge, split_at
from tradeflow.detect.witness.price.rules import TOO_FEW, Use, rules
from tradeflow.detect.witness.price.windows import Window
from tradeflow.errors import TooShortError
from tradeflow.nomenclature.editions import first_day
from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend, FlowKind
    from tradeflow.panel.model import Panel

MONTHS_AFTER: Final = 12
YEARS_AFTER: Final = 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PriceVolumeResult(Shown):
    """Changes of value of n series, split. Arrays have shape (n,); NaN where nothing can be said.

    Attributes
    ----------
    keys, by, provenance
        From the panel.
    since
        First period after.
    periods_after, baseline
        Number of periods compared, and years before `since` that they are compared with.
    rule
        Empty if heard, else why not.
    split
        The change since, in log points and US dollars over the periods compared.
    price, volume, mix
        The parts in log points with their 90 % half widths and p-values.
    price_q, volume_q
        q-values over all series heard.
    coverage
        Share of the value, before and since, that has a weight that was weighed.
    missing, estimated
        Number of cells in the comparison without a weight, and with an estimated one.
    kept_estimates
        Whether the producer reconciled all cells, which were therefore kept.
    """

    keys: pl.DataFrame
    by: str
    provenance: tuple[str, ...]
    since: date
    periods_after: int
    baseline: int
    rule: NDArray[np.str_]
    split: Split
    price: Judged
    volume: Judged
    mix: Judged
    price_q: NDArray[np.float64]
    volume_q: NDArray[np.float64]
    coverage: NDArray[np.float64]
    missing: NDArray[np.int64]
    estimated: NDArray[np.int64]
    kept_estimates: bool

    @property
    def heard(self) -> NDArray[np.bool_]:
        """Which series the witness was heard on."""
        return np.asarray(self.rule == HEARD)

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series, in the panel's order."""
        from tradeflow.detect.witness.price.tables import price_volume_frame
        from tradeflow.frames import to_backend

        return to_backend(price_volume_frame(self), backend)

    def summary(self) -> str:
        """Return counts, what was not heard and why, and the largest changes, as text."""
        from tradeflow.detect.witness.price.tables import price_volume_summary

        return price_volume_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw price against volume of the largest changes, with 90 % intervals."""
        from tradeflow.charts.witness.price_volume import plot_price_volume

        return plot_price_volume(self, ax=ax)


def price_volume(
    panel: Panel,
    *,
    since: date | str,
    baseline: int = 2,
    after: int | None = None,
    flows: Frame | None = None,
    flow: FlowKind = "export",
    keep_estimated: bool | None = None,
) -> PriceVolumeResult:
    """Split the change of value since a date into price, volume and mix.

    Parameters
    ----------
    panel
        A panel of values, monthly or annual, by code, family or category.
    since
        First period after.
    baseline
        Years before `since` that it is compared with, in the same calendar months.
    after
        Periods from `since` on; None for 12 months, or 2 years, or as many as there are.
    flows, flow
        The table that the panel was made of and the kind of flow taken, if the reporter's flags
        ``weight_estimated`` are to be read; a panel does not carry them.
    keep_estimated
        Whether cells that the producer reconciled or estimated are kept; None: only if all are.

    Returns
    -------
    PriceVolumeResult

    Raises
    ------
    UsageError
        The panel measures weight, `baseline` or `after` is below 1, or `flows` is another table.
    DataError
        The panel holds a series twice, or an amount that no trade has.
    TooShortError
        No period from `since` on, or fewer than `baseline` years before it.

    Notes
    -----
    Value without a weight, with a weight of 0, or with a weight that was estimated is left out on
    both sides; a series of which it is more than half is not heard. Intervals and p-values come
    from placebo dates (:mod:`tradeflow.detect.witness.price.placebos`). For the formulas see
    :mod:`tradeflow.detect.witness.price.decompose`.

    Examples
    --------
    >>> import tradeflow as tf
    >>> panel = tf.panel(tf.load_sample("china-russia-annual"), by="category")
    >>> row = tf.price_volume(panel, since=2022).to_frame("polars").row(14, named=True)
    >>> row["category"], round(row["price_log"], 2), round(row["volume_log"], 2)
    ('bearings', -0.16, 1.49)
    """
    window = window_of(panel, since, baseline, after)
    cells = price_cells(panel, flows=flows, flow=flow, keep_estimated=keep_estimated)
    groups = groups_of(panel)
    split = split_at(cells, groups, window)
    judged = _judge(panel, cells, window)
    use = Use.of(cells, groups, window)
    rule = rules(split, judged["price"], use)
    heard = rule == HEARD
    return PriceVolumeResult(
        keys=panel.keys,
        by=panel.by,
        provenance=panel.provenance,
        since=panel.periods[window.origin],
        periods_after=window.length,
        baseline=baseline,
        rule=rule,
        split=split.only(heard | (rule == not_heard(TOO_FEW))),
        **{name: part.only(heard) for name, part in judged.items()},
        price_q=q_values(np.where(heard, judged["price"].p, np.nan)),
        volume_q=q_values(np.where(heard, judged["volume"].p, np.nan)),
        coverage=use.coverage(split),
        missing=use.missing,
        estimated=use.estimated,
        kept_estimates=cells.kept_estimates,
    )


def window_of(panel: Panel, since: date | str, baseline: int, after: int | None) -> Window:
    """Read the comparison that a user asks for, or say why it cannot be made."""
    check_panel(panel)
    check_whole("baseline", baseline, least=1)
    if after is not None:
        check_whole("after", after, least=1)
    day = first_day(since)
    season = 12 if panel.freq == "M" else 1
    origin = sum(p < day for p in panel.periods)
    there = len(panel.periods) - origin
    if there < 1 or origin < baseline * season:
        raise TooShortError(
            f"The panel has {origin} periods before {day} and {there} from then on; needed are "
            f"{baseline * season} before and 1 after. Choose another date or a shorter baseline."
        )
    wanted = after or (MONTHS_AFTER if panel.freq == "M" else YEARS_AFTER)
    return Window(origin, min(wanted, there), baseline, season)


def _judge(panel: Panel, cells: PriceCells, window: Window) -> dict[str, Judged]:
    """Judge series against earlier dates, categories also against earlier dates of baskets."""
    n = len(panel.keys)
    if panel.parts is None:
        return judge(cells, groups_of(panel), window)
    listed = panel.parts.keys["listed"].to_numpy()
    baskets = draw_baskets(panel.parts, panel.members, listed)
    judged = judge(cells, Groups.of([*panel.members, *baskets]), window)
    return {name: part.first(n) for name, part in judged.items()}


def groups_of(panel: Panel) -> Groups:
    """Which codes each series of a panel adds up."""
    own = tuple(np.array([i], dtype=np.intp) for i in range(len(panel.keys)))
    return Groups.of(panel.members if panel.parts is not None else own)
