"""The tutorial runs, and says what its stored outputs say."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import nbformat
import pytest
from docs_pages import DOCS

if TYPE_CHECKING:
    from pathlib import Path

    from nbformat import NotebookNode

sys.path.insert(0, str(DOCS / "_ext"))
import tutorial

NOTEBOOK = DOCS / "tutorial/jammers.ipynb"
AGAIN = "the outputs stored are not those of today: make tutorial"


@pytest.fixture(scope="module")
def stored() -> NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def said(notebook: NotebookNode) -> list[str]:
    """What the outputs say in words; pictures and HTML are other machines' business."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [o.get("text") or o.data.get("text/markdown") or o.data["text/plain"] for o in outputs]


def pictures(notebook: NotebookNode) -> int:
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


def test_it_is_short_and_holds_nothing_of_the_machine_that_ran_it(stored: NotebookNode) -> None:
    assert len(stored.cells) < 30
    assert set().union(*(cell.metadata for cell in stored.cells)) == {"mystnb"}  # alternative texts
    assert set(stored.metadata) == {"kernelspec", "language_info"}
    text = NOTEBOOK.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/tmp/|/Users/|[A-Z]:\\\\", text)
    nbformat.validate(stored)


def test_it_runs_says_what_it_said_and_exports(stored: NotebookNode, tmp_path: Path) -> None:
    today = tutorial.run(NOTEBOOK, str(tmp_path))
    assert said(today) == said(stored), AGAIN
    assert pictures(today) == pictures(stored) >= 2
    streams = [o for c in today.cells for o in c.get("outputs", []) if o.output_type == "stream"]
    assert {stream.name for stream in streams} == {"stdout"}  # no warning
    assert (tmp_path / "shifts.csv").read_text(encoding="utf-8").startswith("category,")
    assert (tmp_path / "jammers.png").read_bytes().startswith(b"\x89PNG")


def test_the_answer_is_the_results(stored: NotebookNode) -> None:
    answer = said(stored)[-1]
    assert "Jammers: no shift" in answer
    assert "before the notice of May 2024" in answer
    assert "evidence" in answer
