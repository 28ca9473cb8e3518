"""``tradeflow cite``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

CiteFormat = Literal["all", "text", "bibtex", "json"]


def cite(
    file: Annotated[Path, typer.Argument(help="A .png, .svg or .pdf that tradeflow drew.")],
    *,
    form: Annotated[
        CiteFormat, typer.Option("--format", help="Plain text, BibTeX, both, or all as JSON.")
    ] = "all",
) -> None:
    """Say what a figure rests on, and how to cite it.

    Example: tradeflow cite figures/overview.png

    Example: tradeflow cite figures/overview.svg --format bibtex
    """
    from tradeflow.charts.cite import cite as read

    found = read(file)
    said = {"all": str(found), "text": found.text(), "bibtex": found.bibtex()}
    typer.echo(said.get(form) or found.json())
