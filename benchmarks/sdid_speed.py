"""Seconds for synthetic difference-in-differences with every donor refitted as if treated.

Prints one line per size of the problem, compile time apart, for the fits alone and for the whole
witness of one series (donors chosen, placebos in space and time, intervals).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from tradeflow.detect.witness.excess import sdid
from tradeflow.detect.witness.excess.engines import Question, by_sdid, by_structure

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = ((10, 60), (30, 60), (100, 60), (200, 60), (200, 120))
"""Donors and months; the last year is after the date."""


def walks(donors: int, months: int, seed: int = 1) -> np.ndarray:
    """Log series that drift, in part together: the treated one and its donors."""
    rng = np.random.default_rng(seed)
    common = np.cumsum(rng.normal(0, 0.05, months))
    own = np.cumsum(rng.normal(0, 0.03, (donors + 1, months)), axis=1)
    return 13 + common + own + rng.normal(0, 0.2, (donors + 1, months))


def seconds(task: Callable[[], object]) -> float:
    """Wall seconds of one run."""
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


def placebos(y: np.ndarray, start: int) -> None:
    """Fit the first series and, as if treated, each donor."""
    for i in range(len(y)):
        sdid.fit(y[i], np.delete(y, [0, i], axis=0), start)


def main() -> None:
    """Print the table."""
    first = walks(5, 40)
    print(f"compiling or loading the kernel: {seconds(lambda: placebos(first, 30)):.2f} s")
    print(f"{'donors':>7} {'months':>7} {'fits, s':>9} {'sdid, s':>9} {'structural, s':>14}")
    for donors, months in SIZES:
        y, start, month = walks(donors, months), months - 12, np.arange(months) % 12 + 1
        asked = Question(y, start, np.arange(months), month, logs=True)
        cells = (
            seconds(lambda y=y, start=start: placebos(y, start)),  # type: ignore[misc]
            seconds(lambda asked=asked: by_sdid(asked, placebos=True)),  # type: ignore[misc]
            seconds(lambda asked=asked: by_structure(asked, placebos=True)),  # type: ignore[misc]
        )
        print(f"{donors:7} {months:7} {cells[0]:9.2f} {cells[1]:9.2f} {cells[2]:14.2f}", flush=True)


if __name__ == "__main__":
    main()
