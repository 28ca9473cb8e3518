"""Every example in the documentation runs, or at least means something to the program."""

from __future__ import annotations

import ast
import doctest
import io
import shutil
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
import typer
import typer.main
from docs_pages import PAGES, README, ROOT, Block, all_blocks, blocks, command_lines, words_of

import tradeflow as tf
from tradeflow.cli.app import app
from tradeflow.jobs.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KINDS = {"pycon", "python", "toml", "text", "{include}", "{toctree}"}
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
WITH_EXAMPLES = [page for page in PAGES if any(b.kind == "pycon" for b in blocks(page))]
LINES = [
    pytest.param(line, id=f"{page.relative_to(ROOT)}:{number}")
    for page in (README, *PAGES)
    for number, line in command_lines(page)
]
QUICK = ("categories", "codes", "config show", "countries", "events", "samples", "schedule")


def test_there_are_pages_and_no_block_of_a_kind_that_nobody_tries() -> None:
    assert len(WITH_EXAMPLES) >= 4
    assert len(LINES) > 60
    assert {block.kind for page in PAGES for block in blocks(page)} <= KINDS


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(ROOT)))
def test_examples_say_what_the_package_says(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    names: dict[str, object] = {}
    for block in blocks(page):
        if block.kind == "pycon":
            test = doctest.DocTestParser().get_doctest(
                block.text, names, str(block), str(page), block.line - 1
            )
            out = io.StringIO()
            done = runner.run(test, out=out.write, clear_globs=False)
            names = test.globs
            assert done.attempted, f"{block} has no example"
            assert not done.failed, out.getvalue()


@pytest.mark.parametrize("block", all_blocks("python"), ids=str)
def test_code_that_needs_a_network_or_files_names_what_exists(block: Block) -> None:
    for node in ast.walk(ast.parse(block.text)):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "tf":
            assert hasattr(tf, node.attr)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tradeflow"):
            module = import_module(node.module or "")
            assert [n.name for n in node.names if not hasattr(module, n.name)] == []


@pytest.mark.parametrize("block", all_blocks("toml"), ids=str)
def test_settings_shown_are_settings(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "tradeflow.toml"
    file.write_text(block.text, encoding="utf-8")
    read = load_settings(file)
    assert set(read.origin.values()) == {str(file)}
    assert read.fetch


def parsed(words: list[str]) -> None:
    """Parse a command line without running it; raises what the program would say."""
    command = typer.main.get_command(app)
    words = list(words)
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    assert not hasattr(command, "commands") or not words or words[0].startswith("-"), words
    if words:  # else a command is named in a sentence
        with suppress(typer.Exit):  # --help and --version
            command.make_context("tradeflow", words)


@pytest.mark.parametrize("line", LINES)
def test_command_lines_parse(line: str) -> None:
    assert "install-completion" not in line, "to parse it is to change the shell of whoever tests"
    parsed(words_of(line))


def quick(line: str) -> bool:
    said = line.partition(" ")[2]
    if "tyres" in line:  # the worked example, which has a test of its own
        return False
    free = "--dry-run" in line or "--how" in line
    return free or said == "sources" or (said.startswith(QUICK) and "github" not in said)


@pytest.mark.parametrize("line", sorted({p.values[0] for p in LINES if quick(str(p.values[0]))}))
def test_quick_commands_run(
    line: str,
    cli: Callable[..., tuple[int, str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    code, out, err = cli(*words_of(line))
    assert code == 0, err
    assert out


def test_the_worked_example_of_a_category_works(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data_raw", tmp_path / "data_raw")
    shutil.copytree(ROOT / "tradeflow", tmp_path / "tradeflow")
    rows = [b.text for b in blocks(ROOT / "docs/how-to/categories.md") if b.kind == "text"]
    for name, text in zip(("categories", "members"), rows, strict=True):
        with (tmp_path / f"data_raw/nomenclature/{name}.csv").open("a", encoding="utf-8") as file:
            file.write(text)
    ask = "from tradeflow.cli.main import run; run()"
    for words in (["data_raw/build.py"], ["-c", ask, "categories", "tyres"]):
        done = subprocess.run(  # noqa: S603  our own words
            [sys.executable, *words],
            capture_output=True,
            text=True,
            check=True,
            cwd=tmp_path,
            env={"PYTHONPATH": str(tmp_path)},
        )
    assert "401120" in done.stdout
    assert "civil tyres" in done.stdout
