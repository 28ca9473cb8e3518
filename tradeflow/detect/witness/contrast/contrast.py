"""Whether a good's trade with one destination moved beyond what explains it.

Other destinations of the same good show world demand and changes of its code; other goods to the
same destination show what it imports more of altogether. What is left is specific to the good and
the destination.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.check import (
    check_amounts,
    check_names,
    check_panel,
    check_rate,
    check_whole,
)
from tradeflow.detect.witness.contrast.controls import FEWEST_CONTROLS, count_controls
from tradeflow.detect.witness.contrast.data import layout, recent, rules
from tradeflow.detect.witness.contrast.estimate import (
    Asked,
    Estimates,
    estimate,
    placebo_lists,
    placebos_of,
    single,
    together,
)
from tradeflow.detect.witness.contrast.event_bands import bins_around
from tradeflow.detect.witness.contrast.fit import Cases
from tradeflow.detect.witness.contrast.result import (
    Against,
    ContrastResult,
    Every,
    Pooled,
    Weights,
)
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.errors import UsageError
from tradeflow.nomenclature.editions import first_day
from tradeflow.options import one_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.witness.contrast.data import Layout
    from tradeflow.detect.witness.contrast.event_bands import Bins
    from tradeflow.panel.model import Panel

CONTROL: Final = not_heard("a control good, not asked about")
NO_PLACEBOS: Final = not_heard("too few placebos to judge by")
NO_FIT: Final = not_heard("hardly any other trade to compare with, or too noisy")


def contrast(
    panel: Panel,
    *,
    since: date | str,
    partner: str = "RUS",
    reporter: str | None = None,
    treated: Collection[str] | None = None,
    exclude: Collection[str] = (),
    against: Against | None = None,
    every: Every = "quarter",
    season: bool | None = None,
    weights: Weights = "value",
    baseline: int | None = None,
    q: float = 0.10,
) -> ContrastResult:
    """Contrast an exporter's trade with one destination with its trade with others.

    Parameters
    ----------
    panel
        A panel with several destinations of one exporter (or of all together).
    since
        First period in which trade may have moved.
    partner
        The destination asked about.
    reporter
        The exporter, if the panel has several.
    treated
        Goods asked about, values of the panel's `by`. The others then show what the destination
        imports of everything, and the list is also estimated as a whole. None: every good in
        turn, all others showing it.
    exclude
        Destinations not to compare with, such as those through which trade may be diverted.
    against
        ``"both"``: other destinations and other goods. ``"destinations"``: only the former, for
        panels in which all goods may have moved. None: both, if at least 20 goods that go to the
        destination are on no list and not asked about; else destinations, and the summary says
        so.
    every
        Length of the bins of the path; a panel of years has years.
    season
        Whether each series has a level per calendar month; None: with three years before `since`.
    weights
        ``"value"``: large series count more, as the Poisson likelihood wants it. ``"equal"``: each
        series in units of its mean before `since`, so that no large good or destination speaks for
        the others; less noise where noise is relative.
    baseline
        Periods before `since` that are read; None: all. Older ones tell of older levels.
    q
        False-discovery rate.

    Returns
    -------
    ContrastResult

    Raises
    ------
    DataError
        The panel holds a series twice, or an amount that no trade has.
    UsageError
        It is no panel, or has no series; several exporters and none named; fewer than two
        destinations to compare with; no good left to compare with.
    UnknownNameError
        A name that the panel does not have.
    TooShortError
        Fewer than twelve months (three years) before `since`, or none since.

    Notes
    -----
    With goods k, destinations j and periods t, for each good asked about,

        E[y_kjt] = exp(a_{kj,m(t)} + g_kt + l_jt + b 1{j = partner, k asked, t >= since}),

    by Poisson pseudo-maximum-likelihood; g absorbs world demand and code changes of the good, l
    what the destination imports of everything, a the series' level (by calendar month). Excess
    is (1 - exp(-b)) times the trade since, and its interval that of b. Goods of a list have an
    effect each in one fit; without a list, each good has a fit of its own, in which a large good
    that moved makes the others seem to move the other way: name the goods asked about if many
    may have moved, or if a few of them are most of the trade.

    One series is treated, so clustered errors would mean nothing. The standard error comes from
    the series' own residuals before `since` under a local level, with variances moderated over
    series; p is the rank of ``|b| / se`` among the same ratios for all other goods and
    destinations, estimated without the partner; the interval has the width at which placebos
    fall outside in one of ten cases. Placebos that really moved widen it: an error on the safe
    side.

    References
    ----------
    Santos Silva, J. M. C. and Tenreyro, S. (2006), The log of gravity, REStat 88(4). Abadie, A.,
    Diamond, A. and Hainmueller, J. (2010), Synthetic control methods for comparative case studies,
    JASA 105(490) (placebos in space). Conley, T. and Taber, C. (2011), Inference with
    "difference in differences" with a small number of policy changes, REStat 93(1).

    Examples
    --------
    >>> import tradeflow as tf
    >>> flows = tf.load_sample("eu-high-priority-monthly")
    >>> panel = tf.panel(flows, by="hs6", together="reporter")
    >>> found = tf.contrast(panel, since="2022-03")
    >>> found.against  # all goods of this table are listed, and fell together
    'destinations'
    >>> int(found.moved.sum()), bool((found.effect[found.moved] < 0).all())
    (11, True)
    """
    if against is not None:
        one_of(against, Against, name="against")
    one_of(every, Every, name="every")
    one_of(weights, Weights, name="weights")
    _check(panel, [partner, *([] if reporter is None else [reporter])], treated, exclude)
    check_rate(q)
    if baseline is not None:
        check_whole("baseline", baseline, least=1)
    day, controls = first_day(since), count_controls(panel, partner, treated)
    if against is None:
        against = "both" if controls >= FEWEST_CONTROLS else "destinations"
    growth = against == "both"
    panel = recent(panel, day, baseline)
    laid = layout(
        panel,
        since=day,
        reporter=reporter,
        partner=partner,
        exclude=exclude,
        growth=growth,
        equal=weights == "equal",
    ).with_season(season=season, monthly=panel.freq == "M")
    listed = None if treated is None else laid.named(treated)
    _check_goods(laid, listed, growth=growth)
    width = 3 if panel.freq == "M" and every == "quarter" else 1
    bins = bins_around(panel.periods, laid.post, panel.freq, width)
    rule, numbers, pooled = _heard(laid, listed, bins, panel.freq)
    return ContrastResult(
        keys=laid.keys,
        periods=panel.periods,
        by=panel.by,
        unit=panel.unit,
        provenance=panel.provenance,
        since=day,
        partner=partner,
        against=against,
        controls=controls,
        season=bool(laid.table.season.any()),
        donors=laid.donors,
        dropped=laid.dropped,
        rule=rule,
        bins=bins.first,
        q=q_values(numbers["p"]),
        q_student=q_values(numbers["p_student"]),
        pooled=pooled,
        rate=q,
        **numbers,
    )


def _check(
    panel: Panel,
    names: Collection[str],
    treated: Collection[str] | None,
    exclude: Collection[str],
) -> None:
    """Refuse a panel and names that cannot be meant."""
    check_panel(panel)
    check_amounts(panel)
    check_names("partner or reporter", names)
    check_names("treated", treated or ())
    check_names("exclude", exclude)


def _check_goods(laid: Layout, listed: NDArray[np.bool_] | None, *, growth: bool) -> None:
    if listed is not None and not listed.any():
        raise UsageError("No good is asked about: treated= is empty. Pass None for all in turn.")
    controls = len(laid.goods) - (1 if listed is None else int(listed.sum()))
    if growth and controls < 1:
        raise UsageError(
            f"All {len(laid.goods)} goods of the panel are asked about; none is left to show what "
            'the destination imports of everything. Pass against="destinations", or a panel with '
            "other goods too."
        )


def _heard(
    laid: Layout, listed: NDArray[np.bool_] | None, bins: Bins, freq: str
) -> tuple[NDArray[np.str_], dict[str, Any], Pooled | None]:
    """Rules, numbers per series, and the list as a whole."""
    table, post = laid.table, laid.post
    rule = rules(table, post, freq)[laid.place, 0].astype("U96")
    if listed is not None:
        rule[~listed[laid.place]] = CONTROL
    heard, goods = np.flatnonzero(rule == HEARD), _goods(listed)
    asked = _asked(laid.place[heard], goods)
    placebos = placebos_of(table, post, freq, goods)
    made = estimate(table, post, bins, asked, placebos) if len(heard) and placebos else None
    if made is None:
        rule[heard] = NO_PLACEBOS
        numbers = Estimates.none(len(bins.first)).spread(heard[:0], len(rule))
    else:
        rule[heard[np.isnan(made.effect)]] = NO_FIT
        numbers = made.spread(heard, len(rule))
    pooled = None if goods is None else _pooled(laid, goods, laid.place[heard], bins)
    return rule, numbers, pooled


def _goods(listed: NDArray[np.bool_] | None) -> NDArray[np.int64] | None:
    return None if listed is None else np.flatnonzero(listed).astype(np.int64)


def _asked(heard: NDArray[np.int64], listed: NDArray[np.int64] | None) -> Asked:
    """Effects of the goods heard, in their order: one fit each, or one fit for a list."""
    if listed is None:
        return single(heard, np.zeros_like(heard))
    made = together(listed, np.isin(listed, heard)[:, None])
    return Asked(made.cases, np.searchsorted(listed, heard))


def _pooled(
    laid: Layout, listed: NDArray[np.int64], heard: NDArray[np.int64], bins: Bins
) -> Pooled:
    """All goods of the list that can be contrasted, as one treatment; its others left out."""
    every = np.arange(len(laid.goods))
    kept = ~np.isin(every, listed) | np.isin(every, heard)
    table, goods = laid.table.of_goods(kept), np.flatnonzero(np.isin(every[kept], heard))
    names = ("effect", "low", "high", "p", "excess", "excess_low", "excess_high")
    made = None
    if len(goods):
        asked = Asked(Cases([goods], [0], shared=True), np.arange(1))
        made = estimate(table, laid.post, bins, asked, [placebo_lists(table, goods)])
    if made is None or np.isnan(made.effect[0]):
        why = NO_PLACEBOS if made is None else NO_FIT
        return Pooled(rule=why, goods=len(goods), placebos=0, **dict.fromkeys(names, float("nan")))
    numbers = {name: float(getattr(made, name)[0]) for name in names}
    return Pooled(rule=HEARD, goods=len(goods), placebos=made.placebos, **numbers)
