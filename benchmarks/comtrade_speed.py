"""Speed of reading Comtrade's JSON, beside the official client's way.

    python benchmarks/comtrade_speed.py [--rows N]

The client (comtradeapicall 1.3.2) turns an answer into a frame by ``json.loads`` and
``pandas.json_normalize``; it checks nothing and converts nothing. Here the same bytes become
checked rows of the flow table. The rows are generated from one recorded row.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl

from tradeflow.nomenclature.editions import known_codes
from tradeflow.sources.comtrade.envelope import read_table
from tradeflow.sources.comtrade.fields import FINAL
from tradeflow.sources.comtrade.rows import flow_rows, once

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDED = Path(__file__).parent.parent / "tests/fixtures/comtrade/get_C_A_HS_china_total_2010.json"
REPEATS = 5


def main() -> None:
    """Time both on the same bytes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    body = answer(parser.parse_args().rows)
    ways = (client, parse, here)
    theirs, parsed, ours = (seconds / len(parse(body)) * 1e6 for seconds in best(ways, body))
    print(f"{len(parse(body)):,} rows, {len(body) / 1e6:,.0f} MB of JSON, best of {REPEATS}")
    print("microseconds per row, and how many times as fast as the client")
    print(f"json.loads and json_normalize          {theirs:8.2f}")
    print(f"tradeflow, JSON to a checked frame     {parsed:8.2f} {theirs / parsed:8.1f}")
    print(f"tradeflow, JSON to flow-table rows     {ours:8.2f} {theirs / ours:8.1f}")


def answer(number: int) -> bytes:
    """An answer with all 47 fields, as the service writes it: compact, on one line."""
    chance = random.Random(1)  # noqa: S311
    row = json.loads(RECORDED.read_text())["data"][0] | {"classificationCode": "H6"}
    codes = sorted(known_codes("HS2022"))
    months = [f"{year}{month:02}" for year in range(2022, 2060) for month in range(1, 13)]
    rows = [
        row
        | {
            "freqCode": "M",
            "period": months[i // len(codes)],
            "cmdCode": codes[i % len(codes)],
            "primaryValue": (value := round(chance.lognormvariate(10, 2), 3)),
            "cifvalue": value,
            "netWgt": round(value / 30, 3) if i % 3 else None,
        }
        for i in range(number)
    ]
    text = {"elapsedTime": "0.21 secs", "count": number, "data": rows, "error": ""}
    return json.dumps(text, separators=(",", ":")).encode()


def client(body: bytes) -> pd.DataFrame:
    """The client's way."""
    return pd.json_normalize(json.loads(body)["data"])


def parse(body: bytes) -> pl.DataFrame:
    """Our way to a frame: fields, types and count checked."""
    return read_table(body, "benchmark", documented=FINAL)


def here(body: bytes) -> pl.DataFrame:
    """Our whole way: also converted, unique and sorted."""
    parsed = flow_rows(parse(body), pl.lit("benchmark"), where="benchmark", tariffline=False)
    return once(parsed.rows, where="benchmark")


def best(ways: tuple[Callable[[bytes], Any], ...], body: bytes) -> list[float]:
    """Seconds of the fastest run of each; run in turn, so that a busy machine slows all."""
    times: list[list[float]] = [[] for _ in ways]
    for _ in range(REPEATS):
        for way, taken in zip(ways, times, strict=True):
            started = time.perf_counter()
            way(body)
            taken.append(time.perf_counter() - started)
    return [min(taken) for taken in times]


if __name__ == "__main__":
    main()
