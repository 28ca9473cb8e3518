"""Excess as frames and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from tradeflow.detect.witness.heard import HEARD, tally
from tradeflow.detect.witness.price.tables import finite

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tradeflow.detect.witness.excess.result import ExcessResult

_SHOWN: Final = 10
_ENDLESS: Final = "per cent without an end, as the counterfactual may be 0"


def excess_frame(result: ExcessResult) -> pl.DataFrame:
    """One row per series: keys, total excess with its 90 % interval, p and q, rule."""
    unit, heard = result.unit.lower(), result.rule == HEARD
    total, low, high = (last(x) for x in (result.total, result.total_low, result.total_high))
    shares = {end: _relative(result, x) for end, x in (("", total), ("_low", low), ("_high", high))}
    columns = {
        f"excess_{unit}": total,
        f"excess_{unit}_low": low,
        f"excess_{unit}_high": high,
        **{f"excess_percent{end}": share for end, share in shares.items()},
        "p": result.p,
        "p_least": result.p_least,
        "q": result.q,
        "p_student": result.p_student,
        "q_student": result.q_student,
        "p_time": result.p_time,
        "fake_dates": result.fake_dates,
        "rmspe": result.rmspe,
        "donors": [donors_of(result, i) if heard[i] else None for i in range(len(heard))],
        "weights": [_pairs(w) for w in result.weights],
        "left_out": ["; ".join(f"{name}: {why}" for name, why in w) for w in result.left_out],
        "periods_before": result.before.astype(int),
        "periods_after": result.after.astype(int),
        "caution": _cautions(result, np.stack([*shares.values()])),
        "rule": result.rule,
    }
    made = _keys(result).hstack(finite(pl.DataFrame(columns)))
    size = pl.col(f"excess_{unit}").abs()
    order = made.select("p", size=-size).with_row_index("row")
    return made[order.sort("p", "size", "row", nulls_last=True)["row"]]


def excess_paths(result: ExcessResult) -> pl.DataFrame:
    """One row per series heard and period."""
    unit, rows = result.unit.lower(), np.flatnonzero(result.rule == HEARD)
    after = np.array([p >= result.since for p in result.periods])
    arrays = {
        f"actual_{unit}": result.actual,
        f"expected_{unit}": result.expected,
        f"excess_{unit}": np.where(after, result.actual - result.expected, np.nan),
        f"excess_{unit}_low": result.actual - result.expected_high,
        f"excess_{unit}_high": result.actual - result.expected_low,
        f"total_{unit}": result.total,
        f"total_{unit}_low": result.total_low,
        f"total_{unit}_high": result.total_high,
    }
    keys = _keys(result)[np.repeat(rows, len(result.periods)).tolist()]
    cells = {name: values[rows].ravel() for name, values in arrays.items()}
    long = pl.DataFrame({"period": list(result.periods) * len(rows)}, schema={"period": pl.Date})
    return keys.hstack(long).hstack(finite(pl.DataFrame(cells)))


def excess_summary(result: ExcessResult) -> str:
    """Counts, who was not heard and why, what the numbers mean, and the strongest series."""
    heard = result.rule == HEARD
    head = (
        f"{len(heard):,} series by {result.by} to {result.partner}, "
        f"{', '.join(result.provenance)}, since {result.since:%Y-%m}: {tally(result.rule)}."
    )
    if not heard.any():
        return head
    least = result.p_least[heard]
    note = (
        f"Counterfactual from other partners ({result.method}, {result.scale} scale). p ranks the "
        f"excess among donors refitted as if treated; with {_range(1 / least - 1)} donors it "
        f"cannot fall below {_range(least, '.3f')}. Intervals of 90 %. Compatible with a shift "
        f"towards {result.partner}, never proof of one; a date found in these data makes p too "
        "small."
    )
    strongest = excess_frame(result).filter(pl.col("rule") == HEARD).head(_SHOWN)
    return "\n".join([head, note, *(_line(result, row) for row in strongest.iter_rows(named=True))])


def _line(result: ExcessResult, row: Mapping[str, Any]) -> str:
    """One series: excess in millions and per cent with intervals, p among donors and dates."""
    unit = result.unit.lower()
    total, low, high = (
        f"{row[f'excess_{unit}{end}'] / 1e6:+,.4g}" for end in ("", "_low", "_high")
    )
    share, least, most = (_percent(row[f"excess_percent{end}"]) for end in ("", "_low", "_high"))
    dates = "too few earlier dates"
    if row["p_time"] is not None:
        dates = f"{row['p_time']:.2f} among {row['fake_dates']:.0f} earlier dates"
    beware = f"; {row['caution']}" if row["caution"] else ""
    return (
        f"{row['reporter']} to {row['partner']}, {row[result.by]}: {total} m {result.unit} "
        f"({low} to {high}), {share} % ({least} to {most}); p {row['p']:.2f} among "
        f"{row['donors']} donors, {dates}; by Student's t p {row['p_student']:.3f}, "
        f"q {row['q_student']:.3f}{beware}"
    )


def _percent(share: float | None) -> str:
    return "no end" if share is None else f"{share:+,.0f}"


def last(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Last number of each row, shape (n,); NaN where there is none."""
    known = ~np.isnan(path)
    at = path.shape[1] - 1 - known[:, ::-1].argmax(axis=1)
    return np.asarray(path[np.arange(len(path)), at])


def donors_of(result: ExcessResult, row: int) -> int:
    """Number of donors of a series heard, those of weight 0 included."""
    return round(1 / float(result.p_least[row])) - 1


def _relative(result: ExcessResult, bound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Excess in per cent of the counterfactual that belongs to a bound; infinite where it is 0."""
    against = result.expected_total + last(result.total) - bound
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(against > 0, 100 * bound / against, np.abs(bound) * np.inf))


def _keys(result: ExcessResult) -> pl.DataFrame:
    return result.keys.select("reporter", "partner", result.by)


def _cautions(result: ExcessResult, shares: NDArray[np.float64]) -> list[str]:
    """Cautions; also where a share of the counterfactual has no end. `shares` is (3, n)."""
    endless = np.asarray(np.isinf(shares).any(axis=0))
    said = zip(result.caution.tolist(), endless.tolist(), strict=True)
    return ["; ".join(w for w in (text, _ENDLESS * no_end) if w) for text, no_end in said]


def _pairs(weights: tuple[tuple[str, float], ...]) -> str:
    return " ".join(f"{name} {weight:.2f}" for name, weight in weights)


def _range(values: NDArray[np.float64], form: str = ".0f") -> str:
    least, most = format(values.min(), form), format(values.max(), form)
    return least if least == most else f"{least} to {most}"
