"""A newcomer finds the way: five commands first, all by task, each with examples that work."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest
import typer

from tradeflow.cli import complete
from tradeflow.cli.app import app
from tradeflow.cli.help import START, TASKS
from tradeflow.nomenclature.categories import all_categories

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Cli = Callable[..., tuple[int, str, str]]

PROGRAM = typer.main.get_command(app)


def walk(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:  # noqa: ANN401
    """Every command that does something, with the words that call it."""
    groups = getattr(command, "commands", {})
    if path and (not groups or command.invoke_without_command):
        yield path, command
    for name, inner in groups.items():
        yield from walk(inner, (*path, name))


COMMANDS = dict(walk(PROGRAM))
EXAMPLES = [
    (path, line.strip())
    for path, command in COMMANDS.items()
    for line in (command.epilog or "").splitlines()
    if line.strip().startswith("tradeflow ")
]


def parse(words: list[str]) -> tuple[str, ...]:
    """Read a command line as the program does, without doing it; return the command's path."""
    command, path, context = PROGRAM, (), None
    while True:
        context = command.make_context(path[-1] if path else "tradeflow", words, parent=context)
        rest = [*context._protected_args, *context.args]
        if not rest or not getattr(command, "commands", {}):
            return path
        name, command, words = command.resolve_command(context, rest)
        path = (*path, name)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_an_example_of_itself(path: tuple[str, ...]) -> None:
    own = [line for where, line in EXAMPLES if where == path]
    assert own
    assert any(shlex.split(line)[1 : len(path) + 1] == list(path) for line in own)


@pytest.mark.parametrize(("path", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_every_example_is_a_command_line(path: tuple[str, ...], line: str) -> None:
    """Options, choices and numbers are read as a person's would be."""
    words = shlex.split(line.partition(" >")[0])[1:]
    assert parse(words)[: len(path)] == path


def test_a_wrong_example_would_be_found() -> None:
    with pytest.raises(Exception, match="No such option"):
        parse(["findings", "--formt", "json"])
    with pytest.raises(Exception, match="hs4"):
        parse(["findings", "--by", "hs4"])


def test_examples_are_printed_whole(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """A narrow terminal breaks no example in two: it could not be copied."""
    monkeypatch.setenv("COLUMNS", "40")
    code, out, _ = cli("findings", "--help")
    assert code == 0
    lines = [line.strip() for line in out.splitlines()]
    for path, line in EXAMPLES:
        assert path != ("findings",) or line in lines


def test_the_program_alone_names_five_commands(cli: Cli) -> None:
    code, out, err = cli()
    assert (code, out, err) == (0, START + "\n", "")
    assert max(map(len, out.splitlines())) <= 100
    named = [line.split()[1] for line in out.splitlines() if line.startswith("  tradeflow ")]
    assert len(named) == 5
    assert {(name,) for name in named} <= set(COMMANDS)
    for words in ("tradeflow --help", "tradeflow doctor"):
        assert words in out


def test_help_lists_every_command_once_by_task(cli: Cli) -> None:
    code, out, _ = cli("--help")
    assert code == 0
    assert sorted(name for names in TASKS.values() for name in names) == sorted(PROGRAM.commands)
    headings = [f"{task}:" for task in TASKS]
    assert [line for line in out.splitlines() if line in headings] == headings
    assert "..." not in out.partition("Answers:")[2]
    for name in PROGRAM.commands:
        assert out.count(f"\n  {name} ") == 1


@pytest.mark.parametrize("group", ["codes", "sources", "config"])
def test_help_of_a_group_has_whole_sentences(group: str, cli: Cli) -> None:
    words = " ".join(cli(group, "--help")[1].split())
    for name, command in PROGRAM.commands[group].commands.items():
        first = " ".join(command.help.split("\n\n")[0].split())
        assert f" {name} {first}" in words


@pytest.mark.parametrize(
    ("offer", "begun", "offered"),
    [
        (complete.categories, "jam", ["jammers"]),
        (complete.categories, "uav_", [n for n in all_categories() if n.startswith("uav_")]),
        (complete.samples, "eu", ["eu-high-priority-monthly"]),
        (complete.sources, "com", ["comtrade", "comext"]),
        (complete.countries, "ru", ["RUS"]),
        (complete.codes, "8543.7", ["854370"]),
        (complete.categories, "x", []),
    ],
)
def test_what_tab_offers(offer: Callable[[str], list[Any]], begun: str, offered: list[str]) -> None:
    found = [x[0] if isinstance(x, tuple) else x for x in offer(begun)]
    assert sorted(found) == sorted(offered)


def test_tab_in_a_shell(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    for words, offered in (
        ("tradeflow categories jam", "jammers"),
        ("tradeflow find", "findings"),
        ("tradeflow findings --partner KGZ", "KGZ"),
    ):
        monkeypatch.setenv("_TRADEFLOW_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", words)
        monkeypatch.setenv("COMP_CWORD", str(len(words.split()) - 1))
        code, out, err = cli()
        assert (code, out.split(), err) == (0, [offered], "")


def test_completion_can_be_installed(cli: Cli) -> None:
    code, out, _ = cli("--help")
    assert code == 0
    assert "--install-completion" in out
    assert "--show-completion" in out
