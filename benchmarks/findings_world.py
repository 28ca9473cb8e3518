"""What `tradeflow.findings` says in simulated worlds with traps, against the truth.

    python benchmarks/findings_world.py [--world traps|surge|late|nothing] [--first SEED]
        [--worlds N] [--size LOG] [--months MONTHS]

In every world all trade with Russia grows by 8 % a year, February 2020 collapses, codes are split,
a month is published late, another is revised, and Russia's own reports end in January 2022. In
March 2022 some categories shift to Russia alone, some surge with everybody, some only change their
price, some do so where no weight was weighed, some are diverted through Kazakhstan. In ``surge``
all trade with Russia grows by 0.3 log points besides; in ``late`` a month is still missing; in
``nothing`` no category does anything. Findings are asked for when the months after are out, by
category and by code. Nothing here is read from real trade.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from statsmodels.stats.proportion import proportion_confint

import tradeflow as tf
from tradeflow.detect.findings.verdict import ANOMALOUS, IN_VALUE, UNUSUAL, VERDICTS
from tradeflow.frames import to_polars
from tradeflow.simulate.effects import (
    CountryGrowth,
    DivertedRoute,
    LateMonth,
    LevelShift,
    MirrorSilence,
    PriceChange,
    Revision,
    WorldGrowth,
)
from tradeflow.simulate.settings import Prices, Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from tradeflow.options import By
    from tradeflow.simulate.effect import Effect

DATE = "2022-03"
BEFORE = 62  # months
EACH = {"shift": 4, "world growth": 2, "price": 2, "price, unweighed": 2, "diverted": 2}
"""Categories of each kind."""

COUNTED = 0.77
"""Share of codes with pieces: in China's tariff 128 of the 166 six-digit codes near the lists."""

ESTIMATED = 0.15
"""Share of series whose weight is made of their value."""

WIDTHS = (0.3, 0.5)
"""Half widths of the contrast's 90 % interval, log points, that part quiet series from noisy."""


def effect(kind: str, code: str, size: float) -> Effect:
    """One effect on one code."""
    if kind == "shift":
        return LevelShift(code, "RUS", DATE, log_size=size)
    if kind == "world growth":
        return WorldGrowth(code, DATE, log_size=size, ramp_months=1)
    if kind == "diverted":
        return DivertedRoute(code, "KAZ", DATE, share=0.6)
    return PriceChange(code, "RUS", DATE, log_size=size)


def codes_by_category(world: World, seed: int) -> dict[str, list[str]]:
    """Codes of the world in each category; a code counts for the first that names it."""
    goods = {good.hs6 for good in tf.simulate(world, seed=seed).goods}
    rows = pl.DataFrame(tf.members()).filter(pl.col("hs6").is_in(goods))
    first = rows.unique("hs6", keep="first", maintain_order=True)
    made = first.group_by("category", maintain_order=True).agg("hs6")
    return dict(made.iter_rows())


def draw(seed: int, months: int, size: float, kind: str) -> tuple[pl.DataFrame, dict[str, str]]:
    """The flow table of one world when its last month is out, and what happened to each code."""
    plain = World(
        months=BEFORE + months,
        n_codes=190,
        listed_share=0.5,
        mirrors=("RUS", "KAZ", "TUR"),
        prices=Prices(estimated_share=0.0),
        rates=Rates(),
    )
    codes = codes_by_category(plain, seed)
    order = iter(np.random.default_rng(seed).permutation(sorted(codes)).tolist())
    kinds = [] if kind == "nothing" else [k for k, n in EACH.items() for _ in range(n)]
    truth = {code: k for k in kinds for code in codes[next(order)]}
    effects = [effect(k, code, size) for code, k in truth.items()]
    effects += [
        LateMonth("2022-07" if kind == "late" else "2022-06"),
        Revision("2022-05", 0.2, revised_after_months=3, partner="RUS"),
        MirrorSilence("RUS", "2022-01"),
    ]
    if kind == "surge":
        effects.append(CountryGrowth("RUS", DATE, 0.3, ramp_months=3))
    rates = Rates(russia_growth=0.08, collapse_log=-0.4, code_splits=3)
    world = tf.simulate(
        replace(plain, rates=rates, effects=tuple(effects)), seed=seed, backend="polars"
    )
    last = plain.month(BEFORE + months)
    flows = to_polars(world.as_of(date(last.year, last.month, 25)))
    unweighed = [code for code, k in truth.items() if k == "price, unweighed"]
    return weighed_and_counted(flows, seed, unweighed), truth


