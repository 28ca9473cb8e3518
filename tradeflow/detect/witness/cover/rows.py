"""The rows of the cover goods: changes against both references, and what could have hidden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tradeflow.detect.multiplicity import q_values
from tradeflow.detect.witness.cover.groups import ALL_GOODS, CoverGroups, CoverQuestion
from tradeflow.detect.witness.cover.limit import hidden_share
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.detect.witness.price.cells import price_cells
from tradeflow.detect.witness.price.placebos import FEWEST, Judged, against, scales, split_at
from tradeflow.detect.witness.price.tables import finite
from tradeflow.detect.witness.price.unit_value_scores import OTHERS, common
from tradeflow.detect.witness.price.windows import placebo_windows, totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tradeflow.detect.witness.price.cells import PriceCells
    from tradeflow.detect.witness.price.decompose import Split
    from tradeflow.detect.witness.price.windows import Window
    from tradeflow.panel.model import Panel


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The answer for one unit: rows of :attr:`CoverResult.table`, and numbers of placebos."""

    table: pl.DataFrame
    placebos: tuple[int, int]
    kept_estimates: bool


def unit_value_of(
    cells: PriceCells, codes: Panel, chosen: set[str], partner: str, window: Window
) -> dict[str, float]:
    """Unit value since of chosen codes together, by reporter, on the route to a partner."""
    value, net_kg = (totals(x, window)[1] for x in (cells.value, cells.net_kg))
    frame = codes.keys.select("reporter", "partner", "hs6").with_columns(
        value=pl.Series(np.nan_to_num(value)), amount=pl.Series(np.nan_to_num(net_kg))
    )
    both = frame.filter((pl.col("partner") == partner) & pl.col("hs6").is_in(list(chosen)))
    sums = both.group_by("reporter").agg(pl.col("value", "amount").sum())
    return {name: v / a for name, v, a in sums.iter_rows() if a > 0}


def measure(codes: Panel, unit: str, asked: CoverQuestion) -> Measured:
    """Answer the question per unit of whatever the panel has as its weight."""
    cells = price_cells(codes, keep_estimated=asked.keep_estimated)
    rows = CoverGroups.of(codes, asked.goods, asked.partner)
    split = split_at(cells, rows.groups, asked.window)
    before, destinations, mix = _judge(cells, rows, asked.window, split)
    mix = mix.only((rows.keys["hs6"] == ALL_GOODS).to_numpy())
    others = rows.others(split.price)
    rule, rule_destinations = _rules(split, before, destinations, others)
    price_before = _ratio(split.before, split.net_kg_before)
    named = unit_value_of(cells, codes, asked.hiding, asked.partner, asked.window)
    hidden = np.array([named.get(r, np.nan) for r in rows.keys["reporter"]])
    share = hidden_share(np.fmin(before.half, destinations.half), price_before, hidden)
    columns: dict[str, object] = {
        "unit": [unit] * len(rows.keys),
        "unit_value_before": price_before,
        "unit_value_since": _ratio(split.after, split.net_kg_after),
        **_part("change", before),
        **_part("destinations", destinations),
        "destinations": others,
        **_part("mix", mix),
        "share_before": split.before,
        "share_since": split.after,
        "hidden_unit_value": hidden,
        "limit_share": share,
        "limit_usd": _at_most(share * split.net_kg_after * hidden, split.after),
        "rule": rule,
        "rule_destinations": rule_destinations,
    }
    table = _asked_rows(rows.keys.hstack(pl.DataFrame(columns)), rows, asked, unit)
    return Measured(table, (before.placebos, destinations.placebos), cells.kept_estimates)


def _judge(
    cells: PriceCells, rows: CoverGroups, window: Window, split: Split
) -> tuple[Judged, Judged, Judged]:
    """Against itself before, against other destinations, and the mix."""
    unit = scales(cells, rows.groups, window)["price"]
    earlier = [
        (split_at(cells, rows.groups, w), scales(cells, rows.groups, w)["price"])
        for w in placebo_windows(window)
    ]
    none = [np.zeros(0)]
    own = np.concatenate([*none, *(s.price / u for s, u in earlier)])
    mixes = np.concatenate([*none, *((s.mix / u)[: rows.baskets] for s, u in earlier)])
    apart = _apart(split.price, rows)
    elsewhere = (apart / unit)[~rows.to_partner]
    before_too = (_apart(s.price, rows) / u for s, u in earlier)
    return (
        against(split.price, unit, own),
        against(apart, unit, np.concatenate([elsewhere, *before_too])),
        against(split.mix, unit, mixes),
    )


