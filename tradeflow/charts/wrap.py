"""Breaking text into lines by its measured width, so that nothing runs out of a figure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font

_UNIT: Final = re.compile(r"(?<=\d) (?=%|m\b|bn\b)|(?<=\bm) (?=USD\b)|(?<=\bbn) (?=USD\b)")
_POINTS: Final = 72.0
_SUBPIXEL: Final = 64
_REFERENCE: Final = 100.0  # measured once at this size; widths scale with it
_SLACK: Final = 1.01  # for programs that fit letters to pixels


def wrap(text: str, *, inches: float, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines that are at most so many inches wide.

    Parameters
    ----------
    text
        Words with blanks between them; a no-break space holds words together.
    inches
        Room.
    size
        Font size in points.
    bold
        Whether it will be printed bold.
    """
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size=size, bold=bold) <= inches:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def hold_units(text: str) -> str:
    r"""Put no-break spaces between numbers and their units.

    >>> hold_units("14.3 m USD, 90 % of it").split(" ")
    ['14.3\xa0m\xa0USD,', '90\xa0%', 'of', 'it']
    """
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


def shorten(text: str, *, inches: float, size: float) -> str:
    """Cut a text to a width, with dots for what is left out."""
    if width(text, size=size) <= inches:
        return text
    while text and width(f"{text}…", size=size) > inches:
        text = text[:-1]
    return f"{text.rstrip(' ,')}…"


def width(text: str, *, size: float, bold: bool = False) -> float:
    """Width of a line in inches."""
    advance = sum(_advance(letter, bold=bold) for letter in text)
    return advance * _SLACK * size / _REFERENCE / _POINTS


@cache
def _advance(letter: str, *, bold: bool) -> float:
    """Width of one letter at the reference size, in points."""
    return _font(bold=bold).load_char(ord(letter)).linearHoriAdvance / 65536


@cache
def _font(*, bold: bool) -> FT2Font:
    weight = "bold" if bold else "normal"
    # a font of our own: matplotlib's shared ones change their size as they draw
    font = FT2Font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))
    font.set_size(_REFERENCE, _POINTS)
    return font
