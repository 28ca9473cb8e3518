"""What routes say, as frames and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.heard import HEARD, not_heard, tally
from tradeflow.detect.witness.ledger import ALL
from tradeflow.detect.witness.routes.diversion import Span, carried, span
from tradeflow.detect.witness.routes.legs import NO_HUB

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from tradeflow.detect.witness.routes.legs import Hub, Leg
    from tradeflow.detect.witness.routes.routes import RoutesResult

_NOTHING: Final = Span(np.nan, np.nan, np.nan)
_SHOWN: Final = 5  # goods in the summary
_NO_GOOD: Final = not_heard("no good is heard")

AFTER: Final = "rise not before the fall"
BEFORE: Final = "rise before the fall"


def series_frame(result: RoutesResult) -> pl.DataFrame:
    """One row per hub and good."""
    rows = [
        _row(result, hub, good) for hub in result.hubs for good in range(len(result.goods.names))
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    p = np.array([row["p"] for row in rows], dtype=float)
    made = frame.with_columns(q=pl.Series(q_values(p)))
    order = [c for c in made.columns if c != "q"]
    order.insert(order.index("p") + 1, "q")
    return _plain(made.select(order))


def _row(result: RoutesResult, hub: Hub, good: int) -> dict[str, object]:
    one, rule = slice(good, good + 1), hub.rules[good]
    measured = not hub.leg.why[good] and result.goods.rules[good] == HEARD
    excess = span(hub.leg.change[good]) if measured else _NOTHING
    loss = span(-result.direct.change[good]) if measured else _NOTHING
    share = (
        carried(hub.leg.change[good], -result.direct.change[good]) if rule == HEARD else _NOTHING
    )
    return {
        "reporter": result.donor,
        "partner": hub.name,
        result.by: result.goods.names[good],
        **_named("excess_usd", excess),
        **_named("loss_usd", loss),
        **_named("share", share),
        "p": float(hub.leg.p[good]) if measured else np.nan,
        **_onward(hub, one, heard=rule == HEARD),
        **_dates(result, hub, good, excess),
        "codes_left_out": result.goods.left_out[good],
        "onward_rule": hub.onward.why,
        "rule": rule,
    }


def _named(name: str, value: Span) -> dict[str, float]:
    return {name: value.estimate, f"{name}_low": value.low, f"{name}_high": value.high}


def _onward(hub: Hub, goods: slice | NDArray[np.intp], *, heard: bool) -> dict[str, float]:
    """Excess from hub to partner, and its share of the loss over the hub's own months."""
    leg, direct = hub.onward.leg, hub.onward.direct
    if not heard or leg is None or direct is None:
        return {**_named("onward_usd", _NOTHING), **_named("onward_share", _NOTHING)}
    change, loss = leg.change[goods].sum(axis=0), -direct.change[goods].sum(axis=0)
    return {**_named("onward_usd", span(change)), **_named("onward_share", carried(change, loss))}


def _dates(result: RoutesResult, hub: Hub, good: int, excess: Span) -> dict[str, object]:
    """Date sets of the fall and the rise; the rise only where there is one."""
    fall = _months(result.months, result.direct, good)
    rise = _months(result.months, hub.leg, good) if excess.low > 0 else (None, None)
    order = ""
    if rise[1] is not None and fall[0] is not None:
        order = BEFORE if rise[1] < fall[0] else AFTER
    return {
        "fall_first": fall[0],
        "fall_last": fall[1],
        "rise_first": rise[0],
        "rise_last": rise[1],
        "order": order,
    }


def _months(months: Sequence[date], leg: Leg, good: int) -> tuple[date | None, date | None]:
    first, last = int(leg.first[good]), int(leg.last[good])
    return (months[first], months[last]) if first >= 0 else (None, None)


def totals_frame(result: RoutesResult) -> pl.DataFrame:
    """Sums over the goods with a loss: by hub, then over all hubs by good, then over all hubs."""
    names, lost = result.goods.names, _lost(result)
    rows = [_total(result, [hub], lost, hub.name, ALL) for hub in result.hubs]
    rows += [
        _total(result, result.hubs, np.array([good]), ALL, names[good]) for good in lost.tolist()
    ]
    rows.append(_total(result, result.hubs, lost, ALL, ALL))
    return _plain(pl.DataFrame(rows, infer_schema_length=None))


