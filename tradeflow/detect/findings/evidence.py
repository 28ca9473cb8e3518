"""What each witness said, series by series, in columns of one form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from tradeflow.detect.findings.quantity import quantity_of
from tradeflow.detect.findings.reading import ENDS, NO_ROW, matched, numbers
from tradeflow.detect.findings.stance import (
    AGREES,
    DISAGREES,
    FARTHEST,
    HALF,
    UNDECIDED,
    Estimate,
    stances,
)
from tradeflow.detect.witness.heard import HEARD, not_heard
from tradeflow.frames import to_polars

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tradeflow.detect.findings.hearing import Answer, Answers
    from tradeflow.detect.witness.contrast.result import ContrastResult
    from tradeflow.detect.witness.excess.result import ExcessResult
    from tradeflow.detect.witness.mirror.mirror import MirrorResult
    from tradeflow.detect.witness.province.province import ProvinceResult
    from tradeflow.detect.witness.routes.routes import RoutesResult

NO_LOSS: Final = not_heard("no fall on the direct route")
CHANCE: Final = 0.10
"""p-value, over all hubs, up to which an excess at a hub is not put down to chance."""

COULD_CARRY: Final = 0.5
"""Part of a loss that hubs must be able to carry for a diversion to be compatible with it."""


def columns_of(
    answers: Answers, keys: pl.DataFrame, own: NDArray[np.float64], rate: float, world: pl.DataFrame
) -> pl.DataFrame:
    """Return estimates and stances of all witnesses, rows as in `keys`.

    Parameters
    ----------
    answers
        By witness.
    keys
        Reporter, partner and what the series is.
    own
        Shape (n,): the change in question, log points.
    rate
        False-discovery rate.
    world
        From :func:`tradeflow.detect.findings.elsewhere.change_elsewhere`.
    """
    parts = [
        _contrast("contrast", answers.contrast, keys, own, rate),
        _destinations(answers.destinations, keys, own, rate, world),
        _donors(answers.donors, keys, own, rate),
        quantity_of(answers, keys, own),
        _mirror(answers.mirror, keys, own),
        _routes(answers.routes, keys, own),
        _province(answers.province, keys),
    ]
    return pl.concat(parts, how="horizontal")


def _contrast(
    name: str,
    answer: Answer[ContrastResult],
    keys: pl.DataFrame,
    own: NDArray[np.float64],
    rate: float,
) -> pl.DataFrame:
    found = matched(answer, keys, [*(f"effect_log{end}" for end in ENDS), "q_student"])
    moved = numbers(found, "q_student", missing=1.0) <= rate
    moved &= _away_from_zero(found, "effect_log")
    stance = stances(_estimate(found, "effect_log", moved), own)
    renamed = {f"effect_log{end}": f"{name}_log{end}" for end in ENDS} | {"q_student": f"{name}_q"}
    return found.drop("rule").rename(renamed).with_columns(pl.Series(name, stance))


def _destinations(
    answer: Answer[ContrastResult],
    keys: pl.DataFrame,
    own: NDArray[np.float64],
    rate: float,
    world: pl.DataFrame,
) -> pl.DataFrame:
    """Other destinations disagree, too, where the good surely moved there.

    By half of the change; or by less, if the contrast with them makes less than half of it.
    """
    said = _contrast("destinations", answer, keys, own, rate)
    elsewhere = keys.select(keys.columns[2]).join(
        world, on=keys.columns[2], how="left", maintain_order="left"
    )
    low, high = (numbers(elsewhere, f"world_log{end}") for end in ("_low", "_high"))
    surely = np.where(own > 0, low, -high)
    half = HALF * np.minimum(np.abs(own), FARTHEST)
    little = np.sign(own) * numbers(said, "destinations_log") < half
    shared = (surely >= half) | ((surely > 0) & little)
    stance = np.where(shared, DISAGREES, said["destinations"].to_numpy())
    return said.with_columns(destinations=pl.Series(stance)).hstack(elsewhere.drop(keys.columns[2]))


def _donors(
    answer: Answer[ExcessResult], keys: pl.DataFrame, own: NDArray[np.float64], rate: float
) -> pl.DataFrame:
    money = [f"excess_usd{end}" for end in ENDS]
    shares = [f"excess_percent{end}" for end in ENDS]
    found = matched(answer, keys, [*money, *shares, "q_student"])
    logs = found.with_columns((pl.col(shares) / 100).clip(lower_bound=-0.999).log1p())
    moved = numbers(found, "q_student", missing=1.0) <= rate
    stance = stances(_estimate(logs, "excess_percent", moved), own)
    renamed = {f"excess_usd{end}": f"donors_usd{end}" for end in ENDS} | {"q_student": "donors_q"}
    kept = found.select(*money, "q_student").rename(renamed)
    return kept.with_columns(donors=pl.Series(stance))


def _mirror(
    answer: Answer[MirrorResult], keys: pl.DataFrame, own: NDArray[np.float64]
) -> pl.DataFrame:
    """The mirror shows the change that its own imports had: the exports' and that of the gap."""
    gap = [f"change_log{end}" for end in ENDS]
    found = matched(answer, keys, gap)
    logs = found.with_columns(pl.col(gap) + pl.Series(np.nan_to_num(own)))
    stance = stances(_estimate(logs, "change_log", _away_from_zero(logs, "change_log")), own)
    renamed = {f"change_log{end}": f"mirror_gap_log{end}" for end in ENDS}
    return found.drop("rule").rename(renamed).with_columns(mirror=pl.Series(stance))


