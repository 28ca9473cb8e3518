"""Speed of the contrast with other destinations, beside statsmodels, on simulated trade.

    python benchmarks/contrast_speed.py [--series N] [--months T]

Prints seconds for N product x destination series in closed form, seconds of the full model on a
hundred goods, and what statsmodels' GLM would take for as many, from a subsample on which both
must agree.
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.witness.contrast.fit import Cases, Table, fit_effects, fit_null
from tradeflow.detect.witness.contrast.two_way import screen_shares, two_way

if TYPE_CHECKING:
    from numpy.typing import NDArray

PLACES = 10
SUBSAMPLE = 5
POST_MONTHS = 6


def main() -> None:
    """Time all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=100_000)
    parser.add_argument("--months", type=int, default=96)
    asked = parser.parse_args()
    values = trade(asked.series // PLACES, asked.months)
    post = np.arange(asked.months) >= asked.months - POST_MONTHS
    started = time.perf_counter()
    found = screen_shares(values, post)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{asked.series:,} series of {asked.months} months, simulated")
    print(f"closed form, errors and placebos   {seconds:8.2f} s   peak {peak:,.0f} MiB")
    print(f"p <= 0.05 without any effect       {np.mean(found.p <= 0.05):8.3f}")
    full_model(values[:100], post)
    beside_statsmodels(values, post, asked.series)


def trade(goods: int, months: int) -> NDArray[np.float64]:
    """Goods by destinations by months: levels, growth and season in common, drift and noise."""
    rng = np.random.default_rng(1)
    shape = (goods, PLACES, months)
    common = np.cumsum(rng.normal(0, 0.05, (goods, 1, months)), axis=2)
    own = np.cumsum(rng.normal(0, 0.03, shape), axis=2) + rng.normal(0, 0.2, shape)
    return np.asarray(np.exp(rng.normal(12, 1, (goods, PLACES, 1)) + common + own))


def full_model(values: NDArray[np.float64], post: NDArray[np.bool_]) -> None:
    """Three-way model with a season of each series, one effect per good."""
    goods = len(values)
    season = np.arange(len(post), dtype=np.int64) % 12
    scale = np.ones(values.shape[:2])
    table = Table(values, np.ones(values.shape, dtype=bool), season, growth=True, scale=scale)
    null, bins = fit_null(table), post.astype(np.int64)
    cases = Cases([*np.arange(goods)[:, None]], [0] * goods)
    fit_effects(table, null, cases, bins)  # compilation
    started = time.perf_counter()
    fit_effects(table, null, cases, bins)
    each = 1e3 * (time.perf_counter() - started) / goods
    print(f"full model, {goods} goods             {each:8.2f} ms each")


def beside_statsmodels(values: NDArray[np.float64], post: NDArray[np.bool_], series: int) -> None:
    """The same effects from GLM with dummies."""
    import statsmodels.api as sm

    places, months = values.shape[1:]
    j, t = (a.ravel() for a in np.meshgrid(np.arange(places), np.arange(months), indexing="ij"))
    dummies = [j == i for i in range(places)] + [t == i for i in range(1, months)]
    design = np.column_stack([*dummies, (j == 0) & post[t]]).astype(float)
    started = time.perf_counter()
    theirs = [
        sm.GLM(good.ravel(), design, family=sm.families.Poisson()).fit().params[-1]
        for good in values[:SUBSAMPLE]
    ]
    each = (time.perf_counter() - started) / SUBSAMPLE
    some = values[:SUBSAMPLE]
    ours = two_way(some[:, 0], some[:, 1:].sum(axis=1), post).log[:, 1]
    print(
        f"statsmodels GLM                    {each * series / places:8.0f} s   for as many goods,"
    )
    print(f"  {each:.3f} s each, effects differ by at most {np.abs(ours - theirs).max():.1e};")
    print(f"  for a placebo of every series {each * series:,.0f} s")


if __name__ == "__main__":
    main()
