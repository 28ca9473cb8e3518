"""The members of a category apart, by month, each on its own scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter

from tradeflow.charts.annual.members import round_below
from tradeflow.charts.monthly.axis import HALF_MONTH, days_of, set_months
from tradeflow.charts.monthly.marks import Months, draw_months, months_of
from tradeflow.charts.names import code_names
from tradeflow.charts.style import DASHES, INK, RULE, SMALL, plain
from tradeflow.charts.wrap import shorten
from tradeflow.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from tradeflow.charts.page import Page
    from tradeflow.detect.monthly.answers import MonthlyAnswers
    from tradeflow.panel.model import Panel

MOST: Final = 7
"""Members drawn; of more, the largest."""

_TITLE: Final = 0.3  # inches for two lines of words above each
_TALLEST: Final = 1.15  # inches from one member to the next
_SHORTEST: Final = 0.7
_FOOT: Final = 0.28
_YEAR: Final = 12


def draw_members(
    page: Page, answers: MonthlyAnswers, row: int, box: tuple[float, float, float, float]
) -> str:
    """Draw the largest members one below the other; return what is to be said of the others.

    Parameters
    ----------
    page, answers, row
        Where, what, and which category.
    box
        Left, top, width and height, inches.
    """
    left, top, wide, tall = box
    ranked = _ranked(answers, row)
    shown = ranked[:MOST]
    pitch = min(_TALLEST, (tall - _FOOT) / max(len(shown), 1))
    titles = code_names(parts_of(answers.panel).keys["hs6"].gather(shown).to_list())
    for i, code in enumerate(shown):
        start, note = top + i * pitch, _note(answers, code)
        page.text(left, start, shorten(titles[i], inches=wide, size=SMALL), size=SMALL)
        page.text(left, start + 0.13, shorten(note, inches=wide, size=SMALL), size=SMALL)
        ax = page.axes(left, start + _TITLE, wide, pitch - _TITLE - 0.06)
        _member(ax, answers, code, last=i == len(shown) - 1)
    rest = ranked[MOST:]
    if not rest:
        return ""
    part = _total(answers, rest) / max(_total(answers, ranked), 1e-9)
    return f"Not drawn: {len(rest)} smaller members, {part:.0%} of the value."


def members_height(answers: MonthlyAnswers, row: int) -> float:
    """Inches that the members take at least."""
    return min(len(_ranked(answers, row)), MOST) * _SHORTEST + _FOOT + 0.3


def _ranked(answers: MonthlyAnswers, row: int) -> list[int]:
    """Rows of the members among the codes, largest first, those without trade left out."""
    size = np.nansum(parts_of(answers.panel).values, axis=1)
    traded = [int(i) for i in answers.panel.members[row] if size[i] > 0]
    return sorted(traded, key=lambda i: -size[i])


def parts_of(panel: Panel) -> Panel:
    """The codes of which the categories of a panel are the sums.

    Raises
    ------
    UsageError
        It is not a panel by category.
    """
    if panel.parts is None:
        raise UsageError("These series have no members: make the panel by category.")
    return panel.parts


def _total(answers: MonthlyAnswers, codes: list[int]) -> float:
    return float(np.nansum(parts_of(answers.panel).values[codes]))


def _note(answers: MonthlyAnswers, code: int) -> str:
    """Mean month of a member before and after."""
    values, start = parts_of(answers.panel).values[code], answers.start
    before, after = (
        _mean(part) for part in (values[max(start - _YEAR, 0) : start], values[start:])
    )
    return _change(before, after)


def _change(before: str, after: str) -> str:
    if before and after:
        return f"{before} to {after} m USD a month"
    if before:
        return f"{before} m USD a month, no number since"
    return f"no number before, {after} m USD a month" if after else "no number near the date"


def _mean(values: NDArray[np.float64]) -> str:
    """Mean of the months with a number, m USD; empty if there is none."""
    if not np.isfinite(values).any():
        return ""
    mean = float(np.nanmean(values)) / 1e6
    return plain(float(f"{mean:.3g}" if mean >= 1 else f"{mean:.2g}"))


def member_months(answers: MonthlyAnswers, row: int) -> list[Months]:
    """The months of the members that are drawn, million US dollars."""
    return [_months(answers, code) for code in _ranked(answers, row)[:MOST]]


def _months(answers: MonthlyAnswers, code: int) -> Months:
    parts = parts_of(answers.panel)
    values, provisional = parts.values[code] / 1e6, answers.code_provisional[code]
    return months_of(parts.periods, values, parts.state[code], provisional)


def _member(ax: Axes, answers: MonthlyAnswers, code: int, *, last: bool) -> None:
    months = _months(answers, code)
    draw_months(ax, months, size=1.8, width=0.8)
    set_months(ax, months.periods)
    most = float(np.nanmax([*months.drawn, 1e-9]))
    ax.set_ylim(-0.02 * most, most * 1.1)
    ax.yaxis.set_major_locator(FixedLocator([round_below(most)]))
    ax.yaxis.set_major_formatter(FuncFormatter(plain))
    ax.grid(axis="y", color=RULE, linewidth=0.4)
    ax.tick_params(left=False, labelbottom=last, pad=2)
    ax.spines["left"].set_visible(False)
    line = days_of([answers.since])[0] - HALF_MONTH
    ax.axvline(line, color=INK, linewidth=0.8, linestyle=DASHES)