def _routes(
    answer: Answer[RoutesResult], keys: pl.DataFrame, own: NDArray[np.float64]
) -> pl.DataFrame:
    """Whether a hub could carry a fall on the direct route; rises are not asked about.

    The hub that could carry most speaks, with its p-value multiplied by the number of hubs.
    """
    by, columns = keys.columns[2], [*(f"share{end}" for end in ENDS), "p"]
    blank = pl.DataFrame(schema={by: pl.String} | dict.fromkeys(columns, pl.Float64))
    hubs = blank if answer.result is None else _best_hub(answer.result, by, columns)
    found = keys.select(by).join(hubs, on=by, how="left", maintain_order="left")
    share, _, high, p = (numbers(found, name) for name in columns)
    said = np.select(
        [np.isnan(share), high < COULD_CARRY, (share >= COULD_CARRY) & (p <= CHANCE)],
        [answer.why or not_heard("no loss beyond chance, or no hub heard"), DISAGREES, AGREES],
        default=UNDECIDED,
    )
    stance = np.where(own < 0, said, NO_LOSS)
    renamed = {f"share{end}": f"routes_share{end}" for end in ENDS}
    return found.select(columns[:3]).rename(renamed).with_columns(routes=pl.Series(stance))


def _best_hub(result: RoutesResult, by: str, columns: list[str]) -> pl.DataFrame:
    frame = to_polars(result.to_frame("polars")).filter(pl.col("rule") == HEARD)
    most = frame.sort("share", descending=True).group_by(by, maintain_order=True)
    times = most.agg(pl.len()).select(by, "len")
    return (
        most.first()
        .join(times, on=by)
        .with_columns(pl.col("p") * pl.col("len"))
        .select(by, *columns)
    )


def _province(answer: Answer[ProvinceResult], keys: pl.DataFrame) -> pl.DataFrame:
    """Share of the province asked about; it informs, and takes no side."""
    names = ["share_before", "share_after", "shift", "shift_low", "shift_high"]
    if answer.result is not None:
        asked = to_polars(answer.result.to_frame("polars")).filter(
            pl.col("region") == answer.result.asked
        )
        on = keys.columns[:3]
        found = keys.select(on).join(
            asked.select(*on, *names, "rule"), on=on, how="left", maintain_order="left"
        )
        found = found.select(*names, pl.col("rule").fill_null(NO_ROW))
    else:
        found = matched(answer, keys, names)
    said = pl.when(pl.col("rule") == HEARD).then(pl.lit("informs")).otherwise("rule")
    renamed = {name: f"province_{name}" for name in names}
    return found.with_columns(province=said).drop("rule").rename(renamed)


def _estimate(found: pl.DataFrame, name: str, moved: NDArray[np.bool_]) -> Estimate:
    change, low, high = (numbers(found, f"{name}{end}") for end in ENDS)
    return Estimate(change, low, high, moved, found["rule"].to_numpy().astype(np.str_))


def _away_from_zero(found: pl.DataFrame, name: str) -> NDArray[np.bool_]:
    low, high = numbers(found, f"{name}_low"), numbers(found, f"{name}_high")
    return (low > 0) | (high < 0)
