"""How the command line prints: data on standard output, talk on standard error."""

from __future__ import annotations

import csv
import io
import json
import math
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Format = Literal["table", "json", "csv"]
Form = Annotated[Format, typer.Option("--format", help="How to print.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on standard error.")]

PIPED_WIDTH = 140  # columns, when nobody's terminal says how wide it is


def show(records: Sequence[Mapping[str, Any]], form: Format, columns: Sequence[str] = ()) -> None:
    """Print records as a table, as JSON, or as CSV.

    Parameters
    ----------
    records
        One mapping per row, all with the same keys.
    form
        ``table`` shows only `columns`; ``json`` and ``csv`` have everything.
    columns
        Columns of the table; all if empty.
    """
    if form == "json":
        plain = [_finite(dict(record)) for record in records]
        print(json.dumps(plain, ensure_ascii=False, indent=1, default=str))  # noqa: T201
    elif form == "csv":
        print(csv_text(records), end="")  # noqa: T201
    else:
        _show_table(records, columns or (list(records[0]) if records else []))


def csv_text(records: Sequence[Mapping[str, Any]]) -> str:
    """Write records as CSV; lists as text joined by ``; ``, what is unknown as empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(records[0]) if records else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({k: _flat(_finite(v)) for k, v in record.items()} for record in records)
    return out.getvalue()


def say(text: str, *, quiet: bool = False) -> None:
    """Talk to the person at the terminal."""
    if not quiet:
        print(text, file=sys.stderr)  # noqa: T201


@contextmanager
def working(what: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show at a terminal what is being done and for how long; elsewhere say nothing.

    Parameters
    ----------
    what
        What is being done, such as ``"Hearing the evidence"``.
    quiet
        Whether to say nothing at a terminal, either.

    Yields
    ------
    callable
        Takes what is being done next.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, redirect_stdout=False) as line:
        task = line.add_task(what, total=None)
        yield lambda text: line.update(task, description=text)


def _finite(value: Any) -> Any:  # noqa: ANN401  any JSON value
    """Turn what is no number into null: JSON has no other word for it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (list, tuple)):
        return [_finite(v) for v in value]
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    return value


def _flat(value: Any) -> str:  # noqa: ANN401  any JSON value
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return "; ".join(_flat(v) for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k}={_flat(v)}" for k, v in value.items())
    return str(value)


def _cell(value: Any) -> str:  # noqa: ANN401  any JSON value
    return f"{value:,.4g}" if isinstance(value, float) else _flat(value)


def _show_table(records: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    plain = bool(os.environ.get("NO_COLOR"))  # https://no-color.org; rich would keep the bold
    table = Table(box=None, pad_edge=False, header_style=None if plain else "bold")
    for name in columns:
        numeric = all(isinstance(r[name], (int, float, type(None))) for r in records)
        table.add_column(name, justify="right" if numeric and records else "left")
    for record in records:
        table.add_row(*(_cell(record[name]) for name in columns))
    console = Console(highlight=False, markup=False)
    if not console.is_terminal:
        console = Console(highlight=False, markup=False, width=PIPED_WIDTH)
    console.print(table)
