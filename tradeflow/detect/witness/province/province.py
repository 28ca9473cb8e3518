"""The witness of the province: where the exporters behind a shift are registered.

China customs state the place in which the consignor is registered. It is not where the goods were
made, nor where they left the country. A shift that one province makes alone is compatible with a
few firms there; one that all make alike is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_goods, check_names, check_seed
from tradeflow.detect.witness.ledger import calendar, first_after, monthly_rows
from tradeflow.detect.witness.province.good import Good, compare_good, not_compared
from tradeflow.detect.witness.province.rows import by_place, known_places
from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day
from tradeflow.nomenclature.provinces import registered_place
from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend, By

FIRST: Final = "44"
"""Guangdong, the province that is shown first if none is named."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ProvinceResult(Shown):
    """What registered places say.

    Attributes
    ----------
    reporter, partner
        ISO alpha-3.
    by
        What a good is.
    since
        First month after the shift.
    asked
        Code of the province that stands first.
    goods
        One per good.
    placebos
        Shape (m,): studentised shifts of shares at dates before `since`, of all goods and places.
    q
        q-values over all places and goods, in the order of the frame.
    provenance
        Sources and releases.
    """

    reporter: str
    partner: str
    by: By
    since: date
    asked: str
    goods: tuple[Good, ...]
    placebos: NDArray[np.float64]
    q: NDArray[np.float64]
    provenance: tuple[str, ...]

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per good and place, the place asked for first, with the rule."""
        from tradeflow.detect.witness.province.tables import place_frame
        from tradeflow.frames import to_backend

        return to_backend(place_frame(self), backend)

    def summary(self) -> str:
        """Return what was heard, what not and why, and the place asked for, as text."""
        from tradeflow.detect.witness.province.tables import province_summary

        return province_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw each place's part in the change, good by good."""
        from tradeflow.charts.witness.province import plot_province

        return plot_province(self, ax=ax)


def province(
    flows: Frame,
    *,
    since: date | str,
    province: str | None = None,
    partner: str = "RUS",
    by: By = "category",
    reporter: str = "CHN",
    seed: int = 0,
) -> ProvinceResult:
    """Compare the shares of registered provinces before and after a month.

    Parameters
    ----------
    flows
        A monthly flow table with exports of `reporter`; column ``region`` holds the registered
        place by code or name.
    since
        First month after the shift.
    province
        Code or name of the place to show first; None for Guangdong.
    partner
        Destination.
    by
        ``"category"``, ``"hs6"`` or ``"family"``.
    reporter
        Exporter.
    seed
        Of the bootstrap behind contributions and concentration.

    Returns
    -------
    ProvinceResult
        Goods without a registered place in the table have the rule "not heard: no registered
        place".

    Raises
    ------
    UsageError
        The table has no monthly export of `reporter` to `partner`, or no month before or after
        `since`, or mixes sources.
    DataError
        A value is one that no trade has.
    UnknownNameError
        A place, a country or `by` is not known.

    Notes
    -----
    Share of place p: s = sum(v_p) / sum(V) over the months before, and after; the shift is their
    difference, with the interval of the ratio estimator over blocks of three months (no
    multinomial is assumed), widened if placebo dates ask for it. Contribution of p: change of its
    monthly value over the change of the whole. Concentration: Herfindahl index of the changes that
    go the way of the whole.

    References
    ----------
    Cochran, W. G. (1977), Sampling Techniques, 3rd edition, Wiley, section 6.3.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample("eu-high-priority-monthly")
    >>> found = tf.province(flows, since="2022-03", reporter="DEU")
    >>> found.to_frame()["rule"].unique().tolist()  # only China's own files have places
    ['not heard: no registered place']
    """
    check_goods(by)
    check_seed(seed)
    check_names("province, partner or reporter", [province or FIRST, partner, reporter])
    asked = registered_place(FIRST if province is None else province).code
    rows, day = monthly_rows(flows), first_day(since)
    buyer = country(partner).iso3
    sold = rows.filter((pl.col("flow") == "export") & (pl.col("reporter") == reporter))
    pair = sold.filter(pl.col("partner") == buyer)
    if pair.is_empty():
        raise UsageError(f"The table has no monthly exports of {reporter} to {buyer} by code.")
    months = calendar(sold)
    start = first_after(months, day)
    placed = by_place(known_places(pair), sold, by=by, months=months)
    if not placed:
        raise UsageError("No code of the table is in any category: compare by 'hs6' or 'family'.")
    made = [
        compare_good(one, start, seed=seed) if not one.why else not_compared(one) for one in placed
    ]
    placebos = np.concatenate([good.placebos for good in made])
    goods = tuple(good.calibrated(placebos) for good in made)
    return ProvinceResult(
        reporter=reporter,
        partner=buyer,
        by=by,
        since=day,
        asked=asked,
        goods=goods,
        placebos=placebos,
        q=q_values(np.concatenate([good.p for good in goods])),
        provenance=_provenance(pair),
    )


def _provenance(rows: pl.DataFrame) -> tuple[str, ...]:
    pairs = rows.select("source", "release").unique().sort("source", "release")
    return tuple(f"{source} {release}" for source, release in pairs.iter_rows())
