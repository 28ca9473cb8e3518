"""Queries over a large lake, its monthly update and the screen, by engine: time and memory.

    python benchmarks/lake.py [--rows 100000000] [--repeat 3] [--keep FOLDER]

The lake is SIMULATED: ten years of months, 28 reporters, 60 partners, real six-digit codes cut in
two national ones, drawn evenly, log-normal amounts. Each measurement runs in a process of its
own, the files in the system's cache; memory is the sum of the peak resident sizes (VmHWM) of that
process and of those that it started, CPU time is theirs together. Spark is left out where it is
not installed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from tradeflow.nomenclature.editions import known_codes
from tradeflow.schema import FLOW_SCHEMA, conform
from tradeflow.store.lake import Lake

YEARS = range(2015, 2025)
MONTHS = 12
REPORTERS = ["CHN", *(f"R{i:02d}" for i in range(27))]
PARTNERS = ["RUS", *(f"P{i:02d}" for i in range(59))]
FLOWS = ["export", "import"]
SCREENED = 100_000
HEAD = f"{'found':>12} {'seconds':>8} {'cpu s':>8} {'peak MB':>8} {'load':>6}"

MEASURE = """
import os, time
from pathlib import Path
{prepare}
start = time.perf_counter()
{work}
seconds = time.perf_counter() - start
cpu = peak = 0
for stat in Path("/proc").glob("[0-9]*/stat"):
    try:
        numbers = stat.read_text().rpartition(")")[2].split()
        if int(numbers[3]) == os.getsid(0):
            cpu += sum(map(int, numbers[11:15])) / os.sysconf("SC_CLK_TCK")
            lines = (stat.parent / "status").read_text().splitlines()
            peak += sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    except OSError:
        pass  # it has ended meanwhile
print("MEASURED", found, seconds, cpu, peak / 1024)
"""
POLARS = """
import polars as pl
from tradeflow.flows.queries import *
rows = pl.scan_parquet("{folder}/lake/**/*.parquet", hive_partitioning=True)
found = {query}.collect(engine="streaming").height
"""
DUCKDB = """
import duckdb
from tradeflow.flows.queries import *
rows = duckdb.read_parquet("{folder}/lake/**/*.parquet", hive_partitioning=True)
found = {query}.to_arrow_table().num_rows
"""
BY_HAND = """
import duckdb
from tradeflow.nomenclature.tables import table
duckdb.register("members", table("members").select("edition", "hs6", "category").to_arrow())
found = duckdb.sql('''
    SELECT source, freq, {pair} flow, category, period, sum(value_usd), sum(net_kg), count(*),
           count(*) - count(net_kg)
    FROM read_parquet("{folder}/lake/**/*.parquet", hive_partitioning=true)
    JOIN members USING (edition, hs6) GROUP BY ALL''').to_arrow_table().num_rows
"""
ALL_POLARS = """
import polars as pl
rows = pl.scan_parquet("{folder}/lake/**/*.parquet", hive_partitioning=True)
keys = ["source", "freq", "flow", "edition", "hs6", "period"]
found = rows.group_by(keys).agg(pl.col("value_usd").sum()).collect(engine="streaming").height
"""
ALL_DUCKDB = """
import duckdb
found = duckdb.sql('''
    SELECT source, freq, flow, edition, hs6, period, sum(value_usd)
    FROM read_parquet("{folder}/lake/**/*.parquet", hive_partitioning=true)
    GROUP BY ALL''').to_arrow_table().num_rows
