"""What came with the package: files, tables, compiled code, fonts."""

from __future__ import annotations

import base64
import hashlib
import io
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import TradeflowError
from tradeflow.files import can_write
from tradeflow.flows.samples import list_samples, load_sample
from tradeflow.jobs.doctor.check import NAME, REINSTALL, Check

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES: Final = frozenset(
    [
        *("adoption", "breaks", "categories", "controls", "conversion", "correlation"),
        *("countries", "descriptions", "ecb_rates", "events", "gacc_partners", "gacc_provinces"),
        *("labels", "list_members", "lists", "members", "overrides", "practice"),
        *("producer_codes", "refinements", "sections", "transshipment", "words"),
    ]
)
"""Tables that say what codes mean."""

_MADE_FOR_ONE_RUN: Final = "matplotlib-"  # name of the folder that matplotlib makes itself


def tables() -> Iterator[Check]:
    """Look at every file by its checksum, if one was kept at installation, and read every table."""
    changed = [*changed_files()]
    if changed:
        found = f"changed since the installation: {', '.join(changed)}"
        yield Check("files", "bad", found, REINSTALL)
    broken = [name for name in sorted(TABLES) if not _readable(name)]
    broken += [sample.name for sample in list_samples() if not _whole(sample.name, sample.rows)]
    if broken:
        yield Check("tables", "bad", f"absent or damaged: {', '.join(broken)}", REINSTALL)
    else:
        yield Check("tables", "ok", f"{len(TABLES)} tables and {len(list_samples())} samples read")


def changed_files() -> Iterator[str]:
    """Name the package's files that are gone, or differ from the record of the installation."""
    try:
        record = metadata.distribution(NAME).files or []
    except metadata.PackageNotFoundError:
        return
    for entry in record:
        if entry.parts[0] != "tradeflow" or entry.hash is None:
            continue
        path = Path(str(entry.locate()))
        if not path.is_file() or _digest(path, entry.hash.mode) != entry.hash.value:
            yield str(entry)


def _digest(path: Path, mode: str) -> str:
    raw = hashlib.new(mode, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _readable(name: str) -> bool:
    """Say whether a table can be read; not from the memory that `table()` keeps."""
    file = files("tradeflow.nomenclature").joinpath(f"data/{name}.parquet")
    try:
        return pl.read_parquet(file.read_bytes()).height > 0
    except (OSError, pl.exceptions.PolarsError):
        return False


def _whole(name: str, rows: int) -> bool:
    try:
        return len(load_sample(name, backend="polars")) == rows
    except (OSError, pl.exceptions.PolarsError, TradeflowError):
        return False


def compiled() -> Iterator[Check]:
    """Look whether compiled code can be kept: else every run compiles anew."""
    remedy = "Set NUMBA_CACHE_DIR to a folder that can be written."
    try:
        from tradeflow.detect.monthly.outliers import mark
    except RuntimeError as error:  # numba finds no place at all
        yield Check("compiled code", "bad", f"cannot be made: {error}", remedy)
        return
    folder = mark.stats.cache_path
    if folder is not None and can_write(Path(folder)):
        yield Check("compiled code", "ok", f"kept in {folder}")
    else:
        found = f"cannot be kept in {folder}: every run of detect and findings compiles anew"
        yield Check("compiled code", "warn", found, remedy)


def figures() -> Iterator[Check]:
    """Look for the font, and draw a small figure."""
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
        from matplotlib.font_manager import findfont

        backend = mpl.get_backend()
        Figure(figsize=(1, 1)).savefig(io.BytesIO(), format="png")
    except (ImportError, OSError, ValueError) as error:
        remedy = "Unset MPLBACKEND if it is set; else pip install --force-reinstall matplotlib"
        yield Check("figures", "bad", f"cannot be drawn: {error}", remedy)
        return
    try:
        findfont("DejaVu Sans", fallback_to_default=False)
    except ValueError:
        found = "the font DejaVu Sans is not found: another one is drawn, and text may overlap"
        yield Check("figures", "warn", found, "pip install --force-reinstall matplotlib")
        return
    if Path(mpl.get_cachedir()).name.startswith(_MADE_FOR_ONE_RUN):
        found = "matplotlib has no folder to keep fonts in: each run looks for them anew"
        remedy = "Set MPLCONFIGDIR to a folder that can be written."
        yield Check("figures", "warn", found, remedy)
        return
    yield Check("figures", "ok", f"matplotlib {mpl.__version__}, backend {backend}, DejaVu Sans")
