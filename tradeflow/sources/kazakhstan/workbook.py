"""Cells of an Excel workbook, read in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final, TypeAlias

from tradeflow.errors import InputFileError, MissingTool

Cell: TypeAlias = str | float | bool
Sheet: TypeAlias = list[list[Cell]]

_READER: Final = Path(__file__).with_name("reader.py")
_SECONDS: Final = 120


def read_sheets(path: Path, *, where: str) -> dict[str, Sheet]:
    """Read all worksheets of an xls or xlsx.

    Parameters
    ----------
    path
        The file.
    where
        What to call it in messages.

    Returns
    -------
    dict of str to list of list
        By sheet: rows of cells, from A1 on; an empty cell is ``""``.

    Raises
    ------
    InputFileError
        It is no workbook, damaged, locked by a password, or far too large.
    MissingTool
        python-calamine is not installed.
    """
    if find_spec("python_calamine") is None:
        raise MissingTool(
            "python_calamine is needed to read Excel tables and is not installed: "
            "pip install 'tradeflow-monitor[kazakhstan]'."
        )
    command = [sys.executable, str(_READER), str(path)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=True)  # noqa: S603  our own file
    except subprocess.SubprocessError as error:
        raise InputFileError(
            where,
            "cannot be read as an Excel workbook: damaged, locked, or no workbook.",
            remedy="Fetch it again, and see whether a spreadsheet program opens it.",
        ) from error
    sheets: dict[str, Sheet] = json.loads(done.stdout)
    return sheets
