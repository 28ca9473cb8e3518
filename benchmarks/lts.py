"""Time of the robust fit of one series, compile time apart.

python benchmarks/lts.py [series]
"""

from __future__ import annotations

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from tradeflow.detect.robust.fit import detect_shift

if TYPE_CHECKING:
    from numpy.typing import NDArray

CASES: dict[str, tuple[int, dict[str, Any]]] = {
    "T=48, 22 dates, varying season, p=8": (48, {"candidates": range(14, 36)}),
    "T=120, 92 dates, steady season, p=9": (
        120,
        {"candidates": range(15, 107), "harmonics": 3, "amplitude": 0},
    ),
    "T=120, 92 dates, varying season, p=8": (120, {"candidates": range(15, 107)}),
}


def series(n: int, seed: int) -> NDArray[np.float64]:
    """Trend, growing season, a shift and a tenth of gross errors."""
    rng = np.random.default_rng(seed)
    t = np.arange(1, n + 1)
    season = 3 * np.cos(2 * np.pi * t / 12) * (1 + t / n)
    y: NDArray[np.float64] = 100 + 0.03 * t + season + rng.normal(size=n) + 5 * (t > 0.6 * n)
    y[rng.permutation(n)[: n // 10]] += rng.uniform(8, 20, n // 10)
    return y


def main() -> None:
    """Print the compile time, and milliseconds a series on one thread and on two."""
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    started = time.perf_counter()
    detect_shift(series(48, 0))
    print(
        f"first call (compiles, or loads what was compiled): {time.perf_counter() - started:.1f} s"
    )
    print(f"{'ms a series':40} {'median':>8} {'min':>8} {'max':>8} {'2 threads':>10}")
    for name, (n, options) in CASES.items():
        samples = [series(n, seed) for seed in range(many)]
        seen = [_timed(y, options) for y in samples]
        started = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda y, o=options: detect_shift(y, **o), samples))
        both = (time.perf_counter() - started) * 1e3 / many
        print(
            f"{name:40} {statistics.median(seen):8.1f} {min(seen):8.1f} {max(seen):8.1f} "
            f"{both:10.1f}"
        )


def _timed(y: NDArray[np.float64], options: dict[str, Any], runs: int = 3) -> float:
    """Best of some runs, so that other work on the machine counts less."""
    seen = []
    for _ in range(runs):
        started = time.perf_counter()
        detect_shift(y, **options)
        seen.append((time.perf_counter() - started) * 1e3)
    return min(seen)


if __name__ == "__main__":
    main()
