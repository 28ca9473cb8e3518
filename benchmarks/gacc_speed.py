"""Time to read an export of China customs with 10,000 rows, beside a plain reading with pandas.

    python benchmarks/gacc_speed.py [FILE] [--flow export] [--period 2024]

Without a file, 10,000 rows are made from the excerpt that the tests hold (real lines, repeated
under other trade modes): GB18030, HS8 by partner, trade mode and registered place. pandas only
decodes and makes numbers; it checks nothing and maps nothing.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from tradeflow.sources.gacc.parse import parse_gacc

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS, RUNS, REGIME = 10_000, 25, 4
EXCERPT = (
    Path(__file__).parents[1] / "tests" / "fixtures" / "gacc" / "province_detail_gb18030.csv.gz"
)


def enlarged(folder: Path) -> Path:
    """Repeat the excerpt's lines under trade modes that it does not have."""
    header, *rows = csv.reader(io.StringIO(gzip.decompress(EXCERPT.read_bytes()).decode("gb18030")))
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(header)
    regimes = sorted({row[REGIME] for row in rows})
    for i in range(ROWS):
        again, row = divmod(i, len(rows))
        cells = rows[row].copy()
        cells[REGIME] = str(10 * (again + 1) + regimes.index(cells[REGIME]))
        writer.writerow(cells)
    path = folder / "export.csv"
    path.write_bytes(text.getvalue().encode("gb18030"))
    return path


def with_pandas(path: Path) -> float:
    """Decode, and turn the value into numbers: the least that a notebook would do."""
    frame = pd.read_csv(path, encoding="gb18030", dtype=str)
    return float(frame["US dollar"].str.replace(",", "").astype(float).sum())


def milliseconds(work: Callable[[], object]) -> tuple[float, float]:
    """Best and median of some runs after one that is not counted."""
    work()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(1_000 * (time.perf_counter() - start))
    return min(times), sorted(times)[RUNS // 2]


def main() -> None:
    """Print milliseconds per file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("--flow", default="export")
    parser.add_argument("--period", default="2024")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = told.file or enlarged(Path(folder))
        facts = {"flow": told.flow, "period": told.period, "accept_truncated": True}
        rows = parse_gacc(path, release="speed", **facts).rows.height
        print(f"{rows:,} rows{'':24}best     median")
        for name, work in (
            ("tradeflow, checked flow rows", lambda: parse_gacc(path, release="speed", **facts)),
            ("pandas, decoded and summed", lambda: with_pandas(path)),
        ):
            best, median = milliseconds(work)
            print(f"{name:32} {best:6.1f} ms  {median:6.1f} ms")


if __name__ == "__main__":
    main()
