"""What mirrors say, as frames and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import HEARD, tally
from tradeflow.detect.witness.ledger import ALL
from tradeflow.detect.witness.mirror.lost import lost_usd, total_lost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tradeflow.detect.witness.mirror.mirror import MirrorResult
    from tradeflow.detect.witness.mirror.pair import Pair

_SHOWN: Final = 12

_NUMBERS: Final = (
    "change_log",
    "change_log_low",
    "change_log_high",
    "p",
    "placebos",
    "exported_usd",
    "imported_usd",
    "lost_usd",
    "lost_usd_low",
    "lost_usd_high",
)


def series_frame(result: MirrorResult) -> pl.DataFrame:
    """One row per series, in the order of the pairs and goods."""
    frame = pl.concat([_pair_frame(pair, result.by) for pair in result.pairs])
    made = frame.with_columns(q=pl.Series(result.q))
    order = [c for c in made.columns if c not in {"q", "rule"}]
    order.insert(order.index("p") + 1, "q")
    return made.select(*order, "rule").with_columns(pl.col(pl.Float64).fill_nan(None))


def _pair_frame(pair: Pair, by: str) -> pl.DataFrame:
    n = len(pair.rules)
    heard = np.array([rule == HEARD for rule in pair.rules], dtype=bool)
    numbers = _numbers(pair)
    columns = {
        "reporter": pl.Series([pair.reporter] * n, dtype=pl.String),
        "partner": pl.Series([pair.partner] * n, dtype=pl.String),
        by: pl.Series(pair.goods.names, dtype=pl.String),
        **{name: np.where(heard, numbers[name], np.nan) for name in _NUMBERS},
        "delay_months": [pair.delay_months] * n,
        "codes_left_out": pair.goods.left_out,
        "through": pl.Series([pair.through] * n, dtype=pl.Date),
        "silent_since": pl.Series([pair.silent_since] * n, dtype=pl.Date),
        "rule": pl.Series(pair.rules, dtype=pl.String),
    }
    return pl.DataFrame(columns)


def _numbers(pair: Pair) -> Mapping[str, NDArray[np.float64] | float]:
    gap = pair.gap
    if gap is None:
        return dict.fromkeys(_NUMBERS, np.nan)
    half = gap.reach * gap.habit_se
    money = gap.exported, gap.imported, gap.expected
    return {
        "change_log": gap.change,
        "change_log_low": gap.change - half,
        "change_log_high": gap.change + half,
        "p": gap.p,
        "placebos": float(gap.placebos),
        "exported_usd": gap.exported,
        "imported_usd": gap.imported,
        "lost_usd": lost_usd(*money, 0.0),
        "lost_usd_low": lost_usd(*money, -half),
        "lost_usd_high": lost_usd(*money, half),
    }


def totals_frame(result: MirrorResult) -> pl.DataFrame:
    """One row per pair: the sums over the series heard."""
    rows = [_total(pair, result.by) for pair in result.pairs]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(
        pl.col(pl.Float64).fill_nan(None)
    )


def _total(pair: Pair, by: str) -> dict[str, object]:
    heard = np.array([rule == HEARD for rule in pair.rules], dtype=bool)
    sums: list[float] = [np.nan] * 5
    gap = pair.gap
    if gap is not None and heard.any():
        money = [a[heard] for a in (gap.exported, gap.imported, gap.expected)]
        half = gap.reach * gap.habit_se[heard]
        lost = total_lost(money[0], money[1], money[2], half, gap.correlation)
        sums = [float(money[0].sum()), float(money[1].sum()), *lost]
    names = ("exported_usd", "imported_usd", "lost_usd", "lost_usd_low", "lost_usd_high")
    return {
        "reporter": pair.reporter,
        "partner": pair.partner,
        by: ALL,
        **dict(zip(names, sums, strict=True)),
        "heard": int(heard.sum()),
        "not_heard": int((~heard).sum()),
        "through": pair.through,
        "silent_since": pair.silent_since,
        "rule": _total_rule(pair, heard=bool(heard.any())),
    }


def _total_rule(pair: Pair, *, heard: bool) -> str:
    if heard:
        return HEARD
    reasons = sorted(set(pair.rules), key=pair.rules.count, reverse=True)
    return reasons[0] if reasons else "not heard: no trade recorded on either side"


def mirror_summary(result: MirrorResult) -> str:
    """Counts, totals by pair, and the largest changes."""
    rules = [rule for pair in result.pairs for rule in pair.rules]
    head = (
        f"Mirrors of {result.pairs[0].reporter} from {result.since:%Y-%m} on, {len(rules):,} "
        f"series by {result.by}, {', '.join(result.provenance)}: {tally(rules)}."
    )
    lines = [
        head,
        "Imports over exports against each pair's own history; 90 % intervals.",
        *(_line(row) for row in totals_frame(result).iter_rows(named=True)),
    ]
    if not result.certified:
        lines.append("A source certifies no zeros: an absent cell counts as nothing recorded.")
    frame = series_frame(result).filter(pl.col("rule") == HEARD)
    strongest = frame.sort("p", pl.col("change_log").abs(), descending=[False, True])
    shown = strongest.head(_SHOWN).iter_rows(named=True)
    return "\n".join([*lines, *(_series(row, result.by) for row in shown)])


def _series(row: Mapping[str, object], by: str) -> str:
    change, low, high = (
        100 * float(np.expm1(float(str(row[f"change_log{end}"])))) for end in ("", "_low", "_high")
    )
    return (
        f"  {row['partner']} {row[by]}: imports per export {change:+.1f} % ({low:+.1f} to "
        f"{high:+.1f}), p {row['p']:.3f}, q {row['q']:.3f}"
    )


def _silence(row: Mapping[str, object]) -> str:
    silent = row["silent_since"]
    return "" if silent is None else f"; mirror silent since {silent:%Y-%m}"


def _line(row: Mapping[str, object]) -> str:
    name = f"  {row['reporter']} to {row['partner']}: "
    if row["rule"]:
        return name + str(row["rule"])
    sent, lost, low, high = (
        float(str(row[key])) / 1e6
        for key in ("exported_usd", "lost_usd", "lost_usd_low", "lost_usd_high")
    )
    return (
        f"{name}exports {sent:,.1f} m USD through {row['through']:%Y-%m}, lost in transit "
        f"{lost:,.1f} ({low:,.1f} to {high:,.1f}) m USD{_silence(row)}"
    )
