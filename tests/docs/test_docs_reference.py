"""The reference pages hold all that is public, and say of it what the code says."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import inspect
import re
import textwrap

import polars as pl
import pytest
from docs_pages import DOCS, ROOT
from numpydoc.docscrape import ClassDoc, FunctionDoc

import tradeflow as tf
from tradeflow import errors
from tradeflow.detect.findings.verdict import VERDICTS
from tradeflow.jobs.settings import Settings
from tradeflow.panel.states import State
from tradeflow.schema import FLOW_SCHEMA, NULLABLE

REFERENCE = {page: page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md")}
MARKS = [
    m.split() for text in REFERENCE.values() for m in re.findall(r"generated: (.+?) -->", text)
]
MODULES = [module for kind, *words in MARKS if kind == "library" for module in words]
MODULES += ["tradeflow.errors" for kind, *_ in MARKS if kind == "errors"]
SHOWN = {path.rpartition(".")[2] for kind, *words in MARKS if kind == "classes" for path in words}
NOT_OURS = {"Axes", "DataFrame", "Edition", "Figure", "Frame", "None", "Path"}
STUB = ast.parse((ROOT / "tradeflow/__init__.pyi").read_text(encoding="utf-8"))
PUBLIC = [name for name in tf.__all__ if not name.startswith("_")]
FUNCTIONS = [name for name in PUBLIC if inspect.isfunction(getattr(tf, name))]
CLASSES = [name for name in PUBLIC if inspect.isclass(getattr(tf, name))]


def table(page: str, head: str) -> list[list[str]]:
    """Cells of the table whose first column is called `head`."""
    rows = REFERENCE[DOCS / "reference" / page].partition(f"| {head} |")[2].splitlines()[2:]
    body = rows[: next((i for i, row in enumerate(rows) if not row.startswith("|")), len(rows))]
    return [[cell.strip(" `") for cell in row.strip("|").split("|")] for row in body]


def test_the_stub_lists_what_the_package_offers() -> None:
    listed = {
        alias.asname or alias.name
        for node in STUB.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert listed == set(PUBLIC)
    assert listed <= set(dir(tf))


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_stands_on_one_page(name: str) -> None:
    home = getattr(tf, name).__module__ + "."
    assert sum(home.startswith(f"{module}.") for module in MODULES) == 1


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_gives_back_is_described(name: str) -> None:
    said = str(inspect.signature(getattr(tf, name)).return_annotation)
    ours = set(re.findall(r"\b[A-Z]\w+", said)) - NOT_OURS
    assert ours <= SHOWN | set(CLASSES)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_parameter_answer_error_and_use_is_documented(name: str) -> None:
    function = getattr(tf, name)
    doc = FunctionDoc(function)
    said = [word.lstrip("*") for p in doc["Parameters"] for word in p.name.split(", ")]
    assert said == list(inspect.signature(function).parameters)
    assert doc["Returns"] or inspect.signature(function).return_annotation == "None"
    assert all(p.desc for p in doc["Parameters"])
    known = vars(errors).keys() | vars(builtins).keys()
    raises = [word for p in doc["Raises"] for word in re.split(r",\s*", p.type or p.name)]
    assert [word for word in raises if word not in known] == []
    assert own_errors(function) <= set(raises)
    assert ">>> import tradeflow as tf" in doc["Examples"][0]
    assert f"tf.{name}(" in "\n".join(doc["Examples"])


def own_errors(function: object) -> set[str]:
    """Names of the errors that the function's own body makes and raises."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))  # type: ignore[arg-type]
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    names = {ast.unparse(c.func).partition(".")[0] for c in calls if isinstance(c, ast.Call)}
    return {name for name in names if name in vars(errors)}


@pytest.mark.parametrize("name", CLASSES)
def test_every_attribute_of_a_result_is_documented(name: str) -> None:
    found = getattr(tf, name)
    if not dataclasses.is_dataclass(found):
        assert issubclass(found, errors.TradeflowError)
        return
    doc = ClassDoc(found)
    said = [word for p in doc["Attributes"] for word in p.name.split(", ")]
    assert {field.name for field in dataclasses.fields(found)} <= set(said)


def test_the_columns_of_a_flow_table() -> None:
    rows = table("flow-table.md", "column")
    assert [row[0] for row in rows] == list(FLOW_SCHEMA)
    assert {row[0] for row in rows if row[2] == "yes"} == NULLABLE
    words = {pl.Date: "date", pl.String: "text", pl.Float64: "number", pl.Boolean: "true, false"}
    for (column, kind, *_), dtype in zip(rows, FLOW_SCHEMA.values(), strict=True):
        if isinstance(dtype, pl.Enum):
            assert re.sub("[` ]", "", kind).split(",") == dtype.categories.to_list(), column
        else:
            assert kind == words[type(dtype)], column


def test_the_states_of_a_cell() -> None:
    said = [(name, int(number)) for name, number, _ in table("flow-table.md", "state")]
    assert said == [(state.name, state.value) for state in State]


def test_the_words_of_findings() -> None:
    page = (DOCS / "explanation/witnesses.md").read_text(encoding="utf-8")
    rows = page.partition("| verdict | means |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(.+?)` \|", rows, re.MULTILINE)) == set(VERDICTS)


def test_the_settings_and_their_defaults() -> None:
    rows = {row[0]: row for row in table("configuration.md", "setting")}
    fields = [f.name for f in dataclasses.fields(Settings) if f.name != "origin"]
    assert list(rows) == fields
    for name, default in Settings().plain().items():
        if name != "fetch":
            assert rows[name][2] == str(default).replace("True", "true"), name
            assert rows[name][3] == f"TRADEFLOW_{name.upper()}"
