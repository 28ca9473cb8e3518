"""``tradeflow --own NAME=CODES``: a category of one's own, for one command."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

Own = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=CODES",
        help="Add a category of your own for this command, such as tyres=401120,401110; may be "
        "given several times.",
    ),
]


def add_own(context: typer.Context, given: Sequence[str]) -> None:
    """Add the categories of a command line, and forget them when the command ends.

    Raises
    ------
    UsageError
        One is not written as ``name=code,code``, or its name cannot be used.
    UnknownCodeError
        No edition has a code.
    """
    from tradeflow.nomenclature.own import add_category, remove_category

    for text in given:
        name, _, codes = text.partition("=")
        if not codes.strip():
            raise UsageError(
                f"--own {text}: write a name and six-digit codes, such as "
                "`tradeflow --own tyres=401120,401110 figures --category tyres`."
            )
        add_category(name.strip(), [code.strip() for code in codes.split(",") if code.strip()])
        context.call_on_close(lambda name=name.strip(): remove_category(name))