def weighed_and_counted(flows: pl.DataFrame, seed: int, unweighed: list[str]) -> pl.DataFrame:
    """Make some weights of values, say so, and count most goods in pieces of a kilogram."""
    rng = np.random.default_rng(seed)
    series = ["reporter", "partner", "hs6"]
    each = flows.select(series).unique().sort(series)
    made = pl.Series(rng.random(len(each)) < ESTIMATED)
    codes = flows.select("hs6").unique().sort("hs6")
    codes = codes.with_columns(pieces=pl.Series(rng.random(len(codes)) < COUNTED))
    to_russia = (pl.col("partner") == "RUS") & pl.col("hs6").is_in(unweighed)
    noise = pl.Series(np.exp(0.1 * rng.standard_normal(len(flows))))
    rows = flows.join(
        each.with_columns(made=made), on=series, how="left", maintain_order="left"
    ).join(codes, on="hs6", how="left", maintain_order="left")
    return (
        rows.with_columns(
            made=pl.col("made") | to_russia,
            quantity=pl.when("pieces").then((pl.col("net_kg") * noise).ceil()),
            quantity_unit=pl.when("pieces").then(pl.lit("u")),
        )
        .with_columns(
            net_kg=pl.when("made").then(pl.col("value_usd") / 30).otherwise("net_kg"),
            weight_estimated="made",
        )
        .select(flows.columns)
    )


def truth_of(by: str, name: str, codes: dict[str, str]) -> str:
    """What happened to a code, or to the codes of a category; ``mixed`` if several things did."""
    if by == "hs6":
        return codes.get(name, "nothing")
    members = pl.DataFrame(tf.members(name))["hs6"]
    kinds = {codes[code] for code in members if code in codes}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "nothing"


def judged(seed: int, by: By, flows: pl.DataFrame, codes: dict[str, str]) -> pl.DataFrame:
    """Findings of one world with the truth beside them."""
    table = tf.findings(flows, since=DATE, by=by, reporter="CHN").table
    truth = [truth_of(by, name, codes) for name in table[by]]
    return table.with_columns(truth=pl.Series(truth), seed=pl.lit(seed))


def main() -> None:
    """Print verdicts by truth, the share of shifts found, and of findings that are false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--world", choices=("traps", "surge", "late", "nothing"), default="traps")
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--size", type=float, default=0.5)
    parser.add_argument("--months", type=int, default=6)
    options = parser.parse_args()
    rows: dict[By, list[pl.DataFrame]] = {"category": [], "hs6": []}
    seconds = dict.fromkeys(rows, 0.0)
    for seed in range(options.first, options.first + options.worlds):
        flows, codes = draw(seed, options.months, options.size, options.world)
        for by, tables in rows.items():
            started = time.perf_counter()
            tables.append(judged(seed, by, flows, codes))
            seconds[by] += time.perf_counter() - started
    print(
        f"simulated: {options.worlds} worlds ({options.world}), {options.months} months after, "
        f"size {options.size}"
    )
    for by, tables in rows.items():
        print(f"\nby {by} ({seconds[by] / options.worlds:.1f} s a world)")
        report(pl.concat(tables, how="vertical_relaxed"), options.worlds)


def report(table: pl.DataFrame, worlds: int) -> None:
    """Print verdicts by truth and the rates that they come to."""
    word = pl.col("verdict")
    words = [w for w in VERDICTS if w in table["verdict"]]
    print(f"{'truth':17}" + "".join(f"{w[:24]:>26}" for w in words))
    for kind in (*EACH, "mixed", "nothing"):
        count = [table.filter((pl.col("truth") == kind) & (word == w)).height for w in words]
        print(f"{kind:17}" + "".join(f"{n:26d}" for n in count))
    shifts, right = table.filter(truth="shift"), pl.col("truth").is_in(["shift", "mixed"])
    for name, some in strata(shifts):
        for strongest in ([ANOMALOUS], [ANOMALOUS, IN_VALUE], [ANOMALOUS, IN_VALUE, UNUSUAL]):
            hits = some.filter(word.is_in(strongest)).height
            print(f"shifts{name}: {' or '.join(strongest)} {share(hits, some.height)}")
    for strongest in ([ANOMALOUS], [ANOMALOUS, IN_VALUE]):
        found = table.filter(word.is_in(strongest))
        false = found.filter(~right)
        mean = false.join(found.group_by("seed").len("n"), on="seed")
        print(
            f"{' or '.join(strongest)}: false {share(false.height, found.height)}, mean over "
            f"worlds {(1 / mean['n']).sum() / worlds:.3f}; worlds with one "
            f"{share(false['seed'].n_unique(), worlds)}"
        )


def strata(shifts: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """All shifts, and those of quiet and of noisy series, by the width of the contrast."""
    half = (pl.col("contrast_log_high") - pl.col("contrast_log_low")) / 2
    low, high = WIDTHS
    return [
        ("", shifts),
        (f" with a half width up to {low}", shifts.filter(half <= low)),
        (f" up to {high}", shifts.filter((half > low) & (half <= high))),
        (f" beyond {high}", shifts.filter(half > high)),
    ]


def share(part: int, whole: int) -> str:
    """A share with its exact 90 % interval (Clopper and Pearson)."""
    if not whole:
        return "0 of 0"
    low, high = proportion_confint(part, whole, alpha=0.10, method="beta")
    return f"{part} of {whole} ({100 * part / whole:.0f} %, {100 * low:.0f} to {100 * high:.0f} %)"


if __name__ == "__main__":
    main()
