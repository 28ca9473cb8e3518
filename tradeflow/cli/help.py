"""How the help reads: commands by task, examples last and whole, five commands to begin with."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup

if TYPE_CHECKING:
    from collections.abc import Iterable

    import typer

TASKS: Final[dict[str, tuple[str, ...]]] = {
    "Answers": ("figures", "findings", "detect", "report", "cite"),
    "Data": ("fetch", "ingest", "sources", "samples"),
    "Every month": ("update", "status", "diff", "revisions", "schedule", "config"),
    "Keep and hand on": ("freeze", "thaw"),
    "What codes mean": ("categories", "codes", "events", "countries"),
    "When something is wrong": ("doctor",),
}
"""Commands by what they are for, in the order of the help."""

START: Final = """\
tradeflow finds shifts in dual-use trade in public customs data. It comes with real data: try it.

  tradeflow findings   which goods shifted, since when, how large, how sure
  tradeflow figures    a figure for each category of goods, and an overview of all
  tradeflow report     the same in one page to read, print and send
  tradeflow fetch      get flows from a source, such as UN Comtrade
  tradeflow update     every month: fetch what is new, judge again, say what changed

All commands: tradeflow --help     One of them: tradeflow findings --help
Something does not work: tradeflow doctor"""

_EXAMPLE: Final = "Example: "
_AS_IT_STANDS: Final = "\b"  # tells typer not to wrap: a command broken in two cannot be copied
_LONGEST: Final = 500  # letters of a first sentence; as many lines as it needs


class Whole(TyperGroup):
    """A group whose help lists its commands with their whole first sentences."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401  typer keeps both types private
        """Write one section with all."""
        self.write_section(formatter, "Commands", self.list_commands(ctx))

    def write_section(self, formatter: Any, title: str, names: Iterable[str]) -> None:  # noqa: ANN401
        """Write a section with those of `names` that are commands; nothing if none is."""
        found = [(name, self.commands[name]) for name in names if name in self.commands]
        if found:
            with formatter.section(title):
                formatter.write_dl([(n, c.get_short_help_str(_LONGEST)) for n, c in found])


class ByTask(Whole):
    """A program whose help lists its commands by task."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        """Write one section per task; a command of no task comes last."""
        named = {name for names in TASKS.values() for name in names}
        rest = tuple(name for name in self.list_commands(ctx) if name not in named)
        for task, names in {**TASKS, "Other": rest}.items():
            self.write_section(formatter, task, names)


def arrange(app: typer.Typer) -> None:
    """Take the examples out of each command's docstring and put them at the end of its help."""
    for command in app.registered_commands:
        command.help, command.epilog = _parted(command.callback)
    for group in app.registered_groups:
        if group.typer_instance is not None:
            arrange(group.typer_instance)
            callback = group.typer_instance.registered_callback
            if callback is not None:
                group.help, group.epilog = _parted(callback.callback)


def _parted(function: object) -> tuple[str, str | None]:
    parts = (inspect.getdoc(function) or "").split("\n\n")
    examples = [part.removeprefix(_EXAMPLE) for part in parts if part.startswith(_EXAMPLE)]
    text = "\n\n".join(part for part in parts if not part.startswith(_EXAMPLE))
    if not examples:
        return text, None
    lines = [_AS_IT_STANDS, "Examples:" if len(examples) > 1 else "Example:"]
    return text, "\n".join([*lines, *(f"  {example}" for example in examples)])
