"""Text from data, made harmless: for the eye, for spreadsheets."""

from __future__ import annotations

import re
from typing import Final

from markupsafe import Markup

_STEERING: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Signs that nobody sees and that turn the order of letters round, or that HTML forbids."""

_FORMULA: Final = re.compile(r"[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]")
"""How a text begins that a spreadsheet would carry out; the last four are full-width."""


def plain(text: str) -> str:
    r"""Replace signs that steer the display by a sign that shows it.

    >>> plain("a\u202eb")
    'a\ufffdb'
    """
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def shown(value: object) -> object:
    """Make what a template prints harmless; HTML of our own stays as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return plain(value)


def no_formula(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would take for a formula.

    >>> no_formula("=1+1"), no_formula("8543.70")
    ("'=1+1", '8543.70')
    """
    return f"'{text}" if _FORMULA.match(text) else text
