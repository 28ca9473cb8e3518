"""What is known of each month, by shape: so that late never looks like nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from tradeflow.charts.monthly.axis import HALF_MONTH, days_of, runs
from tradeflow.charts.style import BAND, FAINT, INK, UNCOMPARABLE
from tradeflow.panel.states import State

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

REPORTED: Final = "reported"
PROVISIONAL: Final = "provisional"
ESTIMATED: Final = "estimated"
MIRROR: Final = "mirror report"
NO_TRADE: Final = "no trade"
AT_LEAST: Final = "at least: some members withheld"
BROKEN: Final = "not comparable across editions"
WITHHELD: Final = "withheld or not listed"
NOT_RELEASED: Final = "not released"
NO_NUMBER: Final = "no weight"


@dataclass(frozen=True, slots=True)
class _Mark:
    """Marker, its size as a part of the usual one, its fill and colour, and whether lines join."""

    marker: str
    size: float
    face: str
    color: str = INK
    joined: bool = True


_MARKS: Final = {
    REPORTED: _Mark("o", 0.55, INK),
    PROVISIONAL: _Mark("o", 1.0, "white"),
    ESTIMATED: _Mark("D", 0.95, "white"),
    MIRROR: _Mark("s", 0.95, "white"),
    NO_TRADE: _Mark("x", 1.0, INK),
    AT_LEAST: _Mark("^", 1.0, "white", joined=False),
    BROKEN: _Mark("o", 0.55, FAINT, FAINT),
}
SPANS: Final[dict[str, dict[str, Any]]] = {
    BROKEN: {"facecolor": UNCOMPARABLE, "alpha": 0.55, "linewidth": 0},
    WITHHELD: {"facecolor": "none", "edgecolor": BAND, "hatch": "xxxx", "linewidth": 0},
    NOT_RELEASED: {"facecolor": "none", "edgecolor": BAND, "hatch": "////", "linewidth": 0},
    NO_NUMBER: {"facecolor": "none", "edgecolor": BAND, "hatch": "....", "linewidth": 0},
}
STATES: Final = tuple({**_MARKS, **SPANS})
"""Words for what can be known of a month, in the order of legends."""


@dataclass(frozen=True, slots=True, eq=False)
class Months:
    """One series by month.

    Attributes
    ----------
    periods
        First day of each month.
    values
        Shape (T,); NaN where there is no number.
    known
        Shape (T,): one of STATES for each month.
    """

    periods: tuple[date, ...]
    values: NDArray[np.float64]
    known: NDArray[np.str_]

    def words(self) -> set[str]:
        """What a legend must explain."""
        seen = np.isfinite(self.drawn) | np.isin(self.known, list(SPANS))
        return {str(word) for word in np.unique(self.known[seen])}

    @property
    def drawn(self) -> NDArray[np.float64]:
        """Values of months that have a mark, NaN elsewhere; shape (T,)."""
        return np.where(np.isin(self.known, list(_MARKS)), self.values, np.nan)


def months_of(
    periods: tuple[date, ...],
    values: NDArray[np.float64],
    state: NDArray[np.uint8],
    provisional: NDArray[np.bool_],
) -> Months:
    """Say what is known of each month.

    Parameters
    ----------
    periods
        First day of each month.
    values, state, provisional
        Shape (T,) each; values in the unit to be drawn.
    """
    number = np.isfinite(values)
    cases = {
        NOT_RELEASED: state == State.NOT_RELEASED,
        WITHHELD: (state == State.WITHHELD) & ~number,
        AT_LEAST: state == State.WITHHELD,
        BROKEN: state == State.BREAK,
        NO_TRADE: state == State.ZERO,
        NO_NUMBER: ~number,
        ESTIMATED: state == State.ESTIMATED,
        MIRROR: state == State.MIRROR,
        PROVISIONAL: provisional,
    }
    known = np.select(list(cases.values()), list(cases), default=REPORTED)
    return Months(periods, values, np.asarray(known, dtype=np.str_))


def draw_months(
    ax: Axes, months: Months, *, size: float = 3.6, width: float = 1.1, color: str = INK
) -> None:
    """Draw months as marks, joined where both neighbours have a number that can be compared.

    Parameters
    ----------
    ax, months
        Where and what. Each kind of month is labelled for the legend.
    size, width
        Of the marks and of the line, points.
    color
        Of the line.
    """
    x, y = days_of(months.periods), months.drawn
    draw_spans(ax, months)
    loose = [word for word, mark in _MARKS.items() if not mark.joined]
    broken = months.known == BROKEN
    for part, shade in ((~broken & ~np.isin(months.known, loose), color), (broken, FAINT)):
        ax.plot(x, np.where(part, y, np.nan), color=shade, linewidth=width, zorder=3)
    for word, mark in _MARKS.items():
        here = (months.known == word) & np.isfinite(y)
        if here.any():
            ax.plot(
                x[here],
                y[here],
                linestyle="none",
                marker=mark.marker,
                markersize=size * mark.size,
                markerfacecolor=mark.face,
                markeredgecolor=mark.color,
                markeredgewidth=0.8,
                label=f"_{word}" if word == BROKEN else word,  # its stretch has the label
                zorder=4,
            )


def draw_spans(ax: Axes, months: Months) -> None:
    """Hatch or shade the stretches without a number, or without one that can be compared."""
    x = days_of(months.periods)
    for word, look in SPANS.items():
        for i, (first, last) in enumerate(runs(months.known == word)):
            ends = x[first] - HALF_MONTH, x[last] + HALF_MONTH
            ax.axvspan(*ends, label=f"_{word}" if i else word, zorder=0.5, **look)
