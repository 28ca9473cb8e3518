"""Run the tutorial and keep its outputs: ``make tutorial``.

What is stored is what another machine would store: no times, no counters of a session, no paths.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Final

import nbformat
from nbclient import NotebookClient

TUTORIALS: Final = Path(__file__).parents[1] / "tutorial"
SECONDS: Final = 300


def run(path: Path, folder: str) -> nbformat.NotebookNode:
    """Run a notebook in a folder, where its files go, and give it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS,
        resources={"metadata": {"path": folder}},
        record_timing=False,
        extra_arguments=["--log-level=ERROR", f"--ipython-dir={folder}"],  # nobody's settings
    )
    client.execute()
    notebook.metadata.language_info = {"name": "python"}  # not the version of this machine
    return notebook


def main() -> int:
    """Run every tutorial and write it with its outputs."""
    for path in sorted(TUTORIALS.glob("*.ipynb")):
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(run(path, folder), path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
