"""What `tradeflow.findings` says in simulated worlds with traps, against the truth.

    python benchmarks/findings_world.py [--worlds N] [--size LOG] [--months MONTHS]

In every world all trade with Russia grows by 8 % a year, and in March 2022 some categories shift
to Russia alone, some surge with everybody, some only change their price, some are diverted
through Kazakhstan; codes are split, and one month is late. Findings are asked for six months
later, by category and by code. Nothing here is read from real trade.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

import tradeflow as tf
from tradeflow.detect.findings.verdict import ANOMALOUS, UNUSUAL, VERDICTS
from tradeflow.simulate.effects import (
    DivertedRoute,
    LateMonth,
    LevelShift,
    PriceChange,
    WorldGrowth,
)
from tradeflow.simulate.settings import Rates
from tradeflow.simulate.world import World

if TYPE_CHECKING:
    from tradeflow.simulate.effect import Effect
    from tradeflow.simulate.simulation import Simulation

DATE = "2022-03"
KINDS = ("shift", "world growth", "price", "diverted")
EACH = (4, 2, 2, 2)  # categories of each kind


def effect(kind: str, code: str, size: float) -> Effect:
    """One effect on one code."""
    if kind == "shift":
        return LevelShift(code, "RUS", DATE, log_size=size)
    if kind == "world growth":
        return WorldGrowth(code, DATE, log_size=size, ramp_months=1)
    if kind == "price":
        return PriceChange(code, "RUS", DATE, log_size=size)
    return DivertedRoute(code, "KAZ", DATE, share=0.6)


def codes_by_category(world: World, seed: int) -> dict[str, list[str]]:
    """Codes of the world in each category; a code counts for the first that names it."""
    goods = {good.hs6 for good in tf.simulate(world, seed=seed).goods}
    rows = pl.DataFrame(tf.members()).filter(pl.col("hs6").is_in(goods))
    first = rows.unique("hs6", keep="first", maintain_order=True)
    made = first.group_by("category", maintain_order=True).agg("hs6")
    return dict(made.iter_rows())


def draw(seed: int, months: int, size: float) -> tuple[Simulation, dict[str, str]]:
    """One world, and what truly happened to each code."""
    plain = World(months=62 + months, n_codes=190, listed_share=0.5, rates=Rates())
    codes = codes_by_category(plain, seed)
    order = iter(np.random.default_rng(seed).permutation(sorted(codes)).tolist())
    truth = {
        code: kind
        for kind, n in zip(KINDS, EACH, strict=True)
        for _ in range(n)
        for code in codes[next(order)]
    }
    effects = (*(effect(kind, code, size) for code, kind in truth.items()), LateMonth("2022-06"))
    rates = Rates(russia_growth=0.08, collapse_log=-0.4, code_splits=3)
    world = World(
        months=62 + months, n_codes=190, listed_share=0.5, rates=rates, effects=tuple(effects)
    )
    return tf.simulate(world, seed=seed, backend="polars"), truth


def truth_of(by: str, name: str, codes: dict[str, str]) -> str:
    """What happened to a code, or to the codes of a category; ``mixed`` if several things did."""
    if by == "hs6":
        return codes.get(name, "nothing")
    members = pl.DataFrame(tf.members(name))["hs6"]
    kinds = {codes[code] for code in members if code in codes}
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else "nothing"


def main() -> None:
    """Print verdicts by truth, the share of shifts found, and of findings that are false."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=10)
    parser.add_argument("--size", type=float, default=0.5)
    parser.add_argument("--months", type=int, default=6)
    options = parser.parse_args()
    tally: dict[str, Counter[tuple[str, str]]] = {"category": Counter(), "hs6": Counter()}
    seconds = dict.fromkeys(tally, 0.0)
    for seed in range(1, options.worlds + 1):
        world, codes = draw(seed, options.months, options.size)
        for by, count in tally.items():
            started = time.perf_counter()
            table = tf.findings(world.flows, since=DATE, by=by, reporter="CHN").table
            seconds[by] += time.perf_counter() - started
            for name, verdict in table.select(by, "verdict").iter_rows():
                count[truth_of(by, name, codes), verdict] += 1
    print(f"simulated: {options.worlds} worlds, {options.months} months after, size {options.size}")
    for by, count in tally.items():
        report(by, count, seconds[by] / options.worlds)


def report(by: str, count: Counter[tuple[str, str]], seconds: float) -> None:
    """Print one table."""
    print(f"\nby {by} ({seconds:.1f} s a world)")
    words = [word for word in VERDICTS if any(key[1] == word for key in count)]
    print(f"{'truth':14}" + "".join(f"{word[:24]:>26}" for word in words))
    for kind in (*KINDS, "mixed", "nothing"):
        print(f"{kind:14}" + "".join(f"{count[kind, word]:26d}" for word in words))
    found = sum(n for (_, word), n in count.items() if word == ANOMALOUS)
    right = count["shift", ANOMALOUS] + count["mixed", ANOMALOUS]
    shifts = sum(n for (kind, _), n in count.items() if kind == "shift")
    print(
        f"shifts anomalous {count['shift', ANOMALOUS]}, anomalous or unusual "
        f"{count['shift', ANOMALOUS] + count['shift', UNUSUAL]} of {shifts}; "
        f"anomalous and false {found - right} of {found}"
    )


if __name__ == "__main__":
    main()
