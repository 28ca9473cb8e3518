"""What registered places say, as frames and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import HEARD, tally
from tradeflow.nomenclature.provinces import registered_place

if TYPE_CHECKING:
    from tradeflow.detect.witness.province.good import Good
    from tradeflow.detect.witness.province.province import ProvinceResult


def place_frame(result: ProvinceResult) -> pl.DataFrame:
    """One row per good and place, the place asked for first; one row for a good not heard."""
    parts = [pl.DataFrame(_columns(result, good)) for good in result.goods]
    frame = pl.concat(parts).with_columns(q=pl.Series(result.q))
    order = [c for c in frame.columns if c != "q"]
    order.insert(order.index("p") + 1, "q")
    place = pl.col("region") != result.asked
    names = {good.name: i for i, good in enumerate(result.goods)}
    rank = pl.col(result.by).replace_strict(names)
    ranked = frame.select(order).sort(rank, place, "region")
    return ranked.with_columns(pl.col(pl.Float64).fill_nan(None))


def _columns(result: ProvinceResult, good: Good) -> dict[str, Any]:
    places = list(good.places) or [result.asked]
    n = len(places)
    index = good.concentration
    return {
        "reporter": [result.reporter] * n,
        "partner": [result.partner] * n,
        result.by: [good.name] * n,
        "region": places,
        "province": [registered_place(code).name_en for code in places],
        **_numbers(good, n),
        "herfindahl": [index[0]] * n,
        "herfindahl_low": [index[1]] * n,
        "herfindahl_high": [index[2]] * n,
        "change_rule": [good.change_rule] * n,
        "rule": [good.rule] * n,
    }


def _numbers(good: Good, n: int) -> dict[str, Any]:
    shares, made = good.shares, good.made
    if shares is None or made is None:
        return dict.fromkeys(_NAMES, np.full(n, np.nan))
    half, odds = good.reach * shares.se, good.reach * shares.log_odds_se
    low, high = np.quantile(made.drawn, [0.05, 0.95], axis=1)
    part = np.full(n, np.nan) if good.change_rule else made.change / made.change.sum()
    columns = (
        shares.before,
        shares.after,
        shares.shift,
        shares.shift - half,
        shares.shift + half,
        shares.log_odds,
        shares.log_odds - odds,
        shares.log_odds + odds,
        good.p,
        made.change,
        low,
        high,
        part,
    )
    return dict(zip(_NAMES, columns, strict=True))


_NAMES = (
    "share_before",
    "share_after",
    "shift",
    "shift_low",
    "shift_high",
    "log_odds",
    "log_odds_low",
    "log_odds_high",
    "p",
    "change_usd",
    "change_usd_low",
    "change_usd_high",
    "contribution",
)


def province_summary(result: ProvinceResult) -> str:
    """Counts, and for each good the place asked for and the concentration of the change."""
    frame = place_frame(result)
    name = registered_place(result.asked).name_en
    head = (
        f"Registered places of exports from {result.reporter} to {result.partner} from "
        f"{result.since:%Y-%m} on, {len(result.goods)} goods by {result.by}, "
        f"{', '.join(result.provenance)}: {tally(good.rule for good in result.goods)}."
    )
    lines = [
        head,
        "Where the exporter is registered, not where the goods were made. 90 % intervals.",
    ]
    asked = frame.filter((pl.col("region") == result.asked) & (pl.col("rule") == HEARD))
    lines += [_line(row, name, result.by) for row in asked.iter_rows(named=True)]
    absent = {g.name for g in result.goods if not g.rule} - set(asked[result.by])
    lines += [f"  {good}: nothing registered in {name}" for good in sorted(absent)]
    return "\n".join(lines)


def _line(row: dict[str, Any], name: str, by: str) -> str:
    points = (
        f"  {row[by]}: {name} {row['share_before']:.1%} before, {row['share_after']:.1%} after, "
        f"shift {100 * row['shift']:+.1f} ({100 * row['shift_low']:+.1f} to "
        f"{100 * row['shift_high']:+.1f}) points"
    )
    if row["change_rule"]:
        return f"{points}; parts in the change {row['change_rule']}"
    return (
        f"{points}; {row['contribution']:.0%} of the change, whose Herfindahl index is "
        f"{row['herfindahl']:.2f} ({row['herfindahl_low']:.2f} to {row['herfindahl_high']:.2f})"
    )
