"""Time and memory of reading one Comext bulk month, beside pandas.read_csv.

    python benchmarks/comext_bulk.py [--lines 3500000] [--keep FOLDER]

The month is GENERATED in the layout of ``full_v2_YYYYMM.dat``: real reporters, partners and
six-digit codes, drawn evenly, so that the lines for one partner are a made-up share. Each way of
reading runs in a process of its own; memory is the peak resident size of that process (VmHWM).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import py7zr

from tradeflow.nomenclature.editions import known_codes
from tradeflow.sources.comext.datasets import EU
from tradeflow.sources.comext.places import countries, geonom

MONTH = "202601"
BATCH = 500_000
OURS = """
from tradeflow.flows.delivery import deliver
from tradeflow.sources.comext.read import read
parsed = read({path!r}, release="generated", {choice})
rows = deliver(parsed, (), where="bulk", backend="polars").flows.height
"""
WHOLE = """
from tradeflow.flows.check import check_flows
from tradeflow.schema import conform
from tradeflow.sources.comext.bulk import bulk_parts
parts = bulk_parts({path!r}, release="generated")
rows = sum(check_flows(conform(part.rows)).height for part in parts)
"""
PANDAS = """
import pandas as pd
lines = pd.read_csv({path!r}, dtype=str)
rows = len(lines[lines.PARTNER.isin(["RU", "KZ"]) & (lines.PRODUCT_NC != "TOTAL")])
"""
MEASURE = """
import time
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(rows, seconds, int(peak.split()[1]) / 1024)
"""
PLACES = "partners='RUS,KAZ'"
GOODS = "codes='8542,854370,8471'"


def main() -> None:
    """Generate, read in several ways, print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--lines", type=int, default=3_500_000)
    options.add_argument("--keep", type=Path, help="where to leave the generated files")
    told = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table, archive = generated(told.keep or Path(folder), told.lines)
        print(f"GENERATED month: {told.lines:,} lines, {table.stat().st_size / 1e6:,.0f} MB")
        print(f"packed: {archive.stat().st_size / 1e6:,.0f} MB\n")
        print(f"{'way':34} {'rows':>9} {'seconds':>8} {'peak MB':>8}")
        for name, work in ways(table, archive).items():
            print(f"{name:34} {measured(work)}")


def ways(table: Path, archive: Path) -> dict[str, str]:
    """Name the code of each way of reading."""
    return {
        "tradeflow, .7z, two partners": OURS.format(path=str(archive), choice=PLACES),
        "tradeflow, .dat, two partners": OURS.format(path=str(table), choice=PLACES),
        "tradeflow, .dat, goods of interest": OURS.format(path=str(table), choice=GOODS),
        "tradeflow, .7z, all, part by part": WHOLE.format(path=str(archive)),
        "pandas.read_csv, .dat, two partners": PANDAS.format(path=str(table)),
        "(imports alone)": "import tradeflow.sources.comext.read; rows = 0",
    }


def measured(work: str) -> str:
    """Run code in a process of its own; give rows, seconds and peak megabytes."""
    command = [sys.executable, "-c", MEASURE.format(work=work)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows, seconds, peak = out.split()
    return f"{int(rows):9,} {float(seconds):8.1f} {float(peak):8.0f}"


def generated(folder: Path, lines: int) -> tuple[Path, Path]:
    """Write a made-up month, as .dat and as .7z."""
    table = folder / f"full_v2_{MONTH}.dat"
    archive = folder / f"full_v2_{MONTH}.7z"
    if not table.exists():
        write(table, lines)
    if not archive.exists():
        start = time.perf_counter()
        with py7zr.SevenZipFile(
            archive, "w", filters=[{"id": py7zr.FILTER_LZMA2, "preset": 1}]
        ) as file:
            file.write(table, table.name)
        print(f"(packed in {time.perf_counter() - start:.0f} s)")
    return table, archive


def write(table: Path, lines: int) -> None:
    """Write lines in which no cell stands twice."""
    reporters = sorted(geonom(name) for name in EU)
    partners = sorted([*countries(), "QV", "QZ"])
    goods = [code + tail for code in sorted(known_codes("HS2022")) for tail in ("10", "90")]
    goods += ["85XXXXXX", "99500000", "TOTAL"]
    sides = (len(reporters), len(partners), len(goods), 2, 4)
    rng = np.random.default_rng(1)
    places = rng.choice(int(np.prod(sides)), size=lines, replace=False, shuffle=False)
    with table.open("w") as file:
        for start in range(0, lines, BATCH):
            index = np.unravel_index(places[start : start + BATCH], sides)
            frame = batch(
                rng,
                [
                    np.array(s)[i]
                    for s, i in zip((reporters, partners, goods), index[:3], strict=True)
                ],
                index,
            )
            file.write(frame.write_csv(include_header=start == 0))


def batch(
    rng: np.random.Generator, named: list[np.ndarray], index: tuple[np.ndarray, ...]
) -> pl.DataFrame:
    """Make some lines in the layout of the real files."""
    count = len(index[0])
    euros, kilograms = rng.lognormal(9, 2, size=(2, count)).astype(np.int64)
    same = {"PRODUCT_SITC": "07330", "PRODUCT_CPA21": "1082", "PRODUCT_CPA22": "1082"}
    return pl.DataFrame(
        {
            "REPORTER": named[0],
            "PARTNER": named[1],
            "TRADE_TYPE": np.full(count, "E"),
            "PRODUCT_NC": named[2],
            **{name: np.full(count, text) for name, text in same.items()},
            "PRODUCT_BEC": np.full(count, "122"),
            "PRODUCT_BEC5": np.full(count, "....."),
            "PRODUCT_SECTION": np.full(count, "04"),
            "FLOW": index[3] + 1,
            "STAT_PROCEDURE": np.array([1, 2, 3, 9])[index[4]],
            "SUPPL_UNIT": np.full(count, "NO_SU"),
            "PERIOD": np.full(count, MONTH),
            "VALUE_EUR": euros,
            "VALUE_NAC": euros,
            "QUANTITY_KG": kilograms,
            "QUANTITY_SUPPL_UNIT": np.zeros(count, dtype=np.int64),
        }
    )


if __name__ == "__main__":
    main()
