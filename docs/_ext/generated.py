"""Parts of pages that are written while the site is built, so that they cannot go stale.

A page holds a mark such as ``<!-- generated: library tradeflow.flows -->``; what the package says
today takes its place: signatures and docstrings, commands with their options, the category map.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final

import typer.main

import tradeflow
from tradeflow import errors
from tradeflow.cli.app import app as program
from tradeflow.nomenclature.categories import MAP_VERSION, all_categories, members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sphinx.application import Sphinx

PROGRAM: Final = "tradeflow"
MARK: Final = re.compile(r"<!-- generated: ([\w. ]+) -->")


def setup(app: Sphinx) -> dict[str, bool]:
    """Let Sphinx fill the marks of every page that it reads."""
    app.connect("source-read", _fill)
    app.connect("autodoc-process-signature", _hide_constructor)
    return {"parallel_read_safe": True}


def _fill(_app: Sphinx, _page: str, source: list[str]) -> None:
    source[0] = filled(source[0])


def _hide_constructor(_app: Sphinx, what: str, *_: object) -> tuple[str, None] | None:
    """Results are given, not made: their attributes say more than forty arguments."""
    return ("", None) if what == "class" else None


def filled(page: str) -> str:
    """Put what the package says today in place of the marks of a page."""
    return MARK.sub(lambda mark: _written(*mark[1].split()), page)


def _written(kind: str, *words: str) -> str:
    return WRITERS[kind](*words)


def public_names(*modules: str) -> list[str]:
    """Public names of ``import tradeflow as tf`` that live in or under some modules."""
    names = [name for name in tradeflow.__all__ if not name.startswith("_")]
    home = {name: getattr(tradeflow, name).__module__ + "." for name in names}
    return [name for name in names if home[name].startswith(tuple(f"{m}." for m in modules))]


def library(*modules: str) -> str:
    """Reference of the public functions and classes that live under some modules."""
    names = sorted(public_names(*modules), key=lambda name: _directive(name) == "autoclass")
    return "\n".join(_entry(f"tradeflow.{name}", _directive(name)) for name in names)


def classes(*paths: str) -> str:
    """Reference of classes that functions give back."""
    return "\n".join(_entry(path, "autoclass") for path in paths)


def error_tree() -> str:
    """Reference of all errors and warnings, as an indented tree and one by one."""
    roots = (errors.TradeflowError, errors.TradeflowWarning)
    found = [error for root in roots for error in _descended(root, 0)]
    lines = [f"{'  ' * depth}- {{class}}`tradeflow.errors.{e.__name__}`" for e, depth in found]
    entries = [_entry(f"tradeflow.errors.{e.__name__}", "autoexception") for e, _ in found]
    return "\n".join([*lines, "", *entries])


def _descended(error: type, depth: int) -> Iterator[tuple[type, int]]:
    yield error, depth
    for child in error.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _descended(child, depth + 1)


def _directive(name: str) -> str:
    return "autoclass" if inspect.isclass(getattr(tradeflow, name)) else "autofunction"


def _entry(path: str, directive: str) -> str:
    name = path.rpartition(".")[2]
    options = {"autoclass": "   :members:\n", "autoexception": "   :show-inheritance:\n"}.get(
        directive, ""
    )
    if name == "Path":  # signatures say Path and mean another: no link may lead here
        options += "   :no-index:\n"
    return f"### {name}\n\n```{{eval-rst}}\n.. {directive}:: {path}\n{options}```\n"


def commands() -> str:
    """Every command with its help, arguments and options, as the program itself says them."""
    return "\n".join(_command(path, command) for path, command in leaves())


def leaves(command: Any = None, path: str = PROGRAM) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """Walk the program's commands: what is typed, and the command."""
    command = command or typer.main.get_command(program)
    inner = getattr(command, "commands", {})
    for name, child in inner.items():
        yield from leaves(child, f"{path} {name}")
    if not inner or (path != PROGRAM and getattr(command, "invoke_without_command", False)):
        yield path, command


def _command(path: str, command: Any) -> str:  # noqa: ANN401  a class that Typer keeps to itself
    context = command.context_class(command, info_name=path)
    usage = " ".join([path, *command.collect_usage_pieces(context)])
    said = [p.get_help_record(context) for p in command.params if not p.hidden]
    rows = [(f"`{names}`", meaning) for names, meaning in filter(None, said)]
    lines = [line.strip() for line in (command.epilog or "").splitlines()]
    examples = [line for line in lines if line.startswith("tradeflow")]
    return "\n".join(
        [
            f"## {path}\n",
            _escaped(inspect.cleandoc(command.help or "")) + "\n",
            _code([usage]),
            *(["For example:\n", _code(examples)] if examples else []),
            *_table(("argument or option", "meaning"), rows),
        ]
    )


def _code(lines: list[str]) -> str:
    return "\n".join(["```text", *lines, "```", ""])


def _table(head: tuple[str, ...], rows: list[Any]) -> list[str]:
    if not rows:
        return []
    body = [f"| {' | '.join(_cell(str(cell or '')) for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body, ""]


def _cell(text: str) -> str:
    return (text if text.startswith("`") else _escaped(text)).replace("|", "\\|")


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*")


def category_map() -> str:
    """Every category with its definition, caveat and codes, from the packaged tables."""
    return f"Version {MAP_VERSION}.\n\n" + "\n".join(map(_category, all_categories().values()))


def _category(one: Any) -> str:  # noqa: ANN401
    rows = [
        (f"{r['hs6'][:4]}.{r['hs6'][4:]}", r["specificity_weight"], r["legal_basis"], r["link"])
        for r in members(one.category).iter_rows(named=True)
    ]
    head = ("code (HS 2022)", "weight", "basis", "before 2022")
    return "\n".join(
        [
            f"## {one.category}\n",
            f"**{one.title}.** {_escaped(one.definition)}\n",
            f"*What it cannot show.* {_escaped(one.cannot_show)}\n",
            *_table(head, rows),
        ]
    )


WRITERS: Final[dict[str, Callable[..., str]]] = {
    "library": library,
    "classes": classes,
    "errors": error_tree,
    "commands": commands,
    "categories": category_map,
}
