"""One look for all figures: colours, sizes, and how numbers are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import matplotlib as mpl

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

PALETTE: Final = ("#0b2545", "#7d2a54", "#1f7a8c", "#d9822b", "#8fcfb0", "#f2dc7e")
"""Colours of the members, dark to light, so that they differ in grey and to every eye."""

RATIOS: Final = ("#0b2545", "#5585ad", "#b7cfe0", "#e8e8e5", "#efc692", "#d9822b", "#7a3600")
"""Colours from far below to far above, pale in the middle, none so pale as white paper."""
RATIO_LINES: Final = ("white", "white", "#33566f")
"""Lines through those below the middle: on grey paper falls look like rises."""

OTHER: Final = "#ffffff"
UNCOMPARABLE: Final = "#d4d4d4"
INK: Final = "#1a1a1a"
FAINT: Final = "#6b6b6b"
RULE: Final = "#c9c9c9"
BAND: Final = "#9a9a9a"

DASHES: Final = (0, (4, 3))
OTHER_HATCH: Final = "...."
UNCOMPARABLE_HATCH: Final = "////"
SHARED_HATCH: Final = "---"

HEADLINE: Final = 12.0
SUBTITLE: Final = 8.2
BODY: Final = 8.0
SMALL: Final = 7.0
NOTE: Final = 6.8

MINUS: Final = "\N{MINUS SIGN}"
DASH: Final = "\N{EN DASH}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"

_RC: Final[dict[str, Any]] = {
    "axes.axisbelow": True,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.labelsize": SMALL,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": BODY,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],  # the first ships with matplotlib
    "font.size": BODY,
    "hatch.color": FAINT,
    "hatch.linewidth": 0.35,
    "legend.fontsize": SMALL,
    "legend.frameon": False,
    "path.simplify": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "tradeflow",
    "text.color": INK,
    "text.hinting": "none",  # letters keep their measured widths, and are drawn faster
    "xtick.color": INK,
    "xtick.labelsize": SMALL,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.color": INK,
    "ytick.labelsize": SMALL,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
}


def styled() -> AbstractContextManager[None]:
    """Draw in the house style inside a ``with`` block; settings outside it stay as they are."""
    return mpl.rc_context(cast("Any", _RC))


def money(usd: float, *, sign: bool = False) -> str:
    """Print an amount with three figures or so.

    >>> money(64_523_000), money(1_238_300_000), money(-640_800_000, sign=True)[1:]
    ('64.5 m USD', '1.24 bn USD', '641 m USD')
    """
    return f"{millions(usd, sign=sign)} m USD" if abs(usd) < 1e9 else _billions(usd, sign=sign)  # noqa: PLR2004  a billion


def millions(usd: float, *, sign: bool = False) -> str:
    """Print an amount in millions, without its unit.

    >>> millions(409_440_000), millions(64_523_000), millions(320_000)
    ('409', '64.5', '0.32')
    """
    size = abs(usd) / 1e6
    places = 0 if size >= 99.95 else 1 if size >= 0.995 else 2  # noqa: PLR2004  three figures
    return _signed(f"{size:,.{places}f}", usd, sign=sign)


def _billions(usd: float, *, sign: bool) -> str:
    return _signed(f"{abs(usd) / 1e9:,.2f} bn USD", usd, sign=sign)


def _signed(text: str, value: float, *, sign: bool) -> str:
    if value < 0:
        return MINUS + text
    return f"+{text}" if sign else text


def plain(value: float, _position: int | None = None) -> str:
    """Print a tick: thousands apart, no needless decimals.

    >>> plain(1500.0), plain(0.25), plain(0), plain(2e6)
    ('1,500', '0.25', '0', '2,000,000')
    """
    size = abs(value)
    text = f"{value:,.10g}" if size < 1 else f"{value:,.6g}" if size < 1e5 else f"{value:,.0f}"  # noqa: PLR2004  six figures
    return text.replace("-", MINUS)
