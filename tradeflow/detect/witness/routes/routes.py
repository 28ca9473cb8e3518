"""The witness of the routes: how much of a loss on the direct route others could carry.

Three legs per good: donor to partner, donor to hub, and hub to partner if the hub reports. Each
is compared with what its own history lets one expect. What comes out is an upper bound in words
and in number: an excess *could* have carried that much of the loss; no trade figure shows that
the same goods went on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tradeflow.detect.witness.check import check_goods, check_names, check_seed
from tradeflow.detect.witness.goods import compare_goods, same_editions
from tradeflow.detect.witness.ledger import ALL, calendar, first_after, monthly_rows, record
from tradeflow.detect.witness.routes.legs import Hub, Leg, all_legs
from tradeflow.errors import UsageError
from tradeflow.nomenclature.countries import country
from tradeflow.nomenclature.editions import first_day
from tradeflow.nomenclature.transshipment import transshipment_points
from tradeflow.notebook import Shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import polars as pl
    from matplotlib.axes import Axes

    from tradeflow.detect.witness.goods import Goods
    from tradeflow.detect.witness.ledger import Ledger
    from tradeflow.frames import Frame
    from tradeflow.options import Backend, By


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RoutesResult(Shown):
    """What routes say.

    Attributes
    ----------
    donor, partner
        Exporter (``all`` for several together) and destination of the direct route.
    by
        What a good is.
    since
        First month after the shift.
    months
        The table's months.
    goods
        What is compared.
    direct
        The direct route.
    hubs
        One per hub.
    certified
        Whether an absent cell is a certified zero in all reports used.
    provenance
        Sources and releases.
    """

    donor: str
    partner: str
    by: By
    since: date
    months: tuple[date, ...]
    goods: Goods
    direct: Leg
    hubs: tuple[Hub, ...]
    certified: bool
    provenance: tuple[str, ...]

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per hub and good: excess, loss, share, months, and the rule."""
        from tradeflow.detect.witness.routes.tables import series_frame
        from tradeflow.frames import to_backend

        return to_backend(series_frame(self), backend)

    def totals(self, backend: Backend = "pandas") -> Frame:
        """Return sums over the goods heard by hub, over the hubs by good, and over both."""
        from tradeflow.detect.witness.routes.tables import totals_frame
        from tradeflow.frames import to_backend

        return to_backend(totals_frame(self), backend)

    def summary(self) -> str:
        """Return who was heard, who not and why, and excess, loss and share by hub, as text."""
        from tradeflow.detect.witness.routes.tables import routes_summary

        return routes_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw donor, hubs and partner with excess and loss as widths."""
        from tradeflow.charts.witness.routes import plot_routes

        return plot_routes(self, ax=ax)


def routes(
    flows: Frame,
    *,
    since: date | str,
    donor: str | None = None,
    partner: str = "RUS",
    hubs: Sequence[str] | None = None,
    by: By = "category",
    seed: int = 0,
) -> RoutesResult:
    """Ask how much of a loss on the direct route an excess through hubs could carry.

    Parameters
    ----------
    flows
        A monthly flow table with exports of the donor to `partner` and to hubs, and if there are
        any, exports of hubs to `partner`.
    since
        First month after the shift.
    donor
        Exporter; None for all reporters of the table together that are neither among `hubs` nor in
        the transshipment table.
    partner
        Destination of the direct route.
    hubs
        Countries in between; None for those of the transshipment table that the donor exports to.
    by
        ``"category"``, ``"hs6"`` or ``"family"``.
    seed
        Of the counterfactuals drawn.

    Returns
    -------
    RoutesResult

    Raises
    ------
    UsageError
        There is no export of the donor to `partner`, no hub, or no month before or after `since`.
    DataError
        A value is one that no trade has.
    UnknownNameError
        A country or `by` is not known.

    Notes
    -----
    For good g: loss L_g = counterfactual less actual on the direct route, excess E_hg = actual
    less counterfactual from donor to hub, share = sum(E) / sum(L), each summed over the months
    from `since` on, draw by draw over joint forecast errors. A good is heard where the 90 %
    interval of its loss lies above 0. The onward leg of a hub is compared with the loss over the
    months that the hub has released.

    References
    ----------
    Chupilkin, M., Javorcik, B. and Plekhanov, A. (2023), The Eurasian roundabout: trade flows into
    Russia through the Caucasus and Central Asia, EBRD Working Paper.

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample("eu-high-priority-monthly")
    >>> found = tf.routes(flows, since="2022-03").to_frame().set_index(["category", "partner"])
    >>> float(found.loc[("radio_links", "ARM"), "share"].round(2))  # of the loss, at most
    0.01
    """
    check_goods(by)
    check_seed(seed)
    check_names("hubs", hubs or ())
    rows, day, end = monthly_rows(flows), first_day(since), country(partner).iso3
    rows = rows.filter(rows["flow"] == "export")
    named = None if hubs is None else [country(hub).iso3 for hub in hubs]
    donors = _donors(rows, donor, end, named)
    between = _hubs(rows, donors, end, named)
    months = calendar(rows)
    start = first_after(months, day)
    sent = record(
        rows, flow="export", reporters=donors, partners=[end, *between], by=by, months=months
    )
    onward = [
        record(rows, flow="export", reporters=[hub], partners=[end], by=by, months=months)
        for hub in between
    ]
    if by == "family":
        same_editions(rows, [("export", name) for name in (*donors, *between)])
    name = donors[0] if len(donors) == 1 else ALL
    books = (sent, *onward)
    goods = compare_goods(books, _recorded(books, name, end, between), by)
    if not goods.names:
        raise UsageError("No code of the table is in any category: compare by 'hs6' or 'family'.")
    direct, by_hub = all_legs(books, (name, end), between, goods, start, seed=seed)
    return RoutesResult(
        donor=name,
        partner=end,
        by=by,
        since=day,
        months=months,
        goods=goods,
        direct=direct,
        hubs=by_hub,
        certified=all(book.certified for book in books),
        provenance=tuple(sorted({p for book in books for p in book.provenance})),
    )


def _donors(
    rows: pl.DataFrame, donor: str | None, partner: str, hubs: Sequence[str] | None
) -> list[str]:
    """The exporters of the direct route, sorted."""
    direct = rows.filter(rows["partner"] == partner)
    known: list[str] = direct["reporter"].unique().sort().to_list()
    if donor is not None:
        found = [name for name in known if name == country(donor).iso3]
    else:
        between = transshipment_points() | set(hubs or ())
        found = [name for name in known if name not in between]
    if not found:
        raise UsageError(
            f"The table has no monthly exports of {donor or 'a donor'} to {partner} by code. "
            f"It has those of: {', '.join(known) or 'nobody'}."
        )
    return found


def _hubs(
    rows: pl.DataFrame, donors: Sequence[str], partner: str, hubs: Sequence[str] | None
) -> list[str]:
    """The countries in between, in the order named, else sorted."""
    if hubs is None:
        sent = rows.filter(rows["reporter"].is_in(list(donors)))["partner"].unique()
        found = sorted(transshipment_points() & set(sent))
    else:
        found = [hub for hub in dict.fromkeys(hubs) if hub != partner and hub not in donors]
    if not found:
        raise UsageError(
            "There is no hub: the table has no exports of the donor to one. Name hubs."
        )
    return found


def _recorded(
    books: Sequence[Ledger], donor: str, partner: str, hubs: Sequence[str]
) -> list[set[str]]:
    """Codes on the legs of each report."""
    sent = set().union(*(books[0].codes(donor, to) for to in (partner, *hubs)))
    return [sent, *(book.codes(hub, partner) for hub, book in zip(hubs, books[1:], strict=True))]
