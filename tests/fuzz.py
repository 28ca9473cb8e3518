"""Damage answers and files of every source many thousand times: ``python tests/fuzz.py 50000``.

Only errors of our own may come out; anything else ends the run with its traceback, its source
and the seed that makes it happen again.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections import Counter

from every_source import FETCHED, FILES, damaged_answers, damaged_file


def main(number: int) -> None:
    """Share the inputs out over all sources and files."""
    warnings.simplefilter("error")
    works = [
        (f"{name}, answers", lambda s, n, k=name: damaged_answers(k, s, n)) for name in FETCHED
    ]
    works += [
        (f"{name}, {path.name}", lambda s, n, a=(name, path, facts): damaged_file(*a, s, n))
        for name, path, facts in FILES
    ]
    begun, share = time.perf_counter(), -(-number // len(works))
    for title, work in works:
        outcomes = Counter(work(20261122, share))
        said = ", ".join(f"{what} {count:,}" for what, count in outcomes.most_common())
        print(f"{title}: {sum(outcomes.values()):,} inputs: {said}", flush=True)  # noqa: T201
    seconds = time.perf_counter() - begun
    print(f"{share * len(works):,} inputs in {seconds:.0f} s; only errors of our own")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
