"""Reads one workbook and prints its cells as JSON; run as a program of its own.

A workbook of one kilobyte can make calamine reserve half a terabyte, which ends the process
without an exception (seen 2026-11, python-calamine 0.9.1): it must not be the user's process.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path

MOST_MEMORY = 2**31


def sheets(path: str) -> dict[str, list[list[object]]]:
    """Read the worksheets of a workbook, from their first row and column on."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    with Path(path).open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
        names = [s.name for s in book.sheets_metadata if s.typ is SheetTypeEnum.WorkSheet]
        return {
            name: [
                list(row) for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ]
            for name in names
        }


def limit_memory() -> None:
    """Take no more memory than a large table needs, where the system can see to that."""
    with contextlib.suppress(ImportError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, hard))


if __name__ == "__main__":
    limit_memory()
    json.dump(sheets(sys.argv[1]), sys.stdout, default=str)