def _lost(result: RoutesResult) -> NDArray[np.intp]:
    """Goods with a clear loss; one that a hub never traded adds to the loss and not to the excess.

    So every hub is compared with the same loss.
    """
    found = [i for i, rule in enumerate(result.hubs[0].rules) if rule in {HEARD, NO_HUB}]
    return np.array(found, dtype=np.intp)


def _total(
    result: RoutesResult, hubs: Sequence[Hub], goods: NDArray[np.intp], partner: str, name: str
) -> dict[str, object]:
    some = goods.size > 0
    change = np.sum([hub.leg.change[goods].sum(axis=0) for hub in hubs], axis=0)
    loss = -result.direct.change[goods].sum(axis=0)
    onward = _onward(hubs[0], goods, heard=some and len(hubs) == 1)
    return {
        "reporter": result.donor,
        "partner": partner,
        result.by: name,
        **_named("excess_usd", span(change) if some else _NOTHING),
        **_named("loss_usd", span(loss) if some else _NOTHING),
        **_named("share", carried(change, loss) if some else _NOTHING),
        **onward,
        "goods": int(goods.size),
        "onward_rule": hubs[0].onward.why if len(hubs) == 1 else not_heard("by hub only"),
        "rule": HEARD if some else _NO_GOOD,
    }


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def routes_summary(result: RoutesResult) -> str:
    """Counts, excess, loss and share by hub and in total, timing, and what must not be read."""
    rules = [rule for hub in result.hubs for rule in hub.rules]
    totals = totals_frame(result)
    shown = totals.filter(pl.col(result.by) == ALL).iter_rows(named=True)
    head = (
        f"Routes from {result.donor} to {result.partner} from {result.since:%Y-%m} on, "
        f"{len(result.goods.names):,} goods by {result.by}, {len(result.hubs)} hubs, "
        f"{', '.join(result.provenance)}: {tally(rules)}."
    )
    caution = (
        "Excess through a hub as a share of the loss on the direct route, the most that it could "
        "carry; that it did is not shown. 90 % intervals."
    )
    goods = totals.filter((pl.col("partner") == ALL) & (pl.col(result.by) != ALL))
    largest = goods.sort("excess_usd", descending=True).head(_SHOWN).iter_rows(named=True)
    lines = [head, caution, *map(_line, shown), *(_good_line(row, result.by) for row in largest)]
    early = series_frame(result).filter(pl.col("order") == BEFORE)
    if len(early):
        lines.append(f"On {len(early)} of the series the rise came before the fall.")
    if not result.certified:
        lines.append("A source certifies no zeros: an absent cell counts as nothing recorded.")
    return "\n".join(lines)


def _line(row: Mapping[str, object]) -> str:
    name = "all hubs" if row["partner"] == ALL else str(row["partner"])
    if row["rule"]:
        return f"  {name}: {row['rule']}"
    onward = _onward_words(row)
    return (
        f"  {name}: excess {_money(row, 'excess_usd')}, loss {_money(row, 'loss_usd')}, "
        f"at most {_share(row, 'share')} of the loss{onward}"
    )


def _good_line(row: Mapping[str, object], by: str) -> str:
    excess, share = _money(row, "excess_usd"), _share(row, "share")
    return f"  {row[by]}, all hubs: excess {excess}, at most {share} of the loss"


def _onward_words(row: Mapping[str, object]) -> str:
    if row["partner"] == ALL:
        return ""
    if row["onward_rule"]:
        return f"; onward leg {row['onward_rule']}"
    return f"; onward excess {_money(row, 'onward_usd')}, {_share(row, 'onward_share')} of the loss"


def _money(row: Mapping[str, object], name: str) -> str:
    at, low, high = (float(str(row[f"{name}{end}"])) / 1e6 for end in ("", "_low", "_high"))
    return f"{at:,.1f} ({low:,.1f} to {high:,.1f}) m USD"


def _share(row: Mapping[str, object], name: str) -> str:
    at, low, high = (float(str(row[f"{name}{end}"])) for end in ("", "_low", "_high"))
    return f"{at:z.1%} ({low:z.1%} to {high:z.1%})"
