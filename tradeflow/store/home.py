"""The folder in which everything lies that tradeflow fetches."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tradeflow.errors import UsageError

VARIABLE: Final = "TRADEFLOW_HOME"
DEFAULT: Final = "tradeflow-data"


def home(folder: str | Path | None = None) -> Path:
    """Return `folder`, else what ``TRADEFLOW_HOME`` says, else ``tradeflow-data`` here.

    Raises
    ------
    UsageError
        `folder` is no path.
    """
    if not isinstance(folder, str | os.PathLike | None):
        raise UsageError(f"home is {folder!r}: give the path of a folder.")
    return Path(folder or os.environ.get(VARIABLE) or DEFAULT).absolute()


def releases_folder(folder: str | Path | None = None) -> Path:
    """Where raw answers are kept."""
    return home(folder) / "releases"


def ledger_folder(folder: str | Path | None = None) -> Path:
    """Where calls are counted."""
    return home(folder) / "ledger"
