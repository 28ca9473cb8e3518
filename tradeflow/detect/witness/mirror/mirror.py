"""The witness of the mirror: whether the partner records what the exporter says it sent.

Exports are valued free on board, imports with freight and insurance, and every pair of countries
has habits of its own: goods booked elsewhere, small consignments left out. So the ratio of the
two reports is compared with its own history, never with a world constant. A mirror that goes
silent is said to be silent; it is neither a gap nor a fall.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import check_goods, check_names
from tradeflow.detect.witness.goods import same_editions
from tradeflow.detect.witness.ledger import calendar, first_after, monthly_rows, record
from tradeflow.detect.witness.mirror.pair import Pair, compare_pair
from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day
from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.frames import Frame
    from tradeflow.options import Backend, By

_NAMED: Final = 5  # reporters that a message names


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MirrorResult(Shown):
    """What mirrors say.

    Attributes
    ----------
    pairs
        One per partner.
    by
        What a series is.
    since
        First month after the shift.
    certified
        Whether an absent cell is a certified zero in all reports used.
    provenance
        Sources and releases of both sides.
    q
        Shape (n,): q-values over all series of all pairs, in their order.
    """

    pairs: tuple[Pair, ...]
    by: By
    since: date
    certified: bool
    provenance: tuple[str, ...]
    q: NDArray[np.float64]

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per series: change of the log ratio, US dollars lost, and the rule."""
        from tradeflow.detect.witness.mirror.tables import series_frame
        from tradeflow.frames import to_backend

        return to_backend(series_frame(self), backend)

    def totals(self, backend: Backend = "pandas") -> Frame:
        """Return one row per pair: US dollars lost in transit over all series heard."""
        from tradeflow.detect.witness.mirror.tables import totals_frame
        from tradeflow.frames import to_backend

        return to_backend(totals_frame(self), backend)

    def summary(self) -> str:
        """Return who was heard, who not and why, and the largest gaps, as text."""
        from tradeflow.detect.witness.mirror.tables import mirror_summary

        return mirror_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the change of every ratio with its interval."""
        from tradeflow.charts.witness.mirror import plot_mirror

        return plot_mirror(self, ax=ax)


def mirror(
    flows: Frame,
    *,
    since: date | str,
    by: By = "category",
    reporter: str | None = "CHN",
    partner: str | Sequence[str] | None = None,
) -> MirrorResult:
    """Compare an exporter's reports with the imports that its partners report.

    Parameters
    ----------
    flows
        A monthly flow table with exports of `reporter` and imports of its partners. The two sides
        may come from different sources.
    since
        First month after the shift.
    by
        ``"category"``, ``"hs6"`` or ``"family"``.
    reporter
        Exporter; None for the only one whose exports the table holds.
    partner
        One importer or several; None for all that report imports from `reporter`.

    Returns
    -------
    MirrorResult

    Raises
    ------
    UsageError
        The table has no monthly exports of `reporter`, no month before or after `since`, no
        partner reports at all, or families of different editions would be compared.
    DataError
        A value is one that no trade has.
    UnknownNameError
        A partner is no country, or `by` is not known.

    Notes
    -----
    For blocks of three months, r_b = log(M_b / X_b), with imports moved by the pair's usual delay
    of 0 to 2 months. The change is mean(r_b) after `since` less the mean that the history of the
    same series lets one expect; intervals hold season, drift and noise, and are widened if placebo
    dates before `since` ask for it. Lost in transit is sum(X) - sum(M) / k, k being the ratio
    expected: freed from freight and insurance, and from the pair's own habits.

    References
    ----------
    Chupilkin, M., Javorcik, B. and Plekhanov, A. (2023), The Eurasian roundabout: trade flows into
    Russia through the Caucasus and Central Asia, EBRD Working Paper. Gaulier, G. and Zignago,
    S. (2010), BACI, CEPII Working Paper 2010-23 (CIF margins).

    Examples
    --------
    >>> import tradeflow as tf
    >>> from tradeflow.simulate.world import World
    >>> world = tf.simulate(World(n_codes=5, mirrors=("KAZ",)), seed=7)  # simulated
    >>> found = tf.mirror(world.flows, since="2022-03", by="hs6")
    >>> bool(found.to_frame()["rule"].eq("").any())  # some were heard
    True
    """
    check_goods(by)
    rows, day = monthly_rows(flows), first_day(since)
    months = calendar(rows)
    start = first_after(months, day)
    seller = _seller(rows, reporter)
    buyers = _buyers(rows, seller, partner)
    sent = record(rows, flow="export", reporters=[seller], partners=buyers, by=by, months=months)
    received = [
        record(rows, flow="import", reporters=[b], partners=[seller], by=by, months=months)
        for b in buyers
    ]
    if by == "family":
        same_editions(rows, [("export", seller), *(("import", buyer) for buyer in buyers)])
    pairs = tuple(
        compare_pair(seller, buyer, (sent, got), by=by, months=months, start=start)
        for buyer, got in zip(buyers, received, strict=True)
    )
    used = (sent, *received)
    return MirrorResult(
        pairs=pairs,
        by=by,
        since=day,
        certified=all(ledger.certified for ledger in used),
        provenance=tuple(sorted({p for ledger in used for p in ledger.provenance})),
        q=q_values(np.concatenate([_p(pair) for pair in pairs])),
    )


def _p(pair: Pair) -> NDArray[np.float64]:
    return np.full(len(pair.rules), np.nan) if pair.gap is None else pair.gap.p


def _seller(rows: pl.DataFrame, reporter: str | None) -> str:
    known = rows.filter(rows["flow"] == "export")["reporter"].unique().sort().to_list()
    if reporter is None and len(known) == 1:
        return str(known[0])
    if reporter is None and len(known) > _NAMED:
        raise UsageError(f"The table holds monthly exports of {len(known)} reporters: name one.")
    if reporter is None or reporter not in known:
        wanted = "" if reporter is None else f", and none of {reporter}"
        raise UsageError(
            f"The table holds monthly exports of {', '.join(known) or 'nobody'}{wanted}: name one "
            "of them as reporter."
        )
    return reporter


def _buyers(rows: pl.DataFrame, seller: str, partner: str | Sequence[str] | None) -> list[str]:
    if partner is not None:
        names = [partner] if isinstance(partner, str) else partner
        check_names("partner", names)
        if not len(names):
            raise UsageError("partner is empty; name one or several, or leave it out for all.")
        return list(dict.fromkeys(country(name).iso3 for name in names))
    mirrors = rows.filter((rows["flow"] == "import") & (rows["partner"] == seller))
    found: list[str] = mirrors["reporter"].unique().sort().to_list()
    if not found:
        raise UsageError(
            f"No partner reports monthly imports from {seller} in this table. Add the imports of "
            "its partners, or name the partners that ought to have reported."
        )
    return found
