"""Coverage of 90 % intervals on first releases, with and without the revision error.

Run: python benchmarks/revision_coverage.py --error 0.2 --seed 2

Everything here is simulated. Monthly vintages of a small world go into a lake; on each day only
what the lake knew is used. Writes nothing; prints one line per lag.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

import tradeflow as tf
from tradeflow.flows.scope import SCOPE
from tradeflow.simulate.settings import Rates, Releases
from tradeflow.simulate.simulate import simulate
from tradeflow.simulate.world import World
from tradeflow.store.lake import Lake

if TYPE_CHECKING:
    from tradeflow.simulate.simulation import Simulation

PARTNERS = ("RUS", "DEU", "IND", "VNM", "THA", "MEX", "TUR", "POL")
DAYS = [date(2020 + i // 12, i % 12 + 1, 25) for i in range(60)]
JUDGED = [day for day in DAYS if day.year >= 2022 and day.month in {4, 7, 9, 12}]
WATCHED = 3


def main() -> None:
    """Simulate, keep, watch, and print what share of the values lies inside."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--error", type=float, default=0.2, help="log sd of first releases")
    parser.add_argument("--seed", type=int, default=2)
    chosen = parser.parse_args()
    world = World(
        n_codes=40,
        partners=PARTNERS,
        hubs=(),
        rates=Rates(),
        releases=Releases(revision_sd=chosen.error),
    )
    simulated = simulate(world, seed=chosen.seed, backend="polars")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        keep(simulated, home)
        say(home)
        inside = [covered(simulated, home, day) for day in JUDGED]
    shares = np.mean(inside, axis=0)
    errors = np.std(inside, axis=0) / np.sqrt(len(inside))
    for lag in range(WATCHED):
        without, told = (
            f"{100 * shares[k, -1 - lag]:.1f} ± {100 * errors[k, -1 - lag]:.1f} %" for k in (0, 1)
        )
        print(f"SIMULATED error {chosen.error}, lag {lag}: without {without}, with {told}")


def keep(simulated: Simulation, home: Path) -> None:
    """Put every vintage into a lake; what is older than two years is final and comes once."""
    for n, day in enumerate(DAYS):
        flows = simulated.as_of(day)
        new = flows.filter(pl.col("period") >= date(day.year - 2, 1, 1)) if n else flows
        Lake(home).merge(new, day, new.select(SCOPE).clear())


def say(home: Path) -> None:
    """Print the estimated revision error of some lags."""
    lags = tf.revisions(home, what="lags", by="hs6", backend="polars")
    some = lags.filter(pl.col("lag_months").is_in([0, 1, 2, 6, 12]))
    print("estimated:", some.select("lag_months", "sd_log", "values").rows(), file=sys.stderr)


def covered(simulated: Simulation, home: Path, day: date) -> np.ndarray:
    """Share of the values inside their interval, shape (2, 3): without and with, by month."""
    panel = tf.panel(simulated.as_of(day), by="hs6")
    since = panel.periods[-WATCHED]
    error = tf.revisions(home, what="periods", by="hs6", as_of=day, backend="polars")
    rows = []
    for told in (None, error):
        found = tf.monitor(panel, since=since, merge_new_year=False, revisions=told)
        seen = np.isfinite(found.actual) & np.isfinite(found.high)
        inside = (found.actual >= found.low) & (found.actual <= found.high) & seen
        rows.append(inside.sum(axis=0) / seen.sum(axis=0))
    return np.array(rows)


if __name__ == "__main__":
    main()