"""
SESSION = """
import sys
os.environ["PYSPARK_PYTHON"] = sys.executable
from pyspark.sql import SparkSession
build = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
build = build.config("spark.driver.memory", "4g").config("spark.sql.shuffle.partitions", "8")
spark = build.getOrCreate()
"""
SPARK = """
from tradeflow.flows.queries import *
found = {query_spark}.toArrow().num_rows
"""
MERGE = """
import polars as pl
from datetime import date
from tradeflow.store.lake import Lake
month = pl.read_parquet("{folder}/month.parquet")
asked = month.select("source", "freq", "reporter", "partner", "flow", "period", "hs6").unique()
changes = Lake(Path("{folder}")).merge(month, date(2026, 2, 1), asked)
found = sum(change.added.height for change in changes)
"""
SERIES = """
import numpy as np, polars as pl, tradeflow as tf
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from tradeflow.panel.model import Panel
from tradeflow.simulate.arrays import simulate_panel
from datetime import date
values = simulate_panel({series}, 96, seed=1).values
names = [f"{{i:06d}}" for i in range(len(values))]
keys = pl.DataFrame(dict(reporter="CHN", partner="RUS", hs6=names))
months = tuple(date(2017 + t // 12, t % 12 + 1, 1) for t in range(96))
panel = Panel(values, np.ones(values.shape, dtype=np.uint8), values, keys, months, "M", "hs6",
    "value_usd", "USD", ("SIMULATED",))
"""
QUERIES = {
    "category x month": "category_months({rows}, together=('reporter', 'partner'))",
    "category x month x pair": "category_months({rows})",
    "partner shares": "partner_shares({rows})",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One way of doing one thing: rows found, medians of the repetitions, highest peak.

    `load` is the system's load average of the minute, after the last repetition.
    """

    found: int
    seconds: float
    cpu: float
    megabytes: float
    load: float

    def __str__(self) -> str:
        """One line of the table."""
        numbers = f"{self.found:12,} {self.seconds:8.2f} {self.cpu:8.1f} {self.megabytes:8,.0f}"
        return f"{numbers} {self.load:6.1f}"


def main() -> None:
    """Generate, measure each way in turn, print a table."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--keep", type=Path, help="where to leave, or find, the simulated lake")
    told = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = told.keep or Path(folder)
        generate(place, told.rows // (len(YEARS) * MONTHS))
        print(f"SIMULATED lake: {rows_of(place):,} rows, {megabytes(place):,.0f} MB of files")
        print(f"{os.cpu_count()} cores; medians of {told.repeat}\n")
        print(f"{'what, by which engine':44} {HEAD}")
        for name, (prepare, work) in ways(place).items():
            print(f"{name:44} {measured(prepare, work, told.repeat)}", flush=True)
        print(f"{'one new month onto its year':44} {merged(place)}")
        for name, (prepare, work) in screens().items():
            print(f"{name:44} {measured(prepare, work, told.repeat)}", flush=True)


def ways(folder: Path) -> dict[str, tuple[str, str]]:
    """Give code to prepare and code to time, by query and engine."""
    found = {}
    for name, query in QUERIES.items():
        plan = query.format(rows="rows")
        found[f"{name}, Polars"] = ("", POLARS.format(folder=folder, query=plan))
        found[f"{name}, DuckDB"] = ("", DUCKDB.format(folder=folder, query=plan))
        if name != "partner shares":
            pair = "reporter, partner," if name.endswith("pair") else ""
            found[f"{name}, DuckDB by hand"] = ("", BY_HAND.format(folder=folder, pair=pair))
        if has_spark():
            plan = query.format(rows=f"spark.read.parquet('{folder}/lake')")
            found[f"{name}, Spark"] = (SESSION, SPARK.format(query_spark=plan))
    found["all goods by code, Polars by hand"] = ("", ALL_POLARS.format(folder=folder))
    found["all goods by code, DuckDB by hand"] = ("", ALL_DUCKDB.format(folder=folder))
    return found


def screens() -> dict[str, tuple[str, str]]:
    """Give code to prepare and code to time, by who carries out the screen."""
    made = SERIES.format(series=SCREENED)
    warm = made + "tf.screen(panel.take(np.arange(9)))\n"
    pool = warm + "pool = ProcessPoolExecutor(2, mp_context=get_context('spawn'))\n"
    pool += "list(pool.map(abs, range(9)))\n"
    end = "\nfound = int((result.p <= 0.05).sum())"
    ours = {
        "screen, in-process": (warm, "result = tf.screen(panel)" + end),
        "screen, pool of 2": (pool, "result = tf.screen(panel, mapper=pool.map)" + end),
    }
    if has_spark():
        spark = warm + SESSION + "from tradeflow.detect.monthly.spread import spark_map\n"
        work = "result = tf.screen(panel, mapper=spark_map(spark))" + end
        ours["screen, Spark's mapInArrow"] = (spark, work)
    return ours


def has_spark() -> bool:
    """Say whether Spark can be measured here."""
    return importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None


def measured(prepare: str, work: str, repeat: int) -> Measured:
    """Run code a few times, each in a process of its own."""
    runs = [timed(prepare, work) for _ in range(repeat)]
    found, seconds, cpu, peak = zip(*runs, strict=True)
    middle = (statistics.median(seconds), statistics.median(cpu))
    return Measured(int(found[0]), *middle, max(peak), os.getloadavg()[0])


def timed(prepare: str, work: str) -> tuple[float, ...]:
    """Run code once; give rows found, wall and CPU seconds, and megabytes.

    Code comes from a file, since the workers of a pool import their parent's main module.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "work.py"
        code = MEASURE.format(prepare=prepare, work=work)
        body = "".join(f"    {line}\n" for line in code.splitlines())
        script.write_text(f"if __name__ == '__main__':\n{body}")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(script)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
            start_new_session=True,
        )
    line = next(line for line in done.stdout.splitlines() if line.startswith("MEASURED"))
    return tuple(map(float, line.split()[1:]))


def merged(folder: Path) -> Measured:
    """Take in the last month of the last year, which was held back; say what was rewritten."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(folder, copy, dirs_exist_ok=True)
        before = Lake(Path(copy)).checksums()
        found = measured("", MERGE.format(folder=copy), 1)
        after = Lake(Path(copy)).checksums()
        changed = [name for name in after if after[name] != before.get(name)]
        print(f"(the update rewrote {len(changed)} of {len(after)} files: {', '.join(changed)})")
        return found


def generate(folder: Path, series: int) -> None:
    """Write the lake quarter by quarter, so that it fits into memory; the last month apart."""
    if (folder / "month.parquet").exists():
        return
    lake = Lake(folder)
    nothing = conform(pl.DataFrame(schema=FLOW_SCHEMA))
    for year in YEARS:
        flows = simulated(year, series)
        last = pl.col("period") == date(YEARS[-1], MONTHS, 1)
        for quarter in range(1, 5):
            part = flows.filter(~last, pl.col("period").dt.quarter() == quarter)
            lake.merge(part, date(year + 1, 1, 15), nothing)
        flows.filter(last).write_parquet(folder / "month.parquet")


def simulated(year: int, series: int) -> pl.DataFrame:
    """Make a year of monthly flows of some series, none of them twice."""
    rng = np.random.default_rng([1, year])
    edition = "HS2012" if year < 2017 else "HS2017" if year < 2022 else "HS2022"
    codes = [code + tail for code in sorted(known_codes(edition)) for tail in ("10", "90")]
    sides = (REPORTERS, PARTNERS, FLOWS, codes)
    shape = tuple(map(len, sides))
    cells = rng.choice(int(np.prod(shape)), size=series, replace=False, shuffle=False)
    index = np.unravel_index(np.sort(cells), shape)
    reporter, partner, flow, code = (
        pl.Series(names, dtype=pl.String).gather(pl.Series(np.repeat(i, MONTHS)))
        for names, i in zip(sides, index, strict=True)
    )
    value = np.round(rng.lognormal(10, 2, series * MONTHS))
    weight = np.round(value / rng.lognormal(3, 1, series * MONTHS))
    months = [date(year, month + 1, 1) for month in range(MONTHS)]
    rows = pl.DataFrame(
        {
            "period": pl.Series(months).gather(pl.Series(np.tile(np.arange(MONTHS), series))),
            "reporter": reporter,
            "partner": partner,
            "flow": flow,
            "hs6": code.str.head(6),
            "national_code": code,
            "value_usd": value,
            "net_kg": pl.Series(weight).set(pl.Series(rng.random(len(weight)) < 0.05), None),
        }
    )
    same = {"freq": "M", "edition": edition, "valuation": "FOB", "status": "reported"}
    return conform(rows, **same, source="SIMULATED", release="simulated").select(list(FLOW_SCHEMA))


def rows_of(folder: Path) -> int:
    """Count the rows of the lake."""
    return int(Lake(folder).scan().select(pl.len()).collect().item())


def megabytes(folder: Path) -> float:
    """Size of the lake's files."""
    return sum(path.stat().st_size for path in (folder / "lake").rglob("*.parquet")) / 1e6


if __name__ == "__main__":
    main()
