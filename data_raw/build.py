"""Build the tables that the package ships from the source tables in this folder.

    python data_raw/build.py            write them
    python data_raw/build.py --check    name the packaged tables that differ; exit 1 if any do

Each builder is a module with ``build(out)``, which writes below `out`, the package's folder,
and returns the files it wrote.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import sys
import tempfile
from pathlib import Path

import polars as pl

PACKAGE = Path(__file__).parent.parent / "tradeflow"
BUILDERS = ("build_nomenclature", "build_flows")

sys.path.insert(0, str(PACKAGE.parent))  # so that a checkout builds without being installed


def build(out: Path) -> list[Path]:
    """Run every builder that is there and return the files written."""
    there = [name for name in BUILDERS if importlib.util.find_spec(name)]
    return [path for name in there for path in importlib.import_module(name).build(out)]


def differing(package: Path = PACKAGE) -> list[str]:
    """Name the packaged tables whose content is not what the builders make."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = {path.relative_to(folder): path for path in build(Path(folder))}
        return [str(where) for where, path in fresh.items() if not _same(path, package / where)]


def _same(fresh: Path, packaged: Path) -> bool:
    """Compare frames, not bytes: another version of the library may write other bytes."""
    return packaged.exists() and pl.read_parquet(fresh).equals(pl.read_parquet(packaged))


def main(arguments: list[str] | None = None) -> int:
    """Build or check, and say what was done."""
    parser = argparse.ArgumentParser(description="Build the tables that the package ships.")
    parser.add_argument("--check", action="store_true", help="write nothing, name what differs")
    if parser.parse_args(arguments).check:
        stale = differing()
        print("\n".join(f"differs: {name}" for name in stale) or "packaged tables are up to date")
        return 1 if stale else 0
    for path in build(PACKAGE):
        print(f"{path.stat().st_size:>9,} bytes  {path.relative_to(PACKAGE.parent)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