def _apart(change: NDArray[np.float64], rows: CoverGroups) -> NDArray[np.float64]:
    """Change less the median of the same good to other destinations; NaN with too few of them."""
    beyond = change - common(change[:, None], rows.same)[:, 0]
    return np.where(rows.others(change) >= OTHERS, beyond, np.nan)


def _rules(
    split: Split, before: Judged, destinations: Judged, others: NDArray[np.int64]
) -> tuple[NDArray[np.str_], NDArray[np.str_]]:
    few = f"fewer than {FEWEST} placebos for an interval"
    shared = [
        (split.before <= 0, "no trade with a price in the baseline"),
        (split.after <= 0, "no trade with a price since"),
    ]
    own = [*shared, (~np.isfinite(before.half), few)]
    fewer = (others < OTHERS, f"fewer than {OTHERS} other destinations")
    apart = [*shared, fewer, (~np.isfinite(destinations.half), few)]
    return _first(own), _first(apart)


def _first(rules: Sequence[tuple[NDArray[np.bool_], str]]) -> NDArray[np.str_]:
    words = [not_heard(word) for _, word in rules]
    return np.asarray(np.select([bad for bad, _ in rules], words, default=HEARD), dtype=np.str_)


def _part(name: str, judged: Judged) -> dict[str, object]:
    """Columns of one part of the change."""
    return {
        f"{name}_log": judged.change,
        f"{name}_log_low": judged.change - judged.half,
        f"{name}_log_high": judged.change + judged.half,
        f"{name}_p": judged.p,
    }


def _asked_rows(
    frame: pl.DataFrame, rows: CoverGroups, asked: CoverQuestion, unit: str
) -> pl.DataFrame:
    """The goods in question, also those that the data do not hold, with shares and q-values."""
    found = finite(frame.filter(rows.asked))
    reporters = rows.keys["reporter"].unique().sort()
    wanted = pl.DataFrame({"hs6": [ALL_GOODS, *asked.goods]}, schema={"hs6": pl.String})
    grid = pl.DataFrame({"reporter": reporters}, schema={"reporter": pl.String}).join(
        wanted, how="cross", maintain_order="left_right"
    )
    absent = pl.lit(not_heard("not in the table"))
    whole = pl.col("hs6") == ALL_GOODS
    table = (
        grid.join(found, on=["reporter", "hs6"], how="left", maintain_order="left")
        .with_columns(
            pl.col("rule", "rule_destinations").fill_null(absent),
            partner=pl.lit(asked.partner),
            unit=pl.lit(unit),
        )
        .with_columns(
            pl.col("share_before", "share_since")
            / pl.col("share_before", "share_since").filter(whole).first().over("reporter")
        )
    )
    q = {f"{name}_q": _q(table, name) for name in ("change", "destinations")}
    order = [c for name in table.columns for c in (name, name.replace("_p", "_q"))]
    table = finite(table.with_columns(**q))
    first = ["reporter", "partner", "hs6", "unit"]
    rest = dict.fromkeys(name for name in order if name in table.columns and name not in first)
    return table.select(*first, *rest)


def _at_most(hidden: NDArray[np.float64], declared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep what is worth less than all that was declared; NaN else: more cannot have hidden."""
    return np.where(hidden < declared, hidden, np.nan)


def _q(table: pl.DataFrame, name: str) -> pl.Series:
    """q-values over the single goods; the goods together are not one more question."""
    single = pl.when(pl.col("hs6") != ALL_GOODS).then(pl.col(f"{name}_p"))
    return pl.Series(q_values(table.select(single.fill_null(np.nan)).to_series().to_numpy()))


def _ratio(value: NDArray[np.float64], amount: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(value, amount, out=np.full_like(value, np.nan), where=amount > 0)
