"""Turn the source tables on what codes mean into the compact tables that the package ships.

Each table is a CSV file with an origin record of the same name beside it. Reading adds
nothing and corrects nothing: empty cells become nulls, weights become numbers, the rest stays
text, rows are kept in the order of the source.
"""

from __future__ import annotations

import gzip
import io
import tomllib
from pathlib import Path

import polars as pl

HERE = Path(__file__).parent
SOURCES = (HERE / "nomenclature", HERE / "concordance")
ORIGIN_KEYS = ("title", "producer", "address", "date", "licence", "note")
NUMBERS = {"specificity_weight": pl.Float64, "n_codes": pl.Int64, "section": pl.Int64}


def build(out: Path) -> list[Path]:
    """Write every table as `out`/nomenclature/data/NAME.parquet; return the files written."""
    folder = out / "nomenclature" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(read(source), folder / f"{name(source)}.parquet") for source in sources()]


def sources() -> list[Path]:
    """List the source tables, sorted by name."""
    found = [
        path for folder in SOURCES for path in (*folder.glob("*.csv"), *folder.glob("*.csv.gz"))
    ]
    return sorted(found, key=name)


def name(source: Path) -> str:
    """Name a table after its file."""
    return source.name.split(".")[0]


def origin(source: Path) -> dict[str, str]:
    """Read the origin record of a table; raise if it is missing or incomplete."""
    record = tomllib.loads((source.parent / f"{name(source)}.toml").read_text(encoding="utf-8"))
    missing = [key for key in ORIGIN_KEYS if not str(record.get(key, "")).strip()]
    if missing:
        raise ValueError(f"{name(source)}.toml: the origin record lacks {', '.join(missing)}.")
    return {key: str(record[key]) for key in ORIGIN_KEYS}


def read(source: Path) -> pl.DataFrame:
    """Read one source table, all text but the few columns of numbers."""
    raw = source.read_bytes()
    text = gzip.decompress(raw) if source.suffix == ".gz" else raw
    frame = pl.read_csv(io.BytesIO(text), infer_schema=False)
    numbers = [pl.col(c).cast(t, strict=True) for c, t in NUMBERS.items() if c in frame.columns]
    return frame.with_columns(numbers)


def _write(frame: pl.DataFrame, path: Path) -> Path:
    frame.write_parquet(path, compression="zstd", compression_level=19, statistics=False)
    return path
