"""The package as a whole: what it loads, what it promises, which way its imports run."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import tradeflow as tf
from tradeflow import errors

PACKAGE = Path(tf.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = [
    "nomenclature",
    "sources",
    "store",
    "flows",
    "panel",
    "detect",
    "simulate",
    "charts",
    "report",
    "jobs",
    "cli",
]
SHARED = {"errors", "options", "frames", "files", "schema", "notebook"}
# A result's .plot() imports its chart inside, so that whoever does not draw loads no matplotlib.
PLOTS = {"detect": "charts"}
HEAVY = {"pandas", "polars", "matplotlib", "statsmodels", "numba", "scipy", "pyarrow"}
STUB = ast.parse((PACKAGE / "__init__.pyi").read_text())
PUBLIC = sorted(
    name.asname or name.name
    for node in STUB.body
    if isinstance(node, ast.ImportFrom)
    for name in node.names
)


def in_a_fresh_process(code: str) -> str:
    done = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("module", ["tradeflow", "tradeflow.cli.app"])
def test_importing_loads_nothing_heavy(module: str) -> None:
    found = in_a_fresh_process(f"import sys, {module}; print(*sys.modules)").split()
    assert not HEAVY & set(found)


@pytest.mark.parametrize("name", PUBLIC)
def test_public_names(name: str) -> None:
    thing = getattr(tf, name)
    assert name in dir(tf)
    assert name in tf.__all__
    assert thing.__module__.startswith("tradeflow.")
    assert inspect.getdoc(thing)


def test_unknown_names() -> None:
    with pytest.raises(AttributeError, match="detect_shift"):
        _ = tf.detect_shiftz


def test_types_and_tables_ship() -> None:
    assert (PACKAGE / "py.typed").is_file()
    size = sum(path.stat().st_size for path in (PACKAGE / "flows" / "data").iterdir())
    assert size < 2_000_000


def room_of(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return parts[0]


def imports(path: Path) -> list[tuple[str, bool]]:
    """Rooms that a module imports from, and whether it does so inside a function."""
    tree = ast.parse(path.read_text())
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        found += [
            (name.split(".")[1], id(node) in inside)
            for name in names
            if name.startswith("tradeflow.")
        ]
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_down_the_rooms(path: Path) -> None:
    room = room_of(path)
    for other, deferred in imports(path):
        if other in SHARED or room in {other, "__init__"}:
            continue
        assert room not in SHARED, f"{room} is shared by all rooms and imports {other}"
        if deferred and PLOTS.get(room) == other:
            continue
        assert other in ROOMS
        assert ROOMS.index(other) < ROOMS.index(room), f"{room} imports {other}"


def undocumented(body: list[ast.stmt], where: str) -> list[str]:
    found = []
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_") or "overload" in map(ast.unparse, node.decorator_list):
            continue
        if not ast.get_docstring(node):
            found.append(f"{where}.{node.name}")
        if isinstance(node, ast.ClassDef):
            found += undocumented(node.body, f"{where}.{node.name}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_all_that_is_public_is_documented(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert ast.get_docstring(tree)
    assert undocumented(tree.body, path.stem) == []


ERRORS = [c for c in vars(errors).values() if inspect.isclass(c) and issubclass(c, Exception)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_one_tree_of_errors_that_are_also_builtins(error: type[Exception]) -> None:
    if issubclass(error, errors.TradeflowWarning):
        assert issubclass(error, UserWarning)
        return
    assert issubclass(error, errors.TradeflowError)
    builtins = ValueError | LookupError | OSError
    assert error is errors.TradeflowError or issubclass(error, builtins)


def test_the_rooms_raise_only_our_errors() -> None:
    """No bare ``assert`` validates, nothing raises a bare builtin, no ``except`` hides all."""
    allowed = {error.__name__ for error in ERRORS} | {"AttributeError", "typer", "StopIteration"}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            assert not isinstance(node, ast.Assert), path
            assert not (isinstance(node, ast.ExceptHandler) and node.type is None), path
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                name = ast.unparse(node.exc.func).split(".")[0]
                assert name in allowed or re.match("_[a-z]", name), f"{path}: raises {name}"


def test_doctests_exist_for_the_public_verbs() -> None:
    functions = [getattr(tf, name) for name in PUBLIC if inspect.isfunction(getattr(tf, name))]
    shown = [f.__name__ for f in functions if ">>>" in (inspect.getdoc(f) or "")]
    assert {"panel", "detect_shifts", "load_sample", "classify", "family", "lookup"} <= set(shown)


def test_the_version_is_the_distributions() -> None:
    text = (PACKAGE.parent / "pyproject.toml").read_text()
    assert f'version = "{tf.__version__}"' in text
