"""Codes as text: restore lost leading zeros where that is safe, and say so where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from tradeflow.errors import UnknownCodeError
from tradeflow.nomenclature.editions import HELD, check_code, known_codes
from tradeflow.sources.spans import is_known
from tradeflow.sources.textfile import bad_line

if TYPE_CHECKING:
    from pathlib import Path

NATIONAL_CHAPTERS: Final = ("98", "99")
"""Chapters that countries add to the Harmonized System, each with a meaning of its own."""

_HS6: Final = 6


def check_exists(code: str) -> None:
    """Raise unless some edition held has the code's chapter, heading or subheading.

    What lies below six digits is the reporter's own and not checked; nor are chapters 98 and 99.

    Raises
    ------
    UnknownCodeError
        With the codes that are near.

    Examples
    --------
    >>> check_exists("8542"), check_exists("8542319001"), check_exists("99")
    (None, None, None)
    """
    head = code[: min(_HS6, len(code) // 2 * 2)]
    if head.startswith(NATIONAL_CHAPTERS) or any(is_known(head, edition) for edition in HELD):
        return
    if len(head) == _HS6:
        check_code(head, edition=HELD[-1])
    chapter, held = head[:2], ", ".join(HELD)
    headings = sorted(known[:4] for known in known_codes(HELD[-1]) if known.startswith(chapter))
    there = f"headings {headings[0]} to {headings[-1]}" if headings else "chapters 01 to 97 but 77"
    raise UnknownCodeError(f"Code {code!r}: {head} is not in {held}, which have {there}.")


def restore_code(column: str, digits: int) -> pl.Expr:
    """Put back the one leading zero that a spreadsheet takes from chapters 01 to 09."""
    return pl.col(column).str.zfill(digits)


def check_code_cells(path: str | Path, frame: pl.DataFrame, column: str, *, digits: int) -> None:
    """Raise on the first code that is not digits, or too short to be restored."""
    bad_line(
        path,
        frame,
        ~pl.col(column).str.contains(r"^\d+$"),
        f"{column} is {{{column}!r}}, which is not a code of digits",
        remedy=f"Codes have {digits} digits; masked or aggregate codes have no place here.",
    )
    lengths = pl.col(column).str.len_chars()
    bad_line(
        path,
        frame,
        (lengths < digits - 1) | (lengths > digits),
        f"{column} is {{{column}!r}}; {digits} digits are needed",
        remedy=(
            "Only one lost leading zero can be restored with certainty. Export the file again "
            "with codes as text."
        ),
    )


def check_known(
    path: str | Path,
    frame: pl.DataFrame,
    column: str,
    edition: str,
    *,
    among: pl.Expr | None = None,
) -> None:
    """Raise on the first six-digit code that `edition` does not have; `among` chooses lines."""
    chosen = pl.lit(value=True) if among is None else among
    codes = frame.filter(chosen)[column].unique()
    strange = codes.filter(~codes.is_in(list(known_codes(edition))))
    elsewhere = [e for e in HELD if strange.is_in(list(known_codes(e))).any()]
    hint = f" Some exist in {', '.join(elsewhere)}: is the edition right?" if elsewhere else ""
    bad_line(
        path,
        frame,
        chosen & pl.col(column).is_in(strange.to_list()),
        f"code {{{column}!r}} is not in {edition}",
        remedy=f"Check the code against the {edition} list.{hint}",
    )
