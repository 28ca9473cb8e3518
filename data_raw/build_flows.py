"""Build the embedded flow tables and the exchange rates from ``data_raw/trade``."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tradeflow.flows.read import read_flows, write_flows

TRADE = Path(__file__).parent / "trade"
PACKAGE = Path(__file__).parent.parent / "tradeflow"
SORT = ["period", "reporter", "partner", "flow", "hs6", "national_code"]


def build(package: Path = PACKAGE) -> list[Path]:
    """Write the embedded samples below `package`/flows/data."""
    out = package / "flows" / "data"
    return [
        _rates(package / "nomenclature" / "data" / "ecb_rates.parquet"),
        _sample(out, "china-russia-annual", "BACI_*.csv.gz", "baci", "V202501"),
        _sample(out, "china-russia-totals", "comtrade_*.csv", "comtrade-totals", "to 2024-12"),
        _sample(out, "eu-high-priority-monthly", "comext_*.csv.gz", "comext", "to 2022-11"),
    ]


def _rates(path: Path) -> Path:
    rates = pl.read_csv(TRADE / "ecb_reference_rates_monthly.csv").sort("currency", "month")
    rates.write_parquet(path, compression="zstd")
    return path


def _sample(out: Path, name: str, pattern: str, kind: str, release: str) -> Path:
    parts = [
        read_flows(path, kind=kind, release=release, backend="polars")
        for path in sorted(TRADE.glob(pattern))
    ]
    return write_flows(pl.concat(parts).sort(SORT), out / f"{name}.parquet")
