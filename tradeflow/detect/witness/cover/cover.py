"""The "children's toys" question, asked properly.

In May 2024 a buyer of jammers and drone parts was told to write "children's toys" on the papers. A
rise in toys would be evidence of nothing, and at six digits a false description cannot be seen as
such. What can be asked is whether the toys that go to one destination have changed their unit
value or mix: against themselves before, and against the same toys to other destinations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.detect.witness.check import check_names, check_panel
from tradeflow.detect.witness.cover.groups import CoverQuestion
from tradeflow.detect.witness.cover.rows import measure
from tradeflow.detect.witness.price.price_volume import window_of
from tradeflow.errors import UnknownNameError, UsageError
from tradeflow.flows.check import check_flows
from tradeflow.frames import to_polars
from tradeflow.nomenclature.categories import all_categories, members
from tradeflow.nomenclature.editions import check_code
from tradeflow.notebook import Shown
from tradeflow.panel.build import panel as arrange
from tradeflow.panel.model import Panel

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from matplotlib.axes import Axes

    from tradeflow.frames import Frame
    from tradeflow.options import Backend, FlowKind

KILOGRAM: Final = "kg"
COVER: Final = "cover"
"""Role of the categories that are asked about by default."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CoverResult(Shown):
    """Unit values of cover goods to one destination.

    Attributes
    ----------
    table
        One row per good and unit, the goods together first: reporter, partner, hs6 (``all`` for
        the goods together), unit (``kg``, or that of the supplementary quantity);
        unit_value_before, unit_value_since (US dollars a unit); change_log with its 90 % interval,
        change_p, change_q (against itself before; for the goods together Fisher's index);
        destinations_log with its interval, destinations_p, destinations_q (the same less the
        median change to other destinations) and destinations (their number); mix_log with its
        interval, mix_p (another mix of the goods: for the goods together the log change of the
        unit value is change_log plus mix_log); share_before,
        share_since (of the good in the value of the goods together); hidden_unit_value (what
        the sensitive goods cost, US dollars a unit), limit_share and limit_usd (smallest share of
        the quantity that would have moved the unit value out of its interval, and its value at
        hidden_unit_value over the periods compared; null where no share would, limit_usd also
        where it is not below all that was declared, so that none would be seen); rule and
        rule_destinations (empty if heard, else why not).
    provenance
        From the flows.
    since
        First period after.
    periods_after, baseline
        Number of periods compared, and years before that they are compared with.
    partner, hidden
        The destination, and the category whose unit value measures what could hide.
    placebos
        Number of placebos of the comparison with itself, and with other destinations, per kg.
    kept_estimates
        Whether the producer reconciled all cells, which were therefore kept.
    """

    table: pl.DataFrame
    provenance: tuple[str, ...]
    since: date
    periods_after: int
    baseline: int
    partner: str
    hidden: str
    placebos: tuple[int, int]
    kept_estimates: bool

    def to_frame(self, backend: Backend = "pandas") -> Frame:
        """Return one row per good and unit, the goods together first."""
        from tradeflow.frames import to_backend

        return to_backend(self.table, backend)

    def summary(self) -> str:
        """Return what was found, what could have hidden, and what this cannot say, as text."""
        from tradeflow.detect.witness.cover.tables import cover_summary

        return cover_summary(self)

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the change of unit value of each good against both references."""
        from tradeflow.charts.witness.cover import plot_cover

        return plot_cover(self, ax=ax)


def cover(
    data: Panel | Frame,
    *,
    since: date | str,
    goods: str | Sequence[str] | None = None,
    partner: str = "RUS",
    hidden: str = "jammers",
    baseline: int = 2,
    after: int | None = None,
    flow: FlowKind = "export",
    keep_estimated: bool | None = None,
) -> CoverResult:
    """Compare cover goods with themselves before and with the same goods to other destinations.

    Parameters
    ----------
    data
        A flow table, or a panel by six-digit code or category. Only a flow table holds pieces.
        The more goods and partners it holds, the more placebos there are.
    since
        First period after.
    goods
        A category, or six-digit codes; None for the categories whose role is ``cover``.
    partner
        The destination, ISO alpha-3.
    hidden
        The category whose unit value says what false goods would cost.
    baseline
        Years before `since` that it is compared with, in the same calendar months.
    after
        Periods from `since` on; None for 12 months, or 2 years, or as many as there are.
    flow
        Which kind of flow to take from a flow table.
    keep_estimated
        As in :func:`price_volume`.

    Returns
    -------
    CoverResult

    Raises
    ------
    UsageError
        The panel is by family or measures weight, or `goods` is empty.
    UnknownNameError
        Nothing goes to `partner`, or a category is not known.
    DataError
        The panel holds a series twice, or an amount that no trade has.
    TooShortError
        No period from `since` on, or fewer than `baseline` years before it.

    Notes
    -----
    Against itself before: the change of log unit value (Fisher's index for the goods together),
    judged against earlier dates of all goods and partners in the data. Against other destinations:
    the same less the median change of the same goods to the others, at least three; its placebos
    are the same contrasts of the other destinations, and of all at earlier dates.

    Examples
    --------
    >>> import tradeflow as tf
    >>> result = tf.cover(tf.load_sample("china-russia-annual"), since=2022)
    >>> result.table["hs6"].to_list(), result.table["rule_destinations"][0]
    (['all', '950300', '950450'], 'not heard: fewer than 3 other destinations')
    """
    check_names("partner or hidden", [partner, hidden])
    panels = _panels(data, flow)
    codes = panels[KILOGRAM]
    if partner not in codes.keys["partner"].to_list():
        known = codes.keys["partner"].unique().sort().to_list()
        raise UnknownNameError.of("Partner", partner, known, hint=f"Here: {', '.join(known[:9])}.")
    window = window_of(codes, since, baseline, after)
    wanted = _goods(goods, codes.keys["edition"][0])
    hiding = set(members(hidden, edition=codes.keys["edition"][0])["hs6"])
    asked = CoverQuestion(wanted, partner, hiding, window, keep_estimated)
    parts = [measure(panel, unit, asked) for unit, panel in panels.items()]
    return CoverResult(
        table=pl.concat([part.table for part in parts]),
        provenance=codes.provenance,
        since=codes.periods[window.origin],
        periods_after=window.length,
        baseline=baseline,
        partner=partner,
        hidden=hidden,
        placebos=parts[0].placebos,
        kept_estimates=parts[0].kept_estimates,
    )


def _panels(data: Panel | Frame, flow: FlowKind) -> dict[str, Panel]:
    """Panels by code: per kilogram, and per unit of the supplementary quantity if there is one.

    A supplementary quantity takes the weight's place, so that everything after it is the same.
    """
    if isinstance(data, Panel):
        check_panel(data)
        codes = data.parts or data
        if codes.by != "hs6":
            raise UsageError('Cover goods are six-digit codes: tf.panel(flows, by="hs6").')
        return {KILOGRAM: codes}
    flows = check_flows(to_polars(data))
    panels = {KILOGRAM: arrange(flows, by="hs6", flow=flow)}
    units = flows.filter(pl.col("quantity") > 0)["quantity_unit"].drop_nulls()
    for unit in units.unique().sort():
        counted = pl.when((pl.col("quantity_unit") == unit) & (pl.col("quantity") > 0))
        swapped = flows.with_columns(
            net_kg=counted.then("quantity"), weight_estimated=pl.lit(None, dtype=pl.Boolean)
        )
        panels[unit] = arrange(swapped, by="hs6", flow=flow)
    return panels


def _goods(goods: str | Sequence[str] | None, edition: str) -> list[str]:
    """Read the codes asked about."""
    if goods is None:
        named = [c.category for c in all_categories().values() if c.role == COVER]
    elif isinstance(goods, str):
        named = [goods]
    elif len(goods):
        check_names("goods", goods)
        return [check_code(code, edition=edition) for code in dict.fromkeys(goods)]
    else:
        raise UsageError("goods is empty; name a category or codes, or leave it out for toys.")
    found = pl.concat([members(name, edition=edition) for name in named])
    return found["hs6"].unique().sort().to_list()
